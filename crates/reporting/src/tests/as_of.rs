//! Figures as they were known at an earlier time against a naive count of what had been found by then.

mod authors;
mod cascade;
mod content;
mod feed;

use std::collections::BTreeMap;
use std::time::Duration;

use backtweet_domain::{Finding, Scored, SubjectId, Timestamp, Version};
use backtweet_store::{Batch, FeedEntry, FjallStore, Store, Write};
use backtweet_wire::v1;
use proptest::prelude::*;

use super::asked::{ZONE, calendars, windows};
use super::naive;
use super::order::{Case, fold_all, run};
use super::world::{MINUTE_US, NOW_US, START_US, fold, mix, new_subject, retracted, seen, stores};
use crate::report::{compare, heatmap, summary, timeline};
use crate::{FoldStage, Keeps, slot};

/// Within a minute on the days on which posts are seen.
fn as_of(seed: u64, number: u64) -> i64 {
    let minute = (mix(&[seed, number]) % 6_000).cast_signed();
    START_US + minute * MINUTE_US - MINUTE_US / 2
}

/// Folds so many cases into each store, in any order, and checks what it answers of them.
fn each_folded(cases: u32, check: impl AsyncFn(&Case, &dyn Store, &SubjectId, &[Scored]) -> Result<(), TestCaseError>) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(cases, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            let events = case.events(&subject);
            for store in &stores {
                fold_all(store.as_ref(), &case.shuffled(&subject), case.batch).await;
                check(&case, store.as_ref(), &subject, &events).await?;
            }
            Ok(())
        })
    });
}

fn known_before(events: &[Scored], before_us: i64) -> Vec<Scored> {
    let is_before = |event: &&Scored| event.classified.at.micros() < before_us;
    events.iter().filter(is_before).cloned().collect()
}

/// A post as it was known before a time.
struct Known {
    /// At the place in a cascade that it has today, or had before it went.
    event: Scored,
    /// Whether it counts today.
    has_author: bool,
    /// Whether it besides says today what it said then.
    has_text: bool,
}

/// What counted before a time, by post.
fn known(events: &[Scored], before_us: i64) -> BTreeMap<String, Known> {
    let version = |event: &Scored| match event.classified.finding {
        Finding::Seen { version, .. } => Some(version),
        _ => None,
    };
    let today = naive::effective(events);
    let known = naive::effective(&known_before(events, before_us)).into_iter();
    let known = known.map(|(post, mut event)| {
        let today = today.get(&post);
        let has_text = today.is_some_and(|today| version(today) == version(&event));
        let all = events.iter().filter(|event| event.classified.post.to_string() == post);
        let last = all
            .filter(|event| version(event).is_some())
            .max_by_key(|event| version(event))
            .unwrap();
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.lineage = naive::sighting(last).lineage.clone();
        }
        let has_author = today.is_some();
        (
            post,
            Known {
                event,
                has_author,
                has_text,
            },
        )
    });
    known.collect()
}

/// The part of a window that lies before a time; `None` where there is none.
fn before(window: Option<v1::Window>, end_us: i64) -> Option<v1::Window> {
    let v1::Window { from_us, to_us } = window.unwrap_or_default();
    let to_us = Some(to_us.map_or(end_us, |to| to.min(end_us)));
    (from_us < to_us).then_some(v1::Window { from_us, to_us })
}

/// Authors are those of today, as far as there were backtweets.
fn with_authors_of(now: &v1::Figures, then: &v1::Figures) -> v1::Figures {
    v1::Figures {
        authors: now.authors.min(then.backtweets),
        ..then.clone()
    }
}

fn without_authors(comparison: &Option<v1::Comparison>) -> Option<v1::Comparison> {
    let mut comparison = comparison.clone();
    if let Some(comparison) = &mut comparison {
        comparison.authors = None;
        comparison.figures.iter_mut().for_each(|figures| figures.authors = 0);
    }
    comparison
}

async fn summary_of(
    store: &dyn Store,
    subject: &SubjectId,
    window: Option<v1::Window>,
    as_of_us: i64,
) -> v1::SummaryResponse {
    let request = v1::SummaryRequest {
        subject: subject.to_string(),
        window,
        compare: true,
        time_zone: ZONE.to_owned(),
        as_of_us: Some(as_of_us),
        ..Default::default()
    };
    let now = Timestamp::from_micros(NOW_US);
    summary::summary(store, request, now).await.unwrap()
}

