//! A member of a Kafka consumer group: records kept back for partitions that are paused, and assignments in their order with them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::topic_partition_list::Offset;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::KafkaConfig;
use super::broker::{Broker, blocking};
use super::fault::{beyond_waiting, code, fault, is_fatal, unusable};
use super::group::{Client, GroupContext, watchdog};
use super::records::{at, delivered, list};
use super::stash::Stash;
use crate::poll_age::PollAge;
use crate::port::{Consumer, Delivered, LogError, Polled};

/// One member.
pub(super) struct KafkaConsumer {
    client: Client<GroupContext>,
    broker: Arc<Broker>,
    topic: Arc<str>,
    timeout: Duration,
    /// Assignments and revocations, as they come about within the driver's polls.
    events: mpsc::UnboundedReceiver<Polled>,
    assigned: BTreeSet<u32>,
    stash: Stash,
    /// Partitions that the driver was told to stop fetching, since too much of them waits here already.
    stopped: BTreeSet<u32>,
    polls: Arc<PollAge>,
    _watchdog: AbortOnDropHandle<()>,
}

impl KafkaConsumer {
    /// Joins the group.
    pub(super) fn join(config: &KafkaConfig, broker: Arc<Broker>, group: &str, topic: &str) -> Result<Self, LogError> {
        let (context, events) = GroupContext::new(topic);
        let client = Client::start(&config.member(group), context, topic)?;
        client.get().subscribe(&[topic]).map_err(|error| fault(error, topic))?;
        let polls = Arc::new(PollAge::new());
        Ok(Self {
            client,
            broker,
            topic: topic.into(),
            timeout: config.timeout,
            events,
            assigned: BTreeSet::new(),
            stash: Stash::default(),
            stopped: BTreeSet::new(),
            _watchdog: watchdog(group, topic, config.max_poll_interval(), Arc::clone(&polls)),
            polls,
        })
    }

    /// Takes in what the driver has ready, without waiting.
    fn take_ready(&mut self, max: usize) -> Result<(), LogError> {
        while self.stash.ready() < max {
            let received = self.client.get().recv().now_or_never();
            let Some(received) = received.map(|received| received.map(|message| delivered(&message))) else {
                break;
            };
            self.keep(received)?;
        }
        Ok(())
    }

    fn keep(&mut self, received: Result<Delivered, rdkafka::error::KafkaError>) -> Result<(), LogError> {
        match received {
            Ok(record) => {
                let partition = record.position.partition;
                self.stash.keep(record);
                if self.stash.is_too_full(partition) && self.stopped.insert(partition) {
                    let list = list(&self.topic, [(partition, Offset::Invalid)])?;
                    self.client
                        .get()
                        .pause(&list)
                        .map_err(|error| fault(error, &self.topic))?;
                }
                Ok(())
            }
            Err(error) if is_fatal(&error) => Err(unusable(format!(
                "this member of the group can go on no more: {error}; start again"
            ))),
            Err(error) => beyond_waiting(error, &self.topic),
        }
    }

    /// Takes a change of the assignment in.
    fn adopt(&mut self, event: Polled) -> Result<Polled, LogError> {
        match &event {
            Polled::Revoked(partitions) => {
                for partition in partitions {
                    self.assigned.remove(partition);
                    self.stash.forget(*partition);
                }
            }
            Polled::Assigned(partitions) => {
                for partition in partitions {
                    self.assigned.insert(*partition);
                    self.fetch_again(*partition)?;
                }
            }
            Polled::Records { .. } => {}
        }
        Ok(event)
    }

    fn fetch_again(&mut self, partition: u32) -> Result<(), LogError> {
        if self.stopped.remove(&partition) {
            let list = list(&self.topic, [(partition, Offset::Invalid)])?;
            self.client
                .get()
                .resume(&list)
                .map_err(|error| fault(error, &self.topic))?;
        }
        Ok(())
    }

