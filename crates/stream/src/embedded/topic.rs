//! One topic on disk: appending to its partitions, keeping a compacted one short, and telling readers that something came.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use bytes::Bytes;
use fjall::{Database, Keyspace, OwnedWriteBatch};
use tokio::sync::watch;

use backtweet_domain::Timestamp;

use super::partition::Partition;
use super::{broken, codec, held};
use crate::limits::check_size;
use crate::partition::partition_of;
use crate::port::{Cleanup, LogError, Position, Record, Topic};

/// Longest key that the index of a compacted topic takes.
const LONGEST_KEY: usize = 65_535;

/// One topic.
pub(super) struct OpenTopic {
    /// As it was created.
    pub(super) spec: Topic,
    /// Its partitions, by number.
    pub(super) partitions: Vec<Partition>,
    /// Whoever appends or removes holds this, so that what is on disk is always a gapless beginning of what was acknowledged.
    writing: Mutex<()>,
    /// Moves on each append. Readers wait on it instead of asking again and again.
    pub(super) appended: watch::Sender<()>,
}

/// What an append comes to, worked out before anything is written.
struct Plan {
    positions: Vec<Position>,
    ends: Vec<u64>,
    /// Places in the batch whose record a later one of the same key replaces: they are never written.
    replaced: HashSet<usize>,
}

impl OpenTopic {
    /// Opens or makes it.
    pub(super) fn open(db: &Database, meta: &Keyspace, spec: Topic) -> Result<Self, LogError> {
        let compacted = spec.cleanup == Cleanup::Compact;
        let partitions = (0..spec.partitions)
            .map(|number| Partition::open(db, meta, &spec.name, number, compacted))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            spec,
            partitions,
            writing: Mutex::new(()),
            appended: watch::Sender::new(()),
        })
    }

    /// Writes the records in one atomic batch that has reached the operating system when this returns.
    pub(super) fn append(
        &self,
        db: &Database,
        records: &[Record],
        most_bytes: usize,
    ) -> Result<Vec<Position>, LogError> {
        records.iter().try_for_each(|record| self.check(record, most_bytes))?;
        let encoded: Vec<Vec<u8>> = records.iter().map(codec::write_record).collect();
        let writing = held(&self.writing);
        let plan = self.plan(records);
        let mut batch =
            OwnedWriteBatch::with_capacity(db.clone(), records.len()).durability(Some(fjall::PersistMode::Buffer));
        for (place, bytes) in encoded.into_iter().enumerate() {
            if plan.replaced.contains(&place) {
                continue;
            }
            let position = plan.positions[place];
            let partition = &self.partitions[position.partition as usize];
            let offset = position.offset.to_be_bytes();
            if let Some(newest) = &partition.newest {
                let key = &records[place].key[..];
                if let Some(older) = newest.get(key).map_err(broken)? {
                    batch.remove(&partition.records, older);
                }
                batch.insert(newest, key, offset);
            }
            batch.insert(&partition.records, offset, bytes);
        }
        batch.commit().map_err(broken)?;
        for (partition, end) in self.partitions.iter().zip(&plan.ends) {
            partition.publish(*end);
        }
        drop(writing);
        self.appended.send_replace(());
        Ok(plan.positions)
    }

    fn plan(&self, records: &[Record]) -> Plan {
        let mut ends: Vec<u64> = self.partitions.iter().map(Partition::end).collect();
        let mut positions = Vec::with_capacity(records.len());
        let mut replaced = HashSet::new();
        let mut last: HashMap<&Bytes, usize> = HashMap::new();
        for (place, record) in records.iter().enumerate() {
            let partition = partition_of(&record.key, self.spec.partitions);
            let end = &mut ends[partition as usize];
            positions.push(Position {
                partition,
                offset: *end,
            });
            *end += 1;
            if self.spec.cleanup == Cleanup::Compact {
                replaced.extend(last.insert(&record.key, place));
            }
        }
        Plan {
            positions,
            ends,
            replaced,
        }
    }

    fn check(&self, record: &Record, most_bytes: usize) -> Result<(), LogError> {
        check_size(&self.spec.name, record, most_bytes)?;
        if self.spec.cleanup == Cleanup::Compact && record.key.len() > LONGEST_KEY {
            let reason = format!(
                "its key has {} bytes, and a compacted topic takes {LONGEST_KEY}",
                record.key.len()
            );
            return Err(LogError::Refused {
                topic: self.spec.name.clone(),
                reason,
            });
        }
        Ok(())
    }

    /// Removes what has outlived the retention, a step at a time so that appends get their turn. Returns how many records went.
    pub(super) fn sweep(&self, db: &Database, meta: &Keyspace, now: Timestamp) -> Result<usize, LogError> {
        let Cleanup::Delete { retention } = self.spec.cleanup else {
            return Ok(0);
        };
        let before = now.minus(retention);
        let mut swept = 0;
        for partition in &self.partitions {
            loop {
                let _writing = held(&self.writing);
                let (removed, more) = partition.sweep(db, meta, before)?;
                swept += removed;
                if !more {
                    break;
                }
            }
        }
        Ok(swept)
    }
}
