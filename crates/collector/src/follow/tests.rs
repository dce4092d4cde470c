//! One assignment followed through troubles and gaps, with a source that does as it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use backtweet_domain::ManualClock;
use backtweet_runtime::{Ports, coverage};
use backtweet_store::FjallStore;
use backtweet_wire::v1;
use backtweet_wire::v1::AssignmentState;
use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::source::{Backfilled, GapCause};
use crate::testing::MemoryLog;
use crate::{Config, Wire};

const LEASE: Duration = Duration::from_millis(800);
const DEADLINE: Duration = Duration::from_secs(30);
const START: i64 = 1_793_491_200; // 2026-11-01T00:00:00Z

/// What the source does next.
enum Step {
    Read(Read),
    Trouble(Trouble),
}

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    fills: VecDeque<Result<Backfilled, Trouble>>,
    /// The positions that it was connected at.
    connected: Vec<Option<Position>>,
    filled: Vec<Gap>,
}

/// Does what the script says, and waits where it says nothing.
#[derive(Clone, Default)]
struct Scripted(Arc<Mutex<Script>>);

#[async_trait]
impl Source for Scripted {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        self.0.lock().unwrap().connected.push(position.cloned());
        Ok(())
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        loop {
            let step = self.0.lock().unwrap().steps.pop_front();
            match step {
                Some(Step::Read(read)) => return Ok(read),
                Some(Step::Trouble(trouble)) => return Err(trouble),
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }

    async fn backfill(&mut self, gap: &Gap) -> Result<Backfilled, Trouble> {
        let mut script = self.0.lock().unwrap();
        script.filled.push(gap.clone());
        script.fills.pop_front().unwrap_or_else(|| Ok(Backfilled::default()))
    }

    fn pause(&self, _: &Trouble, _: u32) -> Duration {
        Duration::from_millis(20)
    }
}

struct World {
    ports: Ports,
    log: Arc<MemoryLog>,
    clock: Arc<ManualClock>,
    source: Scripted,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(MemoryLog::default());
        let clock = Arc::new(ManualClock::at(at(30)));
        let ports = Ports {
            log: log.clone(),
            store: Arc::new(FjallStore::open_at(folder.path()).unwrap()),
            clock: clock.clone(),
        };
        Self {
            ports,
            log,
            clock,
            source: Scripted::default(),
            _folder: folder,
        }
    }

    fn script(&self, steps: impl IntoIterator<Item = Step>) {
        self.source.0.lock().unwrap().steps.extend(steps);
    }

    fn fills(&self, fills: impl IntoIterator<Item = Result<Backfilled, Trouble>>) {
        self.source.0.lock().unwrap().fills.extend(fills);
    }

    async fn follow(&self) -> (JoinHandle<()>, CancellationToken) {
        let assignment = Assignment {
            id: "s/0".into(),
            part: "0".into(),
            source: v1::Source {
                id: "s".into(),
                ..v1::Source::default()
            },
        };
        let found = coverage::leases(self.ports.store.as_ref(), &["s/0".to_owned()])
            .await
            .unwrap()
            .remove(0);
        let lease = Lease::take(&self.ports, &assignment, "me", found)
            .await
            .unwrap()
            .unwrap();
        let source = self.source.clone();
        let reading = Reading {
            wire: Wire::Post,
            instance: None,
        };
        let follower = Follower {
            intake: Arc::new(Intake::with(self.ports.clone(), Config::default())),
            open: Arc::new(move |_| Ok((Box::new(source.clone()) as Box<dyn Source>, reading.clone()))),
            clock: self.clock.clone(),
            lease: LEASE,
        };
        let stop = CancellationToken::new();
        (follower.start(assignment, lease, stop.clone()), stop)
    }

    async fn lease(&self) -> v1::Lease {
        let leases = coverage::leases(self.ports.store.as_ref(), &["s/0".to_owned()])
            .await
            .unwrap();
        leases.into_iter().next().flatten().map(|(_, lease)| lease).unwrap()
    }

    /// What was seen of the first ten minutes.
    async fn seen(&self) -> v1::AssignmentCoverage {
        let ids = ["s/0".to_owned()];
        let covered = coverage::covered(self.ports.store.as_ref(), &ids, at(0), at(600), self.clock.now()).await;
        covered.unwrap().remove(0).coverage
    }

    async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let start = Instant::now();
        while !holds().await {
            assert!(
                start.elapsed() < DEADLINE,
                "{what}: {:?}, {:?}",
                self.lease().await,
                self.seen().await
            );
            sleep(Duration::from_millis(10)).await;
        }
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(START + second)
}

fn line(id: &str) -> Bytes {
    let post = json!({"id": format!("other:{id}"), "author": {"id": "other:ann"}, "text": "x", "witnessed_at": "2026-11-01T00:00:00Z"});
    post.to_string().into()
}

fn read(ids: &[&str], position: &str, reached: i64) -> Read {
    Read {
        lines: ids.iter().map(|id| line(id)).collect(),
        position: Some(Position(position.to_owned())),
        reached: Some(at(reached)),
        ..Read::default()
    }
}

fn gap(from: i64, to: i64) -> Gap {
    Gap {
        from: at(from),
        to: at(to),
        cause: GapCause::RateLimited,
    }
}

