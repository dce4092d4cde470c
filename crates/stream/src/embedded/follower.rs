//! A follower of an embedded topic: all partitions from their start, then live.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use super::topic::OpenTopic;
use super::{READ_BYTES, blocking};
use crate::port::{Followed, Follower, LogError};

/// How many records one step hands out at most.
const STEP: usize = 1_000;

/// One follower.
pub(super) struct FjallFollower {
    topic: Arc<OpenTopic>,
    /// The next offset of each partition.
    next: Vec<u64>,
    /// The partition that has its turn, so that none waits for a busy one.
    turn: usize,
    /// Where each partition ended when this started; `None` once that was said to be reached.
    goal: Option<Vec<u64>>,
    appended: watch::Receiver<()>,
}

impl FjallFollower {
    /// Starts at the beginning.
    pub(super) fn start(topic: Arc<OpenTopic>) -> Self {
        let ends = topic.partitions.iter().map(|partition| partition.end()).collect();
        let next = topic.partitions.iter().map(|partition| partition.start()).collect();
        Self {
            next,
            turn: 0,
            goal: Some(ends),
            appended: topic.appended.subscribe(),
            topic,
        }
    }

    fn ready(&self) -> Option<(usize, u64)> {
        let count = self.next.len();
        let in_turn = (self.turn..self.turn + count).map(|place| place % count);
        in_turn
            .map(|partition| (partition, self.next[partition]))
            .find(|(partition, next)| *next < self.topic.partitions[*partition].end())
    }

    fn reached_goal(&mut self) -> bool {
        let reached = |goal: &mut Vec<u64>| goal.iter().zip(&self.next).all(|(goal, next)| next >= goal);
        self.goal.take_if(reached).is_some()
    }
}

#[async_trait]
impl Follower for FjallFollower {
    async fn next(&mut self) -> Result<Followed, LogError> {
        loop {
            self.appended.mark_unchanged();
            if self.reached_goal() {
                return Ok(Followed::CaughtUp);
            }
            if let Some((partition, from)) = self.ready() {
                let topic = Arc::clone(&self.topic);
                let (records, next) =
                    blocking(move || topic.partitions[partition].read(from, u64::MAX, STEP, READ_BYTES)).await?;
                self.next[partition] = next;
                self.turn = partition + 1;
                if !records.is_empty() {
                    return Ok(Followed::Records(records));
                }
                continue;
            }
            // The sender cannot be gone while this holds the topic.
            let _ = self.appended.changed().await;
        }
    }
}
