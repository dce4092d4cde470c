//! The ports that a service is handed. Which adapters stand behind them is decided here and nowhere else.

mod purge;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fjall::Database;
use tokio_util::sync::CancellationToken;

use backtweet_domain::{Clock, Retry, SystemClock};
use backtweet_store::{FjallStore, RedisConfig, RedisStore, Store, StoreError};
use backtweet_stream::{Backoff, Cleanup, FjallLog, KafkaConfig, KafkaLog, Log, LogError, RunnerOptions, Topic};
use backtweet_wire::topics;

use crate::config::{Config, KafkaSettings, LogKind, RedisSettings, StoreConfig};

/// How much an embedded store may lose when the power fails.
const SYNC: Duration = Duration::from_secs(1);

/// How many threads write the embedded adapters' tables to disk and merge them, however few cores there are. `fjall` 3.1 keeps the first
/// for writing: it hands every message to merge on to the others, over and over without a pause for as long as they are all busy. So
/// there have to be enough of them. With one alone, what is to be written waits in memory until merging is done.
const WORKERS: usize = 4;

/// Which part of the machine's memory may hold what was read from the embedded adapters' files. Their filters and indexes alone come to some
/// hundredths of what they keep: where those are read again for each look-up, a look-up takes a hundred times as long.
const CACHED: u64 = 16;
/// So much in any case, in bytes.
const CACHED_LEAST: u64 = 64 << 20;

/// Everything a service reaches the world through.
#[derive(Clone)]
pub struct Ports {
    /// Topics.
    pub log: Arc<dyn Log>,
    /// Collections.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why there are no ports.
#[derive(Debug, thiserror::Error)]
pub enum PortsError {
    /// The data folder cannot be made.
    #[error("the data folder {path} cannot be made: {source}; make it, or set `data_dir` to one that you may write to", path = path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process works on the data folder.
    #[error("the data folder {path} is open in another process; stop that one, or set `data_dir` to a folder of its own (several processes share Kafka and Redis, never files)", path = path.display())]
    InUse {
        /// Which folder.
        path: PathBuf,
    },
    /// The files in the data folder cannot be used.
    #[error("the files in {path} cannot be used: {reason}; restore the folder from a backup, or set `data_dir` to an empty one", path = path.display())]
    Files {
        /// Which folder.
        path: PathBuf,
        /// What is wrong with them.
        reason: String,
    },
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program was told to stop while it waited for a dependency.
    #[error("stopped while waiting for {dependency}")]
    Stopped {
        /// What was waited for.
        dependency: &'static str,
    },
}

impl PortsError {
    fn retry(&self) -> Retry {
        match self {
            PortsError::Log(error) => error.retry(),
            PortsError::Store(error) => error.retry(),
            _ => Retry::Never,
        }
    }
}

impl Ports {
    /// Opens what the configuration names and creates the topics that are absent. A dependency that is down is waited for.
    ///
    /// # Errors
    /// Where a dependency cannot be used as configured, or `shutdown` came first.
    pub async fn open(config: &Config, shutdown: &CancellationToken) -> Result<Self, PortsError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut files = Files {
            path: &config.data_dir,
            database: None,
        };
        let log: Arc<dyn Log> = match &config.log.kind {
            LogKind::Embedded => Arc::new(FjallLog::open(files.open()?)?),
            LogKind::Kafka(settings) => Arc::new(KafkaLog::connect(kafka(settings))?),
        };
        let store: Arc<dyn Store> = match &config.store {
            StoreConfig::Embedded => {
                let store = Arc::new(FjallStore::open_with(files.open()?, Arc::clone(&clock))?);
                purge::keep(&store, Arc::clone(&clock));
                // The embedded log syncs the database that both share.
                if config.log.kind != LogKind::Embedded {
                    sync(&store);
                }
                store
            }
            StoreConfig::Redis(settings) => {
                let connect = async || Ok(RedisStore::connect(redis(settings)).await?);
                Arc::new(wait_for("redis", Backoff::default(), shutdown, connect).await?)
            }
        };
        let topics = topics(config);
        wait_for("the log", Backoff::default(), shutdown, async || {
            Ok(log.create(&topics).await?)
        })
        .await?;
        Ok(Self { log, store, clock })
    }
}

