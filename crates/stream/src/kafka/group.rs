//! The driver's side of a group member: what it calls back about assignments, how it is ended, and who watches that it is polled.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance, StreamConsumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::{ClientConfig, ClientContext, TopicPartitionList};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::fault::{self, code, fault};
use super::records::number;
use crate::poll_age::PollAge;
use crate::port::{LogError, Polled};

/// How often the age of the last poll is looked at.
const WATCH: Duration = Duration::from_secs(5);

/// Turns the driver's callbacks into events.
pub(super) struct GroupContext {
    topic: String,
    events: mpsc::UnboundedSender<Polled>,
}

impl GroupContext {
    /// One for a member on `topic`, and where its events come out.
    pub(super) fn new(topic: &str) -> (Self, mpsc::UnboundedReceiver<Polled>) {
        let (events, out) = mpsc::unbounded_channel();
        (
            Self {
                topic: topic.to_owned(),
                events,
            },
            out,
        )
    }

    fn tell(&self, partitions: &TopicPartitionList, event: fn(Vec<u32>) -> Polled) {
        let mut partitions: Vec<u32> = partitions
            .elements_for_topic(&self.topic)
            .iter()
            .map(|element| number(element.partition()))
            .collect();
        partitions.sort_unstable();
        if !partitions.is_empty() {
            // A member that is gone has no use for it.
            let _ = self.events.send(event(partitions));
        }
    }
}

impl ClientContext for GroupContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        fault::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason, "client error");
    }
}

impl ConsumerContext for GroupContext {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Revoke(partitions) => self.tell(partitions, Polled::Revoked),
            Rebalance::Assign(_) => {}
            Rebalance::Error(error) => tracing::warn!(topic = self.topic, %error, "a rebalance failed"),
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(partitions) = rebalance {
            self.tell(partitions, Polled::Assigned);
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        match result {
            Err(error) if code(&error) != Some(RDKafkaErrorCode::NoOffset) => {
                tracing::warn!(topic = self.topic, %error, "offsets were not committed; they are with the next ones");
            }
            _ => {}
        }
    }
}

/// A driver that is ended on a thread of its own, since ending it waits for the broker.
pub(super) struct Client<C: ConsumerContext + 'static>(Option<Arc<StreamConsumer<C>>>);

impl<C: ConsumerContext + 'static> Client<C> {
    /// Starts it.
    pub(super) fn start(config: &ClientConfig, context: C, topic: &str) -> Result<Self, LogError> {
        let client = config
            .create_with_context(context)
            .map_err(|error| fault(error, topic))?;
        Ok(Self(Some(Arc::new(client))))
    }

    /// The driver.
    #[allow(clippy::expect_used)]
    pub(super) fn get(&self) -> &Arc<StreamConsumer<C>> {
        self.0
            .as_ref()
            .expect("only `stop` and `drop` take it, and both end this value")
    }

    /// Ends it here and now; blocks.
    pub(super) fn stop(mut self) {
        self.0.take();
    }
}

impl<C: ConsumerContext + 'static> Drop for Client<C> {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            std::thread::spawn(move || drop(client));
        }
    }
}

/// Warns when nobody polls, before the broker takes the partitions away.
pub(super) fn watchdog(group: &str, topic: &str, most: Duration, polls: Arc<PollAge>) -> AbortOnDropHandle<()> {
    let (group, topic) = (group.to_owned(), topic.to_owned());
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(WATCH.min(most / 4).max(Duration::from_millis(1)));
        loop {
            ticks.tick().await;
            let age = polls.age();
            metrics::gauge!("backtweet_kafka_last_poll_age_seconds", "group" => group.clone(), "topic" => topic.clone())
                .set(age.as_secs_f64());
            if age > most / 2 {
                tracing::warn!(
                    group,
                    topic,
                    ?age,
                    ?most,
                    "this consumer is not polled; past max.poll.interval.ms its partitions go to others"
                );
            }
        }
    }))
}
