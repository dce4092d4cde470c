//! What a batch comes down to, worked out before any store is touched: checked, its deltas coalesced, the last word on each record
//! and feed entry kept. Both adapters carry out plans, so both refuse and merge alike. Nothing here does I/O.

use crate::port::{Batch, FeedEntry, Guard, Key, LookUp, StoreError, Stored, Write};
use backtweet_domain::Timestamp;

/// Ranked scores stay within this, exclusive: a sorted set of Redis keeps them as 64-bit floats.
const RANK_BOUND: u64 = 1 << 53;
/// Counters and reference counts stay within this, exclusive: the last range that a script can check without exact 64-bit numbers.
const SUM_BOUND: u64 = 9_200_000_000_000_000_000;
/// The longest slot or name, in bytes.
const LONGEST_NAME: usize = 4 * 1024;
/// The longest field, member or id, in bytes: what `fjall` takes as a key, less the names before it.
const LONGEST_MEMBER: usize = 48 * 1024;

/// Which kind of collection a [`Delta`] belongs to.
pub(crate) use crate::port::Collection as Kind;

impl Kind {
    /// `current` plus `delta`, where the collection can hold it.
    pub(crate) fn sum(self, current: i64, delta: i64) -> Option<i64> {
        current
            .checked_add(delta)
            .filter(|sum| sum.unsigned_abs() < self.bound())
    }

    pub(crate) fn bound(self) -> u64 {
        match self {
            Kind::Ranked => RANK_BOUND,
            Kind::Counters | Kind::Members => SUM_BOUND,
        }
    }
}

/// All that a batch adds to one field or member; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delta<'a> {
    pub kind: Kind,
    /// Whether the size of its membership is kept at hand.
    pub sized: bool,
    pub name: &'a str,
    pub member: &'a str,
    pub delta: i64,
}

/// Where one feed entry stands after the batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryChange<'a> {
    pub name: &'a str,
    pub entry: &'a FeedEntry,
    pub present: bool,
}

/// What one record is after the batch; absent where `put` is `None`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecordChange<'a> {
    pub name: &'a str,
    pub put: Option<(&'a Stored, Option<Timestamp>)>,
}

/// A batch in the order it is carried out: guards, wakes, the clearing, the drops, then everything else in any order, as no two parts of it
/// touch the same thing.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub slot: &'a str,
    pub guards: &'a [Guard],
    /// Records whose waiters are read, in the order asked for.
    pub wakes: Vec<&'a str>,
    pub clear: bool,
    /// Collections that are emptied; sorted.
    pub drops: Vec<(Kind, &'a str)>,
    /// Sorted by kind, name and member.
    pub deltas: Vec<Delta<'a>>,
    /// Sorted by name.
    pub entries: Vec<EntryChange<'a>>,
    /// Sorted by name.
    pub records: Vec<RecordChange<'a>>,
}

impl<'a> Plan<'a> {
    /// Works out `batch`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a name that no adapter can keep or a sum out of range; [`StoreError::Unguarded`].
    pub(crate) fn of(batch: &'a Batch) -> Result<Self, StoreError> {
        check_slot(&batch.slot)?;
        for guard in &batch.guards {
            check_name(&batch.slot, &guard.name)?;
        }
        let mut plan = Plan {
            slot: &batch.slot,
            guards: &batch.guards,
            wakes: Vec::new(),
            clear: false,
            drops: Vec::new(),
            deltas: Vec::new(),
            entries: Vec::new(),
            records: Vec::new(),
        };
        let mut changes_figures = false;
        for write in &batch.writes {
            changes_figures |= matches!(write, Write::Add { .. } | Write::Rank { .. } | Write::Count { .. });
            plan.take(write)?;
        }
        plan.drops.sort_unstable();
        plan.drops.dedup();
        plan.coalesce()?;
        keep_last(&mut plan.entries, |change| {
            (change.name, change.entry.order, change.entry.id.as_str())
        });
        keep_last(&mut plan.records, |change| change.name);
        if changes_figures && !plan.is_guarded() {
            return Err(StoreError::Unguarded {
                slot: batch.slot.clone(),
            });
        }
        Ok(plan)
    }

