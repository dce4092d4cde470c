//! What the tests of this crate share: a log in memory that can be told to fail.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use backtweet_domain::{PostEvent, Timestamp};
use backtweet_stream::{Consumer, Delivered, Follower, Log, LogError, Position, Record, Topic};
use backtweet_wire::{record, topics, v1};

/// The time at which the tests receive everything.
pub(crate) fn received() -> Timestamp {
    Timestamp::parse("2026-11-01T00:00:00Z").unwrap()
}

#[derive(Default)]
struct State {
    topics: HashMap<String, Vec<Record>>,
    /// How many appends still fail, and how.
    failures: Vec<LogError>,
    broken: Option<String>,
}

/// Keeps what is appended, in order, in one partition.
#[derive(Default)]
pub(crate) struct MemoryLog(Mutex<State>);

/// Records longer than this are refused.
pub(crate) const MOST_BYTES: usize = 40 * 1024;

impl MemoryLog {
    /// The next `times` appends find the log down.
    pub(crate) fn fail(&self, times: usize) {
        let failure = || LogError::Unavailable {
            reason: "told to".to_owned(),
        };
        self.0
            .lock()
            .unwrap()
            .failures
            .extend(std::iter::repeat_with(failure).take(times));
    }

    /// Appends to `topic` fail in a way that is not waited for, until [`MemoryLog::mend`].
    pub(crate) fn fail_for_good(&self, topic: &str) {
        self.0.lock().unwrap().broken = Some(topic.to_owned());
    }

    pub(crate) fn mend(&self) {
        self.0.lock().unwrap().broken = None;
    }

    fn records(&self, topic: &str) -> Vec<Record> {
        self.0.lock().unwrap().topics.get(topic).cloned().unwrap_or_default()
    }

    /// Everything published, in order.
    pub(crate) fn events(&self) -> Vec<PostEvent> {
        let values = self
            .records(topics::POSTS)
            .into_iter()
            .filter_map(|record| record.value);
        values.map(|value| record::decode_post_event(&value).unwrap()).collect()
    }

    pub(crate) fn dead_letters(&self) -> Vec<v1::DeadLetter> {
        let values = self
            .records(topics::DEAD_LETTERS)
            .into_iter()
            .filter_map(|record| record.value);
        values
            .map(|value| record::decode_dead_letter(&value).unwrap())
            .collect()
    }
}

#[async_trait]
impl Log for MemoryLog {
    async fn create(&self, _: &[Topic]) -> Result<(), LogError> {
        Ok(())
    }

    async fn append(&self, topic: &str, records: Vec<Record>) -> Result<Vec<Position>, LogError> {
        let mut state = self.0.lock().unwrap();
        if state.broken.as_deref() == Some(topic) {
            return Err(LogError::Unusable {
                reason: "told to".to_owned(),
            });
        }
        if let Some(failure) = state.failures.pop() {
            return Err(failure);
        }
        let size = |record: &Record| record.value.as_ref().map_or(0, |value| value.len());
        if records.iter().any(|record| size(record) > MOST_BYTES) {
            return Err(LogError::Refused {
                topic: topic.to_owned(),
                reason: format!("over {MOST_BYTES} bytes"),
            });
        }
        let kept = state.topics.entry(topic.to_owned()).or_default();
        let first = kept.len() as u64;
        let positions = (first..)
            .zip(&records)
            .map(|(offset, _)| Position { partition: 0, offset })
            .collect();
        kept.extend(records);
        Ok(positions)
    }

    async fn join(&self, _: &str, topic: &str) -> Result<Box<dyn Consumer>, LogError> {
        Err(LogError::Unusable {
            reason: format!("`{topic}` is only written here"),
        })
    }

    async fn follow(&self, topic: &str) -> Result<Box<dyn Follower>, LogError> {
        Err(LogError::Unusable {
            reason: format!("`{topic}` is only written here"),
        })
    }

    async fn read(&self, _: &str, _: u32, _: u64, _: u64, _: usize) -> Result<Vec<Delivered>, LogError> {
        Ok(Vec::new())
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, LogError> {
        Ok(vec![self.records(topic).len() as u64])
    }

    async fn stored(&self, _: &str, _: &str) -> Result<Vec<Option<u64>>, LogError> {
        Ok(vec![None])
    }

    async fn ping(&self) -> Result<(), LogError> {
        Ok(())
    }
}
