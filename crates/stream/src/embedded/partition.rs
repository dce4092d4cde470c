//! One partition on disk: a keyspace of records by offset, and how far it reaches. Which records go where is decided elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fjall::config::FilterPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch};

use backtweet_domain::Timestamp;

use super::{broken, codec};
use crate::port::{Delivered, LogError, Position};

/// How many records in a row have to be on the far side of a time before a search by time stops: times may be out of order within a
/// partition, and one stray record must neither hide those behind it nor keep them for ever.
const STRAY: usize = 1_000;
/// How much is appended to a partition before it goes from memory to the disk's tables, in bytes: there are many partitions, each with
/// a buffer of its own, and nobody reads twice what a larger one would keep.
const WRITE_BUFFER: u64 = 4 * 1024 * 1024;
/// How many records one step of a sweep removes.
const SWEEP: usize = 10_000;

/// One partition. Whoever changes it holds its topic's write lock; readers need none.
pub(super) struct Partition {
    topic: String,
    number: u32,
    /// Records by offset.
    pub(super) records: Keyspace,
    /// Offset of the newest record by key, for a compacted topic.
    pub(super) newest: Option<Keyspace>,
    /// No record lies before this offset; so a reader skips what the storage engine has yet to clear away.
    start: AtomicU64,
    /// The offset that the next record gets. Moved on once a record is written, so readers stop before it.
    end: AtomicU64,
}

impl Partition {
    /// Opens or makes it.
    pub(super) fn open(
        db: &Database,
        meta: &Keyspace,
        topic: &str,
        number: u32,
        compacted: bool,
    ) -> Result<Self, LogError> {
        // Records are read in rows, never one by one by those who may ask for what is not there: filters would answer nobody.
        let options = || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(WRITE_BUFFER)
                .filter_policy(FilterPolicy::disabled())
        };
        let keyspace = |name: String| db.keyspace(&name, options).map_err(broken);
        let records = keyspace(codec::records_keyspace(topic, number))?;
        let newest = compacted
            .then(|| keyspace(codec::newest_keyspace(topic, number)))
            .transpose()?;
        let (start, end) = match meta.get(codec::bounds_key(topic, number)).map_err(broken)? {
            Some(bytes) => codec::bounds(&bytes)?,
            None => (0, 0),
        };
        let last = records
            .last_key_value()
            .map(|guard| guard.key().map_err(broken))
            .transpose()?;
        let end = match last {
            Some(key) => end.max(codec::offset(&key)? + 1),
            None => end,
        };
        let partition = Self {
            topic: topic.to_owned(),
            number,
            records,
            newest,
            start: start.into(),
            end: end.into(),
        };
        partition.forget_tombstones(db, meta)?;
        Ok(partition)
    }

    /// The first offset that may hold a record.
    pub(super) fn start(&self) -> u64 {
        self.start.load(Ordering::Acquire)
    }

    /// The offset that the next record gets.
    pub(super) fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    /// Makes what was written before `end` visible to readers.
    pub(super) fn publish(&self, end: u64) {
        self.end.store(end, Ordering::Release);
    }

    /// At most `limit` records from `from` on, before `to`, stopping early once they weigh `bytes`. Also says where the next read starts.
    pub(super) fn read(
        &self,
        from: u64,
        to: u64,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<Delivered>, u64), LogError> {
        let (from, to) = (from.max(self.start()), to.min(self.end()));
        let mut found = Vec::new();
        let mut weight = 0;
        if from >= to {
            return Ok((found, to.max(from)));
        }
        for guard in self.records.range(from.to_be_bytes()..to.to_be_bytes()) {
            if found.len() >= limit || weight >= bytes {
                let next = found.last().map_or(from, |last: &Delivered| last.position.offset + 1);
                return Ok((found, next));
            }
            let (key, value) = guard.into_inner().map_err(broken)?;
            let position = Position {
                partition: self.number,
                offset: codec::offset(&key)?,
            };
            weight += value.len();
            found.push(Delivered {
                position,
                record: codec::record(&value)?,
            });
        }
        Ok((found, to))
    }

    /// The first offset whose record lies within `margin` before the last record in front of `at`.
    pub(super) fn before(&self, at: u64, margin: Duration) -> Result<u64, LogError> {
        let Some(last) = self.records.range(..at.to_be_bytes()).next_back() else {
            return Ok(at);
        };
        let since = codec::record(&last.value().map_err(broken)?)?.time.minus(margin);
        let (mut first, mut strays) = (at, 0);
        for guard in self.records.range(self.start().to_be_bytes()..at.to_be_bytes()).rev() {
            let (key, value) = guard.into_inner().map_err(broken)?;
            if codec::record(&value)?.time >= since {
                (first, strays) = (codec::offset(&key)?, 0);
            } else {
                strays += 1;
                if strays == STRAY {
                    break;
                }
            }
        }
        Ok(first)
    }

    /// Removes records older than `before` from the front. Returns how many went, and whether there may be more.
    pub(super) fn sweep(&self, db: &Database, meta: &Keyspace, before: Timestamp) -> Result<(usize, bool), LogError> {
        let mut batch = db.batch();
        let (mut removed, mut strays, mut kept) = (0, 0, None);
        let end = self.end();
        let mut seen = self.start();
        for guard in self.records.range(seen.to_be_bytes()..end.to_be_bytes()) {
            if removed == SWEEP || strays == STRAY {
                break;
            }
            let (key, value) = guard.into_inner().map_err(broken)?;
            let offset = codec::offset(&key)?;
            if codec::record(&value)?.time < before {
                (removed, strays) = (removed + 1, 0);
                batch.remove(&self.records, key);
            } else {
                strays += 1;
                kept = kept.or(Some(offset));
            }
            seen = offset + 1;
        }
        if removed > 0 {
            self.commit_removal(batch, meta, kept.unwrap_or(seen), end)?;
        }
        Ok((removed, removed == SWEEP))
    }

    /// Removes the tombstones of a compacted partition. Only done while nobody reads: those who follow a topic live in this process, so
    /// when it starts there is none who still has to hear of them.
    fn forget_tombstones(&self, db: &Database, meta: &Keyspace) -> Result<(), LogError> {
        let Some(newest) = &self.newest else { return Ok(()) };
        let mut batch = db.batch();
        for guard in newest.iter() {
            let (key, offset) = guard.into_inner().map_err(broken)?;
            let record = self.records.get(&offset).map_err(broken)?;
            if record
                .map(|bytes| codec::record(&bytes))
                .transpose()?
                .is_none_or(|record| record.value.is_none())
            {
                batch.remove(newest, key);
                batch.remove(&self.records, offset);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.commit_removal(batch, meta, self.start(), self.end())
    }

    /// Commits a removal together with the partition's bounds: offsets never start over, not even when the last record is gone.
    fn commit_removal(
        &self,
        mut batch: OwnedWriteBatch,
        meta: &Keyspace,
        start: u64,
        end: u64,
    ) -> Result<(), LogError> {
        batch.insert(
            meta,
            codec::bounds_key(&self.topic, self.number),
            codec::write_bounds(start, end),
        );
        batch.commit().map_err(broken)?;
        self.start.store(start, Ordering::Release);
        Ok(())
    }
}