    /// Whether anything that a reader could have come to as a whole goes: a record, a collection, or the slot.
    pub(crate) fn removes(&self) -> bool {
        self.clear || !self.drops.is_empty() || self.records.iter().any(|record| record.put.is_none())
    }

    fn take(&mut self, write: &'a Write) -> Result<(), StoreError> {
        match write {
            Write::Add { name, deltas } => {
                let deltas = deltas.iter().map(|(field, delta)| (field.as_ref(), *delta));
                self.add(Kind::Counters, false, name, deltas)?;
            }
            Write::Rank { name, member, delta } => {
                self.add(Kind::Ranked, false, name, [(member.as_str(), *delta)])?;
            }
            Write::Count {
                sized,
                name,
                member,
                delta,
            } => self.add(Kind::Members, *sized, name, [(member.as_str(), *delta)])?,
            Write::Enter { name, entry } => self.change_entry(name, entry, true)?,
            Write::Leave { name, entry } => self.change_entry(name, entry, false)?,
            Write::Put { name, stored, expires } => {
                check_name(self.slot, name)?;
                self.records.push(RecordChange {
                    name,
                    put: Some((stored, *expires)),
                });
            }
            Write::Remove { name } => {
                check_name(self.slot, name)?;
                self.records.push(RecordChange { name, put: None });
            }
            Write::Drop { name, collection } => {
                check_name(self.slot, name)?;
                self.deltas
                    .retain(|delta| (delta.kind, delta.name) != (*collection, name.as_str()));
                self.drops.push((*collection, name));
            }
            Write::Wake { name } => {
                check_name(self.slot, name)?;
                if !self.clear && !self.wakes.contains(&name.as_str()) {
                    self.wakes.push(name);
                }
            }
            Write::Clear => {
                self.clear = true;
                self.deltas.clear();
                self.entries.clear();
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        kind: Kind,
        sized: bool,
        name: &'a str,
        deltas: impl IntoIterator<Item = (&'a str, i64)>,
    ) -> Result<(), StoreError> {
        check_name(self.slot, name)?;
        for (member, delta) in deltas {
            check_member(self.slot, name, member)?;
            self.deltas.push(Delta {
                kind,
                sized,
                name,
                member,
                delta,
            });
        }
        Ok(())
    }

    fn change_entry(&mut self, name: &'a str, entry: &'a FeedEntry, present: bool) -> Result<(), StoreError> {
        check_name(self.slot, name)?;
        check_member(self.slot, name, &entry.id)?;
        if entry.id.contains('\0') {
            return Err(unusable(self.slot, name, "a feed entry's id holds a NUL"));
        }
        self.entries.push(EntryChange { name, entry, present });
        Ok(())
    }

    /// By kind, name and member. Runs of one collection are put in order first and members within each, since most names begin alike and
    /// are long.
    fn sort_deltas(&mut self) {
        let collection = |delta: &Delta<'a>| (delta.kind, delta.name);
        let mut runs: Vec<_> = self.deltas.chunk_by(|a, b| collection(a) == collection(b)).collect();
        runs.sort_unstable_by_key(|run| collection(&run[0]));
        let mut sorted = Vec::with_capacity(self.deltas.len());
        for runs in runs.chunk_by(|a, b| collection(&a[0]) == collection(&b[0])) {
            let start = sorted.len();
            sorted.extend(runs.iter().flat_map(|run| run.iter().copied()));
            sorted[start..].sort_unstable_by_key(|delta| delta.member);
        }
        self.deltas = sorted;
    }

    fn coalesce(&mut self) -> Result<(), StoreError> {
        self.sort_deltas();
        let mut beyond = None;
        self.deltas.dedup_by(|next, kept| {
            let same = (next.kind, next.name, next.member) == (kept.kind, kept.name, kept.member);
            if same {
                match kept.delta.checked_add(next.delta) {
                    Some(sum) => kept.delta = sum,
                    None => beyond = Some(kept.name),
                }
            }
            same
        });
        self.deltas.retain(|delta| delta.delta != 0);
        let too_large = self
            .deltas
            .iter()
            .find(|delta| delta.delta.unsigned_abs() >= delta.kind.bound());
        match beyond.or(too_large.map(|delta| delta.name)) {
            Some(name) => Err(out_of_range(self.slot, name)),
            None => Ok(()),
        }
    }

    /// Whether repeating the batch would be refused as a conflict.
    fn is_guarded(&self) -> bool {
        self.guards.iter().any(|guard| {
            let change = self.records.iter().find(|change| change.name == guard.name);
            change
                .and_then(|change| change.put)
                .is_some_and(|(stored, _)| Some(stored.version) != guard.version)
        })
    }

    /// Whether [`Write::Clear`] passes over the record `name`.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        self.guards.iter().any(|guard| guard.name == name)
            || self
                .records
                .iter()
                .any(|change| change.name == name && change.put.is_some())
    }
}

/// Leaves the last of each run of equal keys.
fn keep_last<'a, T, K: Ord + 'a>(changes: &mut Vec<T>, key: impl Fn(&T) -> K) {
    changes.sort_by_key(&key);
    changes.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        if same {
            std::mem::swap(next, kept);
        }
        same
    });
}

