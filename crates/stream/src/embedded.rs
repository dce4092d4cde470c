//! [`FjallLog`]: the log of one machine, on disk through `fjall`. What lies where is in `embedded/codec.rs`; business rules are nowhere here.
//!
//! A topic's partition is a keyspace of its own, so that appends always come in key order. An append is one atomic batch, handed to the
//! operating system before it is acknowledged: killing the process loses nothing. What a power cut can take is the last second, since
//! the disk is told to write (`fsync`) once a second, behind the appends.
//!
//! Consumer groups live inside the process; only what they stored is on disk. A partition that moves is handed on when its present
//! owner's `poll` says so, so two members never own it at once. Offsets are written when they are stored.
//!
//! A compacted topic keeps the newest record of each key by an index from key to offset: an older one goes in the batch that brings the
//! newer. Tombstones stay for as long as the process runs, for those who follow, and go when the log is next opened, when nobody does.

mod codec;
mod consumer;
mod follower;
mod group;
mod keeper;
mod partition;
mod topic;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use async_trait::async_trait;
use fjall::{Database, Keyspace, KeyspaceCreateOptions};

use backtweet_domain::{Clock, SystemClock};

use self::group::Group;
use self::topic::OpenTopic;
use crate::limits::MOST_BYTES;
use crate::port::{Consumer, Delivered, Follower, Log, LogError, Position, Record, Topic};

/// How much one read of a consumer or follower brings at most, in bytes of records; at least one record.
const READ_BYTES: usize = 16 * 1024 * 1024;

/// How a [`FjallLog`] behaves.
#[derive(Clone)]
pub struct FjallLogOptions {
    /// Tells how old records are.
    pub clock: Arc<dyn Clock>,
    /// Largest record (key and value together) that is taken, in bytes; a larger one is [`LogError::Refused`].
    pub max_record_bytes: usize,
}

impl Default for FjallLogOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            max_record_bytes: MOST_BYTES,
        }
    }
}

/// A log on this machine's disk. Open one for a database, and share it behind an `Arc`.
pub struct FjallLog {
    // Dropped first, since its last act needs what is shared.
    _keeper: keeper::Keeper,
    shared: Arc<Shared>,
}

/// What the log, its readers and its keeper work on.
struct Shared {
    db: Database,
    meta: Keyspace,
    offsets: Keyspace,
    options: FjallLogOptions,
    topics: RwLock<HashMap<String, Arc<OpenTopic>>>,
    groups: Mutex<HashMap<(String, String), Arc<Group>>>,
}

impl FjallLog {
    /// Opens the log in a database that others may keep things in as well; its keyspaces start with `log-`.
    ///
    /// # Errors
    /// [`LogError::Unusable`] where the files cannot be read.
    pub fn open(db: &Database) -> Result<Self, LogError> {
        Self::open_with(db, FjallLogOptions::default())
    }

    /// Opens the log in a database of its own at `path`, which is made where it is absent.
    ///
    /// # Errors
    /// [`LogError::Unusable`] where the files cannot be read, or another process has them open.
    pub fn open_at(path: impl AsRef<Path>) -> Result<Self, LogError> {
        Self::open(&Database::builder(path).open().map_err(broken)?)
    }

    /// Like [`FjallLog::open`], with options.
    ///
    /// # Errors
    /// [`LogError::Unusable`] where the files cannot be read.
    pub fn open_with(db: &Database, options: FjallLogOptions) -> Result<Self, LogError> {
        let keyspace = |name| db.keyspace(name, KeyspaceCreateOptions::default).map_err(broken);
        let (meta, offsets) = (keyspace(codec::META)?, keyspace(codec::OFFSETS)?);
        let mut topics = HashMap::new();
        for guard in meta.prefix(codec::TOPIC_PREFIX) {
            let (key, value) = guard.into_inner().map_err(broken)?;
            let name = String::from_utf8_lossy(&key[codec::TOPIC_PREFIX.len()..]).into_owned();
            let topic = OpenTopic::open(db, &meta, codec::topic(&name, &value)?)?;
            topics.insert(name, Arc::new(topic));
        }
        let shared = Arc::new(Shared {
            db: db.clone(),
            meta,
            offsets,
            options,
            topics: RwLock::new(topics),
            groups: Mutex::default(),
        });
        let keeper = keeper::Keeper::start(&shared)?;
        Ok(Self {
            _keeper: keeper,
            shared,
        })
    }

    /// Removes now what has outlived its topic's retention; otherwise done once a minute. Returns how many records went.
    ///
    /// # Errors
    /// [`LogError::Unusable`] where the files cannot be read or written.
    pub async fn sweep(&self) -> Result<usize, LogError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.sweep()).await
    }
}