    fn hand_out(&mut self, max: usize) -> Result<Option<Polled>, LogError> {
        let Some((partition, records)) = self.stash.take(max.max(1)) else {
            return Ok(None);
        };
        if self.stash.has_room(partition) {
            self.fetch_again(partition)?;
        }
        Ok(Some(Polled::Records { partition, records }))
    }
}

#[async_trait]
impl Consumer for KafkaConsumer {
    async fn poll(&mut self, max: usize) -> Result<Polled, LogError> {
        let polls = Arc::clone(&self.polls);
        let _polling = polls.begin();
        loop {
            self.take_ready(max)?;
            // Before the records: one that came in front of a revocation is nobody's to hand out any more.
            if let Ok(event) = self.events.try_recv() {
                return self.adopt(event);
            }
            if let Some(records) = self.hand_out(max)? {
                return Ok(records);
            }
            let client = self.client.get();
            let receive = async { client.recv().await.map(|message| delivered(&message)) };
            tokio::select! {
                Some(event) = self.events.recv() => return self.adopt(event),
                received = receive => self.keep(received)?,
            }
        }
    }

    fn pause(&mut self, partition: u32) -> Result<(), LogError> {
        self.stash.pause(partition);
        Ok(())
    }

    fn resume(&mut self, partition: u32) -> Result<(), LogError> {
        self.stash.resume(partition);
        Ok(())
    }

    fn store(&mut self, partition: u32, next: u64) -> Result<(), LogError> {
        if !self.assigned.contains(&partition) {
            return Ok(());
        }
        let offsets = list(&self.topic, [(partition, at(next))])?;
        match self.client.get().store_offsets(&offsets) {
            // Revoked already, and not yet heard of here.
            Err(error)
                if matches!(
                    code(&error),
                    Some(RDKafkaErrorCode::State | RDKafkaErrorCode::UnknownPartition)
                ) =>
            {
                Ok(())
            }
            stored => stored.map_err(|error| fault(error, &self.topic)),
        }
    }

    async fn rewind(&mut self, partition: u32, margin: Duration) -> Result<(), LogError> {
        if !self.assigned.contains(&partition) {
            return Ok(());
        }
        let (client, broker) = (self.client.get().clone(), Arc::clone(&self.broker));
        let (topic, timeout) = (Arc::clone(&self.topic), self.timeout);
        let seek = move || {
            let faulty = |error| fault(error, &topic);
            let asked = list(&topic, [(partition, Offset::Invalid)])?;
            let found = client.committed_offsets(asked, timeout).map_err(faulty)?;
            let stored = found.elements_for_topic(&topic).first().map(|element| element.offset());
            let to = match stored {
                Some(Offset::Offset(stored)) => {
                    before(&broker, &topic, partition, super::records::offset(stored), margin)?
                }
                _ => Offset::Beginning,
            };
            client
                .seek(&topic, super::records::raw(partition), to, timeout)
                .map_err(faulty)
        };
        blocking(seek).await?;
        self.stash.forget_records(partition);
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), LogError> {
        let (client, topic) = (self.client, self.topic);
        blocking(move || {
            let committed = match client.get().commit_consumer_state(CommitMode::Sync) {
                Err(error) if code(&error) != Some(RDKafkaErrorCode::NoOffset) => Err(fault(error, &topic)),
                _ => Ok(()),
            };
            client.stop();
            committed
        })
        .await
    }
}

/// Where the margin before a stored offset begins.
fn before(broker: &Broker, topic: &str, partition: u32, stored: u64, margin: Duration) -> Result<Offset, LogError> {
    let last = broker.read(topic, partition, stored.saturating_sub(1), stored, 1)?;
    let Some(last) = last.first() else {
        return Ok(at(stored));
    };
    let since = last.record.time.minus(margin).millis();
    let first = broker.since(topic, partition, since)?;
    Ok(at(first.map_or(stored, |first| first.min(stored))))
}
