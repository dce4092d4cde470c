//! A follower of a Kafka topic: all partitions from their start, then live, without a group.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::FutureExt;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::topic_partition_list::Offset;

use super::KafkaConfig;
use super::fault::{Quiet, beyond_waiting, fault};
use super::group::Client;
use super::records::{delivered, list, number};
use crate::port::{Delivered, Followed, Follower, LogError};

/// How many records one step hands out at most.
const STEP: usize = 1_000;

/// One follower.
pub(super) struct KafkaFollower {
    client: Client<Quiet>,
    topic: String,
    /// Partitions not read up to where they ended at the start; `None` once that was said to be done.
    goals: Option<BTreeMap<u32, u64>>,
    /// Read and not handed out.
    records: Vec<Delivered>,
}

impl KafkaFollower {
    /// Starts at the beginning; `bounds` are each partition's first and next offset.
    pub(super) fn start(config: &KafkaConfig, topic: &str, bounds: &[(u64, u64)]) -> Result<Self, LogError> {
        let client = Client::start(&config.reader(), Quiet, topic)?;
        let all = list(
            topic,
            (0..).zip(bounds).map(|(partition, _)| (partition, Offset::Beginning)),
        )?;
        client.get().assign(&all).map_err(|error| fault(error, topic))?;
        let goals = (0..)
            .zip(bounds)
            .filter(|(_, (low, high))| low < high)
            .map(|(partition, (_, high))| (partition, *high));
        Ok(Self {
            client,
            topic: topic.to_owned(),
            goals: Some(goals.collect()),
            records: Vec::new(),
        })
    }

    fn keep(&mut self, received: Result<Delivered, KafkaError>) -> Result<(), LogError> {
        let reached = |goals: &mut BTreeMap<u32, u64>, partition: u32, next: u64| {
            if goals.get(&partition).is_some_and(|goal| next >= *goal) {
                goals.remove(&partition);
            }
        };
        match received {
            Ok(record) => {
                if let Some(goals) = &mut self.goals {
                    reached(goals, record.position.partition, record.position.offset + 1);
                }
                self.records.push(record);
                Ok(())
            }
            // The last records before the goal may have been compacted away.
            Err(KafkaError::PartitionEOF(partition)) => {
                if let Some(goals) = &mut self.goals {
                    reached(goals, number(partition), u64::MAX);
                }
                Ok(())
            }
            Err(error) => beyond_waiting(error, &self.topic),
        }
    }

    fn take_ready(&mut self) -> Result<(), LogError> {
        while self.records.len() < STEP {
            let received = self.client.get().recv().now_or_never();
            let Some(received) = received.map(|received| received.map(|message| delivered(&message))) else {
                break;
            };
            self.keep(received)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Follower for KafkaFollower {
    async fn next(&mut self) -> Result<Followed, LogError> {
        loop {
            self.take_ready()?;
            if !self.records.is_empty() {
                return Ok(Followed::Records(std::mem::take(&mut self.records)));
            }
            if self.goals.take_if(|goals| goals.is_empty()).is_some() {
                return Ok(Followed::CaughtUp);
            }
            let client = self.client.get();
            let received = client.recv().await.map(|message| delivered(&message));
            self.keep(received)?;
        }
    }
}
