//! Carries out one plan as one `fjall` batch, under the slot's lock. Deciding what a batch means is `plan`'s.

use fjall::{OwnedWriteBatch, UserKey, UserValue};
use rustc_hash::FxHashSet;

use crate::plan::{Delta, EntryChange, Kind, Plan, RecordChange, out_of_range};
use crate::port::{Guard, Outcome, StoreError, Waiter};

use super::keys::{self, Expiring, Keys, tag};
use super::{FjallStore, counters, failed, waiters};

/// Carries out `plan`; what it wrote is not flushed yet.
pub(super) fn apply(store: &FjallStore, plan: &Plan<'_>) -> Result<Outcome, StoreError> {
    let _lock = store.lock(&keys::slot_hash(plan.slot));
    let mut work = Work {
        store,
        slot: plan.slot,
        keys: Keys::of(plan.slot),
        batch: store.batch(),
        cleared: FxHashSet::default(),
    };
    if !work.guards_hold(plan.guards)? {
        return Ok(Outcome::Conflict);
    }
    if plan.removes() {
        store.erased.mark()?;
    }
    let woken = work.wake(&plan.wakes)?;
    if plan.clear {
        work.clear(plan)?;
    }
    for (kind, name) in &plan.drops {
        work.drop_collection(*kind, name)?;
    }
    work.add(plan)?;
    work.change_entries(&plan.entries);
    work.change_records(&plan.records);
    work.commit()?;
    Ok(Outcome::Applied(woken))
}

/// A batch in the making. No key comes into it twice: `fjall` would not say which of the two wins.
struct Work<'a> {
    store: &'a FjallStore,
    slot: &'a str,
    keys: Keys,
    batch: OwnedWriteBatch,
    /// Data keys that [`Work::clear`] and [`Work::drop_collection`] take out, less those written again since.
    cleared: FxHashSet<UserKey>,
}

