//! Carries out one plan as one `fjall` batch, under the slot's lock. Deciding what a batch means is `plan`'s.

use fjall::{OwnedWriteBatch, UserKey, UserValue};
use rustc_hash::FxHashSet;

use crate::plan::{Delta, EntryChange, Kind, Plan, RecordChange, out_of_range};
use crate::port::{Guard, Outcome, StoreError, Waiter};

use super::kept::{self, Kept};
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
        self.keys.collection(name, tag::of(kind));
        let Some(former) = self.value()? else { return Ok(()) };
        self.cleared.insert(self.keys.last().into());
        let is_whole = kind == Kind::Counters || matches!(self.kept(&former)?, Kept::Whole(_));
        let tags: &[u8] = match kind {
            _ if is_whole => &[],
            Kind::Ranked => &[tag::SCORE, tag::RANK],
            Kind::Counters | Kind::Members => &[tag::MEMBER],
        };
        for tag in tags {
            for row in self.store.data.prefix(self.keys.collection(name, *tag)) {
                self.cleared.insert(row.key().map_err(failed)?);
            }
        }
        Ok(())
    }

    fn add(&mut self, plan: &Plan<'_>) -> Result<(), StoreError> {
        for deltas in plan.deltas.chunk_by(|a, b| (a.kind, a.name) == (b.kind, b.name)) {
            match deltas[0].kind {
                Kind::Counters => self.add_counters(deltas)?,
                Kind::Ranked | Kind::Members => self.add_members(deltas)?,
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

    /// Adds to one membership or ranking.
    fn add_members(&mut self, deltas: &[Delta<'_>]) -> Result<(), StoreError> {
        let Delta { kind, name, sized, .. } = deltas[0];
        self.keys.collection(name, tag::of(kind));
        let former = self.value()?.unwrap_or_else(|| UserValue::from([]));
        let members = match self.kept(&former)? {
            Kept::Whole(members) => counters::add(self.slot, &members, deltas)?,
            Kept::Apart(size) => return self.add_apart(deltas, size),
        };
        match kept::whole(counters::count(&members), &members) {
            _ if members.is_empty() => self.remove(),
            Some(whole) => self.insert(whole),
            None => {
                let members = counters::parse(self.keys.last(), &members)?;
                self.insert(kept::apart(sized.then_some(members.len() as i64)));
                for (member, number) in members {
                    self.set_member(kind, name, member, 0, number);
                }
            }
        }
        Ok(())
    }

    /// Adds to members that have keys of their own.
    fn add_apart(&mut self, deltas: &[Delta<'_>], size: Option<i64>) -> Result<(), StoreError> {
        let mut grown = 0;
        for delta in deltas {
            let Delta { kind, name, member, .. } = *delta;
            self.keys.member(name, tag::of_member(kind), member.as_bytes());
            let former = self.number()?;
            let sum = kind
                .sum(former, delta.delta)
                .ok_or_else(|| out_of_range(self.slot, name))?;
            self.set_member(kind, name, member, former, sum);
            grown += i64::from(former == 0) - i64::from(sum == 0);
        }
        if let (Some(size), false) = (size, grown == 0) {
            self.keys.collection(deltas[0].name, tag::of(deltas[0].kind));
            match size + grown {
                0 => self.remove(),
                size => self.insert(kept::apart(Some(size))),
            }
        }
        Ok(())
    }

    /// Gives a member that has a key of its own another number.
    fn set_member(&mut self, kind: Kind, name: &str, member: &str, former: i64, number: i64) {
        self.keys.member(name, tag::of_member(kind), member.as_bytes());
        self.set(number);
        if kind != Kind::Ranked {
            return;
        }
        if former != 0 {
            self.keys.rank(name, former, member);
            self.remove();
        }
        if number != 0 {
            self.keys.rank(name, number, member);
            self.insert([]);
        }
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

    /// How the collection at the key that was written last is kept.
    fn kept<'v>(&self, value: &'v [u8]) -> Result<Kept<'v>, StoreError> {
        Kept::parse(self.keys.last(), Some(value))
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
