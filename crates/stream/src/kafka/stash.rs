//! Records that the driver handed over and nobody has taken yet, by partition, with what is paused.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::port::Delivered;

/// Past so many records of one partition, the driver has to stop fetching it.
const TOO_FULL: usize = 5_000;

/// The records kept back.
#[derive(Default)]
pub(super) struct Stash {
    kept: BTreeMap<u32, VecDeque<Delivered>>,
    paused: BTreeSet<u32>,
    /// The partition taken from last; the next one has its turn first.
    turn: u32,
}

impl Stash {
    /// Keeps one more.
    pub(super) fn keep(&mut self, record: Delivered) {
        self.kept
            .entry(record.position.partition)
            .or_default()
            .push_back(record);
    }

    /// How many could be handed out now.
    pub(super) fn ready(&self) -> usize {
        self.kept
            .iter()
            .filter(|(partition, _)| !self.paused.contains(partition))
            .map(|(_, kept)| kept.len())
            .sum()
    }

    /// Takes at most `max` of the partition whose turn it is.
    pub(super) fn take(&mut self, max: usize) -> Option<(u32, Vec<Delivered>)> {
        let ready = |(partition, kept): (&u32, &VecDeque<Delivered>)| {
            (!kept.is_empty() && !self.paused.contains(partition)).then_some(*partition)
        };
        let later = self.kept.range(self.turn.saturating_add(1)..).find_map(ready);
        let partition = later.or_else(|| self.kept.range(..=self.turn).find_map(ready))?;
        let kept = self.kept.get_mut(&partition)?;
        self.turn = partition;
        Some((partition, kept.drain(..max.min(kept.len())).collect()))
    }

    /// Hands out nothing of it.
    pub(super) fn pause(&mut self, partition: u32) {
        self.paused.insert(partition);
    }

    /// Hands it out again.
    pub(super) fn resume(&mut self, partition: u32) {
        self.paused.remove(&partition);
    }

    /// It belongs to somebody else.
    pub(super) fn forget(&mut self, partition: u32) {
        self.kept.remove(&partition);
        self.paused.remove(&partition);
    }

    /// It is read from elsewhere.
    pub(super) fn forget_records(&mut self, partition: u32) {
        self.kept.remove(&partition);
    }

    /// Whether no more of it should come.
    pub(super) fn is_too_full(&self, partition: u32) -> bool {
        self.len(partition) >= TOO_FULL
    }

    /// Whether more of it may come again.
    pub(super) fn has_room(&self, partition: u32) -> bool {
        self.len(partition) < TOO_FULL / 2
    }

    fn len(&self, partition: u32) -> usize {
        self.kept.get(&partition).map_or(0, VecDeque::len)
    }
}
