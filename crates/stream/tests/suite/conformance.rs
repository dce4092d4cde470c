//! One suite, both adapters: what every log has to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backtweet_domain::Timestamp;
use backtweet_stream::{Cleanup, Delivered, Followed, LogError, Record, partition_of};
use backtweet_wire::v1::DeadLetter;
use bytes::Bytes;
use prost::Message;

use crate::support::place::{Place, eventually, fresh, now, record, take, text, value, within};
use crate::support::stages::{Relay, options, start};
use crate::support::stores::MemoryStore;

/// Consumer groups.
mod groups;

/// Runs each test on the embedded log, and on Kafka where there is one.
macro_rules! on_both {
    ($($test:ident,)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(super::Place::embedded()).await;
            })*
        }
        mod kafka {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(place) = super::Place::kafka(stringify!($test)).await {
                    super::$test(place).await;
                }
            })*
        }
    };
}

use self::groups::*;

on_both![
    records_of_one_key_stay_in_order_on_the_keys_partition,
    a_record_reads_back_as_it_was_appended,
    a_crash_redelivers_what_was_not_stored_and_only_that,
    a_member_that_leaves_in_order_hands_over_where_it_stopped,
    nothing_is_lost_or_owned_twice_while_members_come_and_go,
    a_store_after_the_revocation_has_no_effect,
    a_paused_partition_waits_while_others_go_on,
    a_rewind_goes_back_by_the_margin_and_no_further,
    a_follower_catches_up_once_and_then_lives_on,
    a_compacted_topic_ends_up_with_the_newest_of_each_key,
    a_range_reads_again_without_a_group,
    a_dropped_poll_loses_nothing,
    a_record_over_the_limit_is_refused_and_the_rest_passes,
    topics_that_exist_stay_as_they_are,
    a_poison_record_does_not_block_its_partition,
];

async fn records_of_one_key_stay_in_order_on_the_keys_partition(place: Place) {
    let topic = place.kept(4).await;
    let mut appended = BTreeMap::new();
    for call in 0..3 {
        let records: Vec<Record> = (0..200)
            .map(|n| record(format!("key-{}", n % 23), format!("{:04}", call * 200 + n)))
            .collect();
        let positions = place.log.append(topic, records.clone()).await.unwrap();
        appended.extend(positions.into_iter().zip(records));
    }
    assert_eq!(appended.len(), 600, "each record has a place of its own");
    let mut consumer = place.log.join(fresh("group"), topic).await.unwrap();
    let mut last: BTreeMap<Bytes, String> = BTreeMap::new();
    for Delivered { position, record } in take(consumer.as_mut(), 600).await {
        assert_eq!(appended.get(&position), Some(&record), "at {position:?}");
        assert_eq!(
            position.partition,
            partition_of(&record.key, 4),
            "every program looks for the key there"
        );
        let value = text(record.value.as_ref().unwrap());
        assert!(
            last.insert(record.key, value.clone()) < Some(value),
            "a key's records changed places"
        );
    }
    consumer.close().await.unwrap();
}

async fn a_record_reads_back_as_it_was_appended(place: Place) {
    let topic = place.kept(1).await;
    let written = |key: &'static [u8], value: Option<&'static [u8]>, time| Record {
        key: Bytes::from_static(key),
        value: value.map(Bytes::from_static),
        time,
    };
    let records = vec![
        written(b"", Some(b""), now()),
        written(b"\0\xff", Some(b"\xff\0"), now()),
        written(b"gone", None, now()),
    ];
    place.append(topic, records.clone()).await;
    let odd = Timestamp::from_micros(now().micros() + 999);
    place
        .append(
            topic,
            [
                written(b"odd", Some(b""), odd),
                written(b"early", None, Timestamp::from_seconds(-5)),
            ],
        )
        .await;
    let read: Vec<Record> = place
        .everything(topic)
        .await
        .into_iter()
        .map(|delivered| delivered.record)
        .collect();
    assert_eq!(read[..3], records);
    assert_eq!(
        read[3].time,
        Timestamp::from_millis(odd.millis()),
        "both logs keep milliseconds"
    );
    assert_eq!(read[4].time, Timestamp::from_millis(1));
}

async fn a_follower_catches_up_once_and_then_lives_on(place: Place) {
    let topic = place.kept(3).await;
    let mut early = place.log.follow(topic).await.unwrap();
    assert_eq!(
        within(early.next()).await.unwrap(),
        Followed::CaughtUp,
        "an empty topic is known at once"
    );
    place
        .append(topic, (0..50).map(|n| record(format!("key-{n}"), format!("{n}"))))
        .await;
    let mut late = place.log.follow(topic).await.unwrap();
    let mut seen = BTreeSet::new();
    while let Followed::Records(records) = within(late.next()).await.unwrap() {
        seen.extend(records.iter().map(value));
    }
    assert_eq!(seen.len(), 50, "caught up means all of it");
    place.append(topic, [record("key", "live")]).await;
    for follower in [&mut early, &mut late] {
        let mut last = String::new();
        while last != "live" {
            match within(follower.next()).await.unwrap() {
                Followed::Records(records) => last = value(records.last().unwrap()),
                Followed::CaughtUp => panic!("said twice"),
            }
        }
    }
}

