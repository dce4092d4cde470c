//! What a record that was given up looks like in the dead letters.

use prost::Message;

use backtweet_domain::Timestamp;
use backtweet_wire::v1::DeadLetter;

use crate::port::{Delivered, Record};
use crate::stage::Stage;

/// How much of a cause is kept, in characters: it may quote a value of any length.
const LONGEST_CAUSE: usize = 1_000;

/// The record to append: the original as it was, who gave it up, why, and after how many attempts.
pub(super) fn record<S: Stage>(stage: &S, delivered: &Delivered, cause: &str, attempts: u32, now: Timestamp) -> Record {
    let letter = letter(stage, delivered, brief(cause), attempts, now);
    Record {
        key: delivered.record.key.clone(),
        value: Some(letter.encode_to_vec().into()),
        time: now,
    }
}

/// The same without the original's value, for one too large to be kept.
pub(super) fn without_value<S: Stage>(
    stage: &S,
    delivered: &Delivered,
    cause: &str,
    attempts: u32,
    now: Timestamp,
) -> Record {
    let bytes = delivered.record.value.as_ref().map_or(0, bytes::Bytes::len);
    let cause = brief(cause);
    let cause = format!("{cause} (its value of {bytes} bytes is too large to be kept here; read it at its position)");
    let mut letter = letter(stage, delivered, cause, attempts, now);
    letter.value = None;
    Record {
        key: delivered.record.key.clone(),
        value: Some(letter.encode_to_vec().into()),
        time: now,
    }
}

fn letter<S: Stage>(stage: &S, delivered: &Delivered, cause: String, attempts: u32, now: Timestamp) -> DeadLetter {
    let Delivered { position, record } = delivered;
    DeadLetter {
        topic: stage.topic().to_owned(),
        partition: position.partition,
        offset: position.offset,
        key: record.key.clone(),
        value: record.value.clone(),
        stage: stage.name().to_owned(),
        cause,
        attempts,
        at_us: now.micros(),
    }
}

fn brief(cause: &str) -> String {
    match cause.char_indices().nth(LONGEST_CAUSE) {
        Some((end, _)) => format!("{}... ({} bytes in all)", &cause[..end], cause.len()),
        None => cause.to_owned(),
    }
}
