//! Following the subjects: the compacted topic in, the current index out, and word of how far this instance has come. What the index
//! does with them is `index`'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use backtweet_domain::{Subject, SubjectId};
use backtweet_runtime::Ports;
use backtweet_runtime::followers::{self, HEARTBEAT};
use backtweet_stream::{Backoff, Delivered, Followed, Follower, LogError};
use backtweet_wire::{record::decode_subject, topics};

use crate::index::SubjectIndex;

/// How long to wait for more changes before all are made together.
const QUIET: Duration = Duration::from_millis(20);
/// How long taking leave may take.
const LEAVE: Duration = Duration::from_secs(2);

/// The subjects as they are at the moment.
#[derive(Debug)]
pub struct Subjects {
    current: watch::Sender<Current>,
}

/// An index, and how far it follows the topic.
#[derive(Debug, Clone, Default)]
pub(crate) struct Current {
    pub(crate) index: Arc<SubjectIndex>,
    /// For each partition, the first offset that the index does not cover.
    pub(crate) covered: Vec<u64>,
}

impl Default for Subjects {
    fn default() -> Self {
        Self::fixed(SubjectIndex::default())
    }
}

impl Subjects {
    /// Subjects that stay as they are, for text and for tests.
    pub fn fixed(index: SubjectIndex) -> Self {
        let current = Current {
            index: Arc::new(index),
            covered: Vec::new(),
        };
        Self {
            current: watch::Sender::new(current),
        }
    }

    /// The newest index.
    pub fn current(&self) -> Arc<SubjectIndex> {
        Arc::clone(&self.current.borrow().index)
    }

    /// The subjects as they change.
    pub(crate) fn changes(&self) -> watch::Receiver<Current> {
        self.current.subscribe()
    }
}

/// What was read of the topic and is not in the index yet.
#[derive(Debug, Default)]
struct Topic {
    /// The newest word on each subject; `None` where it is gone.
    changes: BTreeMap<SubjectId, Option<Subject>>,
    /// For each partition, the first offset that was not read yet.
    offsets: Vec<u64>,
}

impl Topic {
    fn take(&mut self, delivered: &Delivered) {
        let partition = delivered.position.partition as usize;
        if self.offsets.len() <= partition {
            self.offsets.resize(partition + 1, 0);
        }
        self.offsets[partition] = delivered.position.offset + 1;
        let key = String::from_utf8_lossy(&delivered.record.key);
        match &delivered.record.value {
            // What is no id never was one of a subject.
            None => self
                .changes
                .extend(SubjectId::new(key).ok().map(|subject| (subject, None))),
            Some(value) => match decode_subject(value) {
                Ok(subject) => {
                    self.changes.insert(subject.id.clone(), Some(subject));
                }
                Err(error) => {
                    metrics::counter!("backtweet_classifier_unreadable_subjects_total").increment(1);
                    tracing::error!(subject = %key, %error, "a subject cannot be read; put it again. It stays as it was");
                }
            },
        }
    }
}

/// The index with the changes made. What did not change is shared with the one that was there.
fn changed(mut index: SubjectIndex, changes: &BTreeMap<SubjectId, Option<Subject>>) -> SubjectIndex {
    for (id, change) in changes {
        match change {
            Some(subject) => index.put(subject),
            None => index.remove(id),
        }
    }
    index
}

/// Follows the topic until `shutdown`, and announces this instance from the moment that it has caught up, which `ready` then hears.
///
/// # Errors
/// When the topic can no longer be read.
pub(crate) async fn follow(
    subjects: Arc<Subjects>,
    instance: String,
    ports: Ports,
    ready: oneshot::Sender<()>,
    shutdown: CancellationToken,
) -> Result<(), LogError> {
    let mut following = Following {
        subjects,
        instance,
        ports,
        topic: Topic::default(),
        ready: Some(ready),
    };
    let outcome = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        outcome = following.run() => outcome,
    };
    following.withdraw().await;
    outcome
}

struct Following {
    subjects: Arc<Subjects>,
    instance: String,
    ports: Ports,
    topic: Topic,
    /// Until it has caught up.
    ready: Option<oneshot::Sender<()>>,
}

