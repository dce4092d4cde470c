//! The heart of the delivery contract: in whatever order, however often and in whatever batches findings arrive, every report is the
//! same to the byte, on either store, and is what a naive count of the final state says.

use std::collections::BTreeSet;
use std::sync::Arc;

use fjall::{Database, KeyspaceCreateOptions};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use backtweet_domain::{AccountState, Scored, SubjectId, Version};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1::PermissionStatus;

use super::asked::ask;
use super::naive;
use super::pages::pointing;
use super::praise;
use super::world::{account, fold, mix, new_subject, post_id, retracted, seen, stores};
use crate::FoldStage;

const POSTS: u64 = 6;

/// What is said about one post, without the subject.
#[derive(Debug, Clone)]
enum Said {
    Seen(u64, Version),
    Retracted(u64, Version),
    Account(u64, AccountState, u64),
}

fn said() -> impl Strategy<Value = Said> {
    let version = || (1..3u64, 0..3u64, 0..2u64);
    let version = move || {
        version().prop_map(|(generation, revision, lineage)| Version {
            generation,
            revision,
            lineage,
        })
    };
    let states = vec![
        AccountState::Active,
        AccountState::Active,
        AccountState::Hidden,
        AccountState::Deleted,
    ];
    prop_oneof![
        6 => (0..POSTS, version()).prop_map(|(post, version)| Said::Seen(post, version)),
        1 => (0..POSTS, version()).prop_map(|(post, version)| Said::Retracted(post, version)),
        1 => (0..POSTS, prop::sample::select(states), 0..3u64).prop_map(|(post, state, seq)| Said::Account(post, state, seq)),
    ]
}

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) seed: u64,
    said: Vec<Said>,
    again: Vec<prop::sample::Index>,
    pub(super) batch: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let said = prop::collection::vec(said(), 1..24);
    let again = prop::collection::vec(any::<prop::sample::Index>(), 0..12);
    (any::<u64>(), said, again, 1..9usize).prop_map(|(seed, said, again, batch)| Case {
        seed,
        said,
        again,
        batch,
    })
}

impl Case {
    pub(super) fn events(&self, subject: &SubjectId) -> Vec<Scored> {
        let event = |said: &Said| match *said {
            Said::Seen(post, version) => seen(subject, self.seed, post, version),
            Said::Retracted(post, version) => retracted(subject, post, version),
            Said::Account(post, state, seq) => account(subject, post, state, seq),
        };
        self.said.iter().map(event).collect()
    }

    /// Whether posts can go and come back unchanged.
    pub(super) fn hides_accounts(&self) -> bool {
        let hides = |said: &Said| matches!(said, Said::Account(_, AccountState::Hidden, _));
        self.said.iter().any(hides)
    }

    /// The same with duplicates, in another order.
    pub(super) fn shuffled(&self, subject: &SubjectId) -> Vec<Scored> {
        let events = self.events(subject);
        let again = self.again.iter().map(|index| events[index.index(events.len())].clone());
        let mut shuffled: Vec<_> = events.iter().cloned().chain(again).collect();
        let mut place = 0;
        shuffled.sort_by_cached_key(|_| {
            place += 1;
            mix(&[self.seed, place])
        });
        shuffled
    }
}

pub(super) async fn fold_all(store: &dyn Store, events: &[Scored], batch: usize) {
    for batch in events.chunks(batch) {
        fold(store, &FoldStage::default(), batch).await;
    }
}

pub(super) fn run(cases: u32, test: impl Fn(Case) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    runner.run(&case(), test).unwrap();
}

#[test]
fn reports_do_not_depend_on_the_order_or_number_of_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(150, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            let shuffled = case.shuffled(&subject);
            let expected = naive::answers(&subject, &case.events(&subject));
            let mut bytes = BTreeSet::new();
            for store in &stores {
                fold_all(store.as_ref(), &shuffled, case.batch).await;
                let answers = ask(store.as_ref(), &subject).await;
                prop_assert_eq!(&answers.summaries, &expected.summaries);
                prop_assert_eq!(&answers.timelines, &expected.timelines);
                prop_assert_eq!(&answers, &expected);
                bytes.insert(answers.bytes());
            }
            prop_assert_eq!(bytes.len(), 1);
            Ok(())
        })
    });
}

#[test]
fn nothing_is_left_of_posts_that_were_all_retracted() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::builder(folder.path()).open().unwrap();
    let store: Arc<dyn Store> = Arc::new(FjallStore::open(&database).unwrap());
    let data = database.keyspace("store-data", KeyspaceCreateOptions::default).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    run(100, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            fold_all(store.as_ref(), &pointing(case.shuffled(&subject)), case.batch).await;
            for post in (0..POSTS).map(post_id) {
                let _ = praise::set(
                    store.as_ref(),
                    subject.as_str(),
                    &post.to_string(),
                    PermissionStatus::Asked,
                )
                .await;
            }
            let end: Vec<_> = (0..POSTS).map(|post| retracted(&subject, post, naive::FINAL)).collect();
            fold_all(store.as_ref(), &end, case.batch).await;

            let mut kept = BTreeSet::new();
            let slot = format!("subject:{subject}\0").into_bytes();
            for row in data.iter() {
                let (key, value) = row.into_inner().unwrap();
                // The store puts a hash in front of the slot.
                let Some(place) = key.windows(slot.len()).position(|part| part == slot) else {
                    continue;
                };
                let name = key[place + slot.len()..].split(|byte| *byte == 0).next();
                let name = String::from_utf8(name.unwrap_or_default().to_vec()).unwrap();
                let value = String::from_utf8_lossy(&value);
                for told in ["text ", "author-", "handle-", "acme", "launch", ".example"] {
                    prop_assert!(!value.contains(told), "{} keeps {}", name, told);
                }
                kept.insert(name.split(':').next().unwrap_or_default().to_owned());
            }
            kept.retain(|name| !["head", "post", "changes", "history", "aside", "erased"].contains(&name.as_str()));
            prop_assert_eq!(kept, BTreeSet::new());
            Ok(())
        })
    });
}
