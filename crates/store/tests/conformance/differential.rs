//! The same random operations on both adapters: whatever one answers, the other must answer as well.

use std::sync::Arc;

use backtweet_domain::Timestamp;
use backtweet_store::{
    Batch, Collection, Direction, FeedEntry, FjallStore, Found, Guard, Key, LookUp, Outcome, Park, RedisStore,
    StoreError, Stored, Waiter, Write,
};
use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::server::Lease;
use crate::support::*;

const ROUNDS: usize = 1_500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_adapters_answer_alike() {
    let Some(lease) = Lease::take() else { return };
    let folder = tempfile::tempdir().unwrap();
    let embedded: Shared = Arc::new(FjallStore::open_at(folder.path()).unwrap());
    let redis: Shared = Arc::new(RedisStore::connect(lease.config.clone()).await.unwrap());

    let seed = std::env::var("BACKTWEET_TEST_SEED")
        .ok()
        .map_or_else(|| rand::rng().random(), |seed| seed.parse().unwrap());
    eprintln!("BACKTWEET_TEST_SEED={seed} repeats this run");
    let mut dice = Dice(SmallRng::seed_from_u64(seed));
    let (mut conflicts, mut woken, mut refused) = (0, 0, 0);
    for round in 0..ROUNDS {
        let context = format!("seed {seed}, round {round}");
        match dice.below(12) {
            0 => {
                let before = dice.time();
                let dropped = [
                    embedded.expire(before, 10_000).await,
                    redis.expire(before, 10_000).await,
                ]
                .map(Result::unwrap);
                assert_eq!(dropped[0], dropped[1], "{context}: what expired before {before}");
            }
            1..5 => {
                let look_ups: Vec<_> = (0..=dice.below(6)).map(|_| dice.look_up()).collect();
                assert_same_reading(&embedded, &redis, &look_ups, &context).await;
            }
            _ => {
                let mut batches = vec![];
                for _ in 0..=dice.below(3) {
                    let slot = dice.one(&SLOTS);
                    batches.push(dice.batch(slot, &versions(&embedded, slot).await));
                }
                let ours = embedded.apply(&batches).await;
                let theirs = redis.apply(&batches).await;
                for outcome in ours.iter().flatten() {
                    match outcome {
                        Outcome::Conflict => conflicts += 1,
                        Outcome::Applied(waiters) => woken += waiters.len(),
                    }
                }
                refused += usize::from(matches!(ours, Err(StoreError::Corrupt { .. })));
                let touched: Vec<_> = batches.iter().flat_map(|batch| whole_slot(&batch.slot)).collect();
                assert_same_reading(&embedded, &redis, &touched, &format!("{context}, after {batches:#?}")).await;
                match (ours, theirs) {
                    (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{context}: {batches:#?}"),
                    (Err(ours), Err(theirs)) => assert_eq!(ours.retry(), theirs.retry(), "{context}: {batches:#?}"),
                    (ours, theirs) => panic!("{context}: {ours:?} against {theirs:?}: {batches:#?}"),
                }
            }
        }
    }
    assert!(
        conflicts > 20 && woken > 20 && refused > 0,
        "the run was too tame: {conflicts}, {woken}, {refused}"
    );
    let everything: Vec<_> = SLOTS.iter().flat_map(|slot| whole_slot(slot)).collect();
    assert_same_reading(&embedded, &redis, &everything, "at the end").await;
}

async fn assert_same_reading(embedded: &Shared, redis: &Shared, look_ups: &[LookUp], context: &str) {
    let (ours, theirs) = (
        embedded.read(look_ups).await.unwrap(),
        redis.read(look_ups).await.unwrap(),
    );
    assert_eq!(ours, theirs, "{context}: {look_ups:#?}");
}

const SLOTS: [&str; 3] = ["one", "two", "drei:ß"];
const RECORDS: [&str; 3] = ["guard", "other", "third"];
const MEMBERS: [&str; 9] = ["", "a", "ab", "b", "é", "z z", LONG[0], LONG[1], LONG[2]];
/// Members so long that no adapter can keep many of them close together.
const LONG: [&str; 3] = [long(&[b'a'; 1_500]), long(&[b'm'; 1_500]), long(&[b'z'; 1_500])];
const ORDERS: [i64; 5] = [i64::MIN, -1, 0, 7, i64::MAX];

const fn long(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("it is no text"),
    }
}

fn whole_slot(slot: &str) -> Vec<LookUp> {
    let key = |name: &str| Key::new(slot, name);
    let mut look_ups = vec![
        LookUp::Counters(key("counters")),
        LookUp::Top {
            key: key("ranked"),
            limit: 100,
        },
        LookUp::Members(key("members")),
        LookUp::Size(key("members")),
        LookUp::Members(key("unsized")),
        LookUp::Size(key("unsized")),
        LookUp::Feed {
            key: key("feed"),
            after: None,
            direction: Direction::Descending,
            limit: 100,
        },
    ];
    look_ups.extend(RECORDS.map(|name| LookUp::Record(key(name))));
    look_ups
}

struct Dice(SmallRng);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn time(&mut self) -> Timestamp {
        Timestamp::from_micros(self.0.random_range(-3..12))
    }

    fn entry(&mut self) -> FeedEntry {
        FeedEntry {
            order: self.one(&ORDERS),
            id: self.one(&MEMBERS).to_owned(),
        }
    }

    fn stored(&mut self) -> Stored {
        let bytes: Vec<u8> = (0..self.below(40)).map(|_| self.0.random()).collect();
        Stored {
            version: self.below(4) as u64,
            open: self.0.random(),
            bytes: Bytes::from(bytes),
        }
    }

    fn waiter(&mut self) -> Waiter {
        Waiter {
            id: self.one(&MEMBERS).to_owned(),
            bytes: self.stored().bytes,
        }
    }

    fn key(&mut self, name: &str) -> Key {
        Key::new(self.one(&SLOTS), name)
    }

    fn look_up(&mut self) -> LookUp {
        let limit = self.below(8);
        let members = self.one(&["members", "unsized"]);
        match self.below(9) {
            0 => LookUp::Counters(self.key("counters")),
            1 => LookUp::Top {
                key: self.key("ranked"),
                limit,
            },
            2 => LookUp::Members(self.key(members)),
            3 => LookUp::Size(self.key(members)),
            8 => LookUp::Member {
                key: self.key(members),
                member: self.one(&MEMBERS).to_owned(),
            },
            4 => {
                let after = self.0.random::<bool>().then(|| self.entry());
                let direction = self.one(&[Direction::Ascending, Direction::Descending]);
                LookUp::Feed {
                    key: self.key("feed"),
                    after,
                    direction,
                    limit,
                }
            }
            5 => {
                let name = self.one(&RECORDS);
                LookUp::Record(self.key(name))
            }
            _ => {
                let name = self.one(&RECORDS);
                LookUp::ReadOrPark {
                    key: self.key(name),
                    park: Park {
                        waiter: self.waiter(),
                        expires: self.time(),
                    },
                }
            }
        }
    }

    /// Small steps, so that sums meet zero often, and now and then a leap towards the bounds.
    fn delta(&mut self, leap: i64) -> i64 {
        match self.below(10) {
            0 => leap * self.one(&[1, -1]),
            _ => self.0.random_range(-2..=2),
        }
    }

    fn write(&mut self) -> Write {
        let (member, record) = (self.one(&MEMBERS).to_owned(), self.one(&RECORDS).to_owned());
        match self.below(16) {
            0..3 => Write::Add {
                name: "counters".into(),
                deltas: (0..=self.below(2))
                    .map(|_| (self.one(&MEMBERS).into(), self.delta(5 << 60)))
                    .collect(),
            },
            3..6 => Write::Rank {
                name: "ranked".into(),
                member,
                delta: self.delta(5 << 50),
            },
            6..9 => {
                let (name, sized) = self.one(&[("members", true), ("unsized", false)]);
                Write::Count {
                    sized,
                    name: name.into(),
                    member,
                    delta: self.delta(5 << 60),
                }
            }
            9 => Write::Enter {
                name: "feed".into(),
                entry: self.entry(),
            },
            10 => Write::Leave {
                name: "feed".into(),
                entry: self.entry(),
            },
            11 | 12 => {
                let expires = self.0.random::<bool>().then(|| self.time());
                Write::Put {
                    name: record,
                    stored: self.stored(),
                    expires,
                }
            }
            13 => Write::Remove { name: record },
            14 => Write::Wake { name: record },
            _ => match self.below(3) {
                0 => Write::Clear,
                1 => self.drop(),
                _ => Write::Wake { name: record },
            },
        }
    }

    fn drop(&mut self) -> Write {
        let (name, collection) = self.one(&[
            ("counters", Collection::Counters),
            ("ranked", Collection::Ranked),
            ("members", Collection::Members),
            ("unsized", Collection::Members),
        ]);
        Write::Drop {
            name: name.into(),
            collection,
        }
    }

    /// A batch as callers make it: guarded at the version that was `read`, which it moves on. Now and then it is stale, or lawless.
    fn batch(&mut self, slot: &str, read: &[Option<u64>]) -> Batch {
        let mut writes: Vec<_> = (0..self.below(8)).map(|_| self.write()).collect();
        let (guarded, stale, lawless) = (self.below(6) > 0, self.below(8) == 0, self.below(40) == 0);
        let mut guards = vec![];
        if guarded {
            let record = self.below(RECORDS.len());
            let (name, version) = (RECORDS[record].to_owned(), if stale { Some(99) } else { read[record] });
            let stored = Stored {
                version: version.map_or(0, |version| version + 1),
                ..self.stored()
            };
            let expires = (self.below(4) == 0).then(|| self.time());
            writes.push(Write::Put {
                name: name.clone(),
                stored,
                expires,
            });
            guards.push(Guard { name, version });
        } else if !lawless {
            let figure = |write: &Write| matches!(write, Write::Add { .. } | Write::Rank { .. } | Write::Count { .. });
            writes.retain(|write| !figure(write));
        }
        Batch {
            slot: slot.to_owned(),
            guards,
            writes,
        }
    }
}

async fn versions(store: &Shared, slot: &str) -> Vec<Option<u64>> {
    let found = store
        .read(&RECORDS.map(|name| LookUp::Record(Key::new(slot, name))))
        .await
        .unwrap();
    let version = |found| match found {
        Found::Record(record) => record.map(|record: Stored| record.version),
        other => panic!("a record was asked for: {other:?}"),
    };
    found.into_iter().map(version).collect()
}
