//! A store that never answers.

use async_trait::async_trait;
use backtweet_domain::Timestamp;
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, StoreError};

/// A store that never answers.
pub(super) struct Stuck;

#[async_trait]
impl Store for Stuck {
    async fn read(&self, _: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        std::future::pending().await
    }

    async fn apply(&self, _: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        std::future::pending().await
    }

    async fn expire(&self, _: Timestamp, _: usize) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn losses(&self) -> u64 {
        0
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
