//! Bluesky live, from a fake Jetstream: who points back is seen as it happens, every event is accounted for, and gaps show.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use backtweet_domain::Timestamp;
use backtweet_simulator::servers::appview::{AppView, Profile};
use backtweet_simulator::servers::jetstream::{Jetstream, Misdeed, Setup};
use backtweet_stream::{FjallLog, Log};
use backtweet_tests::{Suite, real_data};
use backtweet_wire::topics;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Now, about; the fake network's events follow from here.
fn now_us() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    since.map_or(0, |since| since.as_micros() as i64)
}

/// A post that mentions `did`, as Jetstream's v1 wire has it.
pub fn mention(number: i64, at_us: i64, did: &str, text: &str) -> Bytes {
    let event = json!({
        "did": format!("did:plc:author{number:018}"), "time_us": at_us, "kind": "commit",
        "commit": {
            "rev": tid(at_us), "operation": "create", "collection": "app.bsky.feed.post", "rkey": tid(at_us),
            "cid": "bafyreia", "record": {
                "$type": "app.bsky.feed.post", "text": format!("@acme {text}"), "createdAt": "2026-11-01T00:00:00Z", "langs": ["en"],
                "facets": [{"index": {"byteStart": 0, "byteEnd": 5}, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]}],
            },
        },
    });
    event.to_string().into()
}

/// A record key that carries its time.
fn tid(at_us: i64) -> String {
    const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let number = (at_us as u64) << 10;
    let letter = |place: u32| char::from(LETTERS[(number >> (place * 5)) as usize % 32]);
    (0..13).rev().map(letter).collect()
}

const ACME: &str = "did:plc:acmeacmeacmeacmeacmeacme";

fn put_acme(suite: &Suite) -> Result<()> {
    let account = format!("bluesky:{ACME}");
    suite.ask(&["subject", "put", "acme", "--account", &account]).map(drop)
}

fn serve(runtime: &Runtime, events: Vec<Bytes>, dictionary: Option<Vec<u8>>) -> Result<Jetstream> {
    let setup = Setup {
        events,
        dictionary,
        ..Setup::default()
    };
    Ok(runtime.block_on(Jetstream::start(setup))?)
}

fn sources(suite: &Suite, holds: impl Fn(&Value) -> bool) -> Result<Value> {
    Ok(serde_json::from_str(
        &suite.wait(&["sources", "--format", "json"], holds)?,
    )?)
}

#[test]
fn who_points_back_is_shown_as_it_happens_and_nothing_counts_as_missed() -> Result<()> {
    let runtime = Runtime::new()?;
    let server = serve(&runtime, vec![], None)?;
    let appview = runtime.block_on(AppView::start())?;
    appview.put(Profile {
        did: ACME.to_owned(),
        handle: "acme.example".to_owned(),
        followers: 5_000,
    });
    let data = tempfile::tempdir()?;
    let (url, set) = (server.url(), format!("collector.appview={}", appview.url()));
    let suite = Suite::start_with(data.path(), &["--bluesky", &url, "--track", "@acme.example"], &[set])?;
    sources(&suite, |sources| sources["assignments"][0]["state"] == "connected")?;

    let at = now_us();
    server.push([
        mention(1, at - 2_000, ACME, "what rockets, wonderful"),
        mention(2, at - 1_000, "did:plc:somebodyelse", "nothing to do with it"),
    ])?;
    suite.line(|line| line.contains("what rockets, wonderful"))?;

    let found = suite.wait_for("acme.example", |summary| {
        summary["figures"]["backtweets"] == 1 && summary["coverage"]["measured"] == true
    })?;
    let coverage = serde_json::from_str::<Value>(&found)?["coverage"].take();
    assert_eq!(
        (&coverage["seen_low"], &coverage["seen_high"]),
        (&json!(1.0), &json!(1.0)),
        "{coverage}"
    );
    assert!(suite.stop()?.success());
    Ok(())
}

#[test]
fn what_happens_while_a_collector_that_saw_nothing_yet_is_down_is_counted() -> Result<()> {
    let runtime = Runtime::new()?;
    let server = serve(&runtime, vec![], None)?;
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    put_acme(&suite)?;
    suite.ask(&["sources", "add", "bluesky", "--server", &server.url()])?;
    sources(&suite, |sources| sources["assignments"][0]["state"] == "connected")?;
    assert!(suite.stop()?.success());
    server.push([mention(1, now_us(), ACME, "while nobody looked")])?;
    let suite = Suite::start(data.path(), &[])?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == 1)?;
    Ok(())
}

#[test]
fn a_gap_that_the_network_made_stands_beside_the_figures_until_the_end() -> Result<()> {
    let runtime = Runtime::new()?;
    let start = now_us() - 600_000_000;
    let at = |second: i64| start + second * 1_000_000;
    let server = serve(&runtime, vec![], None)?;
    server.script([Misdeed::Cut { after: 60 }]);
    // When it is asked for what lies between, that is not there any more.
    server.script([Misdeed::Clamp { before_us: at(300) }]);
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    put_acme(&suite)?;
    suite.ask(&["sources", "add", "bluesky", "--server", &server.url()])?;
    sources(&suite, |sources| sources["assignments"][0]["state"] == "connected")?;
    server.push((0..400).map(|second| mention(second, at(second), ACME, "it moves")))?;

    let found = suite.wait_for("acme", |summary| {
        summary["figures"]["backtweets"].as_u64() >= Some(150) && summary["coverage"]["gaps"].is_array()
    })?;
    let coverage = serde_json::from_str::<Value>(&found)?["coverage"].take();
    let (low, high) = (coverage["seen_low"].as_f64(), coverage["seen_high"].as_f64());
    assert!(low < Some(1.0) && low <= high, "{coverage}");
    let sources = sources(&suite, |sources| {
        sources["assignments"][0]["last_hour"]["gaps"][0]["open"] == false
    })?;
    let gap = &sources["assignments"][0]["last_hour"]["gaps"][0];
    assert_eq!(gap["cause"], "the network no longer had it", "{sources}");
    Ok(())
}

