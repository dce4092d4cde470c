//! The embedded adapter: collections in `fjall`, on the disk of one machine. What its keys look like is in `keys`; who shares the
//! database with it (the embedded log) is none of its business.
//!
//! What [`Store::apply`] and a parking [`Store::read`] acknowledge was handed to the operating system, and survives `kill -9`. To
//! survive a power cut it has to be synced: whoever owns the [`Database`] calls [`FjallStore::persist`] (or `Database::persist`) once
//! a second. All that shares one database is recovered to one point in time, so figures and offsets never part.

mod counters;
mod erased;
mod expire;
mod format;
mod kept;
mod keys;
mod purge;
mod read;
mod waiters;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use fjall::compaction::Leveled;
use fjall::config::PartitioningPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use backtweet_domain::{Clock, SystemClock, Timestamp};

use crate::plan::Plan;
use crate::port::{Batch, Found, LookUp, Outcome, Store, StoreError};

use self::erased::Erased;

pub use purge::{PURGED_WITHIN, Purged};

/// How many locks the slots share.
const LOCKS: usize = 64;

/// How much is written before it goes from memory to the disk's tables, in bytes. It stands in memory about twice over, and once more
/// while it goes. The larger it is, the less often what is on disk already is merged with what comes.
const DATA_BUFFER: u64 = 128 * 1024 * 1024;
/// The same for the expiry index.
const EXPIRY_BUFFER: u64 = 8 * 1024 * 1024;
/// How many tables that went to disk stand beside one another before they are merged with what is below: each is one more place to look
/// into, and the more there are, the less often the rest is written anew.
const BESIDE: u8 = 8;

/// The embedded store. See the module for what it promises.
pub struct FjallStore {
    db: Database,
    data: Keyspace,
    /// See [`waiters`].
    waiters: Keyspace,
    /// Every record and waiter that expires, by time. Writers only ever add: an entry whose time is not what the record or waiter says
    /// is passed over when its time comes, which spares each write a look at what it replaces.
    expiry: Keyspace,
    erased: Erased,
    /// A slot is changed only under its lock, which makes "look, then write" one step. One is held at a time.
    locks: [Mutex<()>; LOCKS],
}

impl FjallStore {
    /// Opens the store within `db`, in keyspaces whose names begin with `store-`.
    ///
    /// # Errors
    /// When `fjall` cannot open them, and [`StoreError::Unusable`] where they were written in another format.
    pub fn open(db: &Database) -> Result<Self, StoreError> {
        Self::open_with(db, Arc::new(SystemClock))
    }

    /// Like [`FjallStore::open`]; `clock` tells when something was erased, and when that is due to leave the files.
    ///
    /// # Errors
    /// As [`FjallStore::open`].
    pub fn open_with(db: &Database, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let buffered = |bytes| KeyspaceCreateOptions::default().max_memtable_size(bytes);
        // Filters in parts: a whole one would be read and checked each time that the cache let it go.
        let data = || {
            buffered(DATA_BUFFER)
                .filter_block_partitioning_policy(PartitioningPolicy::new([false, true]))
                .compaction_strategy(Arc::new(Leveled::default().with_l0_threshold(BESIDE)))
        };
        let expiry = || buffered(EXPIRY_BUFFER);
        let data = db.keyspace("store-data", data).map_err(failed)?;
        format::check(&data)?;
        Ok(Self {
            data,
            waiters: waiters::open(db).map_err(failed)?,
            expiry: db.keyspace("store-expiry", expiry).map_err(failed)?,
            erased: Erased::open(db, clock)?,
            db: db.clone(),
            locks: [const { Mutex::new(()) }; LOCKS],
        })
    }

    /// Opens the store in a database of its own at `path`, made where there is none.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] where somebody else has it open or it cannot be read.
    pub fn open_at(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open(&Database::builder(path).open().map_err(failed)?)
    }

    /// Syncs everything acknowledged so far to the disk, of everybody who shares the database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the disk refuses.
    pub fn persist(&self) -> Result<(), StoreError> {
        self.db.persist(PersistMode::SyncData).map_err(failed)
    }

    /// Takes the lock of all slots whose hash begins like this.
    fn lock(&self, slot_hash: &[u8]) -> MutexGuard<'_, ()> {
        self.lock_shard(shard(slot_hash))
    }

    fn lock_shard(&self, shard: usize) -> MutexGuard<'_, ()> {
        self.locks[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A batch that stays in this process's memory until [`FjallStore::flush`].
    fn batch(&self) -> fjall::OwnedWriteBatch {
        self.db.batch().durability(None)
    }

    /// Hands what was committed to the operating system: one call for everything that one `apply` brought.
    fn flush(&self) -> Result<(), StoreError> {
        self.db.persist(PersistMode::Buffer).map_err(failed)
    }
}

#[async_trait]
impl Store for FjallStore {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        read::read(self, look_ups)
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        let plans = batches.iter().map(Plan::of).collect::<Result<Vec<_>, _>>()?;
        // A batch that is refused does not keep those behind it from being tried, just as on a server.
        let outcomes: Vec<_> = plans.iter().map(|plan| write::apply(self, plan)).collect();
        self.flush()?;
        outcomes.into_iter().collect()
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        expire::expire(self, before, limit).await
    }

    fn losses(&self) -> u64 {
        0
    }

    fn purged_within(&self) -> Option<Duration> {
        Some(PURGED_WITHIN)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.flush()
    }
}

/// Which lock the slots whose hash begins like this are under: neighbours on disk share one.
fn shard(slot_hash: &[u8]) -> usize {
    slot_hash.first().map_or(0, |&byte| usize::from(byte) * LOCKS / 256)
}

fn failed(error: fjall::Error) -> StoreError {
    match error {
        fjall::Error::Locked => StoreError::Unusable {
            reason: "its folder is open in another process; stop that one, or name another folder".to_owned(),
        },
        fjall::Error::Io(error) => StoreError::Unavailable {
            reason: format!("the disk says: {error}"),
        },
        fjall::Error::Poisoned => StoreError::Unavailable {
            reason: "an earlier write to the disk failed; free or mend the disk, then restart".to_owned(),
        },
        error => StoreError::Unusable {
            reason: format!("{error}; restore the data folder from a backup, or start with an empty one"),
        },
    }
}
