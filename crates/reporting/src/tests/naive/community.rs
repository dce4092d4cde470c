//! The people around a subject, every pair of posts looked at.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Role, Scored};
use backtweet_wire::v1;

use super::{at, coverage, effective, is_within, sighting};
use crate::tests::world::MINUTE_US;

const DAY_US: i64 = 24 * 60 * MINUTE_US;

fn author(post: &Scored) -> String {
    sighting(post).post.author.id.to_string()
}

/// Whom a post points at.
fn points_at(post: &Scored) -> BTreeSet<String> {
    let post = &sighting(post).post;
    let authors = post.references.iter().filter_map(|reference| reference.author.clone());
    let mentions = post.entities.mentions.iter().filter(|mention| !mention.automatic);
    let all = authors.chain(mentions.filter_map(|mention| mention.account.clone()));
    all.filter(|account| *account != post.author.id)
        .map(|account| account.to_string())
        .collect()
}

/// What is expected of a window.
pub(crate) fn community(events: &[Scored], subject: &str, window: Option<v1::Window>) -> v1::CommunityResponse {
    let window = window.unwrap_or_default();
    let days = v1::Window {
        from_us: window.from_us.map(|from| from - from.rem_euclid(DAY_US)),
        to_us: window.to_us.map(|to| to + (-to).rem_euclid(DAY_US)),
    };
    let posts = effective(events);
    let is_backtweet = |post: &&Scored| sighting(post).role == Role::Backtweet;
    let within: Vec<&Scored> = posts.values().filter(|post| is_within(Some(days), post)).collect();
    let earlier: Vec<&Scored> = posts
        .values()
        .filter(|post| days.from_us.is_some_and(|from| at(post) < from))
        .collect();
    let mut on: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for post in within.iter().copied().filter(is_backtweet) {
        on.entry(author(post)).or_default().insert(at(post).div_euclid(DAY_US));
    }
    let before: BTreeSet<String> = earlier.iter().copied().filter(is_backtweet).map(author).collect();
    let mut answered = BTreeSet::new();
    let mut waits = Vec::new();
    for post in within.iter().copied().filter(is_backtweet) {
        let answers = posts.values().filter(|answer| {
            let answer = sighting(answer);
            answer.role == Role::Answer && answer.lineage.parent.as_ref() == Some(&post.classified.post)
        });
        if let Some(wait) = answers.map(|answer| (at(answer) - at(post)).max(0)).min() {
            answered.insert(author(post));
            waits.push(wait);
        }
    }
    waits.sort_unstable();
    let pointing = |post: &&Scored| {
        let one = author(post);
        points_at(post).into_iter().map(move |other| (one.clone(), other))
    };
    let pairs: BTreeSet<(String, String)> = within.iter().flat_map(pointing).collect();
    let mutual = pairs
        .iter()
        .filter(|(one, other)| pairs.contains(&(other.clone(), one.clone())));
    let (authors, pairs, mutual) = (on.len() as u64, pairs.len() as u64, mutual.count() as u64);
    let several = on.values().filter(|days| days.len() > 1).count() as u64;
    let seen_before = on.keys().filter(|author| before.contains(*author)).count() as u64;
    let seen_before = (!earlier.is_empty()).then_some(seen_before);
    let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
    v1::CommunityResponse {
        subject: subject.to_owned(),
        window: Some(days),
        authors,
        authors_error: None,
        answered_authors: answered.len() as u64,
        answered_share: share(answered.len() as u64, authors),
        answered_backtweets: waits.len() as u64,
        median_answer_us: (!waits.is_empty()).then(|| waits[(waits.len() - 1) / 2]),
        on_several_days: several,
        on_several_days_share: share(several, authors),
        seen_before,
        seen_before_share: seen_before.and_then(|seen| share(seen, authors)),
        pairs,
        pairs_error: None,
        mutual_pairs: mutual,
        reciprocity: share(mutual, pairs),
        coverage: Some(coverage(events)),
    }
}