/// Whether every adapter can keep what `look_up` names.
pub(crate) fn check_look_up(look_up: &LookUp) -> Result<&Key, StoreError> {
    let key = key_of(look_up);
    check_slot(&key.slot)?;
    check_name(&key.slot, &key.name)?;
    match look_up {
        LookUp::ReadOrPark { park, .. } => check_member(&key.slot, &key.name, &park.waiter.id)?,
        LookUp::Member { member, .. } => check_member(&key.slot, &key.name, member)?,
        _ => {}
    }
    Ok(key)
}

fn key_of(look_up: &LookUp) -> &Key {
    match look_up {
        LookUp::Counters(key) | LookUp::Members(key) | LookUp::Size(key) | LookUp::Record(key) => key,
        LookUp::Top { key, .. }
        | LookUp::Member { key, .. }
        | LookUp::Feed { key, .. }
        | LookUp::ReadOrPark { key, .. } => key,
    }
}

fn check_slot(slot: &str) -> Result<(), StoreError> {
    if slot.is_empty() || slot.len() > LONGEST_NAME || slot.contains(['{', '}', '\0']) {
        return Err(unusable(
            slot,
            "",
            "a slot is 1 to 4096 bytes long and holds no brace and no NUL",
        ));
    }
    Ok(())
}

fn check_name(slot: &str, name: &str) -> Result<(), StoreError> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') {
        return Err(unusable(slot, name, "a name is 1 to 4096 bytes long and holds no NUL"));
    }
    Ok(())
}

fn check_member(slot: &str, name: &str, member: &str) -> Result<(), StoreError> {
    if member.len() > LONGEST_MEMBER {
        return Err(unusable(
            slot,
            name,
            "a field, member or id is at most 49152 bytes long",
        ));
    }
    Ok(())
}

pub(crate) fn out_of_range(slot: &str, name: &str) -> StoreError {
    unusable(
        slot,
        name,
        "a sum would leave the range that is kept exactly, ±2^53 for scores and ±9.2e18 for counts",
    )
}

fn unusable(slot: &str, name: &str, reason: &str) -> StoreError {
    let shown = |text: &str| text.chars().take(100).collect::<String>();
    StoreError::Corrupt {
        key: format!("{}/{}", shown(slot), shown(name)),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
