//! Creating topics as they should be.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::RDKafkaErrorCode;

use super::KafkaConfig;
use super::broker::{Broker, blocking};
use super::fault::{Quiet, by_code, fault};
use crate::port::{Cleanup, LogError, Topic};

/// How long to wait before asking again whether a new topic is known everywhere.
const AGAIN: Duration = Duration::from_millis(50);

/// Creates those that are absent, and waits until every one can be used.
pub(super) async fn create(config: &KafkaConfig, broker: &Arc<Broker>, topics: &[Topic]) -> Result<(), LogError> {
    let admin: AdminClient<Quiet> = config
        .client()
        .create_with_context(Quiet)
        .map_err(|error| fault(error, "all"))?;
    let max_bytes = config.max_message_bytes();
    let settings: Vec<[(&str, String); 2]> = topics.iter().map(|topic| cleanup(topic.cleanup)).collect();
    let wanted: Vec<NewTopic<'_>> = topics
        .iter()
        .zip(&settings)
        .map(|(topic, settings)| {
            let partitions = i32::try_from(topic.partitions).unwrap_or(i32::MAX);
            let copies = TopicReplication::Fixed(i32::from(config.replication_factor));
            let new = NewTopic::new(&topic.name, partitions, copies).set("max.message.bytes", &max_bytes);
            settings.iter().fold(new, |new, (name, value)| new.set(name, value))
        })
        .collect();
    let options = AdminOptions::new()
        .request_timeout(Some(config.timeout))
        .operation_timeout(Some(config.timeout));
    let results = admin
        .create_topics(&wanted, &options)
        .await
        .map_err(|error| fault(error, "all"))?;
    for result in results {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => return Err(by_code(code, &name)),
        }
    }
    for topic in topics {
        let partitions = until_known(broker, &topic.name, config.timeout).await?;
        if partitions != topic.partitions {
            tracing::warn!(
                topic = topic.name,
                partitions,
                wanted = topic.partitions,
                "the topic keeps the partitions it was created with; to change them, drain it and create it anew"
            );
        }
    }
    Ok(())
}

fn cleanup(cleanup: Cleanup) -> [(&'static str, String); 2] {
    match cleanup {
        Cleanup::Delete { retention } => {
            let millis = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
            [
                ("cleanup.policy", "delete".to_owned()),
                ("retention.ms", millis.to_string()),
            ]
        }
        // Compaction skips the segment being written; one that is rolled daily does not stay that for a week.
        Cleanup::Compact => [
            ("cleanup.policy", "compact".to_owned()),
            ("segment.ms", "86400000".to_owned()),
        ],
    }
}

async fn until_known(broker: &Arc<Broker>, topic: &str, timeout: Duration) -> Result<u32, LogError> {
    let deadline = Instant::now() + timeout;
    loop {
        let (asked, name) = (Arc::clone(broker), topic.to_owned());
        match blocking(move || asked.partitions(&name)).await {
            Err(LogError::Unavailable { .. }) if Instant::now() < deadline => tokio::time::sleep(AGAIN).await,
            known => return known,
        }
    }
}
