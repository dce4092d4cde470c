//! How the runner behaves, and why it gives up.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;

use backtweet_domain::Retry;
use backtweet_store::StoreError;
use backtweet_wire::topics;

use super::stats::StageStats;
use crate::port::LogError;

/// How [`run_stage`](super::run_stage) behaves.
#[derive(Debug, Clone)]
pub struct RunnerOptions {
    /// How many records one batch has at most.
    pub max_batch: usize,
    /// How many batches of one partition are held at most, the one at work included; past it the partition is paused.
    pub queue: usize,
    /// How long the batches in hand may take to finish at shutdown.
    pub grace: Duration,
    /// How far to go back, by record time, before the stored offset whenever a partition is assigned and whenever
    /// [`Store::losses`](backtweet_store::Store::losses) moves: at least what the store can lose. `None` for a store that loses nothing
    /// that this log keeps, such as the embedded one, and for a stage that writes nothing.
    pub rewind: Option<Duration>,
    /// Pauses between tries while a dependency does not answer.
    pub backoff: Backoff,
    /// The topic that records go to which cannot be processed; where there is none they are only counted and logged.
    pub dead_letters: Option<String>,
    /// Filled while the stage runs; keep a clone to read it.
    pub stats: Arc<StageStats>,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            max_batch: 1_000,
            queue: 2,
            grace: Duration::from_secs(10),
            rewind: Some(Duration::from_secs(60)),
            backoff: Backoff::default(),
            dead_letters: Some(topics::DEAD_LETTERS.to_owned()),
            stats: Arc::default(),
        }
    }
}

/// Growing, jittered pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause, at most.
    pub least: Duration,
    /// The longest one.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            least: Duration::from_millis(100),
            most: Duration::from_secs(10),
        }
    }
}

impl Backoff {
    /// The pause after `tries` failures in a row, the first being 0: doubled each time, and up to half of it left to chance, so that
    /// many who wait for one server do not come back at once.
    pub fn pause(&self, tries: u32) -> Duration {
        let doubled = self.least.saturating_mul(2u32.saturating_pow(tries)).min(self.most);
        doubled.mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

/// Why a stage stopped before it was told to. What it had in hand is not stored, so nothing is lost.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An adapter panicked.
    #[error("partition {partition} of stage `{stage}` broke down: {reason}; report this, then start again")]
    Panicked {
        /// The stage.
        stage: &'static str,
        /// The partition at work.
        partition: u32,
        /// What the panic said.
        reason: String,
    },
}

impl RunnerError {
    /// Whether trying again can help.
    pub fn retry(&self) -> Retry {
        match self {
            RunnerError::Log(error) => error.retry(),
            RunnerError::Store(error) => error.retry(),
            RunnerError::Panicked { .. } => Retry::Never,
        }
    }

    /// Whether the records at hand bring it about, so that others may still pass.
    pub(super) fn is_of_the_records(&self) -> bool {
        match self {
            RunnerError::Log(error) => matches!(error, LogError::Refused { .. }),
            RunnerError::Store(error) => matches!(error, StoreError::Unguarded { .. } | StoreError::Corrupt { .. }),
            RunnerError::Panicked { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_no_further() {
        let backoff = Backoff::default();
        for tries in 0..70 {
            let full = backoff
                .least
                .saturating_mul(2u32.saturating_pow(tries))
                .min(backoff.most);
            let pause = backoff.pause(tries);
            assert!(
                pause >= full.mul_f64(0.49) && pause <= full.mul_f64(1.01),
                "{tries}: {pause:?}"
            );
        }
    }
}