async fn a_compacted_topic_ends_up_with_the_newest_of_each_key(place: Place) {
    let topic = place.topic(2, Cleanup::Compact).await;
    for round in 0..20 {
        place
            .append(topic, (0..10).map(|n| record(format!("key-{n}"), format!("{round}a"))))
            .await;
        // Twice in one batch: the later one counts.
        let twice = (0..10).flat_map(|n| ["b", "c"].map(|step| record(format!("key-{n}"), format!("{round}{step}"))));
        place.append(topic, twice).await;
    }
    let gone = Record {
        value: None,
        ..record("key-3", "")
    };
    place.append(topic, [gone]).await;
    let table = place.table(topic).await;
    let expected: Vec<Bytes> = (0..10)
        .filter(|n| *n != 3)
        .map(|n| Bytes::from(format!("key-{n}")))
        .collect();
    assert_eq!(table.keys().cloned().collect::<Vec<_>>(), expected);
    assert!(table.values().all(|value| value == "19c"), "{table:?}");
    place.append(topic, [record("key-3", "back")]).await;
    assert_eq!(place.table(topic).await.get(&b"key-3"[..]), Some(&Bytes::from("back")));
}

async fn a_range_reads_again_without_a_group(place: Place) {
    let topic = place.kept(1).await;
    place
        .append(topic, (0..100).map(|n| record("key", format!("{n}"))))
        .await;
    assert_eq!(place.log.ends(topic).await.unwrap(), [100]);
    let read = |from, to, limit| {
        let log = place.log.clone();
        async move {
            log.read(topic, 0, from, to, limit)
                .await
                .unwrap()
                .iter()
                .map(value)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(read(10, 13, 100).await, ["10", "11", "12"]);
    assert_eq!(read(10, 100, 2).await, ["10", "11"]);
    assert_eq!(
        read(98, 1_000, 100).await,
        ["98", "99"],
        "what is not there yet is not waited for"
    );
    assert_eq!(read(100, 1_000, 100).await, Vec::<String>::new());
    assert_eq!(read(13, 10, 100).await, Vec::<String>::new());
    place.log.ping().await.unwrap();
}

async fn a_record_over_the_limit_is_refused_and_the_rest_passes(place: Place) {
    let topic = place.kept(1).await;
    let most = 8 * 1024 * 1024;
    let huge = record("key", "x".repeat(most));
    let error = place.log.append(topic, vec![huge]).await.unwrap_err();
    assert!(
        matches!(&error, LogError::Refused { topic: named, .. } if named == topic),
        "{error}"
    );
    assert!(
        error.to_string().contains("8388611") && !error.retry().is_retryable(),
        "{error}"
    );
    place
        .append(topic, [record("key", "x".repeat(most - 3)), record("key", "small")])
        .await;
    assert_eq!(place.everything(topic).await.len(), 2);
}

async fn topics_that_exist_stay_as_they_are(place: Place) {
    let topic = place.kept(2).await;
    place.append(topic, [record("key", "value")]).await;
    let other = backtweet_stream::Topic {
        name: topic.to_owned(),
        partitions: 5,
        cleanup: Cleanup::Compact,
    };
    place.log.create(&[other]).await.unwrap();
    assert_eq!(
        place.log.ends(topic).await.unwrap().len(),
        2,
        "keys would change their partition"
    );
    assert_eq!(place.everything(topic).await.len(), 1);
}

async fn a_poison_record_does_not_block_its_partition(place: Place) {
    let stage = Relay {
        name: fresh("stage"),
        from: place.kept(2).await,
        to: place.kept(2).await,
    };
    let (name, from, to) = (stage.name, stage.from, stage.to);
    let options = options(&place).await;
    let word = |n: u32| {
        if n % 10 == 4 {
            format!("poison-{n}")
        } else {
            format!("{n}")
        }
    };
    place
        .append(from, (0..100).map(|n| record(format!("key-{}", n % 5), word(n))))
        .await;
    let running = start(stage, place.log.clone(), Arc::<MemoryStore>::default(), options.clone());
    eventually("all records are done", || async {
        running.stats.figures().records_in >= 100
    })
    .await;
    running.stop().await.unwrap();
    let passed: BTreeSet<String> = place.everything(to).await.iter().map(value).collect();
    assert_eq!(passed.len(), 90);
    let letters = place.everything(options.dead_letters.as_deref().unwrap()).await;
    let named: BTreeSet<Bytes> = letters
        .iter()
        .map(|letter| {
            DeadLetter::decode(letter.record.value.clone().unwrap())
                .unwrap()
                .value
                .unwrap()
        })
        .collect();
    assert_eq!(named.len(), 10);
    assert!(named.iter().all(|value| value.starts_with(b"poison-")));
    let stored: Vec<u64> = place
        .log
        .stored(name, from)
        .await
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(stored, place.log.ends(from).await.unwrap());
}
