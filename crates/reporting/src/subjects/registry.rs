//! All subjects as the compacted topic has them, kept up to date by following it. Changing them is the business of `subjects`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use backtweet_domain::Subject;
use backtweet_stream::{Backoff, Delivered, Followed, Log, LogError, Position};
use backtweet_wire::{record, topics};

use super::SubjectError;

/// A subject and where its record lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub(crate) subject: Subject,
    pub(crate) position: Position,
}

#[derive(Debug, Default)]
struct State {
    subjects: BTreeMap<String, Known>,
    /// For each partition, the first offset not read yet.
    next: BTreeMap<u32, u64>,
    /// Whether everything that the topic held at the start was read.
    is_caught_up: bool,
}

/// All subjects. Clones share what they know; one of them has to [`Registry::follow`].
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<watch::Sender<State>>);

impl Registry {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State::default())))
    }

    /// Follows the topic until `shutdown`. A log that does not answer is waited for; what is known stays known meanwhile.
    ///
    /// # Errors
    /// When the log can no longer be used.
    pub(crate) async fn follow(&self, log: &dyn Log, shutdown: &CancellationToken) -> Result<(), LogError> {
        let mut tries = 0;
        loop {
            let ended = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                Err(error) = self.follow_once(log, &mut tries) => error,
            };
            if !ended.retry().is_retryable() {
                return Err(ended);
            }
            tracing::warn!(error = %ended, "the subjects are not followed at present");
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = sleep(Backoff::default().pause(tries)) => tries += 1,
            }
        }
    }

    /// Reads the topic anew, apart from what is known, and replaces that once caught up: a tombstone may be gone by now.
    async fn follow_once(&self, log: &dyn Log, tries: &mut u32) -> Result<Infallible, LogError> {
        let mut follower = log.follow(topics::SUBJECTS).await?;
        let mut anew = Some(State::default());
        loop {
            match (follower.next().await?, &mut anew) {
                (Followed::Records(records), Some(state)) => state.take(records),
                (Followed::Records(records), None) => self.0.send_modify(|state| state.take(records)),
                (Followed::CaughtUp, state) => {
                    *tries = 0;
                    if let Some(state) = state.take() {
                        self.0.send_replace(State {
                            is_caught_up: true,
                            ..state
                        });
                    }
                }
            }
        }
    }

    /// One subject, as soon as all were read.
    pub(crate) async fn get(&self, id: &str, deadline: Instant) -> Result<Option<Known>, SubjectError> {
        let state = self.wait(|state| state.is_caught_up, deadline).await?;
        Ok(state.borrow().subjects.get(id).cloned())
    }

    /// At most `limit` subjects behind `after`, by id.
    pub(crate) async fn list(
        &self,
        after: Option<&str>,
        limit: usize,
        deadline: Instant,
    ) -> Result<Vec<Subject>, SubjectError> {
        let state = self.wait(|state| state.is_caught_up, deadline).await?;
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = state.borrow();
        let behind = state.subjects.range::<str, _>((start, Bound::Unbounded));
        Ok(behind.take(limit).map(|(_, known)| known.subject.clone()).collect())
    }

    /// Waits until the record at `position` was read.
    pub(crate) async fn covers(&self, position: Position, deadline: Instant) -> Result<(), SubjectError> {
        let Position { partition, offset } = position;
        let covers =
            |state: &State| state.is_caught_up && state.next.get(&partition).is_some_and(|&next| next > offset);
        self.wait(covers, deadline).await.map(drop)
    }

    async fn wait(
        &self,
        condition: impl Fn(&State) -> bool,
        deadline: Instant,
    ) -> Result<watch::Receiver<State>, SubjectError> {
        let mut state = self.0.subscribe();
        match timeout_at(deadline, state.wait_for(|state| condition(state))).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return Err(SubjectError::NotRead),
        }
        Ok(state)
    }
}

impl State {
    fn take(&mut self, records: Vec<Delivered>) {
        for Delivered { position, record } in records {
            self.next.insert(position.partition, position.offset + 1);
            let id = String::from_utf8_lossy(&record.key).into_owned();
            match record.value.as_deref().map(record::decode_subject) {
                None => _ = self.subjects.remove(&id),
                Some(Ok(subject)) => _ = self.subjects.insert(id, Known { subject, position }),
                Some(Err(error)) => {
                    metrics::counter!("backtweet_reporting_unreadable_subjects_total").increment(1);
                    tracing::warn!(subject = id, %error, "a subject's record is passed over; put the subject again");
                }
            }
        }
    }
}
