//! Small stages to drive the runner with.

use std::collections::BTreeMap;
use std::sync::Arc;

use backtweet_domain::{SystemClock, Timestamp};
use backtweet_store::{Batch, Found, Guard, Key, LookUp, Park, Store, Stored, Waiter, Write};
use backtweet_stream::{
    Backoff, Effects, Log, Output, Poison, RunnerError, RunnerOptions, Stage, StageStats, run_stage,
};
use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::place::{Place, text, within};

/// A stage at work.
pub struct Running {
    pub shutdown: CancellationToken,
    pub stats: Arc<StageStats>,
    pub task: JoinHandle<Result<(), RunnerError>>,
}

impl Running {
    pub async fn stop(self) -> Result<(), RunnerError> {
        self.shutdown.cancel();
        within(self.task).await.unwrap()
    }
}

/// Short pauses, no margin, and dead letters of the test's own.
pub async fn options(place: &Place) -> RunnerOptions {
    RunnerOptions {
        max_batch: 10,
        rewind: None,
        backoff: Backoff {
            least: std::time::Duration::from_millis(1),
            most: std::time::Duration::from_millis(20),
        },
        dead_letters: Some(place.kept(1).await.to_owned()),
        ..RunnerOptions::default()
    }
}

pub fn start<S: Stage>(stage: S, log: Arc<dyn Log>, store: Arc<dyn Store>, options: RunnerOptions) -> Running {
    let shutdown = CancellationToken::new();
    let stats = Arc::clone(&options.stats);
    let run = run_stage(
        Arc::new(stage),
        log,
        store,
        Arc::new(SystemClock),
        options,
        shutdown.clone(),
    );
    Running {
        shutdown,
        stats,
        task: tokio::spawn(run),
    }
}

/// Passes each value on. A value that starts with `poison` cannot be decoded, one that starts with `panic` makes the stage panic, and one
/// that starts with `huge` becomes an output that no log takes.
pub struct Relay {
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

impl Stage for Relay {
    type Item = (Bytes, String);

    fn name(&self) -> &'static str {
        self.name
    }

    fn topic(&self) -> &'static str {
        self.from
    }

    fn decode(&self, key: &Bytes, value: Option<&Bytes>) -> Result<Option<Self::Item>, Poison> {
        let Some(value) = value.map(text) else { return Ok(None) };
        if value.starts_with("poison") {
            return Err(Poison {
                cause: format!("`{value}` is not a word"),
            });
        }
        Ok(Some((key.clone(), value)))
    }

    fn look_ups(&self, _: &[Self::Item]) -> Vec<LookUp> {
        Vec::new()
    }

    fn process(&self, items: &[Self::Item], _: &[Found]) -> Effects {
        let output = |(key, value): &Self::Item| {
            assert!(!value.starts_with("panic"), "cannot bear {value}");
            let value = if value.starts_with("huge") {
                value.repeat(9_000_000 / value.len())
            } else {
                value.clone()
            };
            Output {
                topic: self.to,
                key: key.clone(),
                value: Some(value.into()),
            }
        };
        Effects {
            outputs: items.iter().map(output).collect(),
            ..Effects::default()
        }
    }
}

/// Counts each word once per record id (`key` is `word/id`), under a guard, and says each word's count so far.
pub struct WordCount {
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

impl WordCount {
    /// The ids counted under a word.
    pub fn ids(stored: Option<&Stored>) -> Vec<String> {
        let text = stored.map(|stored| text(&stored.bytes)).unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }
}

impl Stage for WordCount {
    type Item = (String, String);

    fn name(&self) -> &'static str {
        self.name
    }

