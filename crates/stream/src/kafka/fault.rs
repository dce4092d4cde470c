//! What Kafka's errors mean to the port, and where librdkafka's own log goes.

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::port::LogError;

/// What an error means. Whatever is not known to be final is waited for.
pub(super) fn fault(error: KafkaError, topic: &str) -> LogError {
    // The error's own text would show the value, which may be a secret.
    if let KafkaError::ClientConfig(_, what, name, _) = &error {
        return unusable(format!(
            "the Kafka property `{name}` does not work: {what}; correct or remove it"
        ));
    }
    if let KafkaError::ClientCreation(what) = &error {
        return unusable(format!(
            "the Kafka client does not start: {what}; see to its configuration"
        ));
    }
    match code(&error) {
        Some(code) => by_code(code, topic),
        None => LogError::Unavailable {
            reason: format!("{error} (topic `{topic}`)"),
        },
    }
}

/// What a reader of `topic` has to hear of: not what the driver waits for and mends by itself. During an outage it says so once a second,
/// and a caller that paused for each would still be pausing long after.
pub(super) fn beyond_waiting(error: KafkaError, topic: &str) -> Result<(), LogError> {
    match fault(error, topic) {
        error if error.retry().is_retryable() => {
            tracing::debug!(topic, %error, "reading goes on by itself");
            Ok(())
        }
        lasting => Err(lasting),
    }
}

/// Whether the client that said this has to be replaced.
pub(super) fn is_fatal(error: &KafkaError) -> bool {
    matches!(error, KafkaError::MessageConsumptionFatal(_)) || code(error) == Some(RDKafkaErrorCode::Fatal)
}

/// The code within an error.
pub(super) fn code(error: &KafkaError) -> Option<RDKafkaErrorCode> {
    match error {
        KafkaError::AdminOp(code) => Some(*code),
        other => other.rdkafka_error_code(),
    }
}

/// What a code means.
pub(super) fn by_code(code: RDKafkaErrorCode, topic: &str) -> LogError {
    use RDKafkaErrorCode as Code;
    match code {
        Code::MessageSizeTooLarge | Code::InvalidMessageSize | Code::MessageBatchTooLarge => refused(topic, code),
        Code::InvalidRecord | Code::InvalidTimestamp => refused(topic, code),
        Code::TopicAuthorizationFailed | Code::GroupAuthorizationFailed | Code::ClusterAuthorizationFailed => unusable(
            format!("Kafka does not allow this on topic `{topic}`: {code}; give this client the right to it"),
        ),
        Code::Authentication | Code::SaslAuthenticationFailed => {
            unusable(format!("Kafka does not take these credentials: {code}; correct them"))
        }
        Code::InvalidTopic | Code::InvalidReplicationFactor | Code::InvalidPartitions | Code::InvalidConfig => {
            unusable(format!("topic `{topic}` cannot be as configured: {code}; correct it"))
        }
        Code::PolicyViolation | Code::UnsupportedVersion | Code::UnsupportedFeature => unusable(format!(
            "this Kafka does not do that for topic `{topic}`: {code}; see to its version and policies"
        )),
        other => LogError::Unavailable {
            reason: format!("{other} (topic `{topic}`)"),
        },
    }
}

fn refused(topic: &str, code: RDKafkaErrorCode) -> LogError {
    LogError::Refused {
        topic: topic.to_owned(),
        reason: code.to_string(),
    }
}

/// It cannot work like this.
pub(super) fn unusable(reason: String) -> LogError {
    LogError::Unusable { reason }
}

/// Hands librdkafka's log on. What a caller hears as an error as well is only a detail here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason, "client error");
    }
}

impl rdkafka::consumer::ConsumerContext for Quiet {}

/// One line of librdkafka's log.
pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(target: "librdkafka", facility, "{message}");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => {
            tracing::warn!(target: "librdkafka", facility, "{message}");
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
            tracing::debug!(target: "librdkafka", facility, "{message}");
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::types::RDKafkaConfRes;

    use super::*;

    #[test]
    fn a_secret_that_does_not_work_is_not_shown() {
        let wrong = RDKafkaConfRes::RD_KAFKA_CONF_INVALID;
        let error = KafkaError::ClientConfig(wrong, "no".into(), "sasl.password".into(), "hunter2".into());
        let said = fault(error, "posts").to_string();
        assert!(said.contains("sasl.password") && !said.contains("hunter2"), "{said}");
    }

    #[test]
    fn readers_hear_what_waiting_does_not_mend_and_nothing_else() {
        let told = |code| beyond_waiting(KafkaError::MessageConsumption(code), "posts");
        assert!(told(RDKafkaErrorCode::AllBrokersDown).is_ok());
        assert!(told(RDKafkaErrorCode::TopicAuthorizationFailed).is_err());
    }

    #[test]
    fn an_outage_is_waited_for_and_a_refusal_is_not() {
        let by = |code| by_code(code, "posts").retry().is_retryable();
        assert!(by(RDKafkaErrorCode::AllBrokersDown) && by(RDKafkaErrorCode::MessageTimedOut));
        assert!(
            by(RDKafkaErrorCode::UnknownTopicOrPartition),
            "a topic just made is unknown for a moment"
        );
        assert!(!by(RDKafkaErrorCode::MessageSizeTooLarge) && !by(RDKafkaErrorCode::SaslAuthenticationFailed));
    }
}
