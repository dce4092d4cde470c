//! Scores what a post feels. The models are behind one trait; the stage asks one of them about every finding that has words.

pub mod fast;
pub mod figures;
mod hash;
pub mod labelled;
pub mod language;
pub mod measure;
pub mod model;
pub mod models;
mod polarity;
pub mod prepare;
pub mod stage;
pub mod target;
pub mod vader;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use backtweet_runtime::Ports;
use backtweet_stream::{RunnerError, RunnerOptions, run_stage};

pub use fast::Fast;
pub use model::{Model, Text};
pub use models::Choice;
pub use stage::ScoreStage;
pub use vader::Vader;

/// How the service behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// How the stage is driven.
    pub runner: RunnerOptions,
}

/// Why the service stopped before it was told to.
#[derive(Debug, thiserror::Error)]
#[error("scoring stopped: {0}")]
pub struct Error(#[from] RunnerError);

/// The model that posts are scored with.
pub fn default_model() -> Arc<dyn Model> {
    Choice::default().load()
}

/// Runs the service until `shutdown`.
///
/// # Errors
/// When the log can no longer be used. A dependency that only does not answer is waited for.
pub async fn run(config: Config, ports: Ports, shutdown: CancellationToken) -> Result<(), Error> {
    // Nothing is written to the store, so nothing can be lost there.
    let options = RunnerOptions {
        rewind: None,
        ..config.runner
    };
    let stage = Arc::new(ScoreStage::new(default_model()));
    run_stage(stage, ports.log, ports.store, ports.clock, options, shutdown).await?;
    Ok(())
}
