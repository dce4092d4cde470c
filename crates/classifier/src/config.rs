//! What can be set about the classifier.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use backtweet_stream::RunnerOptions;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The classifier's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Names this instance among the classifiers: unique, and holds no NUL. Made up anew each time by default.
    pub instance: String,
    /// How long what is kept in the store is of use.
    pub bounds: Bounds,
    /// How the stage is run.
    pub runner: RunnerOptions,
}

/// How long things are kept, in event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long a post waits for one that it refers to. A post whose id tells that it is older than this is not waited for.
    pub parking: Duration,
    /// How long the place of a post in a conversation is kept, and the state of an account: for so long can other posts hang on it, and
    /// deletions and account states reach it.
    pub lineage: Duration,
    /// How long an edit or a deletion of a post in no conversation is remembered, in case its creation comes late.
    pub strangers: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            parking: 48 * HOUR,
            lineage: 90 * DAY,
            strangers: 14 * DAY,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            instance: unique_name(),
            bounds: Bounds::default(),
            runner: RunnerOptions::default(),
        }
    }
}

/// Two instances of one name would speak for each other, and a change of a subject would not wait for the slower one.
fn unique_name() -> String {
    format!("classifier-{:016x}", RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_instances_share_a_name() {
        assert_ne!(Config::default().instance, Config::default().instance);
    }
}
