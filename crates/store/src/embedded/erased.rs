//! Since when the files hold something that was erased: a mark that is on its way to the disk before anything is removed, and goes when a
//! purge is through. It is a time by the clock, so that a restart neither forgets what is due nor puts it off.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fjall::{Database, Keyspace, KeyspaceCreateOptions};

use backtweet_domain::{Clock, Timestamp};

use crate::port::StoreError;

use super::failed;
use super::keys::corrupt;

/// When the first was erased that no purge has begun on.
const PENDING: &[u8] = b"pending";
/// When the first was erased that a purge has begun on, and is not through with.
const PURGING: &[u8] = b"purging";

/// The marks, and the keyspace that they and the purge's own rows are in.
pub(super) struct Erased {
    pub(super) keyspace: Keyspace,
    pub(super) clock: Arc<dyn Clock>,
    marks: Mutex<Marks>,
    purge: Mutex<()>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    pending: Option<Timestamp>,
    purging: Option<Timestamp>,
}

impl Marks {
    fn oldest(&self) -> Option<Timestamp> {
        self.pending.into_iter().chain(self.purging).min()
    }
}

impl Erased {
    pub fn open(db: &Database, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let keyspace = db
            .keyspace("store-erased", KeyspaceCreateOptions::default)
            .map_err(failed)?;
        let marks = Marks {
            pending: read(&keyspace, PENDING)?,
            purging: read(&keyspace, PURGING)?,
        };
        Ok(Self {
            keyspace,
            clock,
            marks: Mutex::new(marks),
            purge: Mutex::default(),
        })
    }

    /// Marks that something is about to be removed: to be called under the lock of its slot, which is held until it is.
    pub fn mark(&self) -> Result<(), StoreError> {
        let mut marks = held(&self.marks);
        if marks.pending.is_none() {
            let now = self.clock.now();
            // In the journal before what it is about, so a crash never leaves that alone. Who comes next waits for it here.
            self.keyspace
                .insert(PENDING, now.micros().to_le_bytes())
                .map_err(failed)?;
            marks.pending = Some(now);
        }
        Ok(())
    }

    /// The time of the oldest erasure that may still be in the files.
    pub fn oldest(&self) -> Option<Timestamp> {
        held(&self.marks).oldest()
    }

    /// Whoever purges holds this.
    pub fn alone(&self) -> MutexGuard<'_, ()> {
        held(&self.purge)
    }

    /// Takes what was marked into a purge, and says since when; nothing where nothing is. To be called while nobody can be between
    /// marking and removing: what is removed later is marked anew.
    pub fn begin(&self, db: &Database) -> Result<Option<Timestamp>, StoreError> {
        let mut marks = held(&self.marks);
        let Some(oldest) = marks.oldest() else {
            return Ok(None);
        };
        let mut batch = db.batch();
        batch.insert(&self.keyspace, PURGING, oldest.micros().to_le_bytes());
        batch.remove(&self.keyspace, PENDING);
        batch.commit().map_err(failed)?;
        *marks = Marks {
            pending: None,
            purging: Some(oldest),
        };
        Ok(Some(oldest))
    }

    /// The purge is through.
    pub fn end(&self) -> Result<(), StoreError> {
        let mut marks = held(&self.marks);
        self.keyspace.remove(PURGING).map_err(failed)?;
        marks.purging = None;
        Ok(())
    }
}

fn read(keyspace: &Keyspace, key: &[u8]) -> Result<Option<Timestamp>, StoreError> {
    let Some(value) = keyspace.get(key).map_err(failed)? else {
        return Ok(None);
    };
    let micros = (*value).try_into().map(i64::from_le_bytes);
    micros
        .map(|micros| Some(Timestamp::from_micros(micros)))
        .map_err(|_| corrupt(key, "it is no time"))
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
