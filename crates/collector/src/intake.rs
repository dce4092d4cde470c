//! Takes lines and events in: normalises, resolves, publishes, and says what came of each. Where they come from is not known here.

mod lines;

use bytes::Bytes;

use backtweet_domain::{AccountId, PostEvent, Timestamp};
use backtweet_runtime::Ports;
use backtweet_runtime::status::{ErrorCode, IntoStatus};
use backtweet_store::StoreError;
use backtweet_stream::{LogError, Record};
use backtweet_wire::{record, topics, v1};

use crate::figures::{EVENTS, Figures};
use crate::links::Links;
use crate::normalise::{LocalFacts, Normalised, Refused, Wire, post, settle};
use crate::patience::patiently;
use crate::profiles::Profiles;
use crate::{Config, publish, resolve};
pub(crate) use lines::Lines;

/// How many refusals of one call are told in full; all are counted.
const MOST_TOLD: usize = 100;

/// How much of a bad line a dead letter keeps, in bytes.
const MOST_KEPT: usize = 64 * 1024;

/// How many lines are normalised before other tasks of the thread get their turn.
const TURN: usize = 128;

/// What somebody hands in at once.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    /// Ready events, or why one is none.
    pub(crate) events: Vec<Result<PostEvent, Refused>>,
    pub(crate) lines: Option<Lines>,
}

/// What came of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Events that are durable now.
    pub accepted: u64,
    /// Things that the suite does not keep.
    pub ignored: u64,
    /// What was wrong: the first 100 in full.
    pub refused: Vec<Refusal>,
    /// How many lines and events were refused.
    pub refused_count: u64,
}

/// One line or event that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Number of the line, or place of the event within the call, from 1.
    pub line: u64,
    /// What is wrong.
    pub why: Refused,
}

impl Taken {
    fn refuse(&mut self, line: u64, why: Refused) {
        self.refused_count += 1;
        if self.refused.len() < MOST_TOLD {
            self.refused.push(Refusal { line, why });
        }
    }
}

/// Why nothing could be taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The call itself is wrong.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IntoStatus for IntakeError {
    fn code(&self) -> ErrorCode {
        match self {
            IntakeError::Refused(_) => ErrorCode::Invalid,
            IntakeError::Log(error) => error.code(),
            IntakeError::Store(error) => error.code(),
        }
    }

    fn violation(&self) -> Option<(String, String)> {
        match self {
            IntakeError::Refused(why) => Some((why.field.clone(), why.reason.clone())),
            IntakeError::Log(_) | IntakeError::Store(_) => None,
        }
    }
}

/// The way into the suite. Handing the same in again changes no figure.
pub struct Intake {
    ports: Ports,
    config: Config,
    /// Who puts handles and followers on posts, where anybody does.
    profiles: Option<Profiles>,
    /// Who follows shortened links, where anybody does.
    links: Option<Links>,
}

impl Intake {
    /// An intake with the default configuration.
    pub fn new(ports: Ports) -> Self {
        Self::with(ports, Config::default())
    }

    /// An intake configured otherwise.
    pub fn with(ports: Ports, config: Config) -> Self {
        Self {
            ports,
            config,
            profiles: None,
            links: None,
        }
    }

    /// The same, with what is looked up beside the stream.
    pub(crate) fn with_look_ups(self, profiles: Option<Profiles>, links: Option<Links>) -> Self {
        Self {
            profiles,
            links,
            ..self
        }
    }

    /// Takes ready events and returns once they are durable.
    ///
    /// # Errors
    /// When the log or the store cannot be used at all. While they are merely down, this waits.
    pub async fn take(&self, events: Vec<PostEvent>) -> Result<Taken, IntakeError> {
        self.take_one(Offer {
            events: events.into_iter().map(Ok).collect(),
            lines: None,
        })
        .await
    }

    /// Takes lines of a network's own wire and returns once what they say is durable. `first_line` numbers them in refusals.
    ///
    /// # Errors
    /// When Mastodon's lines come without the host of their instance, or as for [`Intake::take`]. Bad lines are no error: they are
    /// refused one by one in the answer, and go to the dead letters.
    pub async fn take_lines(
        &self,
        wire: Wire,
        instance: Option<&str>,
        first_line: u64,
        lines: &[Bytes],
    ) -> Result<Taken, IntakeError> {
        let lines = Lines::new(wire, instance, first_line, lines.to_vec())?;
        self.take_one(Offer {
            events: Vec::new(),
            lines: Some(lines),
        })
        .await
    }

    async fn take_one(&self, offer: Offer) -> Result<Taken, IntakeError> {
        Ok(self.take_all(vec![offer]).await?.pop().unwrap_or_default())
    }

    /// Takes several offers as one batch and says what came of each.
    pub(crate) async fn take_all(&self, offers: Vec<Offer>) -> Result<Vec<Taken>, IntakeError> {
        let now = self.ports.clock.now();
        let mut batch = Batch::default();
        for offer in offers {
            batch.taken.push(Taken::default());
            batch.read_events(offer.events, now);
            if let Some(lines) = offer.lines {
                batch.read_lines(lines, now).await;
            }
        }
        self.publish(&mut batch, now).await?;
        Ok(batch.taken)
    }

