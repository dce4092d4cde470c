//! Records and positions as Kafka's messages carry them.

use bytes::Bytes;
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use backtweet_domain::Timestamp;

use super::fault::fault;
use crate::port::{Delivered, LogError, Position, Record};

/// A message as the port has it.
pub(super) fn delivered(message: &BorrowedMessage<'_>) -> Delivered {
    let position = Position {
        partition: number(message.partition()),
        offset: offset(message.offset()),
    };
    let bytes = |slice: &[u8]| Bytes::copy_from_slice(slice);
    let time = Timestamp::from_millis(message.timestamp().to_millis().unwrap_or(0));
    let record = Record {
        key: message.key().map(bytes).unwrap_or_default(),
        value: message.payload().map(bytes),
        time,
    };
    Delivered { position, record }
}

/// Partitions and offsets are never negative where they come from here.
pub(super) fn number(partition: i32) -> u32 {
    u32::try_from(partition).unwrap_or(0)
}

pub(super) fn offset(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or(0)
}

pub(super) fn raw(partition: u32) -> i32 {
    i32::try_from(partition).unwrap_or(i32::MAX)
}

/// An offset for the driver.
pub(super) fn at(offset: u64) -> Offset {
    Offset::Offset(i64::try_from(offset).unwrap_or(i64::MAX))
}

/// Partitions of one topic, each with an offset.
pub(super) fn list(
    topic: &str,
    partitions: impl IntoIterator<Item = (u32, Offset)>,
) -> Result<TopicPartitionList, LogError> {
    let mut list = TopicPartitionList::new();
    for (partition, offset) in partitions {
        list.add_partition_offset(topic, raw(partition), offset)
            .map_err(|error| fault(error, topic))?;
    }
    Ok(list)
}
