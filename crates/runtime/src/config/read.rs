//! From texts to a [`Config`]: what each key takes, and what it says where it is given something else.

mod schedules;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::environment::Environment;
use super::error::{ConfigError, Origin};
use super::layers::Layers;
use super::{
    CollectorConfig, Config, GrpcConfig, KafkaSettings, LogConfig, LogFormat, LogKind, RedisSettings, Secret,
    SentimentConfig, SentimentModel, StoreConfig, TracingConfig, keys,
};

const HOUR: u64 = 3600;
/// Kafka takes names of up to 249 letters; the topics' own stay far below the rest.
const MOST_PREFIX: usize = 200;

/// The configuration that the layers come to. Where a value is wrong something harmless stands in, and `errors` says so.
pub(super) fn config(layers: &Layers, environment: &dyn Environment, errors: &mut Vec<ConfigError>) -> Config {
    let mut read = Reader { layers, errors };
    Config {
        data_dir: read.data_dir(environment),
        models: read.text("models").map(PathBuf::from),
        listen: read.value("listen", ADDRESS).unwrap_or(([127, 0, 0, 1], 7400).into()),
        metrics_listen: read.value("metrics_listen", ADDRESS),
        log: read.log(),
        store: read.store(),
        retention: Duration::from_secs(read.number("retention_hours", 1..=1_000_000) * HOUR),
        grace: read.seconds("grace_seconds", 0..=3600),
        collector: read.collector(),
        sentiment: read.sentiment(),
        tracing: read.tracing(),
        grpc: read.grpc(),
        schedules: read.schedules(),
    }
}

const ADDRESS: &str = "write an address and a port, such as 127.0.0.1:7400";

