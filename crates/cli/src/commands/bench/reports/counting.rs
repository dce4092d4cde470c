//! A store that counts what is written through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use backtweet_domain::Timestamp;
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, StoreError};

/// How much was written.
#[derive(Debug, Default)]
pub(super) struct Writes(AtomicU64);

impl Writes {
    pub(super) fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Passes everything on to `store`.
pub(super) struct Counting {
    pub(super) store: Arc<dyn Store>,
    pub(super) writes: Arc<Writes>,
}

#[async_trait]
impl Store for Counting {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        self.store.read(look_ups).await
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        let writes: usize = batches.iter().map(|batch| batch.writes.len()).sum();
        self.writes.0.fetch_add(writes as u64, Ordering::Relaxed);
        self.store.apply(batches).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.store.expire(before, limit).await
    }

    fn losses(&self) -> u64 {
        self.store.losses()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }
}
