//! Somewhere to run a test: a log, fresh names, and helpers to fill and read it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backtweet_domain::Timestamp;
use backtweet_stream::{
    Cleanup, Consumer, Delivered, FjallLog, Followed, KafkaConfig, KafkaLog, Log, Polled, Record, Topic,
};
use bytes::Bytes;
use tokio::sync::{RwLock, RwLockReadGuard};

/// Longest that anything here may take.
const DEADLINE: Duration = Duration::from_secs(90);

/// A log under test.
pub struct Place {
    pub log: Arc<dyn Log>,
    /// Kept until the test is over, as what follows.
    _dir: Option<tempfile::TempDir>,
    _turn: Option<RwLockReadGuard<'static, ()>>,
}

/// Tests share the broker, save the one that restarts it.
static BROKER: RwLock<()> = RwLock::const_new(());

fn connect(bootstrap: String, prefix: &str) -> KafkaLog {
    let mut config = KafkaConfig::new(bootstrap);
    config.prefix = prefix.to_owned();
    // A member that crashed is missed soon.
    config
        .properties
        .insert("session.timeout.ms".to_owned(), "6000".to_owned());
    config
        .properties
        .insert("heartbeat.interval.ms".to_owned(), "500".to_owned());
    KafkaLog::connect(config).unwrap()
}

impl Place {
    pub fn embedded() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            log: Arc::new(FjallLog::open_at(dir.path()).unwrap()),
            _dir: Some(dir),
            _turn: None,
        }
    }

    /// The broker that the environment names; where it names none, says that the test is skipped.
    pub async fn kafka(test: &str) -> Option<Self> {
        let Ok(bootstrap) = std::env::var("BACKTWEET_TEST_KAFKA") else {
            eprintln!("skipped: {test} on Kafka; set BACKTWEET_TEST_KAFKA or run ./scripts/test");
            return None;
        };
        let turn = BROKER.read().await;
        Some(Self {
            log: Arc::new(connect(bootstrap, "tests.")),
            _dir: None,
            _turn: Some(turn),
        })
    }

    /// The same broker for a suite with another prefix.
    pub fn kafka_of(prefix: &str) -> KafkaLog {
        connect(std::env::var("BACKTWEET_TEST_KAFKA").unwrap(), prefix)
    }

    /// The broker with nobody else on it, and the command that restarts it.
    pub async fn kafka_alone(test: &str) -> Option<(Self, String, tokio::sync::RwLockWriteGuard<'static, ()>)> {
        let bootstrap = std::env::var("BACKTWEET_TEST_KAFKA");
        let (Ok(bootstrap), Ok(restart)) = (bootstrap, std::env::var("BACKTWEET_TEST_KAFKA_RESTART")) else {
            eprintln!(
                "skipped: {test} on Kafka; set BACKTWEET_TEST_KAFKA and BACKTWEET_TEST_KAFKA_RESTART or run ./scripts/test"
            );
            return None;
        };
        let alone = BROKER.write().await;
        Some((
            Self {
                log: Arc::new(connect(bootstrap, "")),
                _dir: None,
                _turn: None,
            },
            restart,
            alone,
        ))
    }

    /// A topic of its own with the dead letters beside it.
    pub async fn topic(&self, partitions: u32, cleanup: Cleanup) -> &'static str {
        let name = fresh("topic");
        self.log
            .create(&[Topic {
                name: name.to_owned(),
                partitions,
                cleanup,
            }])
            .await
            .unwrap();
        name
    }

    pub async fn kept(&self, partitions: u32) -> &'static str {
        self.topic(
            partitions,
            Cleanup::Delete {
                retention: Duration::from_secs(7 * 86_400),
            },
        )
        .await
    }

    pub async fn append(&self, topic: &str, records: impl IntoIterator<Item = Record>) {
        self.log.append(topic, records.into_iter().collect()).await.unwrap();
    }

    /// Everything that the topic holds.
    pub async fn everything(&self, topic: &str) -> Vec<Delivered> {
        let mut follower = self.log.follow(topic).await.unwrap();
        let mut all = Vec::new();
        loop {
            match within(follower.next()).await.unwrap() {
                Followed::Records(records) => all.extend(records),
                Followed::CaughtUp => return all,
            }
        }
    }

    /// The last value of each key, as a follower ends up with it.
    pub async fn table(&self, topic: &str) -> BTreeMap<Bytes, Bytes> {
        let mut table = BTreeMap::new();
        for Delivered { record, .. } in self.everything(topic).await {
            match record.value {
                Some(value) => table.insert(record.key, value),
                None => table.remove(&record.key),
            };
        }
        table
    }
}

/// A name that nothing else has, even on a broker that outlives this process.
pub fn fresh(what: &str) -> &'static str {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    String::leak(format!("test-{what}-{nanos}-{}-{count}", std::process::id()))
}

/// The present, to the millisecond as a log keeps it.
pub fn now() -> Timestamp {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap())
}

pub fn record(key: impl Into<String>, value: impl Into<String>) -> Record {
    Record {
        key: Bytes::from(key.into()),
        value: Some(Bytes::from(value.into())),
        time: now(),
    }
}

pub fn text(bytes: &Bytes) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The value of a record that is no tombstone.
pub fn value(delivered: &Delivered) -> String {
    text(delivered.record.value.as_ref().unwrap())
}

/// What a future comes to, or a failure where it takes for ever.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future)
        .await
        .expect("this takes for ever")
}

/// Waits until something holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let check = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(DEADLINE, check).await.is_ok(),
        "this never came about: {what}"
    );
}

/// Polls until `count` records have come.
pub async fn take(consumer: &mut dyn Consumer, count: usize) -> Vec<Delivered> {
    let mut taken = Vec::new();
    while taken.len() < count {
        if let Polled::Records { records, .. } = within(consumer.poll(100)).await.unwrap() {
            taken.extend(records);
        }
    }
    taken
}

/// Polls until these many partitions were assigned.
pub async fn assigned(consumer: &mut dyn Consumer, count: usize) -> Vec<u32> {
    let mut partitions = Vec::new();
    while partitions.len() < count {
        match within(consumer.poll(1)).await.unwrap() {
            Polled::Assigned(more) => partitions.extend(more),
            other => panic!("expected an assignment, got {other:?}"),
        }
    }
    partitions
}
