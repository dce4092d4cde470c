//! Campaigns, every post looked at for each participant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Role, Scored};
use backtweet_wire::v1;

use super::figures::{figures, most_frequent_first};
use super::{at, coverage, effective, is_within, sighting, time, worth};
use crate::tests::world::HASHTAGS;

/// The hashtags of a post as they are counted.
fn hashtags(post: &Scored) -> BTreeSet<&'static str> {
    let counted = |written: &str| HASHTAGS.iter().find(|(name, _)| *name == written).unwrap().1;
    let hashtags = &sighting(post).post.entities.hashtags;
    hashtags.iter().map(|hashtag| counted(&hashtag.tag)).collect()
}

fn author(post: &Scored) -> String {
    sighting(post).post.author.id.to_string()
}

fn place(post: &Scored) -> (i64, String) {
    (at(post), post.classified.post.to_string())
}

/// Whether a post hangs on another, and not on one that it names as its author's own.
fn hangs_on(post: &Scored, parent: &Scored) -> bool {
    let sighting = sighting(post);
    let parent = Some(&parent.classified.post);
    let is_own = sighting
        .post
        .references
        .iter()
        .any(|it| it.target.as_ref() == parent && it.author.as_ref() == Some(&sighting.post.author.id));
    sighting.lineage.parent.as_ref() == parent && !is_own
}

/// What is expected of a campaign asked for by hashtags as they are counted, in order.
pub(crate) fn campaign(
    events: &[Scored],
    request: &v1::CampaignRequest,
    counted: &[&str],
    limit: usize,
) -> v1::CampaignResponse {
    let posts = effective(events);
    let with_role = |role: Role| -> Vec<&Scored> { posts.values().filter(|it| sighting(it).role == role).collect() };
    let backtweets = with_role(Role::Backtweet);
    let descendants = with_role(Role::Indirect);
    let carries = |post: &&&Scored| hashtags(post).iter().any(|hashtag| counted.contains(hashtag));
    let campaign: Vec<&Scored> = backtweets.iter().filter(carries).copied().collect();
    let is_asked = |post: &&&Scored| is_within(request.window, post);
    let within: Vec<&Scored> = campaign.iter().filter(is_asked).copied().collect();
    let others: Vec<&Scored> = backtweets
        .iter()
        .filter(is_asked)
        .filter(|post| !carries(post))
        .copied()
        .collect();
    let by = |posts: &[&'_ Scored], who: &str| -> BTreeMap<(i64, String), Scored> {
        let theirs = posts.iter().filter(|post| author(post) == who);
        theirs.map(|post| (place(post), (*post).clone())).collect()
    };
    let first_of = |posts: &[&Scored], who: &str| by(posts, who).into_values().next();
    let participant = |who: String| {
        let (theirs, all) = (by(&within, &who), by(&backtweets, &who));
        let newest = &sighting(theirs.values().next_back().unwrap()).post.author;
        let card = &sighting(all.values().next_back().unwrap()).post.author;
        let hanging = |post: &Scored| {
            let others = backtweets.iter().chain(&descendants);
            others.filter(|it| hangs_on(it, post)).count() as u64
        };
        v1::Participant {
            handle: card.handle.clone(),
            name: card.name.clone(),
            followers: newest.followers,
            backtweets: theirs.len() as u64,
            signal_milli: theirs.values().map(worth).sum(),
            first_time: carries(&&&all.values().next().unwrap().clone()),
            passed_on: theirs.values().map(hanging).sum(),
            author: who,
        }
    };
    let mut participants: Vec<_> = within
        .iter()
        .map(|it| author(it))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(participant)
        .collect();
    let first_time = participants.iter().filter(|it| it.first_time).count() as u64;
    participants.sort_by_key(|it| (Reverse(it.signal_milli), Reverse(it.backtweets)));
    let top = participants.iter().take(limit).cloned().collect();
    participants.retain(|it| it.passed_on > 0 && it.followers.is_some_and(|many| (1_000..=100_000).contains(&many)));
    participants.sort_by(|one, other| {
        let rate = |it: &v1::Participant| it.passed_on as f64 / it.followers.unwrap() as f64;
        let order = rate(other)
            .total_cmp(&rate(one))
            .then(other.passed_on.cmp(&one.passed_on));
        order.then_with(|| one.author.cmp(&other.author))
    });
    participants.truncate(limit);
    let uptake = time::timeline(&within, request.bucket(), &request.time_zone);
    let step = |bucket: v1::TimelineBucket| {
        let here: Vec<&&Scored> = within
            .iter()
            .filter(|post| (bucket.start_us..bucket.end_us).contains(&at(post)))
            .collect();
        let is_first = |post: &&&&Scored| place(&first_of(&campaign, &author(post)).unwrap()) == place(post);
        v1::UptakeBucket {
            start_us: bucket.start_us,
            end_us: bucket.end_us,
            backtweets: here.len() as u64,
            new_participants: here.iter().filter(is_first).count() as u64,
        }
    };
    let mut together: BTreeMap<&str, u64> = BTreeMap::new();
    for hashtag in within.iter().flat_map(|post| hashtags(post)) {
        if !counted.contains(&hashtag) {
            *together.entry(hashtag).or_default() += 1;
        }
    }
    let all_origins = with_role(Role::Origin);
    let mut origins: Vec<&Scored> = all_origins.iter().filter(is_asked).filter(carries).copied().collect();
    origins.sort_by_key(|post| Reverse(place(post)));
    let (mood, baseline) = (mood(&within), mood(&others));
    let difference = |(with, without): (f64, f64)| with - without;
    v1::CampaignResponse {
        subject: request.subject.clone(),
        hashtags: counted.iter().map(|it| (*it).to_owned()).collect(),
        window: Some(request.window.unwrap_or_default()),
        figures: Some(figures(&within)),
        first_time,
        bucket: request.bucket,
        time_zone: request.time_zone.clone(),
        uptake: uptake.into_iter().map(step).collect(),
        top,
        micro_influencers: participants,
        mood_difference: mood.net_sentiment.zip(baseline.net_sentiment).map(difference),
        mood: Some(mood),
        baseline: Some(baseline),
        used_together: most_frequent_first(together),
        origins_total: origins.len() as u64,
        origins: origins.iter().take(limit).map(|post| sighting(post).into()).collect(),
        coverage: Some(coverage(events)),
    }
}

fn mood(posts: &[&Scored]) -> v1::Mood {
    let figures = figures(posts);
    let of = |name: &str| {
        figures
            .sentiments
            .iter()
            .find(|it| it.name == name)
            .map_or(0, |it| it.count)
    };
    v1::Mood {
        positive: of("positive"),
        neutral: of("neutral"),
        negative: of("negative"),
        unknown: of("unknown"),
        net_sentiment: figures.net_sentiment,
    }
}
