//! How to reach Kafka, and the librdkafka settings that the log's promises rest on.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdkafka::ClientConfig;

use crate::limits::MOST_BYTES;

/// What librdkafka allows between polls unless a property says otherwise, in milliseconds.
const MAX_POLL_INTERVAL: u64 = 300_000;
/// What the protocol puts around a record of the largest size, with room to spare.
const AROUND_A_RECORD: usize = 64 * 1024;

/// How to reach Kafka. Shown and logged without the values of `properties`, which may be secrets.
#[derive(Clone)]
pub struct KafkaConfig {
    /// Addresses to start from, as `host:port,host:port`.
    pub bootstrap: String,
    /// What every topic and every group is called with on the broker, so that several suites can share one. Callers leave it out.
    pub prefix: String,
    /// Names this program in the broker's logs and quotas.
    pub client_id: String,
    /// Copies of each partition of a topic that is created here.
    pub replication_factor: u16,
    /// How long one request, or the delivery of one record, may take before it counts as not answered.
    pub timeout: Duration,
    /// Largest record (key and value together) that is taken, in bytes. Topics created here allow as much.
    pub max_record_bytes: usize,
    /// Any further librdkafka setting, such as `security.protocol` or `sasl.password`. TLS and SASL need the crate feature `tls`. What the
    /// log's promises rest on (acknowledgements, idempotence, how offsets are stored) cannot be set.
    pub properties: BTreeMap<String, String>,
}

impl KafkaConfig {
    /// Defaults for the broker at `bootstrap`.
    pub fn new(bootstrap: impl Into<String>) -> Self {
        Self {
            bootstrap: bootstrap.into(),
            prefix: String::new(),
            client_id: "backtweet".to_owned(),
            replication_factor: 1,
            timeout: Duration::from_secs(30),
            max_record_bytes: MOST_BYTES,
            properties: BTreeMap::new(),
        }
    }

    /// How long a consumer may go without a poll before the broker takes its partitions away.
    pub(super) fn max_poll_interval(&self) -> Duration {
        let set = self
            .properties
            .get("max.poll.interval.ms")
            .and_then(|millis| millis.parse().ok());
        Duration::from_millis(set.unwrap_or(MAX_POLL_INTERVAL))
    }

    /// The largest message, with what the protocol adds.
    pub(super) fn max_message_bytes(&self) -> String {
        self.max_record_bytes
            .saturating_add(AROUND_A_RECORD)
            .min(1_000_000_000)
            .to_string()
    }

    /// What all clients share.
    pub(super) fn client(&self) -> ClientConfig {
        self.over(&[])
    }

    /// The producer: every record acknowledged by all replicas in sync, and written once and in order whatever is retried.
    pub(super) fn producer(&self) -> ClientConfig {
        // Few records at once wait little, many fill a batch anyway. The queue is a bound on memory: past it, appends wait.
        let defaults = [
            ("linger.ms", "2"),
            ("queue.buffering.max.kbytes", "65536"),
            ("compression.type", "lz4"),
        ];
        let mut client = self.over(&defaults);
        client
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2");
        client.set("message.timeout.ms", self.timeout.as_millis().max(1).to_string());
        client
    }

    /// A member of `group`: it commits what it is told is done, and only that.
    pub(super) fn member(&self, group: &str) -> ClientConfig {
        let mut client = self.over(&[
            ("partition.assignment.strategy", "cooperative-sticky"),
            ("auto.commit.interval.ms", "1000"),
            ("queued.max.messages.kbytes", "8192"),
            // One that crashed is missed after ten seconds, and who joins waits for the others' next heartbeat, no longer.
            ("session.timeout.ms", "10000"),
            ("heartbeat.interval.ms", "1000"),
        ]);
        client
            .set("group.id", group)
            .set("enable.auto.commit", "true")
            .set("enable.auto.offset.store", "false");
        client
            .set("auto.offset.reset", "earliest")
            .set("enable.partition.eof", "false");
        client
    }

    /// A reader without a group, which hears where partitions end. The name only satisfies the driver: nothing joins or commits.
    pub(super) fn reader(&self) -> ClientConfig {
        let mut client = self.over(&[("fetch.wait.max.ms", "100"), ("queued.max.messages.kbytes", "16384")]);
        client
            .set("group.id", "backtweet-reader")
            .set("enable.auto.commit", "false");
        client
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest");
        client.set("enable.partition.eof", "true");
        client
    }

    /// These defaults and those that all share, and over them what is configured.
    fn over(&self, defaults: &[(&str, &str)]) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set(
            "socket.timeout.ms",
            self.timeout.as_millis().clamp(10, 300_000).to_string(),
        );
        client
            .set("reconnect.backoff.max.ms", "1000")
            .set("client.id", &self.client_id);
        client.set("message.max.bytes", self.max_message_bytes());
        for (name, value) in defaults {
            client.set(*name, *value);
        }
        for (name, value) in &self.properties {
            client.set(name, value);
        }
        client.set("bootstrap.servers", &self.bootstrap);
        client
    }
}

impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaConfig")
            .field("bootstrap", &self.bootstrap)
            .field("prefix", &self.prefix)
            .field("client_id", &self.client_id)
            .field("replication_factor", &self.replication_factor)
            .field("timeout", &self.timeout)
            .field("max_record_bytes", &self.max_record_bytes)
            .field("properties", &self.properties.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> KafkaConfig {
        let mut config = KafkaConfig::new("localhost:9092");
        config.properties.insert(name.to_owned(), value.to_owned());
        config
    }

    #[test]
    fn a_secret_is_not_shown() {
        let shown = format!("{:?}", with("sasl.password", "hunter2"));
        assert!(shown.contains("sasl.password") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn properties_reach_the_driver_but_cannot_break_the_promises() {
        assert_eq!(with("linger.ms", "50").producer().get("linger.ms"), Some("50"));
        assert_eq!(with("acks", "0").producer().get("acks"), Some("all"));
        assert_eq!(
            with("enable.auto.offset.store", "true")
                .member("g")
                .get("enable.auto.offset.store"),
            Some("false")
        );
        assert_eq!(
            with("max.poll.interval.ms", "60000").max_poll_interval(),
            Duration::from_secs(60)
        );
    }
}
