//! Shorthand for the checks: batches, look-ups and what they should find.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backtweet_domain::Timestamp;
use backtweet_store::{Batch, FeedEntry, Found, Guard, Key, LookUp, Outcome, Park, Store, Stored, Waiter, Write};
use bytes::Bytes;

/// The store under test, as services share it.
pub type Shared = Arc<dyn Store>;

/// The record that guards the figures of most checks.
pub const GUARD: &str = "guard";

/// How long a condition is waited for.
pub const DEADLINE: Duration = Duration::from_secs(30);

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub fn add(name: &str, field: &str, delta: i64) -> Write {
    Write::Add {
        name: name.into(),
        deltas: vec![(field.to_owned().into(), delta)],
    }
}

pub fn rank(name: &str, member: &str, delta: i64) -> Write {
    Write::Rank {
        name: name.into(),
        member: member.into(),
        delta,
    }
}

pub fn count(name: &str, member: &str, delta: i64) -> Write {
    Write::Count {
        sized: true,
        name: name.into(),
        member: member.into(),
        delta,
    }
}

pub fn entry(order: i64, id: &str) -> FeedEntry {
    FeedEntry { order, id: id.into() }
}

pub fn enter(name: &str, order: i64, id: &str) -> Write {
    Write::Enter {
        name: name.into(),
        entry: entry(order, id),
    }
}

pub fn leave(name: &str, order: i64, id: &str) -> Write {
    Write::Leave {
        name: name.into(),
        entry: entry(order, id),
    }
}

pub fn stored(version: u64, open: bool, bytes: &'static [u8]) -> Stored {
    Stored {
        version,
        open,
        bytes: Bytes::from_static(bytes),
    }
}

pub fn put(name: &str, stored: Stored) -> Write {
    Write::Put {
        name: name.into(),
        stored,
        expires: None,
    }
}

pub fn put_until(name: &str, stored: Stored, expires: Timestamp) -> Write {
    Write::Put {
        name: name.into(),
        stored,
        expires: Some(expires),
    }
}

pub fn remove(name: &str) -> Write {
    Write::Remove { name: name.into() }
}

pub fn wake(name: &str) -> Write {
    Write::Wake { name: name.into() }
}

pub fn waiter(id: &str, bytes: &'static [u8]) -> Waiter {
    Waiter {
        id: id.into(),
        bytes: Bytes::from_static(bytes),
    }
}

pub fn read_or_park(slot: &str, name: &str, waiter: Waiter, expires: Timestamp) -> LookUp {
    LookUp::ReadOrPark {
        key: Key::new(slot, name),
        park: Park { waiter, expires },
    }
}

/// A batch without guards.
pub fn batch(slot: &str, writes: Vec<Write>) -> Batch {
    Batch {
        slot: slot.into(),
        guards: vec![],
        writes,
    }
}

/// A batch that moves [`GUARD`] from `from` to one version more (0 where it was absent).
pub fn guarded(slot: &str, from: Option<u64>, mut writes: Vec<Write>) -> Batch {
    let version = from.map_or(0, |from| from + 1);
    writes.push(put(GUARD, stored(version, false, b"")));
    Batch {
        slot: slot.into(),
        guards: vec![Guard {
            name: GUARD.into(),
            version: from,
        }],
        writes,
    }
}

/// Applies one batch, which must stand, and returns who was woken.
pub async fn applied(store: &Shared, batch: Batch) -> Vec<Waiter> {
    match store.apply(std::slice::from_ref(&batch)).await.unwrap().remove(0) {
        Outcome::Applied(woken) => woken,
        Outcome::Conflict => panic!("a conflict nobody caused: {batch:?}"),
    }
}

pub async fn look_up(store: &Shared, look_up: LookUp) -> Found {
    store.read(&[look_up]).await.unwrap().remove(0)
}

fn owned(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs
        .iter()
        .map(|(name, number)| ((*name).to_owned(), *number))
        .collect()
}

#[track_caller]
pub fn assert_found(found: Found, expected: &Found) {
    assert_eq!(&found, expected);
}

pub async fn assert_counters(store: &Shared, slot: &str, name: &str, expected: &[(&str, i64)]) {
    let found = look_up(store, LookUp::Counters(Key::new(slot, name))).await;
    assert_eq!(found, Found::Counters(owned(expected)), "counters {slot}/{name}");
}

pub async fn assert_top(store: &Shared, slot: &str, name: &str, limit: usize, expected: &[(&str, i64)]) {
    let found = look_up(
        store,
        LookUp::Top {
            key: Key::new(slot, name),
            limit,
        },
    )
    .await;
    assert_eq!(found, Found::Ranked(owned(expected)), "ranking {slot}/{name}");
}

pub async fn assert_members(store: &Shared, slot: &str, name: &str, expected: &[(&str, i64)]) {
    let found = store
        .read(&[
            LookUp::Members(Key::new(slot, name)),
            LookUp::Size(Key::new(slot, name)),
        ])
        .await
        .unwrap();
    assert_eq!(
        found,
        [Found::Members(owned(expected)), Found::Size(expected.len() as u64)],
        "members {slot}/{name}"
    );
}

pub async fn assert_record(store: &Shared, slot: &str, name: &str, expected: Option<Stored>) {
    let found = look_up(store, LookUp::Record(Key::new(slot, name))).await;
    assert_eq!(found, Found::Record(expected), "record {slot}/{name}");
}

pub async fn feed(store: &Shared, look_up: LookUp) -> Vec<FeedEntry> {
    match self::look_up(store, look_up).await {
        Found::Feed(entries) => entries,
        other => panic!("a feed was asked for: {other:?}"),
    }
}

/// Waits for `condition`, up to [`DEADLINE`].
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
