//! Posts that are kept no longer: whatever comes, changes and goes while the clock moves on, what is left is what a fold of the posts that are
//! still kept makes, row by row, and nothing that is said again brings any of the others back.

mod beside;
mod cases;
mod rows;

use std::path::Path;
use std::sync::Arc;

use fjall::{Database, Keyspace, KeyspaceCreateOptions};
use proptest::prelude::*;

use backtweet_domain::{Finding, Network, PostId, Retention, Scored, Subject, SubjectId, Timestamp};
use backtweet_store::{Direction, FeedEntry, FjallStore, Outcome, Store};
use backtweet_wire::v1::{self, PermissionStatus};

use super::asked::{Answers, ask_about, windows};
use super::cascade::{self, ROOTS};
use super::order::{Case, run};
use super::pages::pointing;
use super::praise::{self, full_of_praise};
use super::world::{MINUTE_US, START_US, effects, fold, items, mix, new_subject, post_id, stores};
use crate::FoldStage;
use crate::fold::network;
use crate::report::reads::Reads;
use crate::report::{campaign, cascade as cascades, crowd, people};
use crate::retention::keep;
use crate::slot;

const HOUR_US: i64 = 60 * MINUTE_US;
const DAY_US: i64 = 24 * HOUR_US;
/// So few entries a step that posts go in several.
const AT_ONCE: usize = 2;

/// `id`, whose posts are kept for so many days in general and of single networks.
fn kept_for(id: &SubjectId, days: Option<u32>, networks: &[(Network, u32)]) -> Subject {
    let networks = networks.iter().copied().collect();
    Subject {
        generation: 1,
        retention: Retention { days, networks },
        ..Subject::new(id.clone())
    }
}

/// One to three days, of all networks, of some, or of some otherwise.
fn any_retention(id: &SubjectId, seed: u64) -> Subject {
    let days = |shift: u32| (seed >> shift) as u32 % 3 + 1;
    let bluesky = [(Network::Bluesky, days(4)), (Network::X, days(8))];
    match seed % 3 {
        0 => kept_for(id, Some(days(12)), &[]),
        1 => kept_for(id, None, &bluesky),
        _ => kept_for(id, Some(days(12)), &bluesky[..1]),
    }
}

/// When a post was made, by the hour and some: posts lie over nearly four days.
fn made_us(post: &PostId, seed: u64) -> i64 {
    let number = mix(&[
        seed,
        post.native().len() as u64,
        post.native().bytes().last().unwrap().into(),
    ]);
    START_US + (number % 5_400).cast_signed() * MINUTE_US
}

/// The same events with all sightings of a post at one time, and nothing known of it before.
fn settled(events: Vec<Scored>, seed: u64) -> Vec<Scored> {
    let mut events = pointing(full_of_praise(events));
    for event in &mut events {
        let at = Timestamp::from_micros(made_us(&event.classified.post, seed));
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.post.witnessed_at = at;
        }
        event.classified.at = event.classified.at.max(at);
    }
    events
}

/// The events about posts that are still kept.
fn still_kept(events: &[Scored], subject: &Subject, now: Timestamp, seed: u64) -> Vec<Scored> {
    let is_kept = |event: &&Scored| {
        let post = &event.classified.post;
        let since = subject.retention.kept_since(post.network(), now);
        since.is_none_or(|since| made_us(post, seed) >= since.micros())
    };
    events.iter().filter(is_kept).cloned().collect()
}

/// Reports that remember what they read.
#[derive(Default)]
struct Live {
    cascades: cascades::Cache,
    campaigns: campaign::Cache,
    crowds: crowd::Cache,
}

/// What is asked of a subject.
#[derive(Debug, PartialEq)]
struct Asked {
    answers: Answers,
    cascades: Vec<Option<cascade::Answer>>,
    campaign: v1::CampaignResponse,
    people: Vec<v1::Person>,
}

async fn ask(store: &dyn Store, live: &Live, id: &SubjectId, window: Option<v1::Window>) -> Asked {
    let mut trees = Vec::new();
    for root in (0..ROOTS).map(post_id) {
        trees.push(cascade::ask(store, &live.cascades, id, &root).await);
    }
    let request = v1::CampaignRequest {
        subject: id.to_string(),
        hashtags: vec!["acme".to_owned(), "launch".to_owned()],
        limit: 3,
        ..Default::default()
    };
    let of_people = v1::PeopleRequest {
        subject: id.to_string(),
        ..Default::default()
    };
    let now = Timestamp::from_micros(START_US + 9 * DAY_US);
    let people = people::people(store, &live.crowds, of_people, now)
        .await
        .unwrap()
        .people;
    // Authority is near enough to the truth, by whatever way it was come to.
    let people = people.into_iter().map(|person| v1::Person {
        authority: None,
        ..person
    });
    Asked {
        answers: ask_about(store, id, &[window, None]).await,
        cascades: trees,
        campaign: campaign::campaign(store, &live.campaigns, request).await.unwrap(),
        people: people.collect(),
    }
}

/// A store to fold into as things come and go, and one that hears only of what is kept in the end; on disk with their rows.
struct Pair {
    stores: [Arc<dyn Store>; 2],
    rows: Option<[Keyspace; 2]>,
}

