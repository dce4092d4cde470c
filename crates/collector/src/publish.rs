//! Events as records, appended in order. What events mean is not known here.

use std::ops::Range;

use backtweet_domain::{PostEvent, Timestamp};
use backtweet_stream::{Backoff, Log, LogError, Record};
use backtweet_wire::record::encode_post_event;

use crate::patience::patiently;

/// An event as a record of the posts' topic, appended `now`.
pub(crate) fn record(event: &PostEvent, now: Timestamp) -> Record {
    Record {
        key: event.key().into(),
        value: Some(encode_post_event(event)),
        time: now,
    }
}

/// Appends the records and returns once all are durable. Returns those that the log never takes, by their place, and why.
///
/// # Errors
/// When the log cannot be used at all. One that is merely down is waited for.
pub(crate) async fn append(
    log: &dyn Log,
    backoff: Backoff,
    topic: &str,
    records: &[Record],
) -> Result<Vec<(usize, String)>, LogError> {
    let mut refused = Vec::new();
    // The log names no culprit: a part that it refuses is halved until the culprit stands alone. The left half goes first, for order.
    let mut parts: Vec<Range<usize>> = std::iter::once(0..records.len()).collect();
    while let Some(part) = parts.pop() {
        if part.is_empty() {
            continue;
        }
        match patiently(backoff, || log.append(topic, records[part.clone()].to_vec())).await {
            Ok(_) => {}
            Err(LogError::Refused { reason, .. }) if part.len() == 1 => refused.push((part.start, reason)),
            Err(LogError::Refused { .. }) => {
                let middle = part.start + part.len() / 2;
                parts.extend([middle..part.end, part.start..middle]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}