/// Every report about one window as of a time is what was found by then.
async fn check(
    store: &dyn Store,
    subject: &SubjectId,
    events: &[Scored],
    window: Option<v1::Window>,
    as_of_us: i64,
) -> Result<(), TestCaseError> {
    let used_us = as_of_us + MINUTE_US / 2;
    let Some(clipped) = before(window, used_us) else {
        return Ok(());
    };
    let coverage = naive::figures_within(events, None).1;
    let then = known_before(events, used_us);
    let then = naive::answers_of(subject, &then, coverage.clone(), &[Some(clipped)]);
    let today = |part: v1::Window| naive::figures_within(events, before(Some(part), used_us)).0;

    let answer = summary_of(store, subject, window, as_of_us).await;
    let expected = &then.summaries[0];
    let figures = with_authors_of(&today(clipped), expected.figures.as_ref().unwrap());
    prop_assert_eq!(answer.figures.as_ref(), Some(&figures));
    prop_assert_eq!(without_authors(&answer.previous), without_authors(&expected.previous));
    prop_assert_eq!(
        without_authors(&answer.week_before),
        without_authors(&expected.week_before)
    );
    prop_assert_eq!(answer.window, Some(clipped));
    prop_assert_eq!(answer.as_of.unwrap().as_of_us, used_us);

    let mut timelines = then.timelines.into_iter();
    for (bucket, time_zone) in calendars(Some(clipped)) {
        let request = v1::TimelineRequest {
            subject: subject.to_string(),
            window,
            bucket: bucket.into(),
            time_zone: time_zone.to_owned(),
            as_of_us: Some(as_of_us),
        };
        let answer = timeline::timeline(store, request).await.unwrap();
        let mut expected = timelines.next().unwrap();
        for bucket in &mut expected.buckets {
            let part = v1::Window {
                from_us: clipped.from_us.max(Some(bucket.start_us)),
                to_us: Some(bucket.end_us.min(clipped.to_us.unwrap())),
            };
            let figures = bucket.figures.take().unwrap();
            bucket.figures = Some(with_authors_of(&today(part), &figures));
        }
        prop_assert_eq!(answer.buckets, expected.buckets);
    }

    let request = v1::HeatMapRequest {
        subject: subject.to_string(),
        window,
        time_zone: ZONE.to_owned(),
        as_of_us: Some(as_of_us),
    };
    let answer = heatmap::heat_map(store, request).await.unwrap();
    prop_assert_eq!(&answer.cells, &then.heat_maps[0].cells);

    let request = v1::CompareRequest {
        subjects: vec![subject.to_string(), "nobody".to_owned()],
        window,
        as_of_us: Some(as_of_us),
    };
    let answer = compare::compare(store, request).await.unwrap();
    prop_assert_eq!(answer.subjects[0].figures.as_ref(), Some(&figures));
    Ok(())
}

#[test]
fn reports_as_of_a_time_are_what_had_been_found_by_then() {
    each_folded(100, async |case, store, subject, events| {
        for (number, window) in (0..).zip(windows()) {
            check(store, subject, events, window, as_of(case.seed, number)).await?;
        }
        Ok(())
    });
}

#[test]
fn where_short_buckets_were_let_go_the_time_is_rounded_up_and_figures_are_those_of_the_time_that_was_used() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let hours = |hours: u64| Some(Duration::from_secs(3_600 * hours));
    let stage = FoldStage {
        keeps: Keeps {
            minutes: hours(30),
            hours: hours(60),
        },
        ..FoldStage::default()
    };
    run(100, |case: Case| {
        runtime.block_on(async {
            let subject = new_subject();
            let events = case.events(&subject);
            for batch in case.shuffled(&subject).chunks(case.batch) {
                fold(&store, &stage, batch).await;
            }
            for number in 0..6 {
                let as_of_us = as_of(case.seed, number);
                let answer = summary_of(&store, &subject, None, as_of_us).await;
                let used_us = answer.as_of.unwrap().as_of_us;
                prop_assert!((as_of_us..as_of_us + 1_440 * MINUTE_US).contains(&used_us));
                let then = known_before(&events, used_us);
                let expected = naive::figures_within(&then, answer.window).0;
                let today = naive::figures_within(&events, answer.window).0;
                prop_assert_eq!(answer.figures, Some(with_authors_of(&today, &expected)));
            }
            Ok(())
        })
    });
}

const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

#[tokio::test]
async fn what_changed_since_and_whose_authors_are_gone_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let at = |mut event: Scored, minute: i64| {
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        event
    };
    // All are seen by minute 5,000.
    let events: Vec<_> = (0..30).map(|post| at(seen(&subject, 5, post, VERSION), 0)).collect();
    let roles = |role: i32| {
        let roles = naive::feed_of(
            &events,
            &v1::FeedRequest {
                subject: subject.to_string(),
                roles: vec![role],
                ..Default::default()
            },
        );
        roles.len() as u64
    };
    let gone: Vec<_> = (0..30)
        .map(|post| at(retracted(&subject, post, VERSION), 6_000))
        .collect();
    fold(&store, &FoldStage::default(), &events).await;
    fold(&store, &FoldStage::default(), &gone).await;
    let after = summary_of(&store, &subject, None, START_US + 6_001 * MINUTE_US).await;
    assert_eq!(after.as_of.unwrap().changed_since, 0);
    let before = summary_of(&store, &subject, None, START_US + 6_000 * MINUTE_US).await;
    let said = before.as_of.unwrap();
    assert_eq!((said.changed_since, said.author_unknown), (30, roles(1)));
    assert_eq!(before.figures.unwrap().backtweets, roles(1));
}

#[tokio::test]
async fn a_time_that_lies_too_far_back_is_refused_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let refused = async |subject: &SubjectId, from_us: Option<i64>| {
        let request = v1::SummaryRequest {
            subject: subject.to_string(),
            window: Some(v1::Window { from_us, to_us: None }),
            as_of_us: Some(START_US),
            ..Default::default()
        };
        let answer = summary::summary(&store, request, Timestamp::from_micros(NOW_US)).await;
        answer.unwrap_err().to_string()
    };
    let (empty, busy) = (new_subject(), new_subject());
    let error = refused(&empty, Some(START_US)).await;
    assert!(error.contains("as_of_us: nothing of the window was there"), "{error}");

    let changed = |post: i64| Write::Enter {
        name: slot::HISTORY.to_owned(),
        entry: FeedEntry {
            order: START_US + post,
            id: format!("x:{post}"),
        },
    };
    let batch = Batch {
        slot: slot::of(busy.as_str()),
        guards: Vec::new(),
        writes: (0..20_001).map(changed).collect(),
    };
    store.apply(&[batch]).await.unwrap();
    let error = refused(&busy, None).await;
    assert!(error.contains("more than 20000 posts changed since"), "{error}");
}
