//! One event, as both wires send it. Who gets it is not known here.

use bytes::Bytes;
use serde_json::Value;

use backtweet_domain::Timestamp;

/// v2's name for its stream.
pub(super) const LEXICON: &str = "network.bsky.jetstream.subscribeEvents";

/// One event.
pub(super) struct Event {
    /// As v1 sends it.
    pub(super) first: Bytes,
    /// As v2 sends it.
    pub(super) second: Bytes,
    pub(super) time_us: i64,
    pub(super) did: String,
    /// `commit`, `identity` or `account`.
    pub(super) kind: String,
    /// The collection of a commit.
    pub(super) collection: Option<String>,
}

impl Event {
    /// Reads a v1 line; `seq` is its number in v2.
    pub(super) fn new(line: Bytes, seq: u64) -> Result<Self, String> {
        let value: Value =
            serde_json::from_slice(&line).map_err(|error| format!("no v1 event ({error}): send JSON lines"))?;
        let text = |field: &str| value[field].as_str().map(str::to_owned);
        let missing = |field: &str| format!("an event without `{field}`: send v1 events");
        Ok(Self {
            second: Bytes::from(second(&value, seq)),
            time_us: value["time_us"].as_i64().ok_or_else(|| missing("time_us"))?,
            did: text("did").ok_or_else(|| missing("did"))?,
            kind: text("kind").ok_or_else(|| missing("kind"))?,
            collection: value["commit"]["collection"].as_str().map(str::to_owned),
            first: line,
        })
    }
}

/// The frame of v2 for an event of v1, with its fields in the order in which servers send them.
fn second(event: &Value, seq: u64) -> String {
    let kind = event["kind"].as_str().unwrap_or_default();
    let witnessed = Timestamp::from_micros(event["time_us"].as_i64().unwrap_or_default());
    let mut frame = format!(
        r#"{{"$type":"message","payload":{{"$type":"{LEXICON}#{kind}","seq":{seq},"did":{},"time":"{witnessed}","witnessedAt":"{witnessed}""#,
        event["did"]
    );
    if kind == "commit" {
        for field in ["rev", "operation", "collection", "rkey", "record", "cid"] {
            if let Some(value) = event["commit"].get(field) {
                frame.push_str(&format!(r#","{field}":{value}"#));
            }
        }
    } else {
        frame.push_str(&format!(r#","{kind}":{}"#, event[kind]));
    }
    frame.push_str("}}");
    frame
}
