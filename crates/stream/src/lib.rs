//! The `Log` port, its embedded and Kafka adapters, `Stage`, and the runner that drives every stage. Business rules never come in here.

pub mod port;
pub mod stage;

pub use port::{Cleanup, Consumer, Delivered, Followed, Follower, Log, LogError, Polled, Position, Record, Topic};
pub use stage::{Effects, Output, Poison, Stage};
