//! What a record may be: the same for both adapters, so that what one takes and gives back the other does too.

use bytes::Bytes;

use crate::port::{LogError, Record};

/// Largest record (key and value together) that is taken unless configured otherwise, in bytes.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Refuses a record over the limit.
pub(crate) fn check_size(topic: &str, record: &Record, most_bytes: usize) -> Result<(), LogError> {
    let bytes = record.key.len() + record.value.as_ref().map_or(0, Bytes::len);
    if bytes <= most_bytes {
        return Ok(());
    }
    let reason = format!("it has {bytes} bytes, and the limit is {most_bytes}: send less in one record");
    Err(LogError::Refused {
        topic: topic.to_owned(),
        reason,
    })
}

/// A record's time as both logs keep it, in milliseconds. Kafka's driver takes zero for the present, so time starts right after it.
pub(crate) fn kept_millis(record: &Record) -> i64 {
    record.time.millis().max(1)
}
