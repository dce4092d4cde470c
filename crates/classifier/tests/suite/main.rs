//! The classifier as a whole: whatever happens to the stream on its way, the same conversations come out. `world` makes a small network,
//! `oracle` knows its truth, `driver` runs the stage step by step over a store in memory, `service` runs it for good; `inferred` is about what no network says.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used)]

mod driver;
mod inferred;
mod oracle;
mod orders;
mod service;
mod world;
