//! Makes what was erased leave the files. `fjall` keeps what was written over or removed in its tables until they happen to be merged, in
//! its files of values until enough of one is stale, and in its journal until that happens to be full. A purge makes all three happen.
//! Each step is one that `fjall` takes by itself now and then, so one that is cut short loses nothing, and the mark in `erased` has the
//! next one begin anew. Reads and writes go on meanwhile.
//!
//! Every file that the log shares with the store is a journal; the log's own tables are none of the purge's business.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fjall::{AbstractTree, Keyspace, KeyspaceCreateOptions, UserValue};

use backtweet_domain::Timestamp;

use crate::port::StoreError;

use super::{FjallStore, LOCKS, failed, waiters};

/// Within how long after it was removed something is gone from the files, where [`FjallStore::purge_due`] is called now and then.
pub const PURGED_WITHIN: Duration = Duration::from_secs(24 * 3600);
/// How old an erasure is when it is due: what is left of [`PURGED_WITHIN`] is for the purge, and for trying again.
const DUE: Duration = Duration::from_secs(18 * 3600);

/// `fjall` begins a new journal when it is about to write a table while the present one holds more than this, in bytes.
const JOURNAL: usize = 64_000_000;
/// How much of the journal is filled up before it is looked whether there is a new one, in bytes.
const FILLING: usize = 8_000_000;
/// How long one row of filling is: `fjall` compresses in its journal what is longer than 4,096 bytes.
const FILLER: usize = 4_000;
/// How often everything is brought to tables before it is given up that `fjall` lets go of a journal.
const FLUSHES: usize = 5;
/// How often it is looked whether something has happened before it is given up, and how long it is waited in between.
const LOOKS: usize = 1_000;
const PAUSE: Duration = Duration::from_millis(20);

/// A row of the purge's own keyspace.
const SCRATCH: &[u8] = b"scratch";
/// A key that nobody keeps anything at.
const NOWHERE: [u8; 9] = [0xff; 9];

/// What a purge did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// When the first was erased that is gone from the files now; everything that was erased between then and the beginning of the purge is.
    pub since: Timestamp,
    /// How large the tables are that were written anew, in bytes.
    pub bytes: u64,
}

impl FjallStore {
    /// When the first was erased that may still stand in the files.
    pub fn erased_since(&self) -> Option<Timestamp> {
        self.erased.oldest()
    }

    /// Purges where something was erased so long ago that it is time; see [`FjallStore::purge`].
    ///
    /// # Errors
    /// As [`FjallStore::purge`].
    pub fn purge_due(&self) -> Result<Option<Purged>, StoreError> {
        let now = self.erased.clock.now();
        let is_due = self.erased_since().is_some_and(|since| since.plus(DUE) <= now);
        if is_due { self.purge() } else { Ok(None) }
    }

    /// Makes everything that was removed so far leave the files: records, waiters, and collections that were dropped, and with them what
    /// was written over. Does nothing where nothing was removed since the last purge. Blocks: it reads and writes all of the store's
    /// tables once, and up to 64 MB beside. Several at once wait for one another.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the disk refuses, or files are held back: what was erased stays marked, so try again later.
    pub fn purge(&self) -> Result<Option<Purged>, StoreError> {
        let _alone = self.erased.alone();
        let Some(since) = self.begin()? else {
            return Ok(None);
        };
        let values = self.renew_waiters()?;
        self.seal_journal()?;
        let bytes = self.merge_tables(values)?;
        self.erased.end()?;
        Ok(Some(Purged { since, bytes }))
    }

    fn begin(&self) -> Result<Option<Timestamp>, StoreError> {
        let _nobody_writes: Vec<_> = (0..LOCKS).map(|shard| self.lock_shard(shard)).collect();
        self.erased.begin(&self.db)
    }

    /// A file of values goes once all of them are stale: where some are, the others are written anew. Returns the files that go then.
    fn renew_waiters(&self) -> Result<Vec<PathBuf>, StoreError> {
        flush(&self.waiters)?;
        // What merging drops is counted as stale, once no reader can come to it.
        self.release()?;
        self.waiters.major_compact().map_err(failed)?;
        if self.waiters.fragmented_blob_bytes() == 0 {
            return Ok(Vec::new());
        }
        let files = list(&self.waiters.path().join("blobs"))?;
        waiters::renew(self)?;
        Ok(files)
    }

    /// Has `fjall` begin a new journal, and let go of those before it, which it does once all that is in them is in tables.
    fn seal_journal(&self) -> Result<(), StoreError> {
        let former = self.journals()?;
        let newest = |journals: &BTreeMap<u64, PathBuf>| journals.last_key_value().map(|(number, _)| *number);
        for _ in 0..=JOURNAL.div_ceil(FILLING) {
            if newest(&self.journals()?) > newest(&former) {
                break;
            }
            self.fill_journal()?;
        }
        let former: Vec<_> = former.into_values().collect();
        for _ in 0..FLUSHES {
            self.flush_all()?;
            self.nudge()?;
            if !any_is_there(&former) {
                return Ok(());
            }
            self.touch_all()?;
        }
        Err(held_back("a journal is not let go of"))
    }

