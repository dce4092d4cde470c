//! What is asked of the broker now and then: topics, where partitions end, what a group stored, old records. All of it blocks, so it is
//! called from [`blocking`].

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::Offset;

use super::KafkaConfig;
use super::fault::{Quiet, by_code, fault};
use super::records::{at, delivered, list, number, offset, raw};
use crate::port::{Delivered, LogError};

/// Asks the broker.
pub(super) struct Broker {
    config: KafkaConfig,
    /// For questions that concern no group.
    client: BaseConsumer<Quiet>,
}

impl Broker {
    /// Starts it; whether the broker answers shows with the first question.
    pub(super) fn start(config: &KafkaConfig) -> Result<Self, LogError> {
        let client = config
            .client()
            .create_with_context(Quiet)
            .map_err(|error| fault(error, "all"))?;
        Ok(Self {
            config: config.clone(),
            client,
        })
    }

    /// How many partitions a topic has.
    pub(super) fn partitions(&self, topic: &str) -> Result<u32, LogError> {
        // Serves what the driver has queued for this client; no messages come to it.
        while self.client.poll(Duration::ZERO).is_some() {}
        let metadata = self
            .client
            .fetch_metadata(Some(topic), self.config.timeout)
            .map_err(|error| fault(error, topic))?;
        let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
            return Err(LogError::Unavailable {
                reason: format!("topic `{topic}` is not known"),
            });
        };
        match found.error() {
            Some(error) => Err(by_code(error.into(), topic)),
            None if found.partitions().is_empty()
                || found.partitions().iter().any(|partition| partition.leader() < 0) =>
            {
                Err(LogError::Unavailable {
                    reason: format!("topic `{topic}` has no leaders yet"),
                })
            }
            None => Ok(found.partitions().len() as u32),
        }
    }

    /// The first offset of a partition, and the next one.
    pub(super) fn bounds(&self, topic: &str, partition: u32) -> Result<(u64, u64), LogError> {
        let bounds = self.client.fetch_watermarks(topic, raw(partition), self.config.timeout);
        bounds
            .map(|(low, high)| (offset(low), offset(high)))
            .map_err(|error| fault(error, topic))
    }

    /// The bounds of every partition.
    pub(super) fn all_bounds(&self, topic: &str) -> Result<Vec<(u64, u64)>, LogError> {
        (0..self.partitions(topic)?)
            .map(|partition| self.bounds(topic, partition))
            .collect()
    }

    /// Whether anything answers at all.
    pub(super) fn ping(&self) -> Result<(), LogError> {
        let asked = "__consumer_offsets";
        self.client
            .fetch_metadata(Some(asked), self.config.timeout)
            .map(|_| ())
            .map_err(|error| fault(error, asked))
    }

    /// What a group stored.
    pub(super) fn stored(&self, group: &str, topic: &str) -> Result<Vec<Option<u64>>, LogError> {
        let partitions = self.partitions(topic)?;
        let mut config = self.config.client();
        let asker: BaseConsumer<Quiet> = config
            .set("group.id", group)
            .create_with_context(Quiet)
            .map_err(|error| fault(error, topic))?;
        let asked = list(topic, (0..partitions).map(|partition| (partition, Offset::Invalid)))?;
        let found = asker
            .committed_offsets(asked, self.config.timeout)
            .map_err(|error| fault(error, topic))?;
        let mut stored = vec![None; partitions as usize];
        for element in found.elements_for_topic(topic) {
            element.error().map_err(|error| fault(error, topic))?;
            if let (Offset::Offset(next), Some(place)) =
                (element.offset(), stored.get_mut(number(element.partition()) as usize))
            {
                *place = Some(offset(next));
            }
        }
        Ok(stored)
    }

    /// The first offset of a partition whose record is of `time` or later, where there is one.
    pub(super) fn since(&self, topic: &str, partition: u32, millis: i64) -> Result<Option<u64>, LogError> {
        let asked = list(topic, [(partition, Offset::Offset(millis.max(0)))])?;
        let found = self
            .client
            .offsets_for_times(asked, self.config.timeout)
            .map_err(|error| fault(error, topic))?;
        match found
            .find_partition(topic, raw(partition))
            .map(|element| element.offset())
        {
            Some(Offset::Offset(first)) => Ok(Some(offset(first))),
            _ => Ok(None),
        }
    }

    /// Reads records again.
    pub(super) fn read(
        &self,
        topic: &str,
        partition: u32,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let (low, high) = self.bounds(topic, partition)?;
        let (from, to) = (from.max(low), to.min(high));
        let mut found = Vec::new();
        if from >= to || limit == 0 {
            return Ok(found);
        }
        let mut config = self.config.reader();
        let reader: BaseConsumer<Quiet> = config
            .set("fetch.wait.max.ms", "10")
            .create_with_context(Quiet)
            .map_err(|error| fault(error, topic))?;
        reader
            .assign(&list(topic, [(partition, at(from))])?)
            .map_err(|error| fault(error, topic))?;
        let deadline = Instant::now() + self.config.timeout;
        while found.len() < limit {
            match reader.poll(Duration::from_millis(100)) {
                Some(Ok(message)) if offset(message.offset()) >= to => break,
                Some(Ok(message)) => found.push(delivered(&message)),
                Some(Err(KafkaError::PartitionEOF(_))) => break,
                Some(Err(error)) => return Err(fault(error, topic)),
                None if Instant::now() > deadline => {
                    return Err(LogError::Unavailable {
                        reason: format!("reading topic `{topic}` takes too long"),
                    });
                }
                None => {}
            }
        }
        Ok(found)
    }
}

/// Does what waits for the broker where waiting disturbs nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(ended) => Err(LogError::Unavailable {
            reason: format!("the runtime is stopping: {ended}"),
        }),
    }
}
