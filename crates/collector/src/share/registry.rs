//! What is to be collected, kept in the store: all replicas read it on every beat, so a change needs no restart.

use std::sync::Arc;

use backtweet_runtime::coverage::{self, LEASE, SLOT};
use backtweet_store::{Batch, Direction, FeedEntry, Found, Key, LookUp, Store, StoreError, Stored, Write};
use backtweet_wire::v1;
use prost::Message;

use super::assignment;

const SOURCES: &str = "sources";
/// More sources than anybody has.
const MOST: usize = 10_000;

/// The sources of a suite.
#[derive(Clone)]
pub struct Registry {
    store: Arc<dyn Store>,
}

impl Registry {
    /// The sources that `store` keeps.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// All of them, by id.
    ///
    /// # Errors
    /// When the store does not answer, or holds something else there.
    pub async fn list(&self) -> Result<Vec<v1::Source>, StoreError> {
        let page = LookUp::Feed {
            key: Key::new(SLOT, SOURCES),
            after: None,
            direction: Direction::Ascending,
            limit: MOST,
        };
        let Some(Found::Feed(entries)) = self.store.read(&[page]).await?.pop() else {
            return Ok(Vec::new());
        };
        let look_ups: Vec<_> = entries
            .iter()
            .map(|entry| LookUp::Record(Key::new(SLOT, record(&entry.id))))
            .collect();
        let found = self.store.read(&look_ups).await?;
        let sources = entries.iter().zip(found).filter_map(|(entry, found)| match found {
            Found::Record(Some(stored)) => Some(decode(&entry.id, stored.bytes)),
            _ => None,
        });
        sources.collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// As for [`Registry::list`].
    pub async fn get(&self, id: &str) -> Result<Option<v1::Source>, StoreError> {
        let look_up = LookUp::Record(Key::new(SLOT, record(id)));
        match self.store.read(&[look_up]).await?.pop() {
            Some(Found::Record(Some(stored))) => decode(id, stored.bytes).map(Some),
            _ => Ok(None),
        }
    }

    /// Adds a source, or changes it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn put(&self, source: &v1::Source) -> Result<(), StoreError> {
        let stored = Stored {
            version: 1,
            open: false,
            bytes: source.encode_to_vec().into(),
        };
        let batch = Batch {
            slot: SLOT.to_owned(),
            guards: Vec::new(),
            writes: vec![
                Write::Put {
                    name: record(&source.id),
                    stored,
                    expires: None,
                },
                Write::Enter {
                    name: SOURCES.to_owned(),
                    entry: entry(&source.id),
                },
            ],
        };
        self.store.apply(&[batch]).await.map(drop)
    }

    /// Takes a source off the list, and its leases with it: whoever reads it stops, and nothing of it counts as open any more. Its coverage
    /// stays.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn delete(&self, source: &v1::Source) -> Result<(), StoreError> {
        let listed = Batch {
            slot: SLOT.to_owned(),
            guards: Vec::new(),
            writes: vec![
                Write::Remove {
                    name: record(&source.id),
                },
                Write::Leave {
                    name: SOURCES.to_owned(),
                    entry: entry(&source.id),
                },
            ],
        };
        let held = assignment::of(source).into_iter().map(|assignment| Batch {
            slot: coverage::slot(&assignment.id),
            guards: Vec::new(),
            writes: vec![Write::Remove { name: LEASE.to_owned() }],
        });
        let batches: Vec<_> = std::iter::once(listed).chain(held).collect();
        self.store.apply(&batches).await.map(drop)
    }
}

fn decode(id: &str, bytes: bytes::Bytes) -> Result<v1::Source, StoreError> {
    v1::Source::decode(bytes).map_err(|error| StoreError::Corrupt {
        key: format!("{SLOT}/{}", record(id)),
        reason: format!("it is no source ({error})"),
    })
}

fn record(id: &str) -> String {
    format!("source:{id}")
}

fn entry(id: &str) -> FeedEntry {
    FeedEntry {
        order: 0,
        id: id.to_owned(),
    }
}
