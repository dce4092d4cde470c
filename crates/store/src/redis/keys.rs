//! How keys and values are laid out in Redis; no I/O in here.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `prefix:{slot}:` | hash | the register: a field for the end of every other key of the slot |
//! | `prefix:{slot}:name` | hash | counters; a membership |
//! | | sorted set | a ranked set, scores negated, so that the best come first and ties go by member |
//! | | sorted set, all scores 0 | a feed: members are the order as 8 sortable bytes, then the id |
//! | | string | a record: `version open expires`, a line feed, the caller's bytes |
//! | `prefix:{slot}:name NUL waiters` | hash | by waiter, its expiry in 16 digits and its bytes |
//! | `prefix:expiry:{shard}` | sorted set, all scores 0 | the expiry index: see [`Due`] |
//!
//! Expiries are written as 16 hexadecimal digits that sort as the times do, so that scripts compare them exactly.

use bytes::Bytes;

use backtweet_domain::Timestamp;

use crate::port::{FeedEntry, StoreError, Stored};

/// How many sorted sets share the expiry index.
pub(super) const SHARDS: u32 = 16;

/// Writes keys under one prefix.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
        }
    }

    /// The slot's register, and what all its keys begin with.
    pub fn slot(&self, slot: &str) -> String {
        format!("{}:{{{slot}}}:", self.prefix)
    }

    pub fn shard(&self, shard: u32) -> String {
        format!("{}:expiry:{{{shard}}}", self.prefix)
    }
}

/// One entry of the expiry index: something that may have expired at `expires`. An entry is there before what it points at, and one
/// that points at nothing, or at what was extended since, is harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub expires: Timestamp,
    pub slot: String,
    pub name: String,
    /// The waiter's id; the record itself where absent.
    pub waiter: Option<String>,
}

impl Due {
    /// Which shard keeps it: a hash of the slot that stays the same across versions (FNV-1a).
    pub fn shard(&self) -> u32 {
        let hash = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        self.slot.as_bytes().iter().fold(0x811c_9dc5, hash) % SHARDS
    }

    pub fn encode(&self) -> String {
        let (kind, id) = self.waiter.as_ref().map_or(('r', ""), |id| ('w', id));
        format!("{}{kind}{}\0{}\0{id}", sortable(self.expires), self.slot, self.name)
    }

    pub fn parse(member: &str) -> Option<Self> {
        let (expires, rest) = member.split_at_checked(16)?;
        let (kind, rest) = rest.split_at_checked(1)?;
        let mut parts = rest.splitn(3, '\0');
        let (slot, name, id) = (
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
        );
        let waiter = (kind == "w").then_some(id);
        Some(Self {
            expires: unsortable(expires)?,
            slot,
            name,
            waiter,
        })
    }
}

/// A time as 16 digits that sort as times do.
pub(super) fn sortable(time: Timestamp) -> String {
    format!("{:016x}", time.micros().cast_unsigned() ^ (1 << 63))
}

fn unsortable(text: &str) -> Option<Timestamp> {
    let number = u64::from_str_radix(text, 16).ok()?;
    Some(Timestamp::from_micros((number ^ (1 << 63)).cast_signed()))
}

pub(super) fn encode_entry(entry: &FeedEntry) -> Vec<u8> {
    let order = (entry.order.cast_unsigned() ^ (1 << 63)).to_be_bytes();
    [&order[..], entry.id.as_bytes()].concat()
}

pub(super) fn parse_entry(member: &[u8]) -> Option<FeedEntry> {
    let (order, id) = member.split_first_chunk()?;
    let order = (u64::from_be_bytes(*order) ^ (1 << 63)).cast_signed();
    Some(FeedEntry {
        order,
        id: std::str::from_utf8(id).ok()?.to_owned(),
    })
}

pub(super) fn encode_record(stored: &Stored, expires: Option<Timestamp>) -> Vec<u8> {
    let expires = expires.map_or_else(|| "-".to_owned(), sortable);
    let head = format!("{} {} {expires}\n", stored.version, u8::from(stored.open));
    [head.as_bytes(), &stored.bytes].concat()
}

pub(super) fn parse_record(text: Vec<u8>) -> Option<Stored> {
    let head = text.iter().position(|byte| *byte == b'\n')?;
    let mut words = std::str::from_utf8(&text[..head]).ok()?.split(' ');
    let (version, open) = (words.next()?.parse().ok()?, words.next()? == "1");
    Some(Stored {
        version,
        open,
        bytes: Bytes::from(text).slice(head + 1..),
    })
}

pub(super) fn encode_waiter(expires: Timestamp, bytes: &[u8]) -> Vec<u8> {
    [sortable(expires).as_bytes(), bytes].concat()
}

pub(super) fn parse_waiter(value: Vec<u8>) -> Option<Bytes> {
    (value.len() >= 16).then(|| Bytes::from(value).slice(16..))
}

pub(super) fn corrupt(key: impl Into<String>, reason: impl Into<String>) -> StoreError {
    StoreError::Corrupt {
        key: key.into(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_entries_sort_by_time_and_come_back_whole() {
        let due = |micros, waiter: Option<&str>| Due {
            expires: Timestamp::from_micros(micros),
            slot: "post:a".into(),
            name: "lineage".into(),
            waiter: waiter.map(str::to_owned),
        };
        let entries = [
            due(i64::MIN, None),
            due(-1, Some("w\0x")),
            due(0, None),
            due(1 << 53, None),
            due(i64::MAX, Some("")),
        ];
        let encoded = entries.each_ref().map(Due::encode);
        assert!(encoded.is_sorted(), "{encoded:?}");
        assert_eq!(encoded.map(|entry| Due::parse(&entry).unwrap()), entries);
        assert_eq!(Due::parse("short"), None);
    }

    #[test]
    fn records_that_somebody_else_wrote_are_not_taken_for_ours() {
        for text in ["", "1", "1 0 -", "x 0 -\n", "-1 0 -\nbytes"] {
            assert_eq!(parse_record(text.into()), None, "{text:?}");
        }
        assert_eq!(parse_entry(b"short"), None);
        assert_eq!(parse_waiter(b"short".to_vec()), None);
    }
}