/// How stages run under this configuration. Where log and store share one database nothing can be lost between them, and nobody has
/// to go back.
pub fn runner_options(config: &Config) -> RunnerOptions {
    let options = RunnerOptions {
        grace: config.grace,
        ..RunnerOptions::default()
    };
    let together = config.log.kind == LogKind::Embedded && config.store == StoreConfig::Embedded;
    if together {
        RunnerOptions {
            rewind: None,
            ..options
        }
    } else {
        options
    }
}

/// The topics as they should be.
fn topics(config: &Config) -> Vec<Topic> {
    let kept = Cleanup::Delete {
        retention: config.retention,
    };
    let topic = |name: &str, cleanup| Topic {
        name: name.to_owned(),
        partitions: config.log.partitions,
        cleanup,
    };
    vec![
        topic(topics::POSTS, kept),
        topic(topics::SUBJECTS, Cleanup::Compact),
        topic(topics::CLASSIFIED, kept),
        topic(topics::SCORED, kept),
        topic(topics::DEAD_LETTERS, kept),
    ]
}

/// The one database of the embedded adapters, opened when the first of them needs it.
struct Files<'a> {
    path: &'a Path,
    database: Option<Database>,
}

impl Files<'_> {
    fn open(&mut self) -> Result<&Database, PortsError> {
        let database = match self.database.take() {
            Some(database) => database,
            None => open(self.path)?,
        };
        Ok(self.database.insert(database))
    }
}

fn open(folder: &Path) -> Result<Database, PortsError> {
    let path = folder.to_owned();
    std::fs::create_dir_all(folder).map_err(|source| PortsError::Folder {
        path: path.clone(),
        source,
    })?;
    Database::builder(folder.join("db"))
        .worker_threads(WORKERS)
        .cache_size((memory() / CACHED).max(CACHED_LEAST))
        .open()
        .map_err(|error| match error {
            fjall::Error::Locked => PortsError::InUse { path },
            error => PortsError::Files {
                path,
                reason: error.to_string(),
            },
        })
}

/// How much memory the machine has, in bytes; 0 where the system does not say.
fn memory() -> u64 {
    let about = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = about.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = total.and_then(|total| total.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Syncs the store to disk for as long as somebody holds it.
fn sync(store: &Arc<FjallStore>) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SYNC).await;
            let Some(store) = store.upgrade() else { break };
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || store.persist()).await {
                tracing::error!(%error, "the store cannot be synced to disk");
            }
        }
    });
}

/// Tries until `attempt` succeeds, for as long as trying again can help and nobody says stop.
async fn wait_for<T>(
    dependency: &'static str,
    backoff: Backoff,
    shutdown: &CancellationToken,
    mut attempt: impl AsyncFnMut() -> Result<T, PortsError>,
) -> Result<T, PortsError> {
    let tries = async {
        for tries in 0.. {
            let error = match attempt().await {
                Ok(made) => return Ok(made),
                Err(error) => error,
            };
            let pause = match error.retry() {
                Retry::Never => return Err(error),
                Retry::Backoff => backoff.pause(tries),
                Retry::After(pause) => pause,
            };
            tracing::warn!(%error, ?pause, "waiting for {dependency}");
            tokio::time::sleep(pause).await;
        }
        Err(PortsError::Stopped { dependency })
    };
    tokio::select! {
        made = tries => made,
        () = shutdown.cancelled() => Err(PortsError::Stopped { dependency }),
    }
}

fn kafka(settings: &KafkaSettings) -> KafkaConfig {
    let properties = settings
        .properties
        .iter()
        .map(|(name, value)| (name.clone(), value.reveal().to_owned()));
    KafkaConfig {
        prefix: settings.prefix.clone(),
        replication_factor: settings.replication,
        properties: properties.collect(),
        ..KafkaConfig::new(settings.brokers.join(","))
    }
}

fn redis(settings: &RedisSettings) -> RedisConfig {
    RedisConfig {
        urls: settings.urls.iter().map(|url| url.reveal().to_owned()).collect(),
        cluster: settings.cluster,
        prefix: settings.prefix.clone(),
        response_timeout: settings.timeout,
    }
}

#[cfg(test)]
mod tests;
