//! The `Log` port, its embedded and Kafka adapters, `Stage`, and the runner that drives every stage. Business rules never come in here.

pub mod embedded;
pub mod kafka;
mod limits;
pub mod partition;
mod poll_age;
pub mod port;
pub mod runner;
pub mod stage;

pub use embedded::{FjallLog, FjallLogOptions};
pub use kafka::{KafkaConfig, KafkaLog};
pub use partition::partition_of;
pub use port::{Cleanup, Consumer, Delivered, Followed, Follower, Log, LogError, Polled, Position, Record, Topic};
pub use runner::{Backoff, Phase, Replay, RunnerError, RunnerOptions, StageFigures, StageStats, run_stage};
pub use stage::{Effects, Output, Poison, Stage};
