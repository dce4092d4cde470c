//! The classifier as a whole: whatever happens to the stream on its way, the same conversations come out. `world` makes a small network,
//! `oracle` knows its truth, `driver` runs the stage step by step over a store in memory, `service` runs it for good.
//! `naive` knows what a query means, and `vocabulary` makes random queries and posts; `guide` holds the guide to it, `differential` the index
//! to both.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used)]

mod differential;
mod driver;
mod guide;
mod naive;
mod oracle;
mod orders;
mod service;
mod vocabulary;
mod world;