#[test]
fn a_message_that_is_too_long_is_counted_as_refused_and_costs_nothing_else() -> Result<()> {
    let runtime = Runtime::new()?;
    let server = serve(&runtime, vec![], None)?;
    server.script([Misdeed::Oversized {
        after: 5,
        bytes: 20 * 1024 * 1024,
    }]);
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    put_acme(&suite)?;
    suite.ask(&["sources", "add", "bluesky", "--server", &server.url()])?;
    sources(&suite, |sources| sources["assignments"][0]["state"] == "connected")?;
    let at = now_us() - 1_000_000;
    server.push((0..10).map(|number| mention(number, at + number, ACME, "it moves")))?;
    let found = sources(&suite, |sources| sources["assignments"][0]["last_hour"]["events"] == 10)?;
    let seen = &found["assignments"][0]["last_hour"];
    assert_eq!((&seen["refused"], &seen["lines"]), (&json!(1), &json!(11)), "{seen}");
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == 10)?;
    assert_eq!(server.asked().len(), 1, "the connection did not break");
    Ok(())
}

#[test]
fn every_captured_event_is_accounted_for_on_every_wire() -> Result<()> {
    let Some(dictionary) = real_data("jetstream/legacy_subscribe.zdict") else {
        return Ok(());
    };
    for name in ["production_v1.jsonl", "golden_v1.jsonl", "sample_2024.jsonl"] {
        let Some(file) = real_data(&format!("jetstream/{name}")) else {
            return Ok(());
        };
        let pushed = pushed(&file)?;
        ensure!(!pushed.is_empty(), "{name} comes to nothing");
        for (wire, compressed) in [("1", false), ("1", true), ("2", false), ("2", true)] {
            let dictionary = compressed.then_some(dictionary.as_path());
            let collected = collected(&file, wire, dictionary)?;
            assert_eq!(
                collected.len(),
                pushed.len(),
                "{name}, wire {wire}, compressed: {compressed}"
            );
            assert!(
                collected == pushed,
                "{name}, wire {wire}, compressed: {compressed}: other events"
            );
        }
    }
    Ok(())
}

/// What a push of the file leaves in the log.
fn pushed(file: &Path) -> Result<BTreeSet<Bytes>> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["push", file.to_str().context("a path")?, "--from", "jetstream"])?;
    suite.stop()?;
    posts(data.path())
}

/// What collecting it from a server that replays it leaves in the log.
fn collected(file: &Path, wire: &str, dictionary: Option<&Path>) -> Result<BTreeSet<Bytes>> {
    let text = std::fs::read_to_string(file)?;
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let time = |line: &&str| serde_json::from_str::<Value>(line).ok()?["time_us"].as_i64();
    lines.sort_by_key(time);
    let runtime = Runtime::new()?;
    let words = dictionary.map(std::fs::read).transpose()?;
    let server = serve(&runtime, vec![], words)?;
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    let (url, path) = (server.url(), dictionary.map(|path| path.to_string_lossy().into_owned()));
    let mut add = vec!["sources", "add", "bluesky", "--server", &url, "--wire", wire];
    add.extend(path.iter().flat_map(|path| ["--dictionary", path.as_str()]));
    // Whoever comes without a cursor gets what happens from then on.
    suite.ask(&add)?;
    sources(&suite, |sources| sources["assignments"][0]["state"] == "connected")?;
    server.push(lines.iter().map(|line| Bytes::from(line.to_string())))?;
    let last = lines
        .iter()
        .filter(is_wanted)
        .filter_map(time)
        .max()
        .context("a time")?;
    let reached = Timestamp::from_micros(last).to_string();
    sources(&suite, |sources| {
        sources["assignments"][0]["reached"] == reached.as_str()
    })?;
    ensure!(
        server
            .asked()
            .iter()
            .all(|asked| asked.compressed == dictionary.is_some()),
        "{:?}",
        server.asked()
    );
    suite.stop()?;
    posts(data.path())
}

/// Whether a server sends it to whoever wants posts, reposts and follows.
fn is_wanted(line: &&&str) -> bool {
    let event: Value = serde_json::from_str(line).unwrap_or_default();
    let collection = event["commit"]["collection"].as_str();
    collection.is_none_or(|it| {
        matches!(
            it,
            "app.bsky.feed.post" | "app.bsky.feed.repost" | "app.bsky.graph.follow"
        )
    })
}

/// Everything that a stopped suite's log has of posts.
fn posts(data: &Path) -> Result<BTreeSet<Bytes>> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let log = FjallLog::open_at(data.join("db"))?;
        let mut posts = BTreeSet::new();
        for (partition, end) in (0..).zip(log.ends(topics::POSTS).await?) {
            let records = log.read(topics::POSTS, partition, 0, end, usize::MAX).await?;
            posts.extend(records.into_iter().filter_map(|delivered| delivered.record.value));
        }
        Ok(posts)
    })
}