    fn topic(&self) -> &'static str {
        self.from
    }

    fn decode(&self, key: &Bytes, value: Option<&Bytes>) -> Result<Option<Self::Item>, Poison> {
        Ok(value.map(|value| (text(key), text(value))))
    }

    fn look_ups(&self, items: &[Self::Item]) -> Vec<LookUp> {
        items
            .iter()
            .map(|(word, _)| LookUp::Record(Key::new(word, "count")))
            .collect()
    }

    fn process(&self, items: &[Self::Item], found: &[Found]) -> Effects {
        let mut words: BTreeMap<&String, (Option<u64>, Vec<String>)> = BTreeMap::new();
        let mut effects = Effects::default();
        for ((word, id), found) in items.iter().zip(found) {
            let Found::Record(stored) = found else {
                panic!("asked for a record")
            };
            let (_, ids) = words
                .entry(word)
                .or_insert_with(|| (stored.as_ref().map(|stored| stored.version), Self::ids(stored.as_ref())));
            if !ids.contains(id) {
                ids.push(id.clone());
            }
            let said = format!("{id}={}", ids.len());
            effects.outputs.push(Output {
                topic: self.to,
                key: word.clone().into(),
                value: Some(said.into()),
            });
        }
        for (word, (version, ids)) in words {
            let put = Stored {
                version: ids.len() as u64,
                open: false,
                bytes: ids.join(" ").into(),
            };
            if Some(put.version) != version {
                effects.writes.push(Batch {
                    slot: word.clone(),
                    guards: vec![Guard {
                        name: "count".to_owned(),
                        version,
                    }],
                    writes: vec![Write::Put {
                        name: "count".to_owned(),
                        stored: put,
                        expires: None,
                    }],
                });
            }
        }
        effects
    }
}

/// Children that wait for their parents: the key is the child, the value its parent (`-` for none). Says each child's depth once its
/// parent's is known. One whose parent is `circle` waits for itself for ever and is woken each time.
pub struct Depths {
    pub name: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

impl Stage for Depths {
    type Item = (String, String);

    fn name(&self) -> &'static str {
        self.name
    }

    fn topic(&self) -> &'static str {
        self.from
    }

    fn decode(&self, key: &Bytes, value: Option<&Bytes>) -> Result<Option<Self::Item>, Poison> {
        Ok(value.map(|value| (text(key), text(value))))
    }

    fn look_ups(&self, items: &[Self::Item]) -> Vec<LookUp> {
        let look_up = |(child, parent): &Self::Item| LookUp::ReadOrPark {
            key: Key::new(parent, "depth"),
            park: Park {
                waiter: Waiter {
                    id: child.clone(),
                    bytes: format!("{child} {parent}").into(),
                },
                expires: Timestamp::from_micros(i64::MAX),
            },
        };
        items.iter().map(look_up).collect()
    }

    fn process(&self, items: &[Self::Item], found: &[Found]) -> Effects {
        let mut effects = Effects::default();
        for ((child, parent), found) in items.iter().zip(found) {
            let depth = match (parent.as_str(), found) {
                ("-", _) => 0,
                (_, Found::Record(Some(parent))) => parent.version + 1,
                _ if parent == child => 0,
                _ => continue,
            };
            let stored = Stored {
                version: depth,
                open: parent == child,
                bytes: Bytes::new(),
            };
            effects.writes.push(Batch {
                slot: child.clone(),
                guards: Vec::new(),
                writes: vec![
                    Write::Put {
                        name: "depth".to_owned(),
                        stored,
                        expires: None,
                    },
                    Write::Wake {
                        name: "depth".to_owned(),
                    },
                ],
            });
            let said = depth.to_string();
            effects.outputs.push(Output {
                topic: self.to,
                key: child.clone().into(),
                value: Some(said.into()),
            });
        }
        effects
    }

    fn wake(&self, waiter: &Waiter) -> Result<Option<Self::Item>, Poison> {
        let bytes = text(&waiter.bytes);
        let (child, parent) = bytes.split_once(' ').ok_or_else(|| Poison {
            cause: format!("`{bytes}`"),
        })?;
        Ok(Some((child.to_owned(), parent.to_owned())))
    }
}
