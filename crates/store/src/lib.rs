//! The `Store` port, and its embedded and Redis adapters. Report logic never comes in here: the store knows collections, not figures.

pub mod embedded;
mod plan;
pub mod port;
pub mod redis;

pub use self::redis::{RedisConfig, RedisStore};
pub use embedded::{FjallStore, PURGED_WITHIN, Purged};
pub use port::{
    Batch, Collection, Direction, FeedEntry, Found, Guard, Key, LookUp, Outcome, Park, Store, StoreError, Stored,
    Waiter, Write,
};
