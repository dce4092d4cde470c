//! How keys and values are laid out in `fjall`. What a key means is decided by the tag behind its names; no I/O in here.
//!
//! A data key is `hash slot NUL name NUL tag rest`, so that a slot and a collection are each one range. The slot's hash in front is as
//! long as what `fjall` compares without following a pointer: slots begin much alike, and a search would otherwise read through most of
//! the keys on its way. An expiry key is the expiry's time, what sort of thing expires, and its key. Numbers in keys are big-endian with
//! the sign flipped, which sorts as they do.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use backtweet_domain::Timestamp;

use crate::port::{FeedEntry, StoreError, Stored};

/// What a data key holds.
pub(super) mod tag {
    use crate::port::Collection;

    /// A whole set of counters.
    pub const COUNTERS: u8 = b'c';
    pub const FEED: u8 = b'f';
    /// A member that has a key of its own.
    pub const MEMBER: u8 = b'm';
    /// How a membership is kept.
    pub const MEMBERS: u8 = b'n';
    pub const RECORD: u8 = b'r';
    /// The score of a ranked member that has a key of its own.
    pub const SCORE: u8 = b's';
    /// Such a member by its score, best first.
    pub const RANK: u8 = b't';
    /// How a ranking is kept.
    pub const RANKING: u8 = b'u';

    /// Under which a collection is found.
    pub fn of(kind: Collection) -> u8 {
        match kind {
            Collection::Counters => COUNTERS,
            Collection::Members => MEMBERS,
            Collection::Ranked => RANKING,
        }
    }

    /// Under which a member has its number where it has a key of its own; counters never do.
    pub fn of_member(kind: Collection) -> u8 {
        match kind {
            Collection::Ranked => SCORE,
            Collection::Counters | Collection::Members => MEMBER,
        }
    }
}

/// How much of the slot's hash stands in front of a data key.
const HASH: usize = 4;

const OPEN: u8 = 1;
const EXPIRES: u8 = 2;

/// How long a slot's whole hash is.
pub(super) const SLOT_HASH: usize = 8;

/// What a slot is found by. It is part of what lies on disk: XXH3 gives the same for good.
pub(super) fn slot_hash(slot: &str) -> [u8; SLOT_HASH] {
    xxh3_64(slot.as_bytes()).to_be_bytes()
}

/// Writes the keys of one slot into one buffer, over and over.
pub(super) struct Keys {
    buffer: Vec<u8>,
    slot: usize,
}

impl Keys {
    pub fn of(slot: &str) -> Self {
        let mut buffer = Vec::with_capacity(HASH + slot.len() + 96);
        buffer.extend_from_slice(&slot_hash(slot)[..HASH]);
        buffer.extend_from_slice(slot.as_bytes());
        buffer.push(0);
        Self {
            slot: buffer.len(),
            buffer,
        }
    }

    /// What all keys of the slot begin with.
    pub fn slot(&self) -> &[u8] {
        &self.buffer[..self.slot]
    }

    /// The key written last.
    pub fn last(&self) -> &[u8] {
        &self.buffer
    }

    /// What all keys of one kind in one collection begin with; the whole key where there is only one.
    pub fn collection(&mut self, name: &str, tag: u8) -> &[u8] {
        self.begin(name, tag)
    }

    pub fn member(&mut self, name: &str, tag: u8, member: &[u8]) -> &[u8] {
        self.begin(name, tag).extend_from_slice(member);
        &self.buffer
    }

    pub fn rank(&mut self, name: &str, score: i64, member: &str) -> &[u8] {
        let key = self.begin(name, tag::RANK);
        key.extend_from_slice(&(!sortable(score)).to_be_bytes());
        key.extend_from_slice(member.as_bytes());
        &self.buffer
    }

    pub fn entry(&mut self, name: &str, entry: &FeedEntry) -> &[u8] {
        let key = self.begin(name, tag::FEED);
        key.extend_from_slice(&sortable(entry.order).to_be_bytes());
        key.extend_from_slice(entry.id.as_bytes());
        &self.buffer
    }

    fn begin(&mut self, name: &str, tag: u8) -> &mut Vec<u8> {
        self.buffer.truncate(self.slot);
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(&[0, tag]);
        &mut self.buffer
    }
}

/// A data key taken apart, its slot left out.
pub(super) struct Parsed<'a> {
    pub name: &'a str,
    pub tag: u8,
}

/// Takes a data key apart.
pub(super) fn parse(key: &[u8]) -> Result<Parsed<'_>, StoreError> {
    let mut parts = key.get(HASH..).unwrap_or_default().splitn(3, |byte| *byte == 0);
    let mut text = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
    let (_slot, name) = (text(), text());
    match (name, parts.next().and_then(|rest| rest.first())) {
        (Some(name), Some(&tag)) => Ok(Parsed { name, tag }),
        _ => Err(corrupt(key, "it is no key of this store")),
    }
}

