//! The reports worked out the simple way: from the final state of every post, counted one by one. Shares nothing with the fold but the
//! order of lists.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{
    AccountState, Finding, Intent, Kind, Label, Network, Role, Scored, Sighting, SubjectId, Timestamp, Version, signal,
};
use backtweet_wire::v1;

use super::world::{Answers, MINUTE_US, windows};

/// What is expected after `events`, in whatever order they came.
pub(crate) fn answers(subject: &SubjectId, events: &[Scored]) -> Answers {
    let posts = effective(events);
    let posts: Vec<&Scored> = posts.values().collect();
    let coverage = coverage(events);
    let subject = subject.to_string();
    let mut answers = Answers {
        summaries: vec![],
        timelines: vec![],
        authors: vec![],
        feed: feed(&posts),
    };
    for window in windows() {
        let within: Vec<&Scored> = posts.iter().copied().filter(|post| is_within(window, post)).collect();
        let (subject, coverage, window) = (
            subject.clone(),
            Some(coverage.clone()),
            Some(window.unwrap_or_default()),
        );
        answers.summaries.push(v1::SummaryResponse {
            subject: subject.clone(),
            window,
            figures: Some(figures(&within)),
            coverage: coverage.clone(),
        });
        answers.timelines.push(v1::TimelineResponse {
            subject: subject.clone(),
            window,
            bucket: v1::Bucket::Hour.into(),
            buckets: hours(&within),
            coverage: coverage.clone(),
        });
        answers.authors.push(v1::TopAuthorsResponse {
            subject,
            window,
            authors: authors(&posts, &within),
            coverage,
        });
    }
    answers
}

pub(super) fn effective(events: &[Scored]) -> BTreeMap<String, Scored> {
    let mut posts: BTreeMap<String, Vec<&Scored>> = BTreeMap::new();
    for event in events {
        posts.entry(event.classified.post.to_string()).or_default().push(event);
    }
    posts
        .into_iter()
        .filter_map(|(post, events)| Some((post, last_word(&events)?)))
        .collect()
}

/// The sighting that counts in the end, at the time at which the post was first seen; `None` where none does.
fn last_word(events: &[&Scored]) -> Option<Scored> {
    let version = |event: &Scored| match event.classified.finding {
        Finding::Seen { version, .. } => Some((version, false)),
        Finding::Retracted { version } => Some((version, true)),
        Finding::Account { .. } => None,
    };
    let (best, (_, is_retracted)) = events
        .iter()
        .filter_map(|&event| Some((event, version(event)?)))
        .max_by_key(|(_, version)| *version)?;
    let states = || {
        events.iter().filter_map(|event| match event.classified.finding {
            Finding::Account { state, seq } => Some((seq, state)),
            _ => None,
        })
    };
    let is_deleted = states().any(|(_, state)| state == AccountState::Deleted);
    let (_, state) = states().chain([(0, AccountState::Active)]).max().unwrap();
    if is_retracted || is_deleted || state != AccountState::Active {
        return None;
    }
    let first = events
        .iter()
        .filter(|event| is_sighting(event))
        .map(|event| at(event))
        .min()?;
    let mut best = (*best).clone();
    if let Finding::Seen { sighting, .. } = &mut best.classified.finding {
        sighting.post.witnessed_at = Timestamp::from_micros(first);
    }
    Some(best)
}

fn coverage(events: &[Scored]) -> v1::Coverage {
    let times = || events.iter().filter(|event| is_sighting(event)).map(at);
    v1::Coverage {
        first_us: times().min(),
        last_us: times().max(),
        ..v1::Coverage::default()
    }
}

fn is_sighting(event: &Scored) -> bool {
    matches!(event.classified.finding, Finding::Seen { .. })
}

fn sighting(event: &Scored) -> &Sighting {
    match &event.classified.finding {
        Finding::Seen { sighting, .. } => sighting,
        other => panic!("{other:?} is no sighting"),
    }
}

fn at(event: &Scored) -> i64 {
    sighting(event).post.witnessed_at.micros()
}

fn is_within(window: Option<v1::Window>, event: &Scored) -> bool {
    let window = window.unwrap_or_default();
    window.from_us.is_none_or(|from| at(event) >= from) && window.to_us.is_none_or(|to| at(event) < to)
}

fn worth(event: &Scored) -> i64 {
    let sighting = sighting(event);
    let label = event.sentiment.as_ref().map(|sentiment| sentiment.label);
    signal::strength(sighting.intent, label, sighting.kinds, sighting.role)
}