impl Shared {
    fn topic(&self, name: &str) -> Result<Arc<OpenTopic>, LogError> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(name).cloned().ok_or_else(|| LogError::Unusable {
            reason: format!("topic `{name}` does not exist; create it first"),
        })
    }

    fn create(&self, topics: &[Topic]) -> Result<(), LogError> {
        let mut open = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        for spec in topics {
            codec::check_topic(spec)?;
            match open.get(&spec.name) {
                Some(present) if present.spec == *spec => {}
                Some(present) => {
                    let (present, wanted) = (&present.spec, spec);
                    tracing::warn!(?present, ?wanted, "a topic stays as it was created");
                }
                None => {
                    let topic = OpenTopic::open(&self.db, &self.meta, spec.clone())?;
                    self.meta
                        .insert(codec::topic_key(&spec.name), codec::write_topic(spec))
                        .map_err(broken)?;
                    open.insert(spec.name.clone(), Arc::new(topic));
                }
            }
        }
        Ok(())
    }

    fn stored(&self, group: &str, topic: &str, partition: u32) -> Result<Option<u64>, LogError> {
        let bytes = self
            .offsets
            .get(codec::offset_key(group, topic, partition))
            .map_err(broken)?;
        bytes.map(|bytes| codec::offset(&bytes)).transpose()
    }

    fn sweep(&self) -> Result<usize, LogError> {
        let topics: Vec<_> = self
            .topics
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        let now = self.options.clock.now();
        topics
            .iter()
            .try_fold(0, |swept, topic| Ok(swept + topic.sweep(&self.db, &self.meta, now)?))
    }
}

#[async_trait]
impl Log for FjallLog {
    async fn create(&self, topics: &[Topic]) -> Result<(), LogError> {
        let (shared, topics) = (Arc::clone(&self.shared), topics.to_vec());
        blocking(move || shared.create(&topics)).await
    }

    async fn append(&self, topic: &str, records: Vec<Record>) -> Result<Vec<Position>, LogError> {
        let (shared, topic) = (Arc::clone(&self.shared), self.shared.topic(topic)?);
        if records.is_empty() {
            return Ok(Vec::new());
        }
        blocking(move || topic.append(&shared.db, &records, shared.options.max_record_bytes)).await
    }

    async fn join(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, LogError> {
        let topic = self.shared.topic(topic)?;
        let key = (group.to_owned(), topic.spec.name.clone());
        let group = Arc::clone(
            held(&self.shared.groups)
                .entry(key)
                .or_insert_with(|| Arc::new(Group::new(group, topic.spec.partitions))),
        );
        Ok(Box::new(consumer::FjallConsumer::join(
            Arc::clone(&self.shared),
            group,
            topic,
        )))
    }

    async fn follow(&self, topic: &str) -> Result<Box<dyn Follower>, LogError> {
        Ok(Box::new(follower::FjallFollower::start(self.shared.topic(topic)?)))
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        let topic = self.shared.topic(topic)?;
        if partition >= topic.spec.partitions {
            let reason = format!("topic `{}` has no partition {partition}", topic.spec.name);
            return Err(LogError::Unusable { reason });
        }
        let read = move || topic.partitions[partition as usize].read(from, to, limit, usize::MAX);
        Ok(blocking(read).await?.0)
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, LogError> {
        Ok(self
            .shared
            .topic(topic)?
            .partitions
            .iter()
            .map(partition::Partition::end)
            .collect())
    }

    async fn stored(&self, group: &str, topic: &str) -> Result<Vec<Option<u64>>, LogError> {
        let partitions = self.shared.topic(topic)?.spec.partitions;
        let (shared, group, topic) = (Arc::clone(&self.shared), group.to_owned(), topic.to_owned());
        blocking(move || {
            (0..partitions)
                .map(|partition| shared.stored(&group, &topic, partition))
                .collect()
        })
        .await
    }

    async fn ping(&self) -> Result<(), LogError> {
        let shared = Arc::clone(&self.shared);
        blocking(move || shared.meta.is_empty().map(|_| ()).map_err(broken)).await
    }
}

/// Does what waits for the disk where waiting disturbs nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(ended) => Err(LogError::Unavailable {
            reason: format!("the runtime is stopping: {ended}"),
        }),
    }
}

/// The lock, whatever became of those who held it: everything behind these locks is whole between two statements.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn broken(error: fjall::Error) -> LogError {
    let reason = match error {
        fjall::Error::Locked => "another process has its files open; stop that one first".to_owned(),
        other => format!("its files cannot be read or written ({other}); see to the disk, then start again"),
    };
    LogError::Unusable { reason }
}

#[cfg(test)]
mod tests;
