//! Runs the stage over a store in memory, one step of one partition at a time in a random order, with crashes.

use std::collections::BTreeMap;
use std::sync::Arc;

use backtweet_classifier::stage::Item;
use backtweet_classifier::{Bounds, ClassifyStage, SubjectIndex, Subjects};
use backtweet_domain::{PostEvent, Subject};
use backtweet_store::{Batch, Found, Key, LookUp, Outcome, Stored, Waiter, Write};
use backtweet_stream::{Effects, Output, Stage, partition_of};
use backtweet_wire::record::{decode_classified, encode_post_event};
use bytes::Bytes;
use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

use crate::oracle::{Fold, Sights};

#[derive(Debug, Default)]
struct Shelf {
    stored: Option<Stored>,
    waiters: BTreeMap<String, Waiter>,
}

/// As much of a store as the stage uses.
#[derive(Debug, Default)]
struct Memory(BTreeMap<(String, String), Shelf>);

impl Memory {
    fn shelf(&mut self, key: &Key) -> &mut Shelf {
        self.0.entry((key.slot.clone(), key.name.clone())).or_default()
    }

    fn read(&mut self, look_up: &LookUp) -> Found {
        match look_up {
            LookUp::Record(key) => Found::Record(self.shelf(key).stored.clone()),
            LookUp::ReadOrPark { key, park } => {
                let shelf = self.shelf(key);
                if shelf.stored.as_ref().is_none_or(|stored| stored.open) {
                    shelf.waiters.insert(park.waiter.id.clone(), park.waiter.clone());
                }
                Found::Record(shelf.stored.clone())
            }
            other => panic!("not used by the stage: {other:?}"),
        }
    }

    fn apply(&mut self, batch: &Batch) -> Outcome {
        let key = |name: &str| Key::new(batch.slot.clone(), name);
        for guard in &batch.guards {
            if self
                .shelf(&key(&guard.name))
                .stored
                .as_ref()
                .map(|stored| stored.version)
                != guard.version
            {
                return Outcome::Conflict;
            }
        }
        let mut woken = Vec::new();
        for write in &batch.writes {
            match write {
                Write::Put { name, stored, .. } => self.shelf(&key(name)).stored = Some(stored.clone()),
                Write::Wake { name } => woken.extend(self.shelf(&key(name)).waiters.values().cloned()),
                other => panic!("not used by the stage: {other:?}"),
            }
        }
        Outcome::Applied(woken)
    }
}

/// How a stream is run.
pub struct Run {
    pub partitions: u32,
    /// How often, out of 100 steps, a partition loses all it did since its last stored offset.
    pub crashes: u32,
}

/// One partition: what it has to do, and how far it is with its batch.
#[derive(Default)]
struct Lane {
    records: Vec<PostEvent>,
    /// The offset stored.
    done: usize,
    /// How many records the batch has; 0 between batches.
    batch: usize,
    items: Vec<Item>,
    found: Option<Vec<Found>>,
    woken: Vec<Waiter>,
    outputs: Vec<Output>,
}

/// Runs the events, in this order within each partition, and returns what is to be seen in the end.
pub fn run(subjects: &[Subject], events: &[PostEvent], run: &Run, rng: &mut SmallRng) -> Sights {
    let index = SubjectIndex::compile(subjects);
    let stage = ClassifyStage::new(Arc::new(Subjects::fixed(index)), Bounds::default(), Arc::default());
    let mut memory = Memory::default();
    let mut lanes: Vec<Lane> = (0..run.partitions).map(|_| Lane::default()).collect();
    for event in events {
        let partition = partition_of(event.key().as_bytes(), run.partitions);
        lanes[partition as usize].records.push(event.clone());
    }
    let mut appended = Vec::new();
    for steps in 0.. {
        assert!(steps < 1_000_000, "the stage goes round in circles");
        let busy: Vec<_> = (0..lanes.len())
            .filter(|&lane| lanes[lane].done < lanes[lane].records.len())
            .collect();
        let Some(&lane) = busy.choose(rng) else { break };
        if rng.random_ratio(run.crashes, 100) {
            lanes[lane].crash(rng);
        } else {
            lanes[lane].step(&stage, &mut memory, rng, &mut appended);
        }
    }
    let mut fold = Fold::default();
    for output in appended {
        fold.add(&decode_classified(&output.value.unwrap()).unwrap());
    }
    fold.sights()
}

impl Lane {
    fn step(&mut self, stage: &ClassifyStage, memory: &mut Memory, rng: &mut SmallRng, appended: &mut Vec<Output>) {
        if self.batch == 0 {
            self.batch = rng.random_range(1..=5).min(self.records.len() - self.done);
            let events = &self.records[self.done..self.done + self.batch];
            self.items = events.iter().filter_map(|event| decode(stage, event)).collect();
        } else if self.items.is_empty() {
            appended.append(&mut self.outputs);
            self.done += self.batch;
            self.batch = 0;
        } else if let Some(found) = self.found.take() {
            self.finish(stage, memory, &found);
        } else {
            let look_ups = stage.look_ups(&self.items);
            self.found = Some(look_ups.iter().map(|look_up| memory.read(look_up)).collect());
        }
    }

    fn finish(&mut self, stage: &ClassifyStage, memory: &mut Memory, found: &[Found]) {
        let effects: Effects = stage.process(&self.items, found);
        let mut conflict = false;
        for batch in &effects.writes {
            match memory.apply(batch) {
                Outcome::Applied(waiters) => {
                    waiters.into_iter().for_each(|waiter| {
                        if !self.woken.contains(&waiter) {
                            self.woken.push(waiter)
                        }
                    });
                }
                Outcome::Conflict => conflict = true,
            }
        }
        if !conflict {
            let follow_up = stage.follow_up(&self.items, &effects);
            self.outputs.extend(effects.outputs);
            self.items = self
                .woken
                .drain(..)
                .filter_map(|waiter| stage.wake(&waiter).unwrap())
                .collect();
            self.items.extend(follow_up);
        }
    }

    fn crash(&mut self, rng: &mut SmallRng) {
        let back = rng.random_range(0..=self.done.min(3));
        *self = Self {
            records: std::mem::take(&mut self.records),
            done: self.done - back,
            ..Self::default()
        };
    }
}

fn decode(stage: &ClassifyStage, event: &PostEvent) -> Option<Item> {
    let key = Bytes::from(event.key());
    stage.decode(&key, Some(&encode_post_event(event))).unwrap()
}
