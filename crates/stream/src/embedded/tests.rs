//! What only the embedded log has: reopening, sweeping, and how little a compacted topic keeps.

use std::path::Path;
use std::time::Duration;

use backtweet_domain::{ManualClock, Timestamp};
use bytes::Bytes;

use super::*;
use crate::port::{Cleanup, Followed};

const DAY: Duration = Duration::from_secs(86_400);

fn topic(cleanup: Cleanup) -> Topic {
    Topic {
        name: "topic".to_owned(),
        partitions: 1,
        cleanup,
    }
}

fn at(days: i64, value: &str) -> Record {
    let time = Timestamp::from_seconds(days * 86_400);
    Record {
        key: Bytes::from_static(b"key"),
        value: Some(Bytes::from(value.to_owned())),
        time,
    }
}

fn open_on(path: &Path, day: i64) -> FjallLog {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(day * 86_400)));
    let options = FjallLogOptions {
        clock,
        ..FjallLogOptions::default()
    };
    FjallLog::open_with(&Database::builder(path).open().unwrap(), options).unwrap()
}

async fn values(log: &FjallLog) -> Vec<String> {
    let all = log.read("topic", 0, 0, u64::MAX, usize::MAX).await.unwrap();
    let value = |delivered: Delivered| String::from_utf8(delivered.record.value.unwrap().to_vec()).unwrap();
    all.into_iter().map(value).collect()
}

#[tokio::test]
async fn what_outlived_its_retention_goes_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let log = open_on(dir.path(), 10);
    log.create(&[topic(Cleanup::Delete { retention: 7 * DAY })])
        .await
        .unwrap();
    // The record from the far future must not keep those behind it for ever.
    let records = vec![at(1, "old"), at(9_000, "stray"), at(2, "old too"), at(5, "young")];
    log.append("topic", records).await.unwrap();
    assert_eq!(log.sweep().await.unwrap(), 2);
    assert_eq!(values(&log).await, ["stray", "young"]);
    assert_eq!(log.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn offsets_never_start_over_even_when_everything_was_swept() {
    let dir = tempfile::tempdir().unwrap();
    {
        let log = open_on(dir.path(), 10);
        log.create(&[topic(Cleanup::Delete { retention: 7 * DAY })])
            .await
            .unwrap();
        log.append("topic", vec![at(1, "a"), at(1, "b")]).await.unwrap();
        let mut consumer = log.join("group", "topic").await.unwrap();
        consumer.poll(1).await.unwrap();
        consumer.store(0, 2).unwrap();
        consumer.close().await.unwrap();
        assert_eq!(log.sweep().await.unwrap(), 2);
    }
    let log = open_on(dir.path(), 10);
    assert_eq!(
        log.ends("topic").await.unwrap(),
        [2],
        "a stored offset would lie in the future of new records"
    );
    assert_eq!(log.stored("group", "topic").await.unwrap(), [Some(2)]);
    assert_eq!(
        log.append("topic", vec![at(9, "c")]).await.unwrap(),
        [Position {
            partition: 0,
            offset: 2
        }]
    );
    assert_eq!(values(&log).await, ["c"]);
}

#[tokio::test]
async fn a_compacted_topic_keeps_one_record_for_each_key() {
    let dir = tempfile::tempdir().unwrap();
    {
        let log = open_on(dir.path(), 10);
        log.create(&[topic(Cleanup::Compact)]).await.unwrap();
        for round in 0..100 {
            log.append("topic", vec![at(1, "first"), at(1, &round.to_string())])
                .await
                .unwrap();
        }
        assert_eq!(values(&log).await, ["99"]);
        let mut follower = log.follow("topic").await.unwrap();
        assert!(matches!(follower.next().await.unwrap(), Followed::Records(_)));
        assert_eq!(follower.next().await.unwrap(), Followed::CaughtUp);
        let gone = Record {
            value: None,
            ..at(1, "")
        };
        log.append("topic", vec![gone]).await.unwrap();
        let Followed::Records(records) = follower.next().await.unwrap() else {
            panic!("said twice")
        };
        assert_eq!(records[0].record.value, None, "who follows has to hear of the end");
    }
    let log = open_on(dir.path(), 10);
    assert_eq!(
        values(&log).await,
        Vec::<String>::new(),
        "a tombstone that nobody follows is kept for nothing"
    );
    assert_eq!(log.append("topic", vec![at(1, "back")]).await.unwrap()[0].offset, 201);
}

#[tokio::test]
async fn a_name_without_a_topic_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = open_on(dir.path(), 0);
    let error = log.append("absent", vec![at(1, "a")]).await.unwrap_err();
    assert!(error.to_string().contains("`absent`"), "{error}");
    let second = FjallLog::open_at(dir.path()).map(|_| ()).unwrap_err();
    assert!(second.to_string().contains("another process"), "{second}");
}
