//! The people around a subject after any deliveries: kept live all along and read anew, they are what a naive count of what remains says.

use backtweet_domain::{AccountId, Finding, Network, Reference, ReferenceKind, Role, Scored, SubjectId};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use proptest::prelude::*;
use tonic::Code;

use super::asked::windows;
use super::naive;
use super::order::{Case, run};
use super::pages::pointing;
use super::suite::{Suite, eventually, generation, id};
use super::world::{START_US, fold, mix, new_subject, seen, stores};
use crate::FoldStage;
use crate::report::community::{Cache, community, pairs, returning};
use crate::report::reads::Reads;

const DAY_US: i64 = 86_400_000_000;

/// Compares the community of each window, asked with each of the named caches, with a count of what remains of `events`; whether any of its
/// authors pointed at another.
pub(super) async fn is_as_counted(
    store: &dyn Store,
    caches: &[(&str, &Cache)],
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let mut is_any = false;
    for &window in windows {
        let expected = naive::community::community(events, subject.as_str(), window);
        is_any |= expected.authors > 0 && expected.pairs > 0;
        let request = v1::CommunityRequest {
            subject: subject.to_string(),
            window,
        };
        for (name, cache) in caches {
            let found = community(store, cache, request.clone()).await.unwrap();
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }
    Ok(is_any)
}

async fn stays_as_counted(store: &dyn Store, case: &Case) -> Result<(), TestCaseError> {
    let (subject, live) = (new_subject(), Cache::default());
    let events = pointing(case.shuffled(&subject));
    for end in (case.batch..events.len() + case.batch).step_by(case.batch) {
        let so_far = &events[..end.min(events.len())];
        fold(store, &FoldStage::default(), &so_far[end - case.batch..]).await;
        let windows = [windows()[0], windows()[1], windows()[2], windows()[5]];
        let caches = [("kept live", &live), ("read anew", &Cache::default())];
        is_as_counted(store, &caches, &subject, so_far, &windows).await?;
    }
    Ok(())
}

#[test]
fn whatever_comes_goes_and_comes_back_a_community_is_what_a_count_of_what_remains_says() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(80, |case| {
        runtime.block_on(async {
            for store in &stores {
                stays_as_counted(store.as_ref(), &case).await?;
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn estimates_from_samples_lie_near_what_there_is() {
    const PAIRS: u64 = 4_000;
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    // Every author points at a friend of their own on day 1; a third of the friends point back, a third of the authors come again on day 2, and
    // a quarter were there on day 0.
    let mut events = Vec::new();
    let mut say = |author: String, friend: String, day: i64| {
        let mut event = seen(&subject, 1, events.len() as u64, generation(1));
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            let account = |name: &str| AccountId::new(Network::Other, name).unwrap();
            sighting.role = Role::Backtweet;
            sighting.post.author.id = account(&author);
            sighting.post.witnessed_at = backtweet_domain::Timestamp::from_micros(START_US + day * DAY_US);
            sighting.post.references = vec![Reference {
                kind: ReferenceKind::Reply,
                target: None,
                author: Some(account(&friend)),
                author_handle: None,
                included: false,
            }];
        }
        events.push(event);
    };
    for number in 0..PAIRS {
        let (author, friend) = (format!("author-{number}"), format!("friend-{number}"));
        say(author.clone(), friend.clone(), 1);
        match mix(&[number]) % 12 {
            0..=3 => say(friend, author, 1),
            4..=7 => say(author, friend, 2),
            8..=10 => say(author, friend, 0),
            _ => {}
        }
    }
    for events in events.chunks(2_000) {
        fold(&store, &FoldStage::default(), events).await;
    }
    let first = START_US / DAY_US;
    let reads = Reads {
        store: &store,
        subject: subject.as_str(),
    };
    let (before, within) = ([first], [first + 1, first + 2]);
    for budget in [100_000, 2_000] {
        let authors = returning::authors(reads, &before, &within, budget).await.unwrap();
        let pairs = pairs::pairs(reads, &within, budget).await.unwrap();
        assert_eq!(
            (authors.error.is_some(), pairs.error.is_some()),
            (budget == 2_000, budget == 2_000)
        );
        let near = |found: u64, share: f64| (found as f64 / PAIRS as f64 - share).abs() < 0.15;
        assert!(
            near(authors.all, 4.0 / 3.0) && near(pairs.all, 4.0 / 3.0),
            "{authors:?} {pairs:?}"
        );
        assert!(near(authors.on_several_days, 1.0 / 3.0), "{authors:?}");
        assert!(near(authors.seen_before, 0.25), "{authors:?}");
        assert!(near(pairs.mutual, 2.0 / 3.0), "{pairs:?}");
    }
}

#[tokio::test]
async fn a_community_is_answered_over_grpc_and_what_is_wrong_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let request = v1::CommunityRequest {
        subject: "acme".into(),
        window: None,
    };
    let nothing = suite.reports.community(request.clone()).await.unwrap().into_inner();
    assert_eq!(
        (nothing.authors, nothing.answered_share, nothing.reciprocity),
        (0, None, None)
    );
    let events: Vec<_> = (0..80).map(|post| seen(&id("acme"), 1, post, generation(1))).collect();
    let events = pointing(events);
    suite.append(&events).await;
    let expected = naive::community::community(&events, "acme", None);
    assert!(expected.answered_authors > 0 && expected.mutual_pairs > 0);
    let reports = suite.reports.clone();
    let ask = || {
        let (mut reports, request) = (reports.clone(), request.clone());
        async move { reports.community(request).await.unwrap().into_inner() }
    };
    eventually(ask, |found| *found == expected).await;

    let wrong = v1::CommunityRequest {
        window: Some(v1::Window {
            from_us: Some(9),
            to_us: Some(8),
        }),
        ..request.clone()
    };
    let status = suite.reports.community(wrong).await.unwrap_err();
    assert_eq!(super::grpc::fields(&status), ["window.to_us"]);
    let unknown = v1::CommunityRequest {
        subject: "nobody".into(),
        ..request
    };
    let status = suite.reports.community(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}
