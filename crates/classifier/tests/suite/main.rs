//! The classifier as a whole: whatever happens to the stream on its way, the same conversations come out. `world` makes a small network,
//! `oracle` knows its truth, `driver` runs the stage step by step over a store in memory, `service` runs it for good. `inferred` is about
//! what no network says, `own` about what a subject does itself and about chains of reposts, `higgs` about a week of real activity.
//! `naive` knows what a query means, `vocabulary` makes random queries and posts, `differential` holds the index against both, and `guide`
//! the guide to queries. `history` is about subjects that are put when much has happened already.

// Everything in here is a test, helpers included.
#![allow(clippy::unwrap_used)]

mod differential;
mod driver;
mod guide;
mod higgs;
mod history;
mod inferred;
mod naive;
mod oracle;
mod orders;
mod own;
mod service;
mod vocabulary;
mod world;
