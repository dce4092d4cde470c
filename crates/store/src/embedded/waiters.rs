//! Who waits at which record, in a keyspace of its own. Most are posts that wait in vain, at keys that nobody ever reads: among the
//! records they would stand in the way of every look-up, and be merged with them over and over. When they are let go is not decided here.
//!
//! A key is the hash of the slot and a hash of the record's name and the waiter's id, which is as long as `fjall` keeps without an
//! allocation. The value says what they stand for, and is asked, so slots that happen to share a hash do not meet. Values lie apart from
//! keys, where they were first written.

use std::ops::Bound;

use bytes::Bytes;
use fjall::config::FilterPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, OwnedWriteBatch, UserKey};
use xxhash_rust::xxh3::Xxh3Default;

use backtweet_domain::Timestamp;

use crate::port::{Key, Park, StoreError, Waiter};

use super::keys::{self, SLOT_HASH, corrupt};
use super::{FjallStore, failed};

/// How much is written before it goes from memory to the disk's tables, in bytes.
const BUFFER: u64 = 16 * 1024 * 1024;

/// How long the hash of name and id is. Were one id of a slot to have the hash of another it would take its place, which ids of this
/// length never do by chance.
const ID_HASH: usize = 12;

/// How many are renewed before readers that want what is older are let through.
const AT_ONCE: usize = 1_000;

/// A waiter's key.
pub(super) type WaiterKey = [u8; SLOT_HASH + ID_HASH];

/// Opens or makes the keyspace.
pub(super) fn open(db: &Database) -> fjall::Result<Keyspace> {
    db.keyspace("store-waiters", || {
        // All keys are read in rows, which no filter helps.
        KeyspaceCreateOptions::default()
            .max_memtable_size(BUFFER)
            .filter_policy(FilterPolicy::disabled())
            .with_kv_separation(Some(KvSeparationOptions::default().separation_threshold(1)))
    })
}

/// Where somebody waits.
pub(super) fn key(record: &Key, id: &str) -> WaiterKey {
    let mut hash = Xxh3Default::new();
    hash.update(record.name.as_bytes());
    hash.update(&[0]);
    hash.update(id.as_bytes());
    let mut key = [0; SLOT_HASH + ID_HASH];
    key[..SLOT_HASH].copy_from_slice(&keys::slot_hash(&record.slot));
    key[SLOT_HASH..].copy_from_slice(&hash.digest128().to_be_bytes()[..ID_HASH]);
    key
}

/// Leaves a waiter at `record`; one of the same id is replaced.
pub(super) fn park(store: &FjallStore, batch: &mut OwnedWriteBatch, key: WaiterKey, record: &Key, park: &Park) {
    batch.insert(
        &store.expiry,
        keys::expiry_key(park.expires, keys::Expiring::Waiter, &key),
        [],
    );
    batch.insert(&store.waiters, key, encode(record, park));
}

/// All waiters at a record, by id.
pub(super) fn at(store: &FjallStore, slot: &str, name: &str) -> Result<Vec<Waiter>, StoreError> {
    let mut waiters = Vec::new();
    for row in store.waiters.prefix(keys::slot_hash(slot)) {
        let (key, value) = row.into_inner().map_err(failed)?;
        let parsed = parse(&key, &value)?;
        if (parsed.slot, parsed.name) == (slot, name) {
            waiters.push(Waiter {
                id: parsed.id.to_owned(),
                bytes: Bytes::copy_from_slice(parsed.bytes),
            });
        }
    }
    waiters.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(waiters)
}

/// The keys of all who wait in a slot.
pub(super) fn in_slot(store: &FjallStore, slot: &str) -> Result<Vec<UserKey>, StoreError> {
    let mut found = Vec::new();
    for row in store.waiters.prefix(keys::slot_hash(slot)) {
        let (key, value) = row.into_inner().map_err(failed)?;
        if parse(&key, &value)?.slot == slot {
            found.push(key);
        }
    }
    Ok(found)
}

/// Writes every waiter as it is once more, a few at a time.
pub(super) fn renew(store: &FjallStore) -> Result<(), StoreError> {
    let mut from = Bound::Unbounded;
    loop {
        let rows = store.waiters.range::<UserKey, _>((from, Bound::Unbounded));
        let keys: Vec<UserKey> = rows
            .take(AT_ONCE)
            .map(|row| row.key().map_err(failed))
            .collect::<Result<_, _>>()?;
        for key in &keys {
            let _lock = store.lock(key);
            if let Some(value) = store.waiters.get(key).map_err(failed)? {
                store.waiters.insert(key.clone(), value).map_err(failed)?;
            }
        }
        match keys.into_iter().last() {
            Some(last) => from = Bound::Excluded(last),
            None => return Ok(()),
        }
    }
}

/// A waiter as it is kept: its expiry, how long the names are, slot NUL name NUL id, the caller's bytes.
fn encode(record: &Key, park: &Park) -> Vec<u8> {
    let Waiter { id, bytes } = &park.waiter;
    let names = record.slot.len() + record.name.len() + id.len() + 2;
    let mut value = Vec::with_capacity(8 + 4 + names + bytes.len());
    value.extend_from_slice(&park.expires.micros().to_le_bytes());
    value.extend_from_slice(&(names as u32).to_le_bytes());
    value.extend_from_slice(record.slot.as_bytes());
    value.push(0);
    value.extend_from_slice(record.name.as_bytes());
    value.push(0);
    value.extend_from_slice(id.as_bytes());
    value.extend_from_slice(bytes);
    value
}

/// A waiter taken apart.
pub(super) struct Parsed<'a> {
    pub(super) expires: Timestamp,
    slot: &'a str,
    name: &'a str,
    id: &'a str,
    bytes: &'a [u8],
}

pub(super) fn parse<'a>(key: &[u8], value: &'a [u8]) -> Result<Parsed<'a>, StoreError> {
    let parts = || {
        let (time, rest) = value.split_first_chunk()?;
        let (names, rest) = rest.split_first_chunk()?;
        let (names, bytes) = rest.split_at_checked(u32::from_le_bytes(*names) as usize)?;
        let mut names = std::str::from_utf8(names).ok()?.splitn(3, '\0');
        Some(Parsed {
            expires: Timestamp::from_micros(i64::from_le_bytes(*time)),
            slot: names.next()?,
            name: names.next()?,
            id: names.next()?,
            bytes,
        })
    };
    parts().ok_or_else(|| corrupt(key, "the waiter is cut short"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_that_share_a_hash_keep_their_waiters_apart() {
        let folder = tempfile::tempdir().unwrap();
        let store = FjallStore::open_at(folder.path()).unwrap();
        let left = |record: &Key, id: &str, key: WaiterKey| {
            let waiter = Waiter {
                id: id.to_owned(),
                bytes: Bytes::from_static(b"bytes"),
            };
            let expires = Timestamp::from_seconds(1);
            let mut batch = store.batch();
            park(&store, &mut batch, key, record, &Park { waiter, expires });
            batch.commit().unwrap();
        };
        let (mine, other) = (Key::new("mine", "r"), Key::new("other", "r"));
        left(&mine, "w", key(&mine, "w"));
        left(&other, "v", key(&mine, "v"));
        left(&Key::new("mine", "s"), "u", key(&mine, "u"));

        let ids: Vec<_> = at(&store, "mine", "r")
            .unwrap()
            .into_iter()
            .map(|waiter| waiter.id)
            .collect();
        assert_eq!(ids, ["w"]);
        assert_eq!(in_slot(&store, "mine").unwrap().len(), 2);
    }
}