/// What an entry of the expiry index stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Expiring {
    Record = b'r',
    Waiter = b'w',
}

/// The key under which the expiry index keeps a record's data key or a waiter's key.
pub(super) fn expiry_key(expires: Timestamp, what: Expiring, key: &[u8]) -> Vec<u8> {
    let mut expiry = Vec::with_capacity(8 + 1 + key.len());
    expiry.extend_from_slice(&sortable(expires.micros()).to_be_bytes());
    expiry.push(what as u8);
    expiry.extend_from_slice(key);
    expiry
}

/// Where in the expiry index the time `before` begins.
pub(super) fn expiry_bound(before: Timestamp) -> [u8; 8] {
    sortable(before.micros()).to_be_bytes()
}

/// Takes an expiry key apart: the time, and what has the key that follows.
pub(super) fn parse_expiry(key: &[u8]) -> Result<(Timestamp, Expiring, &[u8]), StoreError> {
    let (time, rest) = split_number(key, key)?;
    let (what, expiring) = match rest.split_first() {
        Some((b'r', data_key)) => (Expiring::Record, data_key),
        Some((b'w', waiter_key)) => (Expiring::Waiter, waiter_key),
        _ => return Err(corrupt(key, "it is no key of the expiry index")),
    };
    Ok((Timestamp::from_micros(time), what, expiring))
}

pub(super) fn parse_rank(key: &[u8], prefix: usize) -> Result<(String, i64), StoreError> {
    let (inverted, member) = split_number(key, &key[prefix..])?;
    // Inverting all bits of the sortable form turns n into -1 - n.
    Ok((text(key, member)?, !inverted))
}

pub(super) fn parse_entry(key: &[u8], prefix: usize) -> Result<FeedEntry, StoreError> {
    let (order, id) = split_number(key, &key[prefix..])?;
    Ok(FeedEntry {
        order,
        id: text(key, id)?,
    })
}

fn split_number<'a>(key: &[u8], rest: &'a [u8]) -> Result<(i64, &'a [u8]), StoreError> {
    let (number, rest) = rest
        .split_first_chunk::<8>()
        .ok_or_else(|| corrupt(key, "it is cut short"))?;
    Ok((unsortable(u64::from_be_bytes(*number)), rest))
}

pub(super) fn text(key: &[u8], bytes: &[u8]) -> Result<String, StoreError> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| corrupt(key, "it holds what is no UTF-8"))
}

pub(super) fn number(key: &[u8], value: &[u8]) -> Result<i64, StoreError> {
    value
        .try_into()
        .map(i64::from_le_bytes)
        .map_err(|_| corrupt(key, "its value is no number"))
}

/// A record as it is kept: flags, version, expiry where there is one, the caller's bytes.
pub(super) fn encode_record(stored: &Stored, expires: Option<Timestamp>) -> Vec<u8> {
    let mut value = Vec::with_capacity(17 + stored.bytes.len());
    value.push(u8::from(stored.open) * OPEN + u8::from(expires.is_some()) * EXPIRES);
    value.extend_from_slice(&stored.version.to_le_bytes());
    if let Some(expires) = expires {
        value.extend_from_slice(&expires.micros().to_le_bytes());
    }
    value.extend_from_slice(&stored.bytes);
    value
}

/// A record without its bytes.
pub(super) struct Head<'a> {
    pub version: u64,
    pub open: bool,
    pub expires: Option<Timestamp>,
    pub bytes: &'a [u8],
}

impl Head<'_> {
    pub fn to_stored(&self) -> Stored {
        Stored {
            version: self.version,
            open: self.open,
            bytes: Bytes::copy_from_slice(self.bytes),
        }
    }
}

pub(super) fn parse_record<'a>(key: &[u8], value: &'a [u8]) -> Result<Head<'a>, StoreError> {
    let short = || corrupt(key, "the record is cut short");
    let (&flags, rest) = value.split_first().ok_or_else(short)?;
    let (version, rest) = rest.split_first_chunk().ok_or_else(short)?;
    let (expires, bytes) = match flags & EXPIRES {
        0 => (None, rest),
        _ => rest
            .split_first_chunk()
            .map(|(time, rest)| (Some(i64::from_le_bytes(*time)), rest))
            .ok_or_else(short)?,
    };
    Ok(Head {
        version: u64::from_le_bytes(*version),
        open: flags & OPEN != 0,
        expires: expires.map(Timestamp::from_micros),
        bytes,
    })
}

fn sortable(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

fn unsortable(number: u64) -> i64 {
    (number ^ (1 << 63)).cast_signed()
}

pub(super) fn corrupt(key: &[u8], reason: &str) -> StoreError {
    StoreError::Corrupt {
        key: key.escape_ascii().to_string(),
        reason: reason.to_owned(),
    }
}
