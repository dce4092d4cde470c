//! Stores to test the runner with: one in memory that knows records, guards and waiters, and one that fails on demand.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use async_trait::async_trait;
use backtweet_domain::Timestamp;
use backtweet_store::{Batch, Found, LookUp, Outcome, Store, StoreError, Stored, Waiter, Write};

type At = (String, String);

/// Records with guards and waiters, in memory; what the runner's tests need of a store and nothing else.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    /// The next so many batches meet a conflict that nobody else made.
    pub conflicts: AtomicUsize,
    /// The next so many calls find nobody there.
    pub outages: AtomicUsize,
    pub losses: AtomicU64,
    pub reads: AtomicUsize,
    pub applies: AtomicUsize,
}

#[derive(Default)]
struct State {
    records: BTreeMap<At, Stored>,
    waiters: BTreeMap<At, BTreeMap<String, Waiter>>,
}

impl MemoryStore {
    pub fn record(&self, slot: &str, name: &str) -> Option<Stored> {
        self.state
            .lock()
            .unwrap()
            .records
            .get(&(slot.to_owned(), name.to_owned()))
            .cloned()
    }

    /// Loses everything, as a server does that never wrote anything down.
    pub fn forget(&self) {
        *self.state.lock().unwrap() = State::default();
        self.losses.fetch_add(1, Ordering::SeqCst);
    }

    fn answer(&self) -> Result<(), StoreError> {
        let one_less = |left: usize| left.checked_sub(1);
        match self.outages.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
            Ok(_) => Err(StoreError::Unavailable {
                reason: "pulled out".to_owned(),
            }),
            Err(_) => Ok(()),
        }
    }
}

impl State {
    fn look_up(&mut self, look_up: &LookUp) -> Found {
        match look_up {
            LookUp::Record(key) => Found::Record(self.records.get(&(key.slot.clone(), key.name.clone())).cloned()),
            LookUp::ReadOrPark { key, park } => {
                let at = (key.slot.clone(), key.name.clone());
                let found = self.records.get(&at).cloned();
                if found.as_ref().is_none_or(|stored| stored.open) {
                    self.waiters
                        .entry(at)
                        .or_default()
                        .insert(park.waiter.id.clone(), park.waiter.clone());
                }
                Found::Record(found)
            }
            other => panic!("not needed here: {other:?}"),
        }
    }

    fn apply(&mut self, batch: &Batch) -> Outcome {
        let at = |name: &String| (batch.slot.clone(), name.clone());
        let holds = batch
            .guards
            .iter()
            .all(|guard| self.records.get(&at(&guard.name)).map(|stored| stored.version) == guard.version);
        if !holds {
            return Outcome::Conflict;
        }
        let mut woken = Vec::new();
        for write in &batch.writes {
            match write {
                Write::Put { name, stored, .. } => {
                    self.records.insert(at(name), stored.clone());
                }
                Write::Wake { name } => {
                    woken.extend(
                        self.waiters
                            .get(&at(name))
                            .into_iter()
                            .flat_map(|found| found.values().cloned()),
                    );
                }
                other => panic!("not needed here: {other:?}"),
            }
        }
        Outcome::Applied(woken)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        assert!(!look_ups.is_empty(), "nothing to read is no call");
        self.answer()?;
        self.reads.fetch_add(1, Ordering::SeqCst);
        let mut state = self.state.lock().unwrap();
        Ok(look_ups.iter().map(|look_up| state.look_up(look_up)).collect())
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        assert!(!batches.is_empty(), "nothing to write is no call");
        self.answer()?;
        self.applies.fetch_add(1, Ordering::SeqCst);
        if let Some(batch) = batches.iter().find(|batch| batch.slot == "unguarded") {
            return Err(StoreError::Unguarded {
                slot: batch.slot.clone(),
            });
        }
        let mut state = self.state.lock().unwrap();
        let one_less = |left: usize| left.checked_sub(1);
        let mut apply = |batch| match self
            .conflicts
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        {
            Ok(_) => Outcome::Conflict,
            Err(_) => state.apply(batch),
        };
        Ok(batches.iter().map(&mut apply).collect())
    }

    async fn expire(&self, _: Timestamp, _: usize) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn losses(&self) -> u64 {
        self.losses.load(Ordering::SeqCst)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