fn lost() -> Trouble {
    Trouble::Lost {
        reason: "told to".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_goes_on_where_the_log_has_everything_before() {
    let world = World::new();
    world.script([
        Step::Read(read(&["1", "2"], "two", 0)),
        Step::Trouble(lost()),
        Step::Read(read(&["3"], "three", 0)),
    ]);
    world.log.fail(2);
    let (task, stop) = world.follow().await;
    let third = || async { world.lease().await.position.as_deref() == Some("three") };
    world.until("it goes on", third).await;
    stop.cancel();
    task.await.unwrap();
    let connected = world.source.0.lock().unwrap().connected.clone();
    assert_eq!(connected, [None, Some(Position("two".into()))]);
    let published: Vec<_> = world.log.events().iter().map(|event| event.key()).collect();
    assert_eq!(published, ["other:1", "other:2", "other:3"]);
    let seen = world.seen().await;
    assert_eq!((seen.lines, seen.events, seen.refused), (3, 3, 0));
    let held = world.lease().await.assignment.unwrap();
    assert_eq!(
        (held.state(), held.collector.as_str()),
        (AssignmentState::Unassigned, ""),
        "it is given back"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_counts_as_missed_until_it_is_filled() {
    let world = World::new();
    world.clock.set(at(330));
    let noticed = Read {
        gaps: vec![gap(60, 120)],
        ..read(&["1"], "one", 300)
    };
    let limited = Trouble::Limited {
        after: None,
        reason: "told to".into(),
    };
    let page = |ids: &[&str], left: Option<Gap>, more| Backfilled {
        read: Read {
            position: None,
            ..read(ids, "", 90)
        },
        left,
        more,
    };
    world.script([Step::Read(noticed)]);
    world.fills([
        Ok(page(&["a"], Some(gap(90, 120)), true)),
        Err(limited),
        Ok(page(&["b"], None, false)),
    ]);
    let (task, stop) = world.follow().await;
    world
        .until("the gap is filled", || async { world.seen().await.events == 3 })
        .await;
    stop.cancel();
    task.await.unwrap();
    let filled = world.source.0.lock().unwrap().filled.clone();
    assert_eq!(filled, [gap(60, 120), gap(90, 120), gap(90, 120)]);
    let left = world
        .seen()
        .await
        .gaps
        .into_iter()
        .filter(|gap| !gap.open)
        .collect::<Vec<_>>();
    assert_eq!(left, []);
    assert_eq!(world.lease().await.unfilled, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_filled_stays_missed_and_the_next_reader_tries_what_was_left() {
    let world = World::new();
    world.clock.set(at(330));
    let noticed = Read {
        gaps: vec![gap(60, 120), gap(180, 200)],
        ..read(&["1"], "one", 300)
    };
    world.script([Step::Read(noticed)]);
    let hopeless = Backfilled {
        left: Some(gap(60, 120)),
        ..Backfilled::default()
    };
    world.fills([Ok(hopeless), Err(lost()), Err(lost()), Err(lost())]);
    let (task, stop) = world.follow().await;
    world
        .until("one gap is given up", || async {
            world.lease().await.unfilled.len() == 1
        })
        .await;
    stop.cancel();
    task.await.unwrap();
    world.source.0.lock().unwrap().fills.clear();

    let (task, stop) = world.follow().await;
    world
        .until("the other is filled", || async {
            world.lease().await.unfilled.is_empty()
        })
        .await;
    stop.cancel();
    task.await.unwrap();
    let missed: Vec<_> = world
        .seen()
        .await
        .gaps
        .iter()
        .filter(|gap| !gap.open)
        .map(keeper::gap_of_wire)
        .collect();
    assert_eq!(missed, [gap(60, 120)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_that_is_half_filled_is_finished_by_the_next_reader() {
    let world = World::new();
    world.clock.set(at(330));
    let noticed = Read {
        gaps: vec![gap(60, 120)],
        ..read(&["1"], "one", 300)
    };
    world.script([Step::Read(noticed)]);
    let half = Backfilled {
        left: Some(gap(90, 120)),
        more: true,
        ..Backfilled::default()
    };
    let never = std::iter::repeat_with(|| Err(lost())).take(10_000);
    world.fills(std::iter::once(Ok(half)).chain(never));
    let (task, stop) = world.follow().await;
    let half_left = || async {
        world
            .lease()
            .await
            .unfilled
            .iter()
            .map(keeper::gap_of_wire)
            .eq([gap(90, 120)])
    };
    world.until("half of it is left", half_left).await;
    stop.cancel();
    task.await.unwrap();
    world.source.0.lock().unwrap().fills.clear();

    let (task, stop) = world.follow().await;
    world
        .until("it is filled", || async { world.lease().await.unfilled.is_empty() })
        .await;
    stop.cancel();
    task.await.unwrap();
    assert_eq!(world.source.0.lock().unwrap().filled.last(), Some(&gap(90, 120)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_is_shown_and_what_passes_meanwhile_is_open() {
    let world = World::new();
    world.script([Step::Read(read(&["1"], "one", 0))]);
    let (_task, stop) = world.follow().await;
    world
        .until("it reads", || async { world.seen().await.events == 1 })
        .await;
    let forever = std::iter::repeat_with(|| Step::Trouble(lost())).take(10_000);
    world.script(forever);
    let waiting = || async { world.lease().await.assignment.unwrap().state() == AssignmentState::Waiting };
    world.until("it waits", waiting).await;
    world.clock.set(at(60));
    assert!(world.lease().await.assignment.unwrap().trouble.contains("told to"));
    let open = || async {
        world
            .seen()
            .await
            .gaps
            .iter()
            .any(|gap| gap.open && gap.to_us == at(60).micros())
    };
    world.until("the gap is open", open).await;
    stop.cancel();
}
