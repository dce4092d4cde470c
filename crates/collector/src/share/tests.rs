//! Replicas that come, go and die while they share what there is to collect, over one store and one log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use backtweet_domain::{PostEvent, SystemClock};
use backtweet_store::FjallStore;
use proptest::prelude::*;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::*;
use crate::follow::Follower;
use crate::source::{Position, Read, Reading, Source, Trouble};
use crate::testing::MemoryLog;
use crate::{Config, Intake, Wire};

const LEASE: Duration = Duration::from_millis(600);
const DEADLINE: Duration = Duration::from_secs(30);

/// Counts from its position on, a line a moment.
struct Numbers {
    part: String,
    next: u64,
}

#[async_trait]
impl Source for Numbers {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        self.next = position.map_or(0, |position| position.0.parse().unwrap());
        Ok(())
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        sleep(Duration::from_millis(5)).await;
        let id = format!("other:{}-{}", self.part, self.next);
        let post =
            json!({"id": id, "author": {"id": "other:ann"}, "text": "x", "witnessed_at": "2026-07-01T12:00:00Z"});
        self.next += 1;
        Ok(Read {
            lines: vec![post.to_string().into()],
            position: Some(Position(self.next.to_string())),
            ..Read::default()
        })
    }

    fn pause(&self, _: &Trouble, _: u32) -> Duration {
        Duration::from_millis(10)
    }
}

/// One suite's store and log, and the replicas on it.
struct World {
    ports: Ports,
    log: Arc<MemoryLog>,
    /// Who opened what, in order.
    opened: Arc<Mutex<Vec<(String, String)>>>,
    _folder: tempfile::TempDir,
}

impl World {
    async fn with(shards: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(MemoryLog::default());
        let store = Arc::new(FjallStore::open_at(folder.path()).unwrap());
        let ports = Ports {
            log: log.clone(),
            store,
            clock: Arc::new(SystemClock),
        };
        let world = Self {
            ports,
            log,
            opened: Arc::default(),
            _folder: folder,
        };
        world.registry().put(&source("numbers", shards)).await.unwrap();
        world
    }

    fn registry(&self) -> Registry {
        Registry::new(Arc::clone(&self.ports.store))
    }

    /// Starts a replica; dropping the handle's runtime task is its death, cancelling the token its end in order.
    fn replica(&self, name: &str) -> (JoinHandle<()>, CancellationToken) {
        let (opened, me) = (Arc::clone(&self.opened), name.to_owned());
        let open = move |assignment: &Assignment| {
            opened.lock().unwrap().push((me.clone(), assignment.id.clone()));
            let source = Numbers {
                part: assignment.part.clone(),
                next: 0,
            };
            let reading = Reading {
                wire: Wire::Post,
                instance: None,
            };
            Ok((Box::new(source) as Box<dyn Source>, reading))
        };
        let follower = Follower {
            intake: Arc::new(Intake::with(self.ports.clone(), Config::default())),
            open: Arc::new(open),
            clock: Arc::clone(&self.ports.clock),
            lease: LEASE,
        };
        let stop = CancellationToken::new();
        let share = Share::new(self.ports.clone(), name.to_owned(), LEASE, follower);
        (tokio::spawn(share.run(stop.clone())), stop)
    }

    /// Who holds what.
    async fn holders(&self) -> BTreeMap<String, String> {
        let ids = coverage::assignments(self.ports.store.as_ref()).await.unwrap();
        let leases = coverage::leases(self.ports.store.as_ref(), &ids).await.unwrap();
        let held = |(id, lease): (String, Option<(u64, v1::Lease)>)| {
            let collector = lease?.1.assignment?.collector;
            (!collector.is_empty()).then_some((id, collector))
        };
        ids.into_iter().zip(leases).filter_map(held).collect()
    }