struct Reader<'a> {
    layers: &'a Layers,
    errors: &'a mut Vec<ConfigError>,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.layers.get(key).map(|entry| entry.text.as_str())
    }

    /// Whether somebody set the key.
    fn is_set(&self, key: &str) -> bool {
        self.layers
            .get(key)
            .is_some_and(|entry| entry.origin != Origin::Default)
    }

    fn refuse(&mut self, key: &str, remedy: impl Display) {
        let Some(entry) = self.layers.get(key) else { return };
        self.errors.push(ConfigError::Invalid {
            key: key.to_owned(),
            value: if keys::is_secret(key) {
                "***".to_owned()
            } else {
                entry.text.clone()
            },
            origin: entry.origin.clone(),
            remedy: remedy.to_string(),
        });
    }

    fn value<T: FromStr>(&mut self, key: &str, remedy: &str) -> Option<T> {
        let parsed = self.text(key)?.trim().parse().ok();
        if parsed.is_none() {
            self.refuse(key, remedy);
        }
        parsed
    }

    fn number(&mut self, key: &str, range: RangeInclusive<u64>) -> u64 {
        self.optional_number(key, &range).unwrap_or(*range.start())
    }

    fn optional_number(&mut self, key: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let number: Option<u64> = self.text(key)?.trim().parse().ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.refuse(
                key,
                format!("write a whole number from {} to {}", range.start(), range.end()),
            );
        }
        number
    }

    fn seconds(&mut self, key: &str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range))
    }

    /// One of a few words, by its place among them.
    fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)], fallback: T) -> T {
        let chosen = choices
            .iter()
            .find(|(word, _)| Some(*word) == self.text(key))
            .map(|(_, choice)| *choice);
        chosen.unwrap_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.refuse(key, format!("write one of {}", words.join(", ")));
            fallback
        })
    }

    /// Texts parted by commas.
    fn list(&self, key: &str) -> Vec<String> {
        let items = self.text(key).unwrap_or_default().split(',');
        items
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn require(&mut self, key: &str, remedy: &str) {
        self.errors.push(ConfigError::Key {
            key: key.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Says so where `key` was set for an adapter that nobody chose.
    fn without_effect(&mut self, key: &str, kind: &str, adapter: &str) {
        if self.is_set(key) && !self.is_set(kind) {
            self.require(
                key,
                &format!("has no effect while `{kind}` is embedded; set {kind} = \"{adapter}\", or remove it"),
            );
        }
    }

    fn data_dir(&mut self, environment: &dyn Environment) -> PathBuf {
        let variable = |name| {
            environment
                .get(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = variable("HOME");
        let data = variable("XDG_DATA_HOME").or_else(|| home.as_ref().map(|home| home.join(".local/share")));
        match (self.text("data_dir"), home) {
            (Some(""), _) => {
                self.refuse("data_dir", "name a folder");
                PathBuf::new()
            }
            (Some(path), home) => match (path.strip_prefix("~/"), home) {
                (Some(below), Some(home)) => home.join(below),
                _ => PathBuf::from(path),
            },
            (None, _) => data.map_or_else(|| PathBuf::from("backtweet-data"), |data| data.join("backtweet")),
        }
    }

    fn log(&mut self) -> LogConfig {
        let kafka = self.choice("log.kind", &[("embedded", false), ("kafka", true)], false);
        let partitions = self.optional_number("log.partitions", &(1..=1024));
        let partitions = partitions.map_or(if kafka { 16 } else { 4 }, |number| number as u32);
        let replication = self.number("log.replication", 1..=16) as u16;
        if !kafka {
            self.without_effect("log.brokers", "log.kind", "kafka");
            self.without_effect("log.prefix", "log.kind", "kafka");
            return LogConfig {
                kind: LogKind::Embedded,
                partitions,
            };
        }
        let brokers = self.list("log.brokers");
        if brokers.is_empty() {
            self.require(
                "log.brokers",
                "has to be set where `log.kind` is kafka, such as [\"localhost:9092\"]",
            );
        }
        if brokers.iter().any(|broker| {
            broker
                .rsplit_once(':')
                .is_none_or(|(_, port)| port.parse::<u16>().is_err())
        }) {
            self.refuse("log.brokers", "write each as host:port");
        }
        let prefix = self.text("log.prefix").unwrap_or_default().to_owned();
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        if prefix.len() > MOST_PREFIX || !prefix.chars().all(allowed) {
            self.refuse(
                "log.prefix",
                format!("write at most {MOST_PREFIX} letters, digits, dots, dashes and underscores"),
            );
        }
        LogConfig {
            kind: LogKind::Kafka(KafkaSettings {
                brokers,
                prefix,
                replication,
                properties: self.properties(),
            }),
            partitions,
        }
    }

    fn properties(&self) -> BTreeMap<String, Secret> {
        let free = self.layers.iter().filter_map(|(key, entry)| {
            Some((
                key.strip_prefix(keys::PROPERTIES)?.to_owned(),
                Secret::new(entry.text.clone()),
            ))
        });
        free.collect()
    }

    fn store(&mut self) -> StoreConfig {
        let redis = self.choice("store.kind", &[("embedded", false), ("redis", true)], false);
        let cluster = self.choice("store.cluster", &[("false", false), ("true", true)], false);
        let timeout = Duration::from_millis(self.number("store.timeout_ms", 10..=600_000));
        let prefix = self.text("store.prefix").unwrap_or_default().to_owned();
        if prefix.is_empty() || prefix.contains(['{', '}', '\0']) || prefix.chars().any(char::is_whitespace) {
            self.refuse("store.prefix", "write a word without braces or spaces");
        }
        if !redis {
            self.without_effect("store.url", "store.kind", "redis");
            return StoreConfig::Embedded;
        }
        let urls = self.list("store.url");
        if urls.is_empty() {
            self.require(
                "store.url",
                "has to be set where `store.kind` is redis, such as redis://localhost:6379",
            );
        }
        if urls
            .iter()
            .any(|url| !url.starts_with("redis://") && !url.starts_with("rediss://"))
        {
            self.refuse("store.url", "write it as redis://host:port");
        }
        if urls.len() > 1 && !cluster {
            self.refuse("store.url", "name one URL, or set store.cluster = true");
        }
        StoreConfig::Redis(RedisSettings {
            urls: urls.into_iter().map(Secret::new).collect(),
            cluster,
            prefix,
            timeout,
        })
    }

    fn collector(&mut self) -> CollectorConfig {
        let appview = self.text("collector.appview").unwrap_or_default().trim().to_owned();
        if !appview.is_empty() && !appview.starts_with("https://") && !appview.starts_with("http://") {
            self.refuse(
                "collector.appview",
                "write a URL such as https://public.api.bsky.app, or nothing",
            );
        }
        let listen = self.value("collector.webhook_listen", ADDRESS);
        let secret = self.text("collector.webhook_secret").map(str::to_owned);
        if listen.is_some() && secret.is_none() {
            self.require(
                "collector.webhook_secret",
                "has to be set where `collector.webhook_listen` is, such as env:X_CONSUMER_SECRET",
            );
        }
        CollectorConfig {
            webhook: listen.zip(secret),
            appview: Some(appview).filter(|appview| !appview.is_empty()),
            links: self.choice("collector.links", &[("true", true), ("false", false)], false),
            lease: self.seconds("collector.lease_seconds", 1..=3600),
        }
    }

    fn sentiment(&mut self) -> SentimentConfig {
        let models = [
            ("fast", SentimentModel::Fast),
            ("deep", SentimentModel::Deep),
            ("auto", SentimentModel::Auto),
            ("lexicon", SentimentModel::Lexicon),
        ];
        SentimentConfig {
            model: self.choice("sentiment.model", &models, SentimentModel::Fast),
        }
    }

    fn tracing(&mut self) -> TracingConfig {
        let filter = self.text("tracing.filter").unwrap_or_default().to_owned();
        if let Err(error) = EnvFilter::builder().parse(&filter) {
            self.refuse(
                "tracing.filter",
                format!("{error}; write it as info,backtweet_stream=debug"),
            );
        }
        let formats = [
            ("auto", LogFormat::Auto),
            ("pretty", LogFormat::Pretty),
            ("json", LogFormat::Json),
        ];
        TracingConfig {
            filter,
            format: self.choice("tracing.format", &formats, LogFormat::Auto),
        }
    }

    fn grpc(&mut self) -> GrpcConfig {
        GrpcConfig {
            max_message_bytes: self.number("grpc.max_message_bytes", 1024..=1 << 30) as usize,
            max_streams: self.number("grpc.max_streams", 1..=1_000_000) as u32,
            concurrency: self.number("grpc.concurrency", 1..=1_000_000) as usize,
            timeout: self.seconds("grpc.timeout_seconds", 1..=HOUR),
            keepalive: self.seconds("grpc.keepalive_seconds", 1..=HOUR),
            keepalive_timeout: self.seconds("grpc.keepalive_timeout_seconds", 1..=HOUR),
            connection_age: self.seconds("grpc.connection_age_seconds", 1..=10_000_000),
            connection_grace: self.seconds("grpc.connection_grace_seconds", 0..=10_000_000),
        }
    }
}
