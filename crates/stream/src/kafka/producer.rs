//! Appending: every record's delivery is awaited, and a full queue is waited for.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use futures::future::join_all;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord};

use super::KafkaConfig;
use super::fault::{Quiet, fault, is_fatal};
use super::records::{number, offset};
use crate::limits::{check_size, kept_millis};
use crate::port::{LogError, Position, Record};

/// How long to wait for room in a full queue before looking again.
const FULL: Duration = Duration::from_millis(10);

/// The one producer of a log, made anew where librdkafka says that it can go on no more.
pub(super) struct Producer {
    config: KafkaConfig,
    current: RwLock<FutureProducer<Quiet>>,
}

impl Producer {
    /// Starts it; whether the broker answers shows with the first append.
    pub(super) fn start(config: &KafkaConfig) -> Result<Self, LogError> {
        Ok(Self {
            config: config.clone(),
            current: RwLock::new(make(config)?),
        })
    }

    /// Appends, and returns once every record is acknowledged.
    pub(super) async fn append(&self, topic: &str, records: &[Record]) -> Result<Vec<Position>, LogError> {
        records
            .iter()
            .try_for_each(|record| check_size(topic, record, self.config.max_record_bytes))?;
        let producer = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut deliveries = Vec::with_capacity(records.len());
        let mut refused = None;
        for record in records {
            match enqueue(&producer, topic, record).await {
                Ok(delivery) => deliveries.push(delivery),
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        // All of them, also after an error: what is under way must not overtake what the caller does next.
        let mut positions = Vec::with_capacity(records.len());
        let mut failed = refused;
        for delivered in join_all(deliveries).await {
            match delivered {
                Ok(Ok(at)) => positions.push(Position {
                    partition: number(at.partition),
                    offset: offset(at.offset),
                }),
                Ok(Err((error, _))) => failed = failed.or(Some(error)),
                Err(_) => failed = failed.or(Some(KafkaError::Canceled)),
            }
        }
        match failed {
            None => Ok(positions),
            Some(error) => Err(self.failure(error, topic)),
        }
    }

    fn failure(&self, error: KafkaError, topic: &str) -> LogError {
        if is_fatal(&error) {
            match make(&self.config) {
                Ok(fresh) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh,
                Err(unusable) => return unusable,
            }
            tracing::warn!(%error, "the Kafka producer was started anew");
        }
        fault(error, topic)
    }
}

fn make(config: &KafkaConfig) -> Result<FutureProducer<Quiet>, LogError> {
    config
        .producer()
        .create_with_context(Quiet)
        .map_err(|error| fault(error, "all"))
}

/// Hands one record to the driver, in its turn: the next is handed over only after it.
async fn enqueue(producer: &FutureProducer<Quiet>, topic: &str, record: &Record) -> Result<DeliveryFuture, KafkaError> {
    let mut message: FutureRecord<'_, [u8], [u8]> = FutureRecord::to(topic)
        .key(&record.key[..])
        .timestamp(kept_millis(record));
    if let Some(value) = &record.value {
        message = message.payload(&value[..]);
    }
    loop {
        match producer.send_result(message) {
            Ok(delivery) => return Ok(delivery),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                message = back;
                tokio::time::sleep(FULL).await;
            }
            Err((error, _)) => return Err(error),
        }
    }
}
