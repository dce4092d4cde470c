//! The texts that were scored, as they are kept so that they can be corrected: where they lie, for how long, and how they go. What people
//! say about them is elsewhere.
//!
//! A text goes by the clock, not by the stream's event time: who replays an old archive still corrects what was scored a minute ago.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;

use backtweet_domain::Clock;
use backtweet_runtime::Ports;
use backtweet_store::{
    Batch, Direction, FeedEntry, Found, Guard, Key, LookUp, Outcome, Store, StoreError, Stored, Write,
};
use backtweet_wire::v1::ScoredText;

use crate::id::TextId;

/// For how many days a text is kept at least.
const DAYS: i64 = 30;
const DAY_US: i64 = 86_400_000_000;
/// Texts are spread over as many slots as a first digit of their ids, so that no node of a cluster keeps them all and yet many are written
/// in one batch.
const SHARDS: &str = "0123456789abcdef";
/// In each shard: the feed of all its texts, by the day on which they go.
const DUE: &str = "due";
/// How often what is due is dropped.
const EVERY: Duration = Duration::from_secs(600);
/// How many texts of a shard are dropped at a time.
const AT_ONCE: usize = 500;

/// The kept texts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Kept {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Kept {
    /// Those in the store of these ports.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            store: Arc::clone(&ports.store),
            clock: Arc::clone(&ports.clock),
        }
    }

    /// Keeps what was scored; what is kept already is kept for longer. Safe to repeat.
    ///
    /// # Errors
    /// When the store does not answer: any of the texts may then be kept.
    pub(crate) async fn keep<'a>(
        &self,
        texts: impl Iterator<Item = &'a (TextId, ScoredText)>,
    ) -> Result<(), StoreError> {
        // The day on which a text is scored is not over yet.
        let goes = self.today() + DAYS + 1;
        let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
        for (id, text) in texts {
            let batch = batch_of(&mut batches, slot(id));
            batch.writes.push(Write::Put {
                name: name(id.as_str()),
                stored: Stored {
                    // The day on which it goes, so that whoever sweeps need not read the text.
                    version: goes.unsigned_abs(),
                    open: false,
                    bytes: text.encode_to_vec().into(),
                },
                expires: None,
            });
            batch.writes.push(Write::Enter {
                name: DUE.to_owned(),
                entry: due(goes, id.as_str()),
            });
        }
        if batches.is_empty() {
            return Ok(());
        }
        let batches: Vec<_> = batches.into_values().collect();
        self.store.apply(&batches).await.map(drop)
    }

    /// A text, where it is still kept.
    ///
    /// # Errors
    /// When the store does not answer, or holds something else where a text should be.
    pub(crate) async fn get(&self, id: &TextId) -> Result<Option<ScoredText>, StoreError> {
        let key = Key::new(slot(id), name(id.as_str()));
        let corrupt = |reason: String| StoreError::Corrupt {
            key: format!("{}/{}", key.slot, key.name),
            reason,
        };
        match self.store.read(&[LookUp::Record(key.clone())]).await?.pop() {
            Some(Found::Record(stored)) => stored
                .filter(|stored| stored.version > self.today().unsigned_abs())
                .map(|stored| ScoredText::decode(stored.bytes).map_err(|error| corrupt(error.to_string())))
                .transpose(),
            _ => Err(corrupt("it is no record".to_owned())),
        }
    }

    /// Forgets a text before its time.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn forget(&self, id: &TextId) -> Result<(), StoreError> {
        // What is left in the feed goes when its day comes.
        let batch = Batch {
            slot: slot(id),
            guards: Vec::new(),
            writes: vec![Write::Remove {
                name: name(id.as_str()),
            }],
        };
        self.store.apply(&[batch]).await.map(drop)
    }

    /// Drops what is due, now and again. A store that does not answer is asked again the next time.
    pub(crate) async fn sweep_for_good(&self) -> Infallible {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            match self.sweep().await {
                Ok(dropped) => metrics::counter!("backtweet_sentiment_texts_forgotten_total").increment(dropped),
                Err(error) => tracing::warn!(%error, "scored texts whose time is over stay for now"),
            }
        }
    }

    /// Drops all that is due, and says how many texts went.
    async fn sweep(&self) -> Result<u64, StoreError> {
        let mut dropped = 0;
        loop {
            let due = self.due().await?;
            if due.is_empty() {
                return Ok(dropped);
            }
            dropped += self.drop_all(due).await?;
        }
    }

    /// Some of what is due: slot and entry.
    async fn due(&self) -> Result<Vec<(String, FeedEntry)>, StoreError> {
        let slots: Vec<_> = SHARDS.chars().map(shard).collect();
        let oldest = |slot: &String| LookUp::Feed {
            key: Key::new(slot, DUE),
            after: None,
            direction: Direction::Ascending,
            limit: AT_ONCE,
        };
        let look_ups: Vec<_> = slots.iter().map(oldest).collect();
        let found = self.store.read(&look_ups).await?;
        let today = self.today();
        let mut due = Vec::new();
        for (slot, found) in slots.into_iter().zip(found) {
            let Found::Feed(entries) = found else { continue };
            let entries = entries.into_iter().filter(|entry| entry.order <= today);
            due.extend(entries.map(|entry| (slot.clone(), entry)));
        }
        Ok(due)
    }

    /// Takes entries off their feeds, and their texts with them unless these were scored again since.
    async fn drop_all(&self, due: Vec<(String, FeedEntry)>) -> Result<u64, StoreError> {
        let record = |(slot, entry): &(String, FeedEntry)| LookUp::Record(Key::new(slot, name(&entry.id)));
        let found = self.store.read(&due.iter().map(record).collect::<Vec<_>>()).await?;
        let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
        for ((slot, entry), found) in due.into_iter().zip(found) {
            let batch = batch_of(&mut batches, slot);
            let name = name(&entry.id);
            if let Found::Record(Some(Stored { version, .. })) = found
                && version == entry.order.unsigned_abs()
            {
                // One that is scored at this very moment stays: it has another version by then, and the batch is put together anew.
                batch.guards.push(Guard {
                    name: name.clone(),
                    version: Some(version),
                });
                batch.writes.push(Write::Remove { name });
            }
            batch.writes.push(Write::Leave {
                name: DUE.to_owned(),
                entry,
            });
        }
        let batches: Vec<_> = batches.into_values().collect();
        let outcomes = self.store.apply(&batches).await?;
        let gone = |(batch, outcome): (&Batch, &Outcome)| match outcome {
            Outcome::Applied(_) => batch.guards.len() as u64,
            Outcome::Conflict => 0,
        };
        Ok(batches.iter().zip(&outcomes).map(gone).sum())
    }

    /// Days since 1970.
    fn today(&self) -> i64 {
        self.clock.now().micros().div_euclid(DAY_US)
    }
}

fn batch_of(batches: &mut BTreeMap<String, Batch>, slot: String) -> &mut Batch {
    batches.entry(slot.clone()).or_insert_with(|| Batch {
        slot,
        ..Batch::default()
    })
}

fn slot(id: &TextId) -> String {
    shard(id.as_str().chars().next().unwrap_or_default())
}

fn shard(digit: char) -> String {
    format!("scored-texts:{digit}")
}

fn name(id: &str) -> String {
    format!("text:{id}")
}

fn due(day: i64, id: &str) -> FeedEntry {
    FeedEntry {
        order: day,
        id: id.to_owned(),
    }
}

#[cfg(test)]
mod tests;
