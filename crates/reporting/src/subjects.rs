//! What is tracked: putting and deleting subjects. The compacted topic `backtweet.subjects` is the truth, read by [`registry`]; the
//! store only hands out generations and is cleared when a subject goes.

pub(crate) mod registry;
mod validate;

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};

use backtweet_domain::Subject;
use backtweet_runtime::{Ports, followers, history};
use backtweet_store::{Batch, Found, Guard, Key, LookUp, Outcome, StoreError, Stored, Write};
use backtweet_stream::{LogError, Position, Record};
use backtweet_wire::{record, topics, v1};

use self::registry::Registry;
use crate::fold::Head;
use crate::invalid::Invalid;
use crate::slot;

/// How often the classifiers' announcements are looked at while somebody waits for them.
const LOOK: Duration = Duration::from_millis(50);
const GENERATION: &str = "generation";

/// Why a subject was not put, found or deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubjectError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error("there is no subject `{id}`: put it first")]
    Unknown { id: String },
    #[error("the subjects have not been read yet: try again in a moment")]
    NotRead,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Changes what is tracked, one change at a time.
pub(crate) struct Subjects {
    ports: Ports,
    registry: Registry,
    /// How long a change waits for its own follower and for the classifiers.
    patience: Duration,
    /// Generations reach the topic in the order they are handed out in.
    turn: Mutex<()>,
}

/// A change that stands in the topic, and the live classifiers that do not follow it yet.
#[derive(Debug)]
pub(crate) struct Changed<T> {
    pub(crate) value: T,
    pub(crate) laggards: Vec<String>,
}

impl Subjects {
    pub(crate) fn new(ports: Ports, registry: Registry, patience: Duration) -> Self {
        Self {
            ports,
            registry,
            patience,
            turn: Mutex::new(()),
        }
    }

    /// Creates or replaces a subject. Putting what is there already changes nothing.
    pub(crate) async fn put(&self, wire: v1::Subject) -> Result<Changed<Subject>, SubjectError> {
        let mut subject = validate::subject(wire)?;
        let deadline = Instant::now() + self.patience;
        let (subject, position) = {
            let _turn = self.turn.lock().await;
            let known = self.registry.get(subject.id.as_str(), deadline).await?;
            match known {
                Some(known) if is_same(&known.subject, &subject) => (known.subject, known.position),
                known => {
                    let id = subject.id.as_str();
                    if known.is_none() {
                        self.finish_deletion(id).await?;
                    }
                    subject.generation = self
                        .next_generation(id, known.map_or(0, |it| it.subject.generation))
                        .await?;
                    let position = self
                        .append(id, Some(record::encode_subject(&subject)), deadline)
                        .await?;
                    (subject, position)
                }
            }
        };
        Ok(Changed {
            value: subject,
            laggards: self.laggards(position, deadline).await?,
        })
    }

    /// One subject.
    pub(crate) async fn get(&self, id: &str) -> Result<Subject, SubjectError> {
        let known = self.registry.get(id, Instant::now() + self.patience).await?;
        known
            .map(|known| known.subject)
            .ok_or_else(|| SubjectError::Unknown { id: id.to_owned() })
    }

    /// How far the retained posts were read for the subject as it is now.
    pub(crate) async fn history(&self, subject: &Subject) -> Result<Option<v1::History>, SubjectError> {
        let kept = history::read(self.ports.store.as_ref(), [&subject.id])
            .await?
            .pop()
            .flatten();
        let current = kept.filter(|(_, record)| record.generation == subject.generation);
        Ok(current.map(|(_, record)| history::progress(&record)))
    }

    /// At most `limit` subjects behind `after`, by id.
    pub(crate) async fn list(&self, after: Option<&str>, limit: usize) -> Result<Vec<Subject>, SubjectError> {
        self.registry.list(after, limit, Instant::now() + self.patience).await
    }

    /// Forgets a subject and all its figures.
    pub(crate) async fn delete(&self, id: &str) -> Result<Changed<()>, SubjectError> {
        let deadline = Instant::now() + self.patience;
        let position = {
            let _turn = self.turn.lock().await;
            let Some(known) = self.registry.get(id, deadline).await? else {
                let finished = self.finish_deletion(id).await?;
                let unknown = SubjectError::Unknown { id: id.to_owned() };
                return if finished {
                    Ok(Changed {
                        value: (),
                        laggards: Vec::new(),
                    })
                } else {
                    Err(unknown)
                };
            };
            let position = self.append(id, None, deadline).await?;
            let handed_out = self.generation(id).await?.unwrap_or_default();
            self.clear(id, handed_out.max(known.subject.generation)).await?;
            position
        };
        Ok(Changed {
            value: (),
            laggards: self.laggards(position, deadline).await?,
        })
    }

