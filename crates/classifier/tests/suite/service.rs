//! The service itself, on the log and the store of one machine: subjects that come and go, a crash in the middle, two that share the work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use backtweet_classifier::{Classifier, Config, Error};
use backtweet_domain::{Classified, Clock, Finding, Flag, ManualClock, PostEvent, Subject, Timestamp};
use backtweet_runtime::{Ports, followers};
use backtweet_store::{FjallStore, Store};
use backtweet_stream::{Cleanup, FjallLog, Log, Record, RunnerOptions, Topic};
use backtweet_wire::record::{decode_classified, encode_post_event, encode_subject};
use backtweet_wire::topics;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::oracle::{Fold, truth};
use crate::world::{World, post};

const PARTITIONS: u32 = 4;
const NOW: Timestamp = Timestamp::from_seconds(1_780_000_500);

pub struct Suite {
    _folder: tempfile::TempDir,
    pub ports: Ports,
}

impl Suite {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = fjall::Database::builder(folder.path()).open().unwrap();
        let log = FjallLog::open(&db).unwrap();
        let delete = Cleanup::Delete {
            retention: Duration::from_secs(100_000_000),
        };
        let topic = |name: &str, cleanup| Topic {
            name: name.to_owned(),
            partitions: PARTITIONS,
            cleanup,
        };
        let topics = [
            topic(topics::SUBJECTS, Cleanup::Compact),
            topic(topics::POSTS, delete),
            topic(topics::CLASSIFIED, delete),
            topic(topics::DEAD_LETTERS, delete),
        ];
        log.create(&topics).await.unwrap();
        let store = FjallStore::open(&db).unwrap();
        let clock = ManualClock::at(NOW);
        Self {
            _folder: folder,
            ports: Ports {
                log: Arc::new(log),
                store: Arc::new(store),
                clock: Arc::new(clock),
            },
        }
    }

    pub fn start(&self, instance: &str) -> (JoinHandle<Result<(), Error>>, CancellationToken) {
        let runner = RunnerOptions {
            max_batch: 7,
            // This store loses nothing.
            rewind: None,
            ..RunnerOptions::default()
        };
        let config = Config {
            instance: instance.to_owned(),
            runner,
            ..Config::default()
        };
        let shutdown = CancellationToken::new();
        let classifier = Classifier::new(config, self.ports.clone());
        (tokio::spawn(classifier.run(shutdown.clone())), shutdown)
    }

    pub async fn put(&self, subject: &Subject) -> Vec<backtweet_stream::Position> {
        let key = subject.id.as_str().to_owned().into();
        let record = Record {
            key,
            value: Some(encode_subject(subject)),
            time: NOW,
        };
        self.ports.log.append(topics::SUBJECTS, vec![record]).await.unwrap()
    }

    pub async fn happen(&self, events: &[PostEvent]) {
        let record = |event: &PostEvent| Record {
            key: event.key().into(),
            value: Some(encode_post_event(event)),
            time: event.at(),
        };
        self.ports
            .log
            .append(topics::POSTS, events.iter().map(record).collect())
            .await
            .unwrap();
    }

    pub async fn fold(&self) -> Fold {
        let mut fold = Fold::default();
        self.found().await.iter().for_each(|found| fold.add(found));
        fold
    }

    async fn found(&self) -> Vec<Classified> {
        let mut all = Vec::new();
        for (partition, end) in (0..).zip(self.ports.log.ends(topics::CLASSIFIED).await.unwrap()) {
            let found = self
                .ports
                .log
                .read(topics::CLASSIFIED, partition, 0, end, usize::MAX)
                .await
                .unwrap();
            all.extend(
                found
                    .iter()
                    .map(|it| decode_classified(it.record.value.as_ref().unwrap()).unwrap()),
            );
        }
        all
    }

    /// Whether every post has been worked off.
    pub async fn is_done(&self) -> bool {
        let ends = self.ports.log.ends(topics::POSTS).await.unwrap();
        let stored = self.ports.log.stored("classifier", topics::POSTS).await.unwrap();
        ends.iter().zip(stored).all(|(&end, stored)| stored.unwrap_or(0) >= end)
    }

    async fn covered(&self, instances: usize, positions: &[backtweet_stream::Position]) {
        // Nobody is a laggard as long as nobody is there: each has to be heard of first.
        until("the subjects to be followed", async || {
            let beyond = [backtweet_stream::Position {
                partition: 0,
                offset: u64::MAX,
            }];
            let here = followers::laggards(self.store(), self.clock(), &beyond).await.unwrap();
            here.len() == instances
                && followers::laggards(self.store(), self.clock(), positions)
                    .await
                    .unwrap()
                    .is_empty()
        })
        .await;
    }

    pub fn store(&self) -> &dyn Store {
        self.ports.store.as_ref()
    }

    fn clock(&self) -> &dyn Clock {
        self.ports.clock.as_ref()
    }
}

pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn created(number: usize, text: &str) -> PostEvent {
    PostEvent::Created {
        post: Box::new(post(number, "ann", text)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_counts_from_the_moment_that_its_classifier_says_so() {
    let suite = Suite::new().await;
    let world = World::random(1, 0, 2);
    suite.put(&world.subjects[0]).await;
    let (running, shutdown) = suite.start("a");
    let put = suite.put(&world.subjects[1]).await;
    suite.covered(1, &put).await;
    suite.happen(&[created(0, "acme and zeta")]).await;
    until("the post", async || suite.is_done().await).await;
    assert_eq!(suite.fold().await.sights().len(), 2);

    let gone = Record {
        key: "s1".into(),
        value: None,
        time: NOW,
    };
    let put = suite.ports.log.append(topics::SUBJECTS, vec![gone]).await.unwrap();
    suite.covered(1, &put).await;
    suite.happen(&[created(1, "acme and zeta")]).await;
    until("the post", async || suite.is_done().await).await;
    assert_eq!(suite.fold().await.sights().len(), 3);

    shutdown.cancel();
    running.await.unwrap().unwrap();
    let beyond = [backtweet_stream::Position {
        partition: 0,
        offset: u64::MAX,
    }];
    assert!(
        followers::laggards(suite.store(), suite.clock(), &beyond)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_classifiers_and_crashes_of_both_leave_the_true_conversations() {
    for seed in 0..4 {
        let suite = Suite::new().await;
        let world = World::random(seed, 120, 2);
        for subject in &world.subjects {
            suite.put(subject).await;
        }
        let mut events = world.events.clone();
        events.extend(world.events.iter().take(60).cloned());
        events.shuffle(&mut SmallRng::seed_from_u64(seed));
        suite.happen(&events).await;

        // A dropped task is as good as a killed process: nothing after its last await happens.
        for crash in 0..6u64 {
            let (first, _) = suite.start("first");
            let (second, _) = suite.start("second");
            let before = appended(&suite).await;
            until("some findings", async || {
                appended(&suite).await > before + 5 * crash || suite.is_done().await
            })
            .await;
            first.abort();
            second.abort();
            let _ = (first.await, second.await);
        }
        let (first, stop_first) = suite.start("first");
        let (second, stop_second) = suite.start("second");
        until("all posts", async || suite.is_done().await).await;
        stop_first.cancel();
        stop_second.cancel();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        assert_eq!(suite.fold().await.sights(), truth(&world), "seed {seed}");
        assert_eq!(
            suite
                .ports
                .log
                .ends(topics::DEAD_LETTERS)
                .await
                .unwrap()
                .iter()
                .sum::<u64>(),
            0
        );
    }
}

async fn appended(suite: &Suite) -> u64 {
    suite.ports.log.ends(topics::CLASSIFIED).await.unwrap().iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_many_accounts_post_is_flagged_from_the_fourth_on_whoever_classifies_it() {
    let suite = Suite::new().await;
    suite.put(&World::random(1, 0, 1).subjects[0]).await;
    let text = "acme gives away a free phone today";
    let posted = |number: usize| PostEvent::Created {
        post: Box::new(post(number, &format!("author-{number}"), text)),
    };
    suite.happen(&(0..6).map(posted).collect::<Vec<_>>()).await;
    let (running, shutdown) = suite.start("a");
    until("the posts", async || suite.is_done().await).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
    let mut flagged = BTreeMap::new();
    for Classified { post, finding, .. } in suite.found().await {
        let Finding::Seen { sighting, .. } = finding else {
            continue;
        };
        let is_flagged = sighting.flags.contains(Flag::DuplicateText);
        // Its history is read again and says the same.
        assert_eq!(*flagged.entry(post).or_insert(is_flagged), is_flagged);
    }
    let count = flagged.values().filter(|is_flagged| **is_flagged).count();
    assert_eq!((flagged.len(), count), (6, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_goes_to_the_dead_letters_and_nothing_else_is_lost() {
    let suite = Suite::new().await;
    let world = World::random(1, 0, 1);
    suite.put(&world.subjects[0]).await;
    let broken = Record {
        key: "other:p0".into(),
        value: Some("no event".into()),
        time: NOW,
    };
    suite.ports.log.append(topics::POSTS, vec![broken]).await.unwrap();
    suite.happen(&[created(0, "acme")]).await;
    let (running, shutdown) = suite.start("a");
    until("both records", async || suite.is_done().await).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(
        suite
            .ports
            .log
            .ends(topics::DEAD_LETTERS)
            .await
            .unwrap()
            .iter()
            .sum::<u64>(),
        1
    );
    let ends = suite.ports.log.ends(topics::CLASSIFIED).await.unwrap();
    let partition = ends.iter().position(|&end| end > 0).unwrap() as u32;
    let found = suite
        .ports
        .log
        .read(topics::CLASSIFIED, partition, 0, 1, 1)
        .await
        .unwrap();
    let found = decode_classified(found[0].record.value.as_ref().unwrap()).unwrap();
    assert!(matches!(found.finding, Finding::Seen { .. }));
}
