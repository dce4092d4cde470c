//! Three collectors share 24 assignments over Kafka and Redis; one is killed, another comes, Redis falls: nothing is lost, and nobody is
//! silent for long.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use backtweet_runtime::coverage;
use backtweet_simulator::servers::jetstream::{Jetstream, Setup};
use backtweet_store::{RedisConfig, RedisStore};
use backtweet_stream::{KafkaConfig, KafkaLog, Log};
use backtweet_tests::{DEADLINE, broker, note, servers};
use backtweet_wire::record::decode_post_event;
use backtweet_wire::topics;
use backtweet_wire::v1::AssignmentState;
use tokio::runtime::Runtime;

use crate::cluster::Service;
use crate::faults::Redis;
use crate::live::mention;

const ASSIGNMENTS: usize = 24;
/// How long an assignment may be silent, whatever happens to one collector or to the store.
const SILENCE: Duration = Duration::from_secs(15);

/// Looks at the leases, and keeps how long each stood still.
struct Watcher {
    store: RedisStore,
    ids: Vec<String>,
    seen: BTreeMap<String, (i64, Instant)>,
    longest: Duration,
}

impl Watcher {
    async fn connect(url: String, prefix: &str) -> Result<Self> {
        let config = RedisConfig {
            prefix: prefix.to_owned(),
            ..RedisConfig::single(url)
        };
        Ok(Self {
            store: RedisStore::connect(config).await?,
            ids: (0..ASSIGNMENTS).map(|shard| format!("bluesky/{shard}")).collect(),
            seen: BTreeMap::new(),
            longest: Duration::ZERO,
        })
    }

    /// How far each assignment was read, and by whom it is read now; nothing while the store does not answer.
    async fn look(&mut self) -> BTreeMap<String, (i64, String)> {
        let Ok(leases) = coverage::leases(&self.store, &self.ids).await else {
            return BTreeMap::new();
        };
        let held = self.ids.iter().zip(leases).filter_map(|(id, lease)| {
            let held = lease?.1.assignment?;
            let connected = held.state() == AssignmentState::Connected;
            Some((
                id.clone(),
                (
                    held.reached_us.unwrap_or(0),
                    if connected { held.collector } else { String::new() },
                ),
            ))
        });
        let held: BTreeMap<_, _> = held.collect();
        for (id, (reached, _)) in &held {
            let (known, since) = self.seen.entry(id.clone()).or_insert((*reached, Instant::now()));
            if reached > known {
                self.longest = self.longest.max(since.elapsed());
                (*known, *since) = (*reached, Instant::now());
            }
        }
        held
    }

