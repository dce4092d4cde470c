//! The reports worked out the simple way: from the final state of every post, counted one by one. Shares nothing with the fold but the
//! order of lists.

pub(crate) mod campaign;
pub(crate) mod community;
pub(crate) mod content;
pub(crate) mod feed;
mod figures;
pub(crate) mod pages;
pub(crate) mod praise;
mod time;
mod together;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use backtweet_domain::{AccountState, Finding, Role, Scored, Sighting, SubjectId, Timestamp, Version, signal};
use backtweet_wire::v1;

use self::figures::figures;
use super::asked::{Answers, CONTENT_ORDERS, ZONE, calendars, feed_request, windows};

/// What is expected after `events`, in whatever order they came, of all of [`windows`].
pub(crate) fn answers(subject: &SubjectId, events: &[Scored]) -> Answers {
    answers_about(subject, events, &windows())
}

pub(crate) fn answers_about(subject: &SubjectId, events: &[Scored], windows: &[Option<v1::Window>]) -> Answers {
    answers_of(subject, events, coverage(events), windows)
}

/// What counts in the end of `events` beside a coverage.
pub(crate) fn answers_of(
    subject: &SubjectId,
    events: &[Scored],
    coverage: v1::Coverage,
    windows: &[Option<v1::Window>],
) -> Answers {
    let posts = effective(events);
    let posts: Vec<&Scored> = posts.values().collect();
    let subject = subject.to_string();
    let mut answers = Answers {
        feed: feed::feed(&posts, &feed_request(subject.as_str())),
        ..Answers::default()
    };
    for &asked in windows {
        let window = asked;
        let within: Vec<&Scored> = posts.iter().copied().filter(|post| is_within(window, post)).collect();
        let [previous, week_before] = time::earlier(&posts, window, ZONE, &coverage);
        let used_together = Some(together::used_together(&posts, window));
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
            previous,
            week_before,
            used_together,
            as_of: None,
        });
        for (bucket, zone) in calendars(asked) {
            answers.timelines.push(v1::TimelineResponse {
                subject: subject.clone(),
                window,
                bucket: bucket.into(),
                buckets: time::timeline(&within, bucket, zone),
                coverage: coverage.clone(),
                time_zone: zone.to_owned(),
                as_of: None,
            });
        }
        answers.heat_maps.push(v1::HeatMapResponse {
            subject: subject.clone(),
            window,
            time_zone: ZONE.to_owned(),
            cells: time::heat_map(&within, ZONE),
            as_of: None,
            coverage: coverage.clone(),
        });
        for order in CONTENT_ORDERS {
            let (window, contents) = content::contents(events, &posts, asked, order);
            answers.contents.push(v1::TopContentResponse {
                subject: subject.clone(),
                window: Some(window),
                contents,
                missed: 0,
                coverage: coverage.clone(),
                as_of: None,
            });
        }
        answers.authors.push(v1::TopAuthorsResponse {
            subject,
            window,
            authors: authors(&posts, &within),
            coverage,
            ..Default::default()
        });
    }
    answers
}

/// How many backtweets of each author count in the end.
pub(crate) fn backtweets_by(events: &[Scored]) -> BTreeMap<String, u64> {
    let mut by: BTreeMap<String, u64> = BTreeMap::new();
    let posts = effective(events);
    for post in posts.values().filter(|post| sighting(post).role == Role::Backtweet) {
        *by.entry(sighting(post).post.author.id.to_string()).or_default() += 1;
    }
    by
}

/// The feed of what counts in the end.
pub(crate) fn feed_of(events: &[Scored], request: &v1::FeedRequest) -> Vec<v1::FeedItem> {
    let posts = effective(events);
    feed::feed(&posts.values().collect::<Vec<_>>(), request)
}

/// The figures of what counts in the end within a window, and what stands beside them.
pub(crate) fn figures_within(events: &[Scored], window: Option<v1::Window>) -> (v1::Figures, v1::Coverage) {
    let posts = effective(events);
    let within: Vec<&Scored> = posts.values().filter(|post| is_within(window, post)).collect();
    (figures(&within), coverage(events))
}

/// The best two authors of a window.
pub(crate) fn authors_within(events: &[Scored], window: Option<v1::Window>) -> Vec<v1::AuthorFigures> {
    let posts = effective(events);
    let posts: Vec<&Scored> = posts.values().collect();
    let within: Vec<&Scored> = posts.iter().copied().filter(|post| is_within(window, post)).collect();
    authors(&posts, &within)
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

pub(super) fn sighting(event: &Scored) -> &Sighting {
    match &event.classified.finding {
        Finding::Seen { sighting, .. } => sighting,
        other => panic!("{other:?} is no sighting"),
    }
}

fn at(event: &Scored) -> i64 {
    sighting(event).post.witnessed_at.micros()
}

pub(super) fn is_within(window: Option<v1::Window>, event: &Scored) -> bool {
    let window = window.unwrap_or_default();
    window.from_us.is_none_or(|from| at(event) >= from) && window.to_us.is_none_or(|to| at(event) < to)
}

fn worth(event: &Scored) -> i64 {
    let sighting = sighting(event);
    let label = event.sentiment.as_ref().map(|sentiment| sentiment.label);
    signal::strength(sighting.intent, label, sighting.kinds, sighting.role)
}

/// The best two within a window, as their newest backtweet of all posts shows them.
pub(super) fn authors(posts: &[&Scored], within: &[&Scored]) -> Vec<v1::AuthorFigures> {
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
        let newest = theirs.max_by_key(|post| (at(post), post.classified.post.to_string()));
        let author = newest.map(|newest| sighting(newest).post.author.clone());
        v1::AuthorFigures {
            handle: author.as_ref().and_then(|author| author.handle.clone()),
            name: author.as_ref().and_then(|author| author.name.clone()),
            followers: author.and_then(|author| author.followers),
            author: id,
            backtweets,
            signal_milli,
        }
    };
    ranked.into_iter().map(card).collect()
}

/// The highest version there is, as a final deletion has it.
pub(crate) const FINAL: Version = Version {
    generation: u64::MAX,
    revision: u64::MAX,
    lineage: u64::MAX,
};
