//! The topics that the services meet in.

use std::time::Duration;

/// What happened on the networks: [`crate::v1::PostEvent`], by post id or account id.
pub const POSTS: &str = "backtweet.posts";
/// What is tracked: [`crate::v1::Subject`] or a tombstone, by subject id. Compacted.
pub const SUBJECTS: &str = "backtweet.subjects";
/// What points back at whom: [`crate::v1::ClassifiedEvent`], by post id.
pub const CLASSIFIED: &str = "backtweet.classified";
/// The same with sentiment: [`crate::v1::ScoredEvent`], by subject id.
pub const SCORED: &str = "backtweet.scored";
/// What could not be processed: [`crate::v1::DeadLetter`], by original key.
pub const DEAD_LETTERS: &str = "backtweet.dead-letters";

/// How long records stay in every topic but the compacted one, unless configured otherwise.
pub const RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);
