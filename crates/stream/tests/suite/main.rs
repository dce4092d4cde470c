//! What crosses the modules of this crate: the conformance suite that both logs have to pass, the runner on a real log, and crashes.
//!
//! The Kafka half runs where `BACKTWEET_TEST_KAFKA` names a broker (`./scripts/test` starts one), and says so where it is skipped.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

/// One suite, both adapters: what every log has to do.
mod conformance;
/// What a kill of the process leaves behind in the embedded log.
mod crash;
/// Suites that share one broker.
mod prefix;
/// The runner, its stages and their stores.
mod runner;
/// Places to test in, and small stages and stores to test with.
mod support;
