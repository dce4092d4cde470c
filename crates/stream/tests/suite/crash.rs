//! What is left after the worst moment to die: the embedded log's process is killed, Kafka's broker is.
//!
//! A child process is this very test program, told by the environment to play a part; the parent listens to its output and kills it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use backtweet_stream::{Cleanup, FjallLog, Log, Record, RunnerOptions, Topic};
use bytes::Bytes;

use super::support::place::{Place, eventually, fresh, record, text, value};
use super::support::stages::{Relay, options, start};
use super::support::stores::MemoryStore;

/// Says which part a child plays, and on which directory.
const PART: &str = "BACKTWEET_TEST_CHILD";

/// A child at work.
struct Actor {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Actor {
    fn play(part: &str, dir: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--nocapture"])
            .env(PART, format!("{part}:{}", dir.display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// Kills it, as `kill -9` does, once it has said this much; returns the last number that it said.
    fn kill_after(mut self, number: usize) -> usize {
        let mut said = 0;
        while said < number {
            let line = self.lines.next().expect("the child died by itself").unwrap();
            said = line
                .strip_prefix("child ")
                .map_or(said, |number| number.parse().unwrap());
        }
        self.process.kill().unwrap();
        // What it said before it died counts as well.
        for line in self.lines.map_while(Result::ok) {
            said = line
                .strip_prefix("child ")
                .and_then(|number| number.parse().ok())
                .unwrap_or(said);
        }
        self.process.wait().unwrap();
        said
    }
}

fn say(number: usize) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "child {number}").unwrap();
    out.flush().unwrap();
}

/// Not a test by itself: where a child process starts.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(part) = std::env::var(PART) else { return };
    match part.split_once(':').unwrap() {
        ("append", dir) => append_for_ever(Path::new(dir)).await,
        ("relay", dir) => relay_for_ever(Path::new(dir)).await,
        (other, _) => panic!("no such part: {other}"),
    }
}

const TOPICS: [&str; 3] = ["in", "out", "dead"];

async fn open(dir: &Path) -> Arc<dyn Log> {
    let log: Arc<dyn Log> = Arc::new(FjallLog::open_at(dir).unwrap());
    let cleanup = Cleanup::Delete {
        retention: Duration::from_secs(7 * 86_400),
    };
    log.create(&TOPICS.map(|name| Topic {
        name: name.to_owned(),
        partitions: 3,
        cleanup,
    }))
    .await
    .unwrap();
    log
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<Record> {
    numbers
        .map(|n| record(format!("key-{}", n % 7), format!("{n:06}")))
        .collect()
}

async fn append_for_ever(dir: &Path) {
    let log = open(dir).await;
    for batch in 0.. {
        log.append("in", numbered(batch * 50..batch * 50 + 50)).await.unwrap();
        say((batch + 1) * 50);
    }
}

fn relay() -> Relay {
    Relay {
        name: "relay",
        from: "in",
        to: "out",
    }
}

fn relay_options() -> RunnerOptions {
    RunnerOptions {
        max_batch: 20,
        rewind: None,
        dead_letters: Some("dead".to_owned()),
        ..RunnerOptions::default()
    }
}

async fn relay_for_ever(dir: &Path) {
    let log = open(dir).await;
    log.append("in", numbered(0..20_000)).await.unwrap();
    let running = start(relay(), log, Arc::<MemoryStore>::default(), relay_options());
    loop {
        say(usize::try_from(running.stats.figures().records_in).unwrap());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Every record of a topic by key, in the order in which each first came.
async fn by_key(log: &Arc<dyn Log>, topic: &str) -> BTreeMap<Bytes, Vec<String>> {
    let mut found: BTreeMap<Bytes, Vec<String>> = BTreeMap::new();
    for (partition, end) in (0..).zip(log.ends(topic).await.unwrap()) {
        for delivered in log.read(topic, partition, 0, end, usize::MAX).await.unwrap() {
            let values = found.entry(delivered.record.key.clone()).or_default();
            if !values.contains(&value(&delivered)) {
                values.push(value(&delivered));
            }
        }
    }
    found
}

fn assert_all_in_order(found: &BTreeMap<Bytes, Vec<String>>, count: usize) {
    let all: usize = found.values().map(Vec::len).sum();
    assert!(all >= count, "{} of {count} records are lost", count - all);
    for (key, values) in found {
        assert!(values.is_sorted(), "the records of {} changed places", text(key));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_amid_appends_loses_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let acknowledged = Actor::play("append", dir.path()).kill_after(round * 1_000);
        let log = open(dir.path()).await;
        let found = by_key(&log, "in").await;
        assert_all_in_order_from_zero(&found, acknowledged);
        let ends = log.ends("in").await.unwrap();
        let next = log.append("in", vec![record("key", "next")]).await.unwrap()[0];
        assert_eq!(
            next.offset, ends[next.partition as usize],
            "offsets go on where they were"
        );
        drop(log);
        std::fs::remove_dir_all(dir.path()).unwrap();
    }
}

/// As [`assert_all_in_order`], and no number missing before the last.
fn assert_all_in_order_from_zero(found: &BTreeMap<Bytes, Vec<String>>, count: usize) {
    assert_all_in_order(found, count);
    let mut numbers: Vec<&String> = found.values().flatten().collect();
    numbers.sort();
    assert!(
        numbers
            .iter()
            .enumerate()
            .all(|(n, number)| **number == format!("{n:06}")),
        "a record in between is lost"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_amid_a_running_stage_completes_its_outputs_after_the_restart() {
    let dir = tempfile::tempdir().unwrap();
    let done = Actor::play("relay", dir.path()).kill_after(2_000);
    let log = open(dir.path()).await;
    let ends = log.ends("in").await.unwrap();
    let stored: u64 = log.stored("relay", "in").await.unwrap().into_iter().flatten().sum();
    assert!(
        stored > 0 && stored < ends.iter().sum(),
        "killed in the middle: {stored} stored, {done} done"
    );
    let passed: usize = by_key(&log, "out").await.values().map(Vec::len).sum();
    assert!(
        passed as u64 >= stored,
        "an offset was stored before its outputs: {stored} against {passed}"
    );
    let running = start(relay(), log.clone(), Arc::<MemoryStore>::default(), relay_options());
    eventually("the rest is done", || async {
        log.stored("relay", "in")
            .await
            .unwrap()
            .into_iter()
            .map(Option::unwrap_or_default)
            .eq(ends.iter().copied())
    })
    .await;
    running.stop().await.unwrap();
    assert_all_in_order_from_zero(&by_key(&log, "out").await, 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_amid_a_running_stage_loses_nothing() {
    let Some((place, restart, _alone)) = Place::kafka_alone("a_broker_killed_amid_a_running_stage").await else {
        return;
    };
    let stage = Relay {
        name: fresh("stage"),
        from: place.kept(3).await,
        to: place.kept(3).await,
    };
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let options = RunnerOptions {
        max_batch: 50,
        ..options(&place).await
    };
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options);
    place.append(from, numbered(0..2_000)).await;
    eventually("the stage is at work", || async {
        running.stats.figures().records_in > 100
    })
    .await;
    let killed = tokio::task::spawn_blocking(move || {
        let mut words = restart.split_whitespace();
        Command::new(words.next().unwrap()).args(words).status().unwrap()
    });
    let mut appended = 2_000;
    while !killed.is_finished() {
        // A producer that gives up tries again, as every service does.
        while place.log.append(from, numbered(appended..appended + 20)).await.is_err() {}
        appended += 20;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(killed.await.unwrap().success());
    while place.log.append(from, numbered(appended..appended + 20)).await.is_err() {}
    appended += 20;
    eventually("everything is done", || async {
        let (Ok(stored), Ok(ends)) = (place.log.stored(name, from).await, place.log.ends(from).await) else {
            return false;
        };
        stored.into_iter().map(Option::unwrap_or_default).eq(ends)
    })
    .await;
    running.stop().await.unwrap();
    assert_all_in_order_from_zero(&by_key(&place.log, to).await, appended);
}
