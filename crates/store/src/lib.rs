//! The `Store` port, and its embedded and Redis adapters. Report logic never comes in here: the store knows collections, not figures.

pub mod port;

pub use port::{Batch, Direction, FeedEntry, Found, Guard, Key, LookUp, Outcome, Park, Stored, Store, StoreError, Waiter, Write};
