//! A member of a consumer group of the embedded log: where it stands on each of its partitions. Who owns which is in `group.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fjall::PersistMode;
use tokio::sync::watch;

use super::group::{Change, Group, Member};
use super::topic::OpenTopic;
use super::{READ_BYTES, Shared, blocking, broken, codec};
use crate::port::{Consumer, LogError, Polled};

/// One member.
pub(super) struct FjallConsumer {
    shared: Arc<Shared>,
    topic: Arc<OpenTopic>,
    member: Membership,
    cursors: BTreeMap<u32, Cursor>,
    /// The partition read last; the next one has its turn first.
    turn: u32,
    appended: watch::Receiver<()>,
    changed: watch::Receiver<()>,
}

/// Leaves the group when dropped, however that comes about.
struct Membership {
    group: Arc<Group>,
    id: Member,
}

#[derive(Clone, Copy)]
struct Cursor {
    next: u64,
    paused: bool,
}

impl FjallConsumer {
    /// Joins the group.
    pub(super) fn join(shared: Arc<Shared>, group: Arc<Group>, topic: Arc<OpenTopic>) -> Self {
        let (appended, changed) = (topic.appended.subscribe(), group.changed.subscribe());
        let member = Membership {
            id: group.join(),
            group,
        };
        Self {
            shared,
            topic,
            member,
            cursors: BTreeMap::new(),
            turn: 0,
            appended,
            changed,
        }
    }

    /// Takes a change of the assignment in.
    fn adopt(&mut self, change: Change) -> Result<Polled, LogError> {
        match change {
            Change::Revoked(partitions) => {
                self.cursors.retain(|partition, _| !partitions.contains(partition));
                Ok(Polled::Revoked(partitions))
            }
            Change::Assigned(partitions) => {
                for partition in &partitions {
                    let next = self.stored(*partition)?.unwrap_or(0);
                    self.cursors.insert(*partition, Cursor { next, paused: false });
                }
                Ok(Polled::Assigned(partitions))
            }
        }
    }

    fn stored(&self, partition: u32) -> Result<Option<u64>, LogError> {
        self.shared
            .stored(&self.member.group.name, &self.topic.spec.name, partition)
    }

    /// The next partition in turn that has something to read.
    fn ready(&self) -> Option<(u32, Cursor)> {
        let ready = |(partition, cursor): (&u32, &Cursor)| {
            let end = self.topic.partitions[*partition as usize].end();
            (!cursor.paused && cursor.next < end).then_some((*partition, *cursor))
        };
        let later = self.cursors.range(self.turn.saturating_add(1)..).find_map(ready);
        later.or_else(|| self.cursors.range(..=self.turn).find_map(ready))
    }

    async fn read(&mut self, max: usize) -> Result<Option<Polled>, LogError> {
        while let Some((partition, cursor)) = self.ready() {
            let topic = Arc::clone(&self.topic);
            let read = move || topic.partitions[partition as usize].read(cursor.next, u64::MAX, max.max(1), READ_BYTES);
            let (records, next) = blocking(read).await?;
            // Nothing is awaited from here on, so a dropped future has not moved the cursor.
            self.turn = partition;
            self.cursors.insert(partition, Cursor { next, ..cursor });
            if !records.is_empty() {
                return Ok(Some(Polled::Records { partition, records }));
            }
        }
        Ok(None)
    }

    fn set_paused(&mut self, partition: u32, paused: bool) {
        if let Some(cursor) = self.cursors.get_mut(&partition) {
            cursor.paused = paused;
        }
    }
}

#[async_trait]
impl Consumer for FjallConsumer {
    async fn poll(&mut self, max: usize) -> Result<Polled, LogError> {
        loop {
            // Looked at before the facts, so that what comes in between wakes this up again.
            self.changed.mark_unchanged();
            self.appended.mark_unchanged();
            if let Some(change) = self.member.group.take_change(self.member.id) {
                return self.adopt(change);
            }
            if let Some(records) = self.read(max).await? {
                return Ok(records);
            }
            // Neither sender can be gone while this member holds the group and the topic.
            tokio::select! {
                _ = self.changed.changed() => {}
                _ = self.appended.changed() => {}
            }
        }
    }

    fn pause(&mut self, partition: u32) -> Result<(), LogError> {
        self.set_paused(partition, true);
        Ok(())
    }

    fn resume(&mut self, partition: u32) -> Result<(), LogError> {
        self.set_paused(partition, false);
        Ok(())
    }

    fn store(&mut self, partition: u32, next: u64) -> Result<(), LogError> {
        let Membership { group, id } = &self.member;
        let key = codec::offset_key(&group.name, &self.topic.spec.name, partition);
        let write = || self.shared.offsets.insert(key, next.to_be_bytes()).map_err(broken);
        group.as_owner(*id, partition, write).unwrap_or(Ok(()))
    }

    async fn rewind(&mut self, partition: u32, margin: Duration) -> Result<(), LogError> {
        if !self.cursors.contains_key(&partition) {
            return Ok(());
        }
        let next = match self.stored(partition)? {
            None => 0,
            Some(at) => {
                let topic = Arc::clone(&self.topic);
                blocking(move || topic.partitions[partition as usize].before(at, margin)).await?
            }
        };
        self.cursors.entry(partition).and_modify(|cursor| cursor.next = next);
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), LogError> {
        let shared = Arc::clone(&self.shared);
        drop(self);
        blocking(move || shared.db.persist(PersistMode::SyncData).map_err(broken)).await
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.group.leave(self.id);
    }
}
