//! [`Replay`]: a stage's work on records that are read again, beside the group that reads them live. Which records, and how far it has
//! come, is its caller's to know.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use backtweet_domain::Clock;
use backtweet_store::Store;

use super::job::Job;
use super::options::{RunnerError, RunnerOptions};
use super::outcome;
use crate::port::{Delivered, Log};
use crate::stage::Stage;

/// Works a stage off on records that somebody hands in.
pub struct Replay<S> {
    job: Job<S>,
}

impl<S: Stage> Replay<S> {
    /// A replay that waits for its dependencies until `shutdown`. What cannot be processed was given up before: it is counted, and goes to
    /// no dead letters a second time. Of the options, only the pauses and the counts matter.
    pub fn new(
        stage: Arc<S>,
        log: Arc<dyn Log>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        options: RunnerOptions,
        shutdown: CancellationToken,
    ) -> Self {
        let options = RunnerOptions {
            dead_letters: None,
            ..options
        };
        Self {
            job: Job::new(stage, log, store, clock, options, shutdown),
        }
    }

    /// Works the records off, whom they wake too, and returns once all that follows from them stands: `true`; `false` where it was told to
    /// stop before, and the records are to be handed in again.
    ///
    /// # Errors
    /// When the log or the store can no longer be used. A dependency that only does not answer is waited for.
    pub async fn work(&self, records: &[Delivered]) -> Result<bool, RunnerError> {
        match self.job.run(records).await {
            Ok(()) => Ok(true),
            Err(halt) => outcome(halt).map(|()| false),
        }
    }
}
