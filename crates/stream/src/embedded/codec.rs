//! How the embedded log writes things down: names of keyspaces, keys, records and topics. No I/O.

use std::time::Duration;

use bytes::Bytes;

use backtweet_domain::Timestamp;

use crate::limits::kept_millis;
use crate::port::{Cleanup, LogError, Record, Topic};

/// Topics and how far their partitions reach.
pub(super) const META: &str = "log-meta";
/// The offsets that groups stored.
pub(super) const OFFSETS: &str = "log-offsets";
/// Longest topic name, so that the names of its keyspaces fit.
const LONGEST_NAME: usize = 200;
/// Bytes in front of a record's key: time, length of the key, whether there is a value.
const HEAD: usize = 8 + 4 + 1;

/// Keyspace of a partition's records, by offset. `#` is in no topic's name, so no two topics share one.
pub(super) fn records_keyspace(topic: &str, partition: u32) -> String {
    format!("log-{topic}#{partition}")
}

/// Keyspace of a compacted partition's newest offsets, by record key.
pub(super) fn newest_keyspace(topic: &str, partition: u32) -> String {
    format!("log-{topic}#{partition}#newest")
}

/// Where [`META`] keeps a topic.
pub(super) fn topic_key(topic: &str) -> String {
    format!("topic/{topic}")
}

/// What all keys of topics start with.
pub(super) const TOPIC_PREFIX: &str = "topic/";

/// Where [`META`] keeps the bounds of a partition from which records were removed.
pub(super) fn bounds_key(topic: &str, partition: u32) -> String {
    format!("bounds/{topic}#{partition}")
}

/// Where [`OFFSETS`] keeps what `group` stored; the length of the group keeps its name and the topic's apart.
pub(super) fn offset_key(group: &str, topic: &str, partition: u32) -> Vec<u8> {
    let mut key = Vec::with_capacity(8 + group.len() + topic.len());
    key.extend((group.len() as u32).to_be_bytes());
    key.extend(group.as_bytes());
    key.extend(topic.as_bytes());
    key.extend(partition.to_be_bytes());
    key
}

/// Reads an offset, which is kept big-endian so that offsets sort.
pub(super) fn offset(bytes: &[u8]) -> Result<u64, LogError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| torn("an offset"))
}

/// Reads a partition's bounds: its first offset, and the next one.
pub(super) fn bounds(bytes: &[u8]) -> Result<(u64, u64), LogError> {
    let (start, end) = bytes.split_at_checked(8).ok_or_else(|| torn("a partition's bounds"))?;
    Ok((offset(start)?, offset(end)?))
}

/// A partition's bounds as [`bounds`] reads them.
pub(super) fn write_bounds(start: u64, end: u64) -> Vec<u8> {
    [start.to_be_bytes(), end.to_be_bytes()].concat()
}

/// A record as [`record`] reads it.
pub(super) fn write_record(record: &Record) -> Vec<u8> {
    let value = record.value.as_deref();
    let mut bytes = Vec::with_capacity(HEAD + record.key.len() + value.map_or(0, <[u8]>::len));
    bytes.extend(kept_millis(record).to_be_bytes());
    bytes.extend((record.key.len() as u32).to_be_bytes());
    bytes.push(u8::from(value.is_some()));
    bytes.extend(&record.key[..]);
    bytes.extend(value.unwrap_or_default());
    bytes
}

/// Reads a record; one allocation, which its key and value share.
pub(super) fn record(bytes: &[u8]) -> Result<Record, LogError> {
    let (head, _) = bytes.split_first_chunk::<HEAD>().ok_or_else(|| torn("a record"))?;
    let [t0, t1, t2, t3, t4, t5, t6, t7, k0, k1, k2, k3, has_value] = *head;
    let time = Timestamp::from_millis(i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]));
    let value_at = HEAD + u32::from_be_bytes([k0, k1, k2, k3]) as usize;
    if value_at > bytes.len() {
        return Err(torn("a record"));
    }
    let whole = Bytes::copy_from_slice(bytes);
    let value = (has_value == 1).then(|| whole.slice(value_at..));
    Ok(Record {
        key: whole.slice(HEAD..value_at),
        value,
        time,
    })
}