    async fn until(&mut self, what: &str, holds: impl Fn(&BTreeMap<String, (i64, String)>) -> bool) -> Result<()> {
        let started = Instant::now();
        loop {
            let held = self.look().await;
            if held.len() == ASSIGNMENTS && holds(&held) {
                return Ok(());
            }
            ensure!(started.elapsed() < DEADLINE, "{what}: {held:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn all_read(held: &BTreeMap<String, (i64, String)>) -> bool {
    held.values().all(|(_, collector)| !collector.is_empty())
}

fn collectors(held: &BTreeMap<String, (i64, String)>) -> BTreeSet<&str> {
    held.values()
        .map(|(_, collector)| collector.as_str())
        .filter(|it| !it.is_empty())
        .collect()
}

/// All posts that the log has.
async fn published(brokers: &str, prefix: &str) -> Result<BTreeSet<String>> {
    let config = KafkaConfig {
        prefix: prefix.to_owned(),
        ..KafkaConfig::new(brokers.to_owned())
    };
    let log = KafkaLog::connect(config)?;
    let mut posts = BTreeSet::new();
    for (partition, end) in (0..).zip(log.ends(topics::POSTS).await?) {
        let mut next = 0;
        while next < end {
            let records = log.read(topics::POSTS, partition, next, end, 1_000).await?;
            for delivered in &records {
                let event = decode_post_event(delivered.record.value.as_deref().unwrap_or_default())?;
                posts.insert(event.key());
            }
            next = records.last().map_or(end, |last| last.position.offset + 1);
        }
    }
    Ok(posts)
}

#[test]
fn collectors_that_die_and_come_and_a_store_that_falls_lose_nothing() -> Result<()> {
    let Some(mut set) = servers("fleet") else { return Ok(()) };
    let _broker = broker();
    let value = |key: &str| {
        let found = set
            .iter()
            .find_map(|option| option.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_default().to_owned()
    };
    let (brokers, prefix, store_prefix) = (value("log.brokers"), value("log.prefix"), value("store.prefix"));
    // A Redis of its own, since it will fall.
    let folder = tempfile::tempdir()?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut redis = Redis::start(folder.path(), port)?;
    let url = format!("redis://127.0.0.1:{port}");
    set.retain(|option| !option.starts_with("store.url="));
    set.push(format!("store.url={url}"));

    let runtime = Runtime::new()?;
    let server = Arc::new(runtime.block_on(Jetstream::start(Setup::default()))?);
    let mut fleet = (0..3)
        .map(|_| Service::start("collector", &set))
        .collect::<Result<Vec<_>>>()?;
    fleet[0].client.ask(&[
        "sources",
        "add",
        "bluesky",
        "--server",
        &server.url(),
        "--shards",
        &ASSIGNMENTS.to_string(),
    ])?;

    runtime.block_on(async {
        let mut watcher = Watcher::connect(url.clone(), &store_prefix).await?;
        watcher
            .until("three share", |held| collectors(held).len() == 3 && all_read(held))
            .await?;

        // Posts of many accounts, so that each shard has some every second, for as long as the test runs.
        let (pushing, start) = (
            Arc::clone(&server),
            std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_micros() as i64,
        );
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        let pusher = tokio::spawn(async move {
            let mut number = 0;
            while stopped.try_recv().is_err() {
                let at = std::time::SystemTime::UNIX_EPOCH
                    .elapsed()
                    .map_or(start, |now| now.as_micros() as i64);
                let batch = (0..200).map(|place| mention(number + place, at + place, "did:plc:nobody", "on and on"));
                let _ = pushing.push(batch);
                number += 200;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            number
        });

        watcher
            .until("all read", |held| held.values().all(|(reached, _)| *reached > 0))
            .await?;
        fleet.remove(1).kill()?;
        watcher.until("two share", |held| collectors(held).len() == 2).await?;
        fleet.push(Service::start("collector", &set)?);
        watcher
            .until("three share again", |held| collectors(held).len() == 3)
            .await?;
        redis.kill()?;
        let restarted = Redis::start(folder.path(), port)?;
        let before = watcher.look().await;
        watcher
            .until("all go on", |held| {
                held.iter()
                    .all(|(id, (reached, _))| before.get(id).is_none_or(|(then, _)| reached > then))
            })
            .await?;
        let _ = stop.send(());
        let sent = pusher.await?;
        let last = |held: &BTreeMap<String, (i64, String)>| held.values().map(|(reached, _)| *reached).max();
        let started = Instant::now();
        let expected: BTreeSet<String> = expected(&server, sent as usize);
        loop {
            let found = published(&brokers, &prefix).await?;
            if found == expected {
                break;
            }
            let held = watcher.look().await;
            let missing = expected.difference(&found).count();
            ensure!(
                started.elapsed() < DEADLINE,
                "{missing} of {sent} posts are missing, {:?}, {held:?}",
                last(&held)
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        note(&format!(
            "the longest silence of an assignment was {:.1} s",
            watcher.longest.as_secs_f64()
        ));
        ensure!(
            watcher.longest < SILENCE,
            "an assignment was silent for {:?}",
            watcher.longest
        );
        drop(restarted);
        Ok(())
    })
}

/// The posts that the server has, read from its own frames.
fn expected(server: &Jetstream, count: usize) -> BTreeSet<String> {
    let post = |place| {
        let (frame, _) = server.frames(place)?;
        let event: serde_json::Value = serde_json::from_slice(&frame).ok()?;
        let (did, rkey) = (event["did"].as_str()?, event["commit"]["rkey"].as_str()?);
        Some(format!("bluesky:at://{did}/app.bsky.feed.post/{rkey}"))
    };
    (0..count).filter_map(post).collect()
}