    /// Writes nothing of use. All of it shares one piece of memory, and what goes to a table is the empty row behind it.
    fn fill_journal(&self) -> Result<(), StoreError> {
        let filler = UserValue::from(vec![0; FILLER]);
        for _ in 0..FILLING / FILLER {
            self.erased.keyspace.insert(SCRATCH, filler.clone()).map_err(failed)?;
        }
        self.nudge()
    }

    /// Brings what everybody who shares the database has in memory to tables.
    fn flush_all(&self) -> Result<(), StoreError> {
        self.all()?.iter().try_for_each(flush)
    }

    /// `fjall` lets go of a journal once the tables of each keyspace hold a number as high as the keyspace's highest there. Where that was a
    /// removal, which merging did away with, no table holds one any more. Removing what is not there is nothing to those who read, and
    /// gives a higher one.
    fn touch_all(&self) -> Result<(), StoreError> {
        let mut touched = self.all()?.into_iter();
        touched.try_for_each(|keyspace| keyspace.remove(NOWHERE).map_err(failed))
    }

    /// Merges all tables, which leaves the newest of each row and nothing of those that were removed. Returns how large they are then.
    fn merge_tables(&self, values: Vec<PathBuf>) -> Result<u64, StoreError> {
        let tables = self.own().into_iter().flat_map(tables);
        let former: Vec<_> = tables.chain(values).collect();
        self.release()?;
        for keyspace in self.own() {
            keyspace.major_compact().map_err(failed)?;
        }
        // Files of values that became stale by this go with the next.
        self.waiters.major_compact().map_err(failed)?;
        until("a file is in use", || {
            self.nudge()?;
            Ok(!any_is_there(&former))
        })?;
        Ok(self.own().into_iter().map(|keyspace| keyspace.disk_space()).sum())
    }

    /// Waits until nobody reads what has been written over or removed up to now, so that merging drops it.
    fn release(&self) -> Result<(), StoreError> {
        let now = self.db.seqno();
        until("somebody reads what was written over", || {
            self.nudge()?;
            Ok(self.db.supervisor.snapshot_tracker.get_seqno_safe_to_gc() >= now)
        })
    }

    /// Has `fjall` look whether there are snapshots, versions and journals that nobody needs any more, as it does for each new table.
    fn nudge(&self) -> Result<(), StoreError> {
        self.erased.keyspace.insert(SCRATCH, []).map_err(failed)?;
        flush(&self.erased.keyspace)
    }

    /// The keyspaces of everybody who shares the database.
    fn all(&self) -> Result<Vec<Keyspace>, StoreError> {
        let names = self.db.list_keyspace_names().into_iter();
        names
            .map(|name| self.db.keyspace(&name, KeyspaceCreateOptions::default).map_err(failed))
            .collect()
    }

    fn own(&self) -> [&Keyspace; 3] {
        [&self.data, &self.waiters, &self.expiry]
    }

    /// The journals by their numbers; what is written goes to the last.
    fn journals(&self) -> Result<BTreeMap<u64, PathBuf>, StoreError> {
        // A keyspace is at `keyspaces/NUMBER`.
        let folder = self.data.path().ancestors().nth(2).unwrap_or(Path::new(""));
        let number = |path: &PathBuf| path.file_name()?.to_str()?.strip_suffix(".jnl")?.parse().ok();
        let files = list(folder)?.into_iter();
        Ok(files.filter_map(|path| Some((number(&path)?, path))).collect())
    }
}

/// Brings what a keyspace has in memory to a table.
fn flush(keyspace: &Keyspace) -> Result<(), StoreError> {
    keyspace.rotate_memtable().map_err(failed)?;
    until("a table is not written", || Ok(keyspace.sealed_memtable_count() == 0))
}

/// The files of the tables of a keyspace.
fn tables(keyspace: &Keyspace) -> Vec<PathBuf> {
    let folder = keyspace.path().join("tables");
    let version = keyspace.tree.current_version();
    let ids = version.iter_tables().map(|table| table.id());
    ids.map(|id| folder.join(id.to_string())).collect()
}

fn any_is_there(files: &[PathBuf]) -> bool {
    files.iter().any(|file| file.exists())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let files = std::fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    files.map_err(|error| failed(error.into()))
}

fn until(what: &str, mut is_so: impl FnMut() -> Result<bool, StoreError>) -> Result<(), StoreError> {
    for _ in 0..LOOKS {
        if is_so()? {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(held_back(what))
}

fn held_back(what: &str) -> StoreError {
    StoreError::Unavailable {
        reason: format!("{what}, so what was erased stays in its files for now"),
    }
}

#[cfg(test)]
mod tests;