    async fn until(&self, what: &str, holds: impl Fn(&BTreeMap<String, String>) -> bool) {
        let start = Instant::now();
        loop {
            let holders = self.holders().await;
            if holds(&holders) {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{what}: {holders:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// How far each part was published; panics where a number is missing before it.
    fn reached(&self) -> BTreeMap<String, u64> {
        let mut seen: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for event in self.log.events() {
            let PostEvent::Created { post } = event else { continue };
            let (part, number) = post.id.native().split_once('-').unwrap();
            seen.entry(part.to_owned()).or_default().insert(number.parse().unwrap());
        }
        let whole = |(part, numbers): (String, BTreeSet<u64>)| {
            let last = numbers.last().copied().unwrap_or(0);
            assert_eq!(numbers.len() as u64, last + 1, "part {part} lost something");
            (part, last)
        };
        seen.into_iter().map(whole).collect()
    }
}

fn source(id: &str, shards: u32) -> v1::Source {
    v1::Source {
        id: id.to_owned(),
        kind: Some(v1::source::Kind::Jetstream(v1::JetstreamSource {
            shards,
            ..v1::JetstreamSource::default()
        })),
        paused: false,
    }
}

fn names(holders: &BTreeMap<String, String>) -> BTreeSet<&str> {
    holders.values().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_replica_takes_its_share_and_one_that_leaves_gives_it_back() {
    let world = World::with(12).await;
    let (_, stop_a) = world.replica("a");
    world
        .until("all are a's", |held| held.len() == 12 && names(held) == ["a"].into())
        .await;
    let (b, stop_b) = world.replica("b");
    world
        .until("both read", |held| held.len() == 12 && names(held) == ["a", "b"].into())
        .await;
    stop_b.cancel();
    b.await.unwrap();
    world
        .until("all are a's again", |held| {
            held.len() == 12 && names(held) == ["a"].into()
        })
        .await;
    stop_a.cancel();
    assert_eq!(world.reached().len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_replicas_share_moves_on_and_resumes_where_it_stood() {
    let world = World::with(8).await;
    // Its own runtime, so that it can die with everything it runs.
    let doomed = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    {
        let _inside = doomed.enter();
        world.replica("doomed");
    }
    let (_, _stop) = world.replica("b");
    world
        .until("both read", |held| {
            held.len() == 8 && names(held) == ["b", "doomed"].into()
        })
        .await;
    doomed.shutdown_background();
    world
        .until("all are b's", |held| held.len() == 8 && names(held) == ["b"].into())
        .await;
    let before = world.reached();
    world
        .until("all go on", |_| {
            world.reached().iter().all(|(part, reached)| reached > &before[part])
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_come_pause_and_go_without_a_restart() {
    let world = World::with(1).await;
    let (_, _stop) = world.replica("a");
    world.until("the first is read", |held| held.len() == 1).await;
    world.registry().put(&source("more", 2)).await.unwrap();
    world.until("the new one is read", |held| held.len() == 3).await;
    let paused = v1::Source {
        paused: true,
        ..source("more", 2)
    };
    world.registry().put(&paused).await.unwrap();
    world.until("it pauses", |held| held.len() == 1).await;
    world.registry().put(&source("more", 2)).await.unwrap();
    world.until("it goes on", |held| held.len() == 3).await;
    world.registry().delete(&source("more", 2)).await.unwrap();
    world.until("it is gone", |held| held.len() == 1).await;
    assert_eq!(world.registry().list().await.unwrap(), [source("numbers", 1)]);
    let opened = world.opened.lock().unwrap().len();
    assert!(opened >= 5, "one, two, and two again: {opened}");
}

#[tokio::test]
async fn a_replica_that_was_given_up_can_write_nothing() {
    let world = World::with(1).await;
    let assignment = assignment::of(&source("numbers", 1)).remove(0);
    let mut old = Lease::take(&world.ports, &assignment, "old", None)
        .await
        .unwrap()
        .unwrap();
    assert!(old.keep(Vec::new()).await.unwrap());
    let found = coverage::leases(world.ports.store.as_ref(), std::slice::from_ref(&assignment.id))
        .await
        .unwrap()
        .remove(0);
    let rival = Lease::take(&world.ports, &assignment, "rival", found.clone())
        .await
        .unwrap();
    assert!(rival.is_some());
    assert!(
        Lease::take(&world.ports, &assignment, "late", found)
            .await
            .unwrap()
            .is_none()
    );
    old.record.position = Some("stale".into());
    assert!(!old.keep(Vec::new()).await.unwrap());
    let now = coverage::leases(world.ports.store.as_ref(), &[assignment.id])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(
        (now.1.assignment.unwrap().collector, now.1.position),
        ("rival".to_owned(), None)
    );
}

proptest! {
    #[test]
    fn a_member_that_comes_takes_only_for_itself(members in prop::collection::btree_set("[a-z]{1,6}", 1..8), new in "[A-Z]{3}") {
        let ids: Vec<String> = (0..200).map(|number| format!("s/{number}")).collect();
        let more: BTreeSet<String> = members.iter().cloned().chain([new.clone()]).collect();
        let mut moved = 0;
        for id in &ids {
            let (before, after) = (assignment::owner(id, &members), assignment::owner(id, &more));
            prop_assert!(after == before || after == Some(new.as_str()));
            moved += usize::from(after != before);
        }
        let fair = ids.len() / more.len();
        prop_assert!(moved > 0 && moved < fair * 3, "{moved} of {} moved to one of {}", ids.len(), more.len());
    }
}

#[test]
fn a_source_that_cannot_be_collected_is_refused_with_the_remedy() {
    let refused = |source: v1::Source| check(&source).unwrap_err().field;
    assert_eq!(refused(source("Big", 1)), "source.id");
    assert_eq!(refused(source("b", 65)), "source.jetstream.shards");
    let kind = |kind| v1::Source {
        kind: Some(kind),
        ..source("b", 1)
    };
    let mastodon = v1::MastodonSource {
        instance: "toot.example".into(),
        streams: vec!["public".into(), "home".into()],
        ..v1::MastodonSource::default()
    };
    assert_eq!(
        refused(kind(v1::source::Kind::Mastodon(mastodon))),
        "source.mastodon.streams"
    );
    assert_eq!(
        refused(kind(v1::source::Kind::X(v1::XSource::default()))),
        "source.x.token"
    );
    assert_eq!(check(&source("b", 64)), Ok(()));
}
