//! A log that stands in the way of appends to one topic, to look at what happens meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use backtweet_stream::{Consumer, Delivered, Follower, Log, LogError, Position, Record, Topic};
use tokio::sync::watch;

/// What happens to appends to one topic.
pub struct Gate {
    topic: &'static str,
    failures: AtomicUsize,
    free: AtomicUsize,
    open: watch::Sender<bool>,
    reached: watch::Sender<bool>,
}

impl Gate {
    /// Appends wait until it is opened.
    pub fn closed(topic: &'static str) -> Self {
        Self {
            topic,
            failures: AtomicUsize::new(0),
            free: AtomicUsize::new(0),
            open: watch::Sender::new(false),
            reached: watch::Sender::new(false),
        }
    }

    /// So many appends pass, and the next ones wait.
    pub fn letting(topic: &'static str, free: usize) -> Self {
        let gate = Self::closed(topic);
        gate.free.store(free, Ordering::SeqCst);
        gate
    }

    /// So many appends fail.
    pub fn failing(topic: &'static str, failures: usize) -> Self {
        let gate = Self::closed(topic);
        gate.failures.store(failures, Ordering::SeqCst);
        gate.open();
        gate
    }

    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until an append stands at the gate.
    pub async fn reached(&self) {
        self.reached.subscribe().wait_for(|reached| *reached).await.unwrap();
    }

    async fn pass(&self, topic: &str) -> Result<(), LogError> {
        if topic != self.topic {
            return Ok(());
        }
        let one_less = |left: usize| left.checked_sub(1);
        if self
            .free
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
            .is_ok()
        {
            return Ok(());
        }
        self.reached.send_replace(true);
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        match self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
            Ok(_) => Err(LogError::Unavailable {
                reason: "pulled out".to_owned(),
            }),
            Err(_) => Ok(()),
        }
    }
}

/// A log with a gate in front of it.
pub struct GatedLog {
    pub log: Arc<dyn Log>,
    pub gate: Arc<Gate>,
}

#[async_trait]
impl Log for GatedLog {
    async fn create(&self, topics: &[Topic]) -> Result<(), LogError> {
        self.log.create(topics).await
    }

    async fn append(&self, topic: &str, records: Vec<Record>) -> Result<Vec<Position>, LogError> {
        self.gate.pass(topic).await?;
        self.log.append(topic, records).await
    }

    async fn join(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, LogError> {
        self.log.join(group, topic).await
    }

    async fn follow(&self, topic: &str) -> Result<Box<dyn Follower>, LogError> {
        self.log.follow(topic).await
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: u64,
        to: u64,
        limit: usize,
    ) -> Result<Vec<Delivered>, LogError> {
        self.log.read(topic, partition, from, to, limit).await
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, LogError> {
        self.log.ends(topic).await
    }

    async fn stored(&self, group: &str, topic: &str) -> Result<Vec<Option<u64>>, LogError> {
        self.log.stored(group, topic).await
    }

    async fn ping(&self) -> Result<(), LogError> {
        self.log.ping().await
    }
}
