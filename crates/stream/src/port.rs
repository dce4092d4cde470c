//! The `Log` port: partitioned topics of keyed records, read in consumer groups.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use backtweet_domain::{Retry, Timestamp};

/// What becomes of old records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Records older than this are dropped.
    Delete {
        /// Age by record time.
        retention: Duration,
    },
    /// The newest record of each key stays; a tombstone removes the key.
    Compact,
}

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// How many partitions; fixed once created.
    pub partitions: u32,
    /// What becomes of old records.
    pub cleanup: Cleanup,
}

/// One record as it is appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Decides the partition: records of one key stay in order.
    pub key: Bytes,
    /// `None` is a tombstone.
    pub value: Option<Bytes>,
    /// When it was appended, by the appender's clock: retention and [`Consumer::rewind`] go by it, so that what is told late is kept as
    /// long as what is told in time. Kept in milliseconds, from 1 ms after 1970. Event time is inside the value.
    pub time: Timestamp,
}

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The partition, from 0.
    pub partition: u32,
    /// The place within it, from 0, growing, not always by one.
    pub offset: u64,
}

/// One record as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Where it lies.
    pub position: Position,
    /// What it says.
    pub record: Record,
}

/// What [`Consumer::poll`] brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polled {
    /// Records of one partition, in order, never empty.
    Records {
        /// The partition.
        partition: u32,
        /// Its next records.
        records: Vec<Delivered>,
    },
    /// These partitions are this member's from now on, and are read from their stored offset (from the start where none is stored).
    Assigned(Vec<u32>),
    /// These partitions belong to somebody else now: stop working on them. Storing their offsets has no effect any more.
    Revoked(Vec<u32>),
}

/// What [`Follower::next`] brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// The next records, in order within each partition.
    Records(Vec<Delivered>),
    /// Everything that the topic held when the follower started has been handed out. Said once.
    CaughtUp,
}

/// Why the log did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The broker is down, restarting, electing a leader or too slow.
    #[error("the log does not answer: {reason}; it is waited for")]
    Unavailable {
        /// What the driver said.
        reason: String,
    },
    /// A record that the log never takes, such as one over the size limit.
    #[error("a record of topic `{topic}` is refused: {reason}")]
    Refused {
        /// The topic.
        topic: String,
        /// Why.
        reason: String,
    },
    /// The log was opened or configured in a way that cannot work.
    #[error("the log cannot be used: {reason}")]
    Unusable {
        /// What is wrong, with its remedy.
        reason: String,
    },
}

impl LogError {
    /// Whether trying again can help.
    pub fn retry(&self) -> Retry {
        match self {
            LogError::Unavailable { .. } => Retry::Backoff,
            LogError::Refused { .. } | LogError::Unusable { .. } => Retry::Never,
        }
    }
}

/// Partitioned topics that survive restarts. Shared behind an `Arc`; every method may be called from many tasks at once.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Creates the topics that are absent; leaves the others as they are.
    async fn create(&self, topics: &[Topic]) -> Result<(), LogError>;

    /// Appends the records, each to the partition of its key, and returns once all are durable, with the position of each. Records of
    /// one key keep their order within a call, and between calls that wait for each other. After an error any of them may have been
    /// appended: append them all again.
    async fn append(&self, topic: &str, records: Vec<Record>) -> Result<Vec<Position>, LogError>;

    /// Joins `group` as one more reader of `topic`. The partitions are shared out anew among the group's members.
    async fn join(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, LogError>;

    /// Follows all partitions of `topic` from their start, without a group.
    async fn follow(&self, topic: &str) -> Result<Box<dyn Follower>, LogError>;

    /// Reads again, without a group: at most `limit` records of `partition`, from offset `from` (inclusive) up to `to` (exclusive).
    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError>;

    /// For each partition, the offset that the next record will get.
    async fn ends(&self, topic: &str) -> Result<Vec<u64>, LogError>;

    /// For each partition, the offset that `group` stored: the next one it has to read. `None` where it never stored one.
    async fn stored(&self, group: &str, topic: &str) -> Result<Vec<Option<u64>>, LogError>;

    /// Whether the log answers, for health checks.
    async fn ping(&self) -> Result<(), LogError>;
}

/// One member of a consumer group. Dropping it leaves the group as a crash would; [`Consumer::close`] leaves it in order.
#[async_trait]
pub trait Consumer: Send {
    /// Waits for records or a change of the assignment; at most `max` records at once. Safe to cancel: nothing is lost with a dropped
    /// future. To be called all the time, whatever is paused: it also keeps the membership alive.
    async fn poll(&mut self, max: usize) -> Result<Polled, LogError>;

    /// Hands out nothing of `partition` until it is resumed.
    fn pause(&mut self, partition: u32) -> Result<(), LogError>;

    /// Ends a pause.
    fn resume(&mut self, partition: u32) -> Result<(), LogError>;

    /// Remembers that everything of `partition` before `next` is done. Without effect where the partition was revoked. Survives a crash
    /// of the process within moments; a redelivery of what was stored just before a crash is possible.
    fn store(&mut self, partition: u32, next: u64) -> Result<(), LogError>;

    /// Goes back on `partition` to the first record within `margin` before the last one in front of the stored offset, by record time; to
    /// the start where none is stored.
    async fn rewind(&mut self, partition: u32, margin: Duration) -> Result<(), LogError>;

    /// Makes the stored offsets durable and leaves the group.
    async fn close(self: Box<Self>) -> Result<(), LogError>;
}

/// Reads all partitions of a topic, from the start and then live.
#[async_trait]
pub trait Follower: Send {
    /// Waits for what comes next. Safe to cancel.
    async fn next(&mut self) -> Result<Followed, LogError>;
}
