//! `SentimentService` as its clients meet it: over a connection, on the embedded store and on Redis where there is one. `service` starts it,
//! `scores` is about batches and streams, `corrections` about what people say, `models` about which models there are.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod corrections;
mod models;
mod scores;
mod service;