/// A topic as [`topic`] reads it.
pub(super) fn write_topic(topic: &Topic) -> Vec<u8> {
    let retention = match topic.cleanup {
        Cleanup::Delete { retention } => u64::try_from(retention.as_millis()).unwrap_or(u64::MAX - 1),
        Cleanup::Compact => u64::MAX,
    };
    let mut bytes = topic.partitions.to_be_bytes().to_vec();
    bytes.extend(retention.to_be_bytes());
    bytes
}

/// Reads a topic.
pub(super) fn topic(name: &str, bytes: &[u8]) -> Result<Topic, LogError> {
    let (partitions, retention) = bytes.split_first_chunk::<4>().ok_or_else(|| torn("a topic"))?;
    let cleanup = match offset(retention)? {
        u64::MAX => Cleanup::Compact,
        millis => Cleanup::Delete {
            retention: Duration::from_millis(millis),
        },
    };
    Ok(Topic {
        name: name.to_owned(),
        partitions: u32::from_be_bytes(*partitions),
        cleanup,
    })
}

/// Says why a topic cannot be made, if so.
pub(super) fn check_topic(topic: &Topic) -> Result<(), LogError> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = &topic.name;
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(letter) {
        let reason =
            format!("`{name}` cannot name a topic: use 1 to {LONGEST_NAME} of a-z, A-Z, 0-9, `.`, `_` and `-`");
        return Err(LogError::Unusable { reason });
    }
    if topic.partitions == 0 {
        let reason = format!("topic `{name}` cannot have 0 partitions: give it at least one");
        return Err(LogError::Unusable { reason });
    }
    Ok(())
}

fn torn(what: &str) -> LogError {
    let reason =
        format!("{what} on disk is not as it was written; restore the data directory, or start with an empty one");
    LogError::Unusable { reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_record_reads_back_as_written(key: Vec<u8>, value: Option<Vec<u8>>, millis in 1..i64::MAX / 1_000) {
            let time = Timestamp::from_millis(millis);
            let written = Record { key: key.into(), value: value.map(Bytes::from), time };
            prop_assert_eq!(record(&write_record(&written)).unwrap(), written);
        }

        #[test]
        fn bytes_that_are_no_record_are_an_error_not_a_panic(bytes: Vec<u8>) {
            let _ = record(&bytes);
            let _ = topic("t", &bytes);
            let _ = bounds(&bytes);
        }

        #[test]
        fn offsets_of_different_groups_and_topics_never_meet(a: String, b: String, c: String, d: String) {
            prop_assert_eq!(offset_key(&a, &b, 0) == offset_key(&c, &d, 0), a == c && b == d);
        }
    }

    #[test]
    fn a_topic_reads_back_as_written() {
        for cleanup in [
            Cleanup::Compact,
            Cleanup::Delete {
                retention: Duration::from_secs(7 * 86_400),
            },
        ] {
            let written = Topic {
                name: "backtweet.posts".to_owned(),
                partitions: 12,
                cleanup,
            };
            assert_eq!(topic("backtweet.posts", &write_topic(&written)).unwrap(), written);
        }
    }

    #[test]
    fn a_name_that_cannot_be_a_topic_is_refused_by_name() {
        let bad = Topic {
            name: "posts#1".to_owned(),
            partitions: 1,
            cleanup: Cleanup::Compact,
        };
        assert!(check_topic(&bad).unwrap_err().to_string().contains("`posts#1`"));
        let none = Topic {
            name: "posts".to_owned(),
            partitions: 0,
            cleanup: Cleanup::Compact,
        };
        assert!(check_topic(&none).unwrap_err().to_string().contains("0 partitions"));
    }
}
