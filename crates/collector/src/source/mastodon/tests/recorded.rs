//! Recorded statuses of many servers and versions, served as a stream and by pages: each of them is accounted for.

use std::path::PathBuf;

use backtweet_runtime::Ports;
use backtweet_store::FjallStore;

use super::*;
use crate::testing::MemoryLog;
use crate::{Intake, Wire};

/// A recorded file; none, with a message, where it is not at hand.
fn recorded(file: &str) -> Option<String> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/mastodon"));
    let read = std::fs::read_to_string(folder.join(file));
    if read.is_err() {
        eprintln!("skipped: {} is not here", folder.join(file).display());
    }
    read.ok()
}

fn recorded_statuses() -> Vec<Value> {
    let file = recorded("statuses.ndjson").unwrap_or_default();
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What came of the lines: taken, ignored, refused; and the keys of what was published.
async fn taken(bench: &Bench) -> ((u64, u64, u64), BTreeSet<String>) {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(MemoryLog::default());
    let intake = Intake::new(Ports {
        log: log.clone(),
        store: Arc::new(FjallStore::open_at(folder.path()).unwrap()),
        clock: bench.clock.clone(),
    });
    let mut sum = (0, 0, 0);
    for batch in &bench.batches {
        let instance = Some(bench.source.instance_host());
        let taken = intake.take_lines(Wire::Mastodon, instance, 1, batch).await.unwrap();
        sum = (
            sum.0 + taken.accepted,
            sum.1 + taken.ignored,
            sum.2 + taken.refused_count,
        );
    }
    (sum, log.events().iter().map(PostEvent::key).collect())
}

/// What the statuses come to when they are handed in one by one.
async fn expected(statuses: &[Value]) -> ((u64, u64, u64), BTreeSet<String>) {
    let mut bench = Bench::start(false).await;
    bench.batches = vec![statuses.iter().map(|status| status.to_string().into()).collect()];
    taken(&bench).await
}

#[tokio::test]
async fn every_recorded_status_is_accounted_for_over_each_transport() {
    let statuses = recorded_statuses();
    if statuses.is_empty() {
        return;
    }
    let (expected, keys) = expected(&statuses).await;
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.connect().await;
        statuses.iter().for_each(|status| bench.server.post(status));
        // What was cut off on its way is refused, and costs nothing else.
        let cut: Vec<_> = ["truncated_malformed.json", "truncated_mastodonsocial.json"]
            .into_iter()
            .filter_map(recorded)
            .map(|text| text.replace(['\n', '\r'], " "))
            .collect();
        cut.iter().for_each(|text| bench.server.push("update", text));
        bench.server.push("delete", "1");
        bench.until(|bench| bench.gone() == ["1"]).await;
        assert_eq!(bench.server.streamed().len(), statuses.len() + cut.len() + 1);
        let ((accepted, ignored, refused), published) = taken(&bench).await;
        // A name's line says nothing by itself.
        let names = if sse { bench.server.streamed().len() as u64 } else { 0 };
        let sum = (accepted, ignored, refused);
        let more = (expected.0 + 1, expected.1 + names, expected.2 + cut.len() as u64);
        assert_eq!(sum, more, "sse: {sse}");
        assert_eq!(published, keys, "sse: {sse}");
    }
}

#[tokio::test]
async fn every_recorded_status_that_was_missed_is_fetched() {
    let statuses = recorded_statuses();
    if statuses.is_empty() {
        return;
    }
    let (expected, keys) = expected(&statuses).await;
    let mut bench = Bench::start(false).await;
    statuses.iter().for_each(|status| bench.server.post(status));
    let position = json!({"id": "99999999999999999", "at": received().minus(Duration::from_secs(60))});
    bench.position = Some(Position(position.to_string()));
    bench.connect().await;
    bench.until(|bench| !bench.open.is_empty()).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!(taken(&bench).await, (expected, keys));
    assert_eq!(bench.server.paged().len(), statuses.len());
}