    /// Clears what a deletion that was cut short left behind; says whether there was anything.
    async fn finish_deletion(&self, id: &str) -> Result<bool, SubjectError> {
        match self.generation(id).await? {
            Some(generation) => self.clear(id, generation).await,
            None => Ok(false),
        }
    }

    /// Empties the subject's slot, and has findings of `generation` and earlier ones ignored from now on. `false` where that was done
    /// already.
    async fn clear(&self, id: &str, generation: u64) -> Result<bool, SubjectError> {
        loop {
            let stored = self.record(slot::key(id, slot::HEAD)).await?;
            // A head that cannot be read goes like everything else.
            if Head::read(id, stored.as_ref()).is_ok_and(|head| head.is_deleted(generation)) {
                return Ok(false);
            }
            let head = Head {
                deleted_generation: Some(generation),
                ..Head::default()
            };
            let guard = Guard {
                name: slot::HEAD.to_owned(),
                version: stored.as_ref().map(|stored| stored.version),
            };
            let writes = vec![Write::Clear, head.put(stored.as_ref())];
            if self
                .apply(Batch {
                    slot: slot::of(id),
                    guards: vec![guard],
                    writes,
                })
                .await?
            {
                return Ok(true);
            }
        }
    }

    /// Hands out a generation that was never used for this subject and is higher than `known`.
    async fn next_generation(&self, id: &str, known: u64) -> Result<u64, SubjectError> {
        loop {
            let former = self.generation(id).await?;
            let generation = former.unwrap_or_default().max(known) + 1;
            let stored = Stored {
                version: generation,
                open: false,
                bytes: Bytes::new(),
            };
            let guard = Guard {
                name: GENERATION.to_owned(),
                version: former,
            };
            let writes = vec![Write::Put {
                name: GENERATION.to_owned(),
                stored,
                expires: None,
            }];
            if self
                .apply(Batch {
                    slot: generation_slot(id),
                    guards: vec![guard],
                    writes,
                })
                .await?
            {
                return Ok(generation);
            }
        }
    }

    /// The generation that was handed out last: the version of an empty record.
    async fn generation(&self, id: &str) -> Result<Option<u64>, SubjectError> {
        let stored = self.record(Key::new(generation_slot(id), GENERATION)).await?;
        Ok(stored.map(|stored| stored.version))
    }

    async fn record(&self, key: Key) -> Result<Option<Stored>, SubjectError> {
        let name = format!("{}/{}", key.slot, key.name);
        match self.ports.store.read(&[LookUp::Record(key)]).await?.into_iter().next() {
            Some(Found::Record(stored)) => Ok(stored),
            _ => Err(StoreError::Corrupt {
                key: name,
                reason: "it is no record".to_owned(),
            }
            .into()),
        }
    }

    /// Whether the batch stands; `false` where somebody else was faster.
    async fn apply(&self, batch: Batch) -> Result<bool, SubjectError> {
        let outcomes = self.ports.store.apply(&[batch]).await?;
        Ok(matches!(outcomes.first(), Some(Outcome::Applied(_))))
    }

    /// Appends to the topic and waits until this process follows it.
    async fn append(&self, id: &str, value: Option<Bytes>, deadline: Instant) -> Result<Position, SubjectError> {
        let record = Record {
            key: Bytes::copy_from_slice(id.as_bytes()),
            value,
            time: self.ports.clock.now(),
        };
        let positions = self.ports.log.append(topics::SUBJECTS, vec![record]).await?;
        let position = positions.first().copied().ok_or_else(|| LogError::Unavailable {
            reason: "it acknowledged a record without its position".to_owned(),
        })?;
        self.registry.covers(position, deadline).await?;
        Ok(position)
    }

    /// The live classifiers that do not follow `position` when all do or the deadline passes.
    async fn laggards(&self, position: Position, deadline: Instant) -> Result<Vec<String>, SubjectError> {
        loop {
            let Ports { store, clock, .. } = &self.ports;
            let laggards = followers::laggards(store.as_ref(), clock.as_ref(), &[position]).await?;
            if laggards.is_empty() || timeout_at(deadline, sleep(LOOK)).await.is_err() {
                return Ok(laggards);
            }
        }
    }
}

/// Apart from the subject's own slot, which is cleared with it.
fn generation_slot(id: &str) -> String {
    format!("subject-generation:{id}")
}

fn is_same(known: &Subject, put: &Subject) -> bool {
    let put = Subject {
        generation: known.generation,
        ..put.clone()
    };
    *known == put
}
