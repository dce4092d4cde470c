//! [`KafkaLog`]: the log of a cluster, on Kafka through `rdkafka`. Business rules are nowhere here.
//!
//! Appends go through one idempotent producer with `acks=all`. Members of a group commit, once a second and when they leave, what they
//! were told is done. Partitions move cooperatively: those that stay are worked on through a rebalance. Keys lie where
//! [`partition_of`](crate::partition_of) says.

mod broker;
mod config;
mod consumer;
mod fault;
mod follower;
mod group;
mod producer;
mod records;
mod stash;
mod topics;

use std::sync::Arc;

use async_trait::async_trait;

use self::broker::{Broker, blocking};
pub use self::config::KafkaConfig;
use self::consumer::KafkaConsumer;
use self::follower::KafkaFollower;
use self::producer::Producer;
use crate::port::{Consumer, Delivered, Follower, Log, LogError, Position, Record, Topic};

/// A log on Kafka.
pub struct KafkaLog {
    config: KafkaConfig,
    producer: Producer,
    broker: Arc<Broker>,
}

impl KafkaLog {
    /// Makes the clients. Whether the broker answers shows with the first call, which waits for it.
    ///
    /// # Errors
    /// [`LogError::Unusable`] where a property does not work; it is named, its value is not.
    pub fn connect(config: KafkaConfig) -> Result<Self, LogError> {
        let (producer, broker) = (Producer::start(&config)?, Arc::new(Broker::start(&config)?));
        Ok(Self {
            config,
            producer,
            broker,
        })
    }

    /// What a topic or a group is called on the broker.
    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.config.prefix)
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Broker) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let broker = Arc::clone(&self.broker);
        blocking(move || question(&broker)).await
    }
}

#[async_trait]
impl Log for KafkaLog {
    async fn create(&self, topics: &[Topic]) -> Result<(), LogError> {
        let named = |topic: &Topic| Topic {
            name: self.named(&topic.name),
            ..topic.clone()
        };
        let topics: Vec<Topic> = topics.iter().map(named).collect();
        topics::create(&self.config, &self.broker, &topics).await
    }

    async fn append(&self, topic: &str, records: Vec<Record>) -> Result<Vec<Position>, LogError> {
        let appended = self.producer.append(&self.named(topic), &records).await;
        appended.map_err(|error| match error {
            LogError::Refused { reason, .. } => LogError::Refused {
                topic: topic.to_owned(),
                reason,
            },
            other => other,
        })
    }

    async fn join(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, LogError> {
        Ok(Box::new(KafkaConsumer::join(
            &self.config,
            Arc::clone(&self.broker),
            &self.named(group),
            &self.named(topic),
        )?))
    }

    async fn follow(&self, topic: &str) -> Result<Box<dyn Follower>, LogError> {
        let (topic, asked) = (self.named(topic), self.named(topic));
        let bounds = self.ask(move |broker| broker.all_bounds(&asked)).await?;
        Ok(Box::new(KafkaFollower::start(&self.config, &topic, &bounds)?))
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let topic = self.named(topic);
        self.ask(move |broker| broker.read(&topic, partition, from, to, limit))
            .await
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, LogError> {
        let topic = self.named(topic);
        let bounds = self.ask(move |broker| broker.all_bounds(&topic)).await?;
        Ok(bounds.into_iter().map(|(_, end)| end).collect())
    }

    async fn stored(&self, group: &str, topic: &str) -> Result<Vec<Option<u64>>, LogError> {
        let (group, topic) = (self.named(group), self.named(topic));
        self.ask(move |broker| broker.stored(&group, &topic)).await
    }

    async fn ping(&self) -> Result<(), LogError> {
        self.ask(Broker::ping).await
    }
}