impl Following {
    async fn run(&mut self) -> Result<(), LogError> {
        let mut follower = self.open().await?;
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failures = 0;
        let mut due: Option<Instant> = None;
        loop {
            let quiet = due.unwrap_or_else(Instant::now);
            tokio::select! {
                followed = follower.next() => match followed {
                    Ok(Followed::Records(records)) => {
                        failures = 0;
                        records.iter().for_each(|delivered| self.topic.take(delivered));
                        // Not moved on by further changes, so that a steady stream of them cannot hold the index back.
                        if self.ready.is_none() {
                            due = due.or_else(|| Some(Instant::now() + QUIET));
                        }
                    }
                    Ok(Followed::CaughtUp) => {
                        self.bring_in().await;
                        self.announce().await;
                        if let Some(ready) = self.ready.take() {
                            let _ = ready.send(());
                        }
                    }
                    Err(error) => {
                        pause(error, failures).await?;
                        failures += 1;
                    }
                },
                () = sleep_until(quiet), if due.is_some() => {
                    due = None;
                    self.bring_in().await;
                    self.announce().await;
                }
                _ = heartbeat.tick(), if self.ready.is_none() => self.announce().await,
            }
        }
    }

    async fn open(&self) -> Result<Box<dyn Follower>, LogError> {
        let mut failures = 0;
        loop {
            match self.ports.log.follow(topics::SUBJECTS).await {
                Ok(follower) => return Ok(follower),
                Err(error) => pause(error, failures).await?,
            }
            failures += 1;
        }
    }

    /// Brings what was read into the index, off the threads that serve others.
    async fn bring_in(&mut self) {
        let index = SubjectIndex::clone(&self.subjects.current());
        let changes = Arc::new(std::mem::take(&mut self.topic.changes));
        let making = Arc::clone(&changes);
        match tokio::task::spawn_blocking(move || changed(index, &making)).await {
            Ok(index) => {
                metrics::gauge!("backtweet_classifier_subjects").set(index.len() as f64);
                let current = Current {
                    index: Arc::new(index),
                    covered: self.topic.offsets.clone(),
                };
                self.subjects.current.send_replace(current);
            }
            Err(error) => {
                tracing::error!(%error, "changing the subjects broke down; they stay as they were until the next change");
                self.topic.changes = Arc::unwrap_or_clone(changes);
            }
        }
    }

    async fn announce(&self) {
        let Ports { store, clock, .. } = &self.ports;
        let covered = self.subjects.current.borrow().covered.clone();
        if let Err(error) = followers::announce(store.as_ref(), &self.instance, &covered, clock.now()).await {
            tracing::warn!(%error, "nobody hears how far the subjects are followed; it is said again in a second");
        }
    }

    async fn withdraw(&self) {
        if self.ready.is_some() {
            return;
        }
        let leave = timeout(LEAVE, followers::withdraw(self.ports.store.as_ref(), &self.instance));
        if !matches!(leave.await, Ok(Ok(()))) {
            tracing::warn!("this instance could not take its leave of the store; it is waited for ten more seconds");
        }
    }
}

async fn pause(error: LogError, failures: u32) -> Result<(), LogError> {
    if !error.retry().is_retryable() {
        return Err(error);
    }
    tracing::warn!(%error, "waiting for the subjects");
    sleep(Backoff::default().pause(failures)).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use backtweet_domain::Timestamp;
    use backtweet_stream::{Position, Record};
    use backtweet_wire::record::encode_subject;

    use super::*;
    use crate::query::tests::subject;

    fn delivered(offset: u64, key: &str, value: Option<Bytes>) -> Delivered {
        let key = Bytes::from(key.to_owned());
        Delivered {
            position: Position { partition: 1, offset },
            record: Record {
                key,
                value,
                time: Timestamp::EPOCH,
            },
        }
    }

    #[test]
    fn the_last_word_on_a_subject_counts_and_all_others_stay_as_they_were() {
        let put = |offset, id: &str, generation| {
            let subject = Subject {
                generation,
                ..subject(id)
            };
            delivered(offset, id, Some(encode_subject(&subject)))
        };
        let mut topic = Topic::default();
        let deliveries = [
            put(3, "a", 1),
            put(4, "b", 1),
            put(5, "b", 2),
            put(6, "c", 1),
            delivered(7, "c", None),
            delivered(8, "no id", None),
            delivered(9, "a", Some(Bytes::from_static(b"\xff"))),
        ];
        deliveries.iter().for_each(|delivered| topic.take(delivered));
        assert_eq!(topic.offsets, [0, 10]);
        let generation = |index: &SubjectIndex, id| {
            let found = index.find(&SubjectId::new(id).unwrap());
            found.map(|(_, indexed)| indexed.generation)
        };
        let first = changed(SubjectIndex::default(), &topic.changes);
        assert_eq!(
            ["a", "b", "c"].map(|id| generation(&first, id)),
            [Some(1), Some(2), None]
        );

        let mut topic = Topic::default();
        [delivered(10, "a", None), put(11, "c", 4)]
            .iter()
            .for_each(|delivered| topic.take(delivered));
        let second = changed(first, &topic.changes);
        assert_eq!(
            ["a", "b", "c"].map(|id| generation(&second, id)),
            [None, Some(2), Some(4)]
        );
    }
}
