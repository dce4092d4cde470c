//! Configuration: defaults, then one TOML file, then `BACKTWEET_*` environment, then flags. This file has what comes out of it; what
//! keys there are is in `keys`, where values come from in `layers`, and how they are read in `read`.

mod environment;
mod error;
mod example;
mod keys;
mod layers;
mod read;
mod schedule;
mod secret;
mod toml_file;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use environment::{Environment, ProcessEnvironment};
pub use error::{ConfigError, ConfigErrors, Origin};
pub use layers::Sources;
pub use schedule::{Mail, MailTls, ReportForm, Schedule, Target};
pub use secret::Secret;

/// Everything that can be configured. Made by [`Config::load`]; [`Config::default`] is what holds where nothing is set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the embedded log and store keep their files (`data_dir`).
    pub data_dir: PathBuf,
    /// Where the weights of the deep sentiment model are looked for first (`models`).
    pub models: Option<PathBuf>,
    /// Where gRPC is served (`listen`); port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where Prometheus metrics are served (`metrics_listen`); nowhere where absent.
    pub metrics_listen: Option<SocketAddr>,
    /// The topics (`log.*`).
    pub log: LogConfig,
    /// The collections (`store.*`).
    pub store: StoreConfig,
    /// How long records stay in every topic but the compacted one (`retention_hours`).
    pub retention: Duration,
    /// How long work in progress may take to end after a signal to stop (`grace_seconds`).
    pub grace: Duration,
    /// How live sources are collected (`collector.*`).
    pub collector: CollectorConfig,
    /// How texts are scored (`sentiment.*`).
    pub sentiment: SentimentConfig,
    /// What is logged, and how (`tracing.*`).
    pub tracing: TracingConfig,
    /// Limits of the gRPC server (`grpc.*`).
    pub grpc: GrpcConfig,
    /// Reports that are delivered by themselves (`schedules`), by name.
    pub schedules: Vec<Schedule>,
}

/// The topics.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// Where they are (`log.kind` and what belongs to it).
    pub kind: LogKind,
    /// How many partitions a topic is created with (`log.partitions`).
    pub partitions: u32,
}

/// Where the topics are.
#[derive(Debug, Clone, PartialEq)]
pub enum LogKind {
    /// In files below [`Config::data_dir`].
    Embedded,
    /// In Kafka.
    Kafka(KafkaSettings),
}

/// How Kafka is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct KafkaSettings {
    /// `host:port` of some brokers (`log.brokers`); never empty.
    pub brokers: Vec<String>,
    /// What every topic and every consumer group is called with (`log.prefix`).
    pub prefix: String,
    /// Copies of every partition that topics are created with (`log.replication`).
    pub replication: u16,
    /// librdkafka's own properties, set over ours (`log.properties.*`).
    pub properties: BTreeMap<String, Secret>,
}

/// Where the collections are.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreConfig {
    /// In files below [`Config::data_dir`].
    Embedded,
    /// In Redis or Valkey.
    Redis(RedisSettings),
}

/// How Redis is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct RedisSettings {
    /// `redis://` URLs, one or, for a cluster, several (`store.url`); never empty.
    pub urls: Vec<Secret>,
    /// Whether it is a Redis Cluster (`store.cluster`).
    pub cluster: bool,
    /// What every key starts with (`store.prefix`).
    pub prefix: String,
    /// How long one answer may take (`store.timeout_ms`).
    pub timeout: Duration,
}

/// How live sources are collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorConfig {
    /// Where profiles of Bluesky accounts are looked up (`collector.appview`); nowhere where absent.
    pub appview: Option<String>,
    /// Whether shortened links are followed to where they lead (`collector.links`).
    pub links: bool,
    /// How long an assignment stays with a collector that has fallen silent (`collector.lease_seconds`).
    pub lease: Duration,
    /// Where X's webhooks are listened for (`collector.webhook_listen`), and where the app's consumer secret lies
    /// (`collector.webhook_secret`).
    pub webhook: Option<(SocketAddr, String)>,
}

/// How texts are scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentimentConfig {
    /// Which model reads them (`sentiment.model`).
    pub model: SentimentModel,
}

/// A model that reads what texts feel like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentimentModel {
    /// The trained linear one.
    Fast,
    /// The transformer.
    Deep,
    /// The linear one where it is sure, the transformer elsewhere.
    Auto,
    /// VADER's lexicon and rules.
    Lexicon,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracingConfig {
    /// Directives of `tracing-subscriber`'s `EnvFilter` (`tracing.filter`).
    pub filter: String,
    /// The form of a line (`tracing.format`).
    pub format: LogFormat,
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Limits of the gRPC server. Each is set on purpose: the library's own defaults have no limit for most of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrpcConfig {
    /// Largest message, taken or sent, in bytes (`grpc.max_message_bytes`).
    pub max_message_bytes: usize,
    /// Streams that one connection may have open (`grpc.max_streams`).
    pub max_streams: u32,
    /// Calls of one connection worked on at once; more wait (`grpc.concurrency`).
    pub concurrency: usize,
    /// Until a call must have begun its answer (`grpc.timeout_seconds`).
    pub timeout: Duration,
    /// How often a silent connection is asked whether it still lives (`grpc.keepalive_seconds`).
    pub keepalive: Duration,
    /// How long it may take to say so (`grpc.keepalive_timeout_seconds`).
    pub keepalive_timeout: Duration,
    /// Age at which a connection is asked to go, so that load spreads over new servers (`grpc.connection_age_seconds`).
    pub connection_age: Duration,
    /// How long it may take to go before it is cut (`grpc.connection_grace_seconds`).
    pub connection_grace: Duration,
}

impl Config {
    /// Reads all layers and checks every value.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigErrors> {
        let (layers, mut errors) = layers::gather(sources);
        let config = read::config(&layers, sources.environment, &mut errors);
        if errors.is_empty() {
            Ok(config)
        } else {
            Err(ConfigErrors::new(errors))
        }
    }

    /// A TOML file with every key, what it means and its default.
    pub fn example() -> String {
        example::render()
    }
}

impl Default for Config {
    fn default() -> Self {
        read::config(&layers::defaults(), &ProcessEnvironment, &mut Vec::new())
    }
}

#[cfg(test)]
mod tests;
