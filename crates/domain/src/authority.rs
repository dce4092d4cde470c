//! Authority: whose posts are passed on and cited by those who are themselves passed on and cited. Pure; reporting feeds it.
//!
//! It is PageRank (Brin and Page 1998) on the graph of backtweets: an edge leads from who passes on or cites to whom, and weighs as often as
//! that happened. An author who points at nobody hands on to all alike. Scores are shares: they sum to 1.
//!
//! [`Graph::pagerank`] computes all scores from nothing; [`Authority`] keeps them while edges come and go.

mod graph;
mod incremental;

pub use graph::{DAMPING, Graph};
pub use incremental::{Authority, ERROR};

#[cfg(test)]
mod tests;
