//! A store that says when something was written through it, so that those who watch in the same process need not wait for their next
//! look.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use backtweet_domain::Timestamp;
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, StoreError};

/// Passes everything on to `store`, and moves `written` after every write.
pub(crate) struct Announcing {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) written: watch::Sender<()>,
}

#[async_trait]
impl Store for Announcing {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        self.store.read(look_ups).await
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        let outcomes = self.store.apply(batches).await;
        self.written.send_replace(());
        outcomes
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