fn figures(posts: &[&Scored]) -> v1::Figures {
    let with_role = |role: Role| posts.iter().filter(|post| sighting(post).role == role).count() as u64;
    let backtweets: Vec<&Scored> = posts
        .iter()
        .copied()
        .filter(|post| sighting(post).role == Role::Backtweet)
        .collect();
    let many = |condition: &dyn Fn(&Scored) -> bool| backtweets.iter().filter(|post| condition(post)).count() as u64;
    let list = |names: Vec<(&str, u64)>| -> Vec<v1::Count> {
        let counted = names.into_iter().filter(|(_, count)| *count > 0);
        counted
            .map(|(name, count)| v1::Count {
                name: name.into(),
                count,
            })
            .collect()
    };
    let label = |wanted: Label| many(&|post| post.sentiment.as_ref().is_some_and(|it| it.label == wanted));
    let (positive, negative) = (label(Label::Positive), label(Label::Negative));
    let net = (positive as f64 - negative as f64) / (positive + negative) as f64;
    v1::Figures {
        backtweets: backtweets.len() as u64,
        reposts: many(&|post| sighting(post).kinds.contains(Kind::Repost)),
        citations: many(&|post| !sighting(post).kinds.contains(Kind::Repost)),
        automatic: many(&|post| sighting(post).kinds == sighting(post).automatic),
        indirect: with_role(Role::Indirect),
        origins: with_role(Role::Origin),
        answers: with_role(Role::Answer),
        kinds: list(
            Kind::ALL
                .map(|kind| (kind.name(), many(&|post| sighting(post).kinds.contains(kind))))
                .to_vec(),
        ),
        intents: list(
            Intent::ALL
                .map(|it| (it.name(), many(&|post| sighting(post).intent == it)))
                .to_vec(),
        ),
        networks: list(
            Network::ALL
                .map(|it| (it.name(), many(&|post| post.classified.post.network() == it)))
                .to_vec(),
        ),
        languages: languages(&backtweets),
        sentiments: list(Label::ALL.map(|it| (it.name(), label(it))).to_vec()),
        net_sentiment: (positive + negative > 0).then_some(net),
        impressions: backtweets
            .iter()
            .filter_map(|post| sighting(post).post.author.followers)
            .sum(),
        impressions_unknown: many(&|post| sighting(post).post.author.followers.is_none()),
        authors: backtweets
            .iter()
            .map(|post| &sighting(post).post.author.id)
            .collect::<BTreeSet<_>>()
            .len() as u64,
        signal_milli: backtweets.iter().map(|post| worth(post)).sum(),
    }
}

fn languages(backtweets: &[&Scored]) -> Vec<v1::Count> {
    let mut languages: BTreeMap<&str, u64> = BTreeMap::new();
    for post in backtweets {
        let scored = post
            .sentiment
            .as_ref()
            .and_then(|sentiment| sentiment.language.as_deref());
        let language = sighting(post).post.language.as_deref().or(scored).unwrap_or("und");
        *languages
            .entry(&language[..language.find('-').unwrap_or(language.len())])
            .or_default() += 1;
    }
    let mut counts: Vec<_> = languages.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
        .into_iter()
        .map(|(name, count)| v1::Count {
            name: name.into(),
            count,
        })
        .collect()
}

fn hours(posts: &[&Scored]) -> Vec<v1::TimelineBucket> {
    let hour = |post: &Scored| at(post).div_euclid(60 * MINUTE_US) * 60 * MINUTE_US;
    let starts: BTreeSet<i64> = posts.iter().map(|post| hour(post)).collect();
    let bucket = |start_us: i64| {
        let posts: Vec<&Scored> = posts.iter().copied().filter(|post| hour(post) == start_us).collect();
        v1::TimelineBucket {
            start_us,
            figures: Some(figures(&posts)),
        }
    };
    starts.into_iter().map(bucket).collect()
}

/// The best two within a window, as their newest backtweet of all shows them.
fn authors(posts: &[&Scored], within: &[&Scored]) -> Vec<v1::AuthorFigures> {
    let is_backtweet = |post: &&&Scored| sighting(post).role == Role::Backtweet;
    let author = |post: &Scored| sighting(post).post.author.id.to_string();
    let mut figures: BTreeMap<String, (u64, i64)> = BTreeMap::new();
    for post in within.iter().filter(is_backtweet) {
        let (backtweets, signal_milli) = figures.entry(author(post)).or_default();
        *backtweets += 1;
        *signal_milli += worth(post);
    }
    let mut ranked: Vec<_> = figures
        .into_iter()
        .filter(|(_, (_, signal_milli))| *signal_milli != 0)
        .collect();
    ranked.sort_by_key(|(_, (_, signal_milli))| Reverse(*signal_milli));
    ranked.truncate(2);
    let card = |(id, (backtweets, signal_milli)): (String, (u64, i64))| {
        let theirs = posts.iter().filter(is_backtweet).filter(|post| author(post) == id);
        let newest = theirs
            .max_by_key(|post| (at(post), post.classified.post.to_string()))
            .unwrap();
        let author = sighting(newest).post.author.clone();
        let (handle, name, followers) = (author.handle, author.name, author.followers);
        v1::AuthorFigures {
            author: id,
            handle,
            name,
            followers,
            backtweets,
            signal_milli,
        }
    };
    ranked.into_iter().map(card).collect()
}

fn feed(posts: &[&Scored]) -> Vec<v1::FeedItem> {
    let roles = [Role::Backtweet, Role::Indirect];
    let shown = |post: &&&Scored| roles.contains(&sighting(post).role) && is_within(windows()[2], post);
    let mut posts: Vec<&Scored> = posts.iter().filter(shown).copied().collect();
    posts.sort_by_key(|post| Reverse((at(post), post.classified.post.to_string())));
    let item = |post: &Scored| v1::FeedItem {
        sighting: Some(sighting(post).into()),
        sentiment: post.sentiment.as_ref().map(Into::into),
        signal_milli: worth(post),
    };
    posts.into_iter().map(item).collect()
}

/// The highest version there is, as a final deletion has it.
pub(crate) const FINAL: Version = Version {
    generation: u64::MAX,
    revision: u64::MAX,
    lineage: u64::MAX,
};
