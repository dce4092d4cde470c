//! Drops what expired, by event time, in chunks, so that no lock and no thread is held for long.

use std::ops::Bound;

use backtweet_domain::Timestamp;

use crate::port::StoreError;

use super::keys::{self, Expiring};
use super::{FjallStore, failed, waiters};

/// How many go before other tasks get their turn.
const CHUNK: usize = 256;

pub(super) async fn expire(store: &FjallStore, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
    let mut dropped = 0;
    while dropped < limit {
        let wanted = CHUNK.min(limit - dropped);
        let due = due(store, before, wanted)?;
        for key in &due {
            dropped += usize::from(drop_one(store, key)?);
        }
        store.flush()?;
        if due.len() < wanted {
            break;
        }
        tokio::task::yield_now().await;
    }
    Ok(dropped)
}

fn due(store: &FjallStore, before: Timestamp, limit: usize) -> Result<Vec<fjall::UserKey>, StoreError> {
    let bound = keys::expiry_bound(before);
    let rows = store
        .expiry
        .range::<[u8; 8], _>((Bound::Unbounded, Bound::Excluded(bound)));
    rows.take(limit).map(|row| row.key().map_err(failed)).collect()
}

/// Drops what the entry `expiry_key` points at, unless that was extended, replaced or removed since: the entry alone goes then.
fn drop_one(store: &FjallStore, expiry_key: &[u8]) -> Result<bool, StoreError> {
    let (expires, what, key) = keys::parse_expiry(expiry_key)?;
    let keyspace = match what {
        Expiring::Record => &store.data,
        Expiring::Waiter => &store.waiters,
    };
    let _lock = store.lock(key);
    let value = keyspace.get(key).map_err(failed)?;
    let says = |value: fjall::UserValue| match what {
        Expiring::Record => Ok(keys::parse_record(key, &value)?.expires),
        Expiring::Waiter => Ok(Some(waiters::parse(key, &value)?.expires)),
    };
    let due = value.map_or(Ok(None), says)? == Some(expires);
    let mut batch = store.batch();
    batch.remove(&store.expiry, expiry_key);
    if due {
        store.erased.mark()?;
        batch.remove(keyspace, key);
    }
    batch.commit().map_err(failed)?;
    Ok(due)
}