impl Work<'_> {
    fn guards_hold(&mut self, guards: &[Guard]) -> Result<bool, StoreError> {
        for guard in guards {
            let key = self.keys.collection(&guard.name, tag::RECORD);
            let value = self.store.data.get(key).map_err(failed)?;
            let version = value
                .map(|value| Ok(keys::parse_record(key, &value)?.version))
                .transpose()?;
            if version != guard.version {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn wake(&mut self, names: &[&str]) -> Result<Vec<Waiter>, StoreError> {
        let mut woken = Vec::new();
        for name in names {
            woken.extend(waiters::at(self.store, self.slot, name)?);
        }
        Ok(woken)
    }

    fn clear(&mut self, plan: &Plan<'_>) -> Result<(), StoreError> {
        for row in self.store.data.prefix(self.keys.slot()) {
            let key = row.key().map_err(failed)?;
            let parsed = keys::parse(&key)?;
            if parsed.tag == tag::RECORD && plan.keeps(parsed.name) {
                continue;
            }
            self.cleared.insert(key);
        }
        for key in waiters::in_slot(self.store, self.slot)? {
            self.batch.remove(&self.store.waiters, key);
        }
        Ok(())
    }

    fn drop_collection(&mut self, kind: Kind, name: &str) -> Result<(), StoreError> {
        let (tags, alone): (&[u8], Option<u8>) = match kind {
            Kind::Counters => (&[], Some(tag::COUNTERS)),
            Kind::Ranked => (&[tag::SCORE, tag::RANK], None),
            Kind::Members => (&[tag::MEMBER], Some(tag::SIZE)),
        };
        for tag in tags {
            for row in self.store.data.prefix(self.keys.collection(name, *tag)) {
                self.cleared.insert(row.key().map_err(failed)?);
            }
        }
        if let Some(tag) = alone {
            self.cleared.insert(self.keys.collection(name, tag).into());
        }
        Ok(())
    }

    fn add(&mut self, plan: &Plan<'_>) -> Result<(), StoreError> {
        for deltas in plan.deltas.chunk_by(|a, b| (a.kind, a.name) == (b.kind, b.name)) {
            match deltas[0].kind {
                Kind::Counters => self.add_counters(deltas)?,
                Kind::Ranked => self.add_scores(deltas)?,
                Kind::Members => self.add_members(deltas)?,
            }
        }
        Ok(())
    }

    fn add_counters(&mut self, deltas: &[Delta<'_>]) -> Result<(), StoreError> {
        self.keys.collection(deltas[0].name, tag::COUNTERS);
        let former = self.value()?;
        let former = counters::parse(self.keys.last(), former.as_deref().unwrap_or_default())?;
        let value = counters::add(self.slot, &former, deltas)?;
        match value.is_empty() {
            true => self.remove(),
            false => self.insert(value),
        }
        Ok(())
    }

    fn add_scores(&mut self, deltas: &[Delta<'_>]) -> Result<(), StoreError> {
        for delta in deltas {
            let (former, score) = self.add_one(delta, tag::SCORE)?;
            if former != 0 {
                self.keys.rank(delta.name, former, delta.member);
                self.remove();
            }
            if score != 0 {
                self.keys.rank(delta.name, score, delta.member);
                self.insert([]);
            }
        }
        Ok(())
    }

    fn add_members(&mut self, deltas: &[Delta<'_>]) -> Result<(), StoreError> {
        let mut grown = 0;
        for delta in deltas {
            let (former, count) = self.add_one(delta, tag::MEMBER)?;
            grown += i64::from(former == 0) - i64::from(count == 0);
        }
        if grown != 0 && deltas[0].sized {
            self.keys.collection(deltas[0].name, tag::SIZE);
            let size = self.number()?;
            self.set(size + grown);
        }
        Ok(())
    }

    /// Adds to the one number of a member: what it was, and what it is now.
    fn add_one(&mut self, delta: &Delta<'_>, tag: u8) -> Result<(i64, i64), StoreError> {
        self.keys.member(delta.name, tag, delta.member.as_bytes());
        let former = self.number()?;
        let sum = delta
            .kind
            .sum(former, delta.delta)
            .ok_or_else(|| out_of_range(self.slot, delta.name))?;
        self.set(sum);
        Ok((former, sum))
    }

    fn change_entries(&mut self, changes: &[EntryChange<'_>]) {
        for change in changes {
            self.keys.entry(change.name, change.entry);
            match change.present {
                true => self.insert([]),
                false => self.remove(),
            }
        }
    }

    fn change_records(&mut self, changes: &[RecordChange<'_>]) {
        for change in changes {
            let key = self.keys.collection(change.name, tag::RECORD);
            match change.put {
                Some((stored, expires)) => {
                    if let Some(expires) = expires {
                        self.batch
                            .insert(&self.store.expiry, keys::expiry_key(expires, Expiring::Record, key), []);
                    }
                    self.insert(keys::encode_record(stored, expires));
                }
                None => self.remove(),
            }
        }
    }

    fn commit(mut self) -> Result<(), StoreError> {
        for key in self.cleared.drain() {
            self.batch.remove(&self.store.data, key);
        }
        self.batch.commit().map_err(failed)
    }

    /// What stands at the key that was written last.
    fn value(&self) -> Result<Option<UserValue>, StoreError> {
        let key = self.keys.last();
        if self.cleared.contains(key) {
            return Ok(None);
        }
        self.store.data.get(key).map_err(failed)
    }

    /// The number at the key that was written last, 0 where there is none.
    fn number(&self) -> Result<i64, StoreError> {
        let value = self.value()?;
        value.map_or(Ok(0), |value| keys::number(self.keys.last(), &value))
    }

    /// Writes `number` at the key that was written last; zero is no key at all.
    fn set(&mut self, number: i64) {
        match number {
            0 => self.remove(),
            _ => self.insert(number.to_le_bytes()),
        }
    }

    fn insert(&mut self, value: impl Into<UserValue>) {
        let key = self.keys.last();
        self.cleared.remove(key);
        self.batch.insert(&self.store.data, key, value);
    }

    fn remove(&mut self) {
        let key = self.keys.last();
        self.cleared.remove(key);
        self.batch.remove(&self.store.data, key);
    }
}