async fn pairs(folder: &Path) -> Vec<Pair> {
    let open = |name: &str| {
        let database = Database::builder(folder.join(name)).open().unwrap();
        let rows = database.keyspace("store-data", KeyspaceCreateOptions::default).unwrap();
        let store: Arc<dyn Store> = Arc::new(FjallStore::open(&database).unwrap());
        (store, rows)
    };
    let ((lived, lived_rows), (fresh, fresh_rows)) = (open("lived"), open("fresh"));
    let mut pairs = vec![Pair {
        stores: [lived, fresh],
        rows: Some([lived_rows, fresh_rows]),
    }];
    let others = [stores(&folder.join("a")).await, stores(&folder.join("b")).await];
    let [mut a, mut b] = others.map(|stores| stores.into_iter().skip(1));
    pairs.extend(a.next().zip(b.next()).map(|(lived, fresh)| Pair {
        stores: [lived, fresh],
        rows: None,
    }));
    pairs
}

/// Folds in batches while the clock moves on, posts go, and reports are asked; ends when it is `end`.
async fn live_through(
    store: &dyn Store,
    live: &Live,
    subject: &Subject,
    case: &Case,
    events: &[Scored],
    end: Timestamp,
) {
    let steps = events.len().div_ceil(case.batch).max(1) as i64;
    for (step, batch) in (0..).zip(events.chunks(case.batch)) {
        fold(store, &FoldStage::default(), batch).await;
        let chance = mix(&[case.seed, step as u64]);
        if chance.is_multiple_of(3) {
            let post = post_id(chance % 6).to_string();
            let _ = praise::set(store, subject.id.as_str(), &post, PermissionStatus::Asked).await;
        }
        if (chance >> 8).is_multiple_of(2) {
            let now = START_US + (end.micros() - START_US) / steps * step;
            keep(store, subject, Timestamp::from_micros(now), AT_ONCE)
                .await
                .unwrap();
        }
        if (chance >> 16).is_multiple_of(3) {
            ask(store, live, &subject.id, None).await;
        }
    }
    keep(store, subject, end, AT_ONCE).await.unwrap();
}

async fn is_as_fresh(pair: &Pair, case: &Case) -> Result<(), TestCaseError> {
    let (id, live) = (new_subject(), Live::default());
    let subject = any_retention(&id, mix(&[case.seed]));
    let end = Timestamp::from_micros(START_US + (mix(&[case.seed, 1]) % 7_500).cast_signed() * MINUTE_US);
    let events = settled(case.shuffled(&id), case.seed);
    let window = windows()[mix(&[case.seed, 2]) as usize % windows().len()];
    let [lived, fresh] = pair.stores.each_ref().map(|store| store.as_ref());

    // The fresh one hears of nothing else, but since when posts are kept.
    keep(fresh, &subject, end, AT_ONCE).await.unwrap();
    for batch in still_kept(&events, &subject, end, case.seed).chunks(case.batch) {
        fold(fresh, &FoldStage::default(), batch).await;
    }
    let expected = ask(fresh, &Live::default(), &id, window).await;

    live_through(lived, &live, &subject, case, &events, end).await;
    for again in 0..3 {
        prop_assert_eq!(
            &ask(lived, &live, &id, window).await,
            &expected,
            "{}: as it was kept",
            again
        );
        prop_assert_eq!(
            &ask(lived, &Live::default(), &id, window).await,
            &expected,
            "{}: anew",
            again
        );
        if let Some([lived_rows, fresh_rows]) = &pair.rows {
            let lived = rows::of(lived, lived_rows, &id).await;
            let fresh = rows::of(fresh, fresh_rows, &id).await;
            rows::same(&lived, &fresh)?;
        }
        match again {
            // All is delivered again, in other batches.
            0 => fold_all(lived, &events).await,
            // What was told of posts that nobody had heard of goes in its time.
            _ => _ = keep(lived, &subject, end, AT_ONCE).await.unwrap(),
        }
    }
    nothing_is_older(lived, &subject, end).await
}

/// Nothing stands anywhere from before posts are kept.
async fn nothing_is_older(store: &dyn Store, subject: &Subject, now: Timestamp) -> Result<(), TestCaseError> {
    let reads = Reads {
        store,
        subject: subject.id.as_str(),
    };
    for name in [slot::FEED, slot::ASIDE] {
        for FeedEntry { order, id } in reads.feed(name, None, Direction::Ascending, 1_000).await.unwrap() {
            let since = subject.retention.kept_since(network(&id), now);
            prop_assert!(since.is_none_or(|since| order >= since.micros()), "{} in {}", id, name);
        }
    }
    Ok(())
}

async fn fold_all(store: &dyn Store, events: &[Scored]) {
    for batch in events.chunks(5) {
        fold(store, &FoldStage::default(), batch).await;
    }
}

#[test]
fn whatever_comes_and_goes_what_is_left_is_what_a_fold_of_the_kept_posts_makes() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pairs = runtime.block_on(pairs(folder.path()));
    run(60, |case| {
        runtime.block_on(async {
            for pair in &pairs {
                is_as_fresh(pair, &case).await?;
            }
            Ok(())
        })
    });
}