    /// In this order, so that a crash at any point is mended by handing the same in again: the store learns the local ids, the events
    /// become durable, the store learns that nobody has to be woken any more.
    async fn publish(&self, batch: &mut Batch, now: Timestamp) -> Result<(), IntakeError> {
        let (log, backoff) = (self.ports.log.as_ref(), self.config.backoff);
        let store = self.ports.store.as_ref();
        let resolved = resolve::resolve(store, &self.config, now, &mut batch.events, &batch.local).await?;
        if let Some(profiles) = &self.profiles {
            if !batch.renamed.is_empty() {
                profiles.forget(&batch.renamed).await?;
            }
            profiles.fill(&mut batch.events).await;
        }
        let records: Vec<Record> = batch
            .events
            .iter()
            .chain(&resolved.more)
            .map(|event| publish::record(event, now))
            .collect();
        let refused = publish::append(log, backoff, topics::POSTS, &records).await?;
        for (place, reason) in refused {
            batch.refuse_record(place, reason);
        }
        if let Some(links) = &self.links {
            batch
                .events
                .iter()
                .chain(&resolved.more)
                .for_each(|event| links.offer(event));
        }
        // A dead letter that is refused is lost; the sender was told.
        publish::append(log, backoff, topics::DEAD_LETTERS, &batch.dead_letters).await?;
        if !resolved.afterwards.is_empty() {
            patiently(backoff, || store.apply(&resolved.afterwards)).await?;
        }
        Ok(())
    }
}

/// Several offers on their way.
#[derive(Default)]
struct Batch {
    taken: Vec<Taken>,
    events: Vec<PostEvent>,
    /// For each event, the offer and the line that it comes from.
    origins: Vec<(usize, u64)>,
    local: LocalFacts,
    /// Accounts that may have another handle now.
    renamed: Vec<AccountId>,
    dead_letters: Vec<Record>,
}

impl Batch {
    fn read_events(&mut self, events: Vec<Result<PostEvent, Refused>>, now: Timestamp) {
        let mut figures = Figures {
            lines: events.len() as u64,
            ..Figures::default()
        };
        for (line, event) in (1..).zip(events) {
            let settled = event.and_then(|mut event| {
                post::tidy(&mut event);
                let repaired = settle(&mut event, now)?;
                Ok(Normalised {
                    events: vec![event],
                    repaired,
                    ..Normalised::default()
                })
            });
            match settled {
                Ok(read) => self.add(read, line, &mut figures),
                Err(why) => self.refuse(line, why, &mut figures),
            }
        }
        figures.count(EVENTS);
    }

    async fn read_lines(&mut self, mut lines: Lines, now: Timestamp) {
        let wire = lines.wire();
        let mut figures = Figures {
            lines: lines.lines.len() as u64,
            ..Figures::default()
        };
        for (place, bytes) in lines.lines.iter().enumerate() {
            if place % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            let line = lines.first.saturating_add(place as u64);
            match lines.source.normalise(bytes, now) {
                Ok(read) => self.add(read, line, &mut figures),
                Err(why) => {
                    self.dead_letters.push(dead_letter(wire, line, bytes, &why, now));
                    self.refuse(line, why, &mut figures);
                }
            }
        }
        figures.count(wire.name());
    }

    fn add(&mut self, read: Normalised, line: u64, figures: &mut Figures) {
        let first = self.events.len();
        let offer = self.taken.len() - 1;
        let taken = &mut self.taken[offer];
        // A deletion by a local id becomes an event, now or when its status turns up; until then the store keeps it.
        let events = read.events.len() + read.local.gone.len();
        taken.accepted += events as u64;
        taken.ignored += read.ignored;
        figures.events += events as u64;
        figures.ignored += read.ignored;
        figures.repaired += read.repaired;
        self.origins
            .extend(std::iter::repeat_n((offer, line), read.events.len()));
        self.events.extend(read.events);
        self.renamed.extend(read.renamed);
        self.local.seen.extend(read.local.seen);
        self.local.gone.extend(read.local.gone);
        self.local
            .awaited
            .extend(read.local.awaited.into_iter().map(|mut awaited| {
                awaited.event += first;
                awaited
            }));
    }

    fn refuse(&mut self, line: u64, why: Refused, figures: &mut Figures) {
        figures.refused += 1;
        if let Some(taken) = self.taken.last_mut() {
            taken.refuse(line, why);
        }
    }

    /// The log does not take the record at `place`. Those behind the batch's own events came from others, who are gone.
    fn refuse_record(&mut self, place: usize, reason: String) {
        match self.origins.get(place) {
            Some(&(offer, line)) => {
                self.taken[offer].accepted -= 1;
                self.taken[offer].refuse(line, Refused::new("record", format!("{reason}; send less in one post")));
            }
            None => tracing::error!(reason, "a resolved event is refused by the log"),
        }
    }
}

/// A line that was refused, as the operators find it.
fn dead_letter(wire: Wire, line: u64, bytes: &Bytes, why: &Refused, now: Timestamp) -> Record {
    let key = Bytes::from(format!("{}:{line}", wire.name()));
    let letter = v1::DeadLetter {
        topic: topics::POSTS.to_owned(),
        partition: 0,
        offset: line,
        key: key.clone(),
        value: Some(bytes.slice(..bytes.len().min(MOST_KEPT))),
        stage: "collector".to_owned(),
        cause: why.to_string(),
        attempts: 1,
        at_us: now.micros(),
    };
    Record {
        key,
        value: Some(record::encode_dead_letter(&letter)),
        time: now,
    }
}

#[cfg(test)]
mod tests;
