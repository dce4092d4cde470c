//! Sentiment as a service: the stage, what answers over gRPC, and the forgetting of texts whose time is over.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use backtweet_runtime::Ports;
use backtweet_runtime::config::SentimentModel;
use backtweet_stream::{RunnerError, RunnerOptions, run_stage};
use backtweet_wire::v1::sentiment_service_server::SentimentServiceServer;

use crate::kept::Kept;
use crate::{Choice, Model, ScoreStage, SentimentApi};

/// How the service behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Which model scores.
    pub model: Choice,
    /// How the stage is driven.
    pub runner: RunnerOptions,
}

impl From<SentimentModel> for Choice {
    fn from(model: SentimentModel) -> Self {
        match model {
            SentimentModel::Fast => Self::Fast,
            SentimentModel::Lexicon => Self::Lexicon,
        }
    }
}

/// Why the service did not start, or stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The findings can no longer be worked on.
    #[error("scoring stopped: {0}")]
    Stage(#[from] RunnerError),
}

/// The sentiment service before it runs.
pub struct Scoring {
    config: Config,
    ports: Ports,
    model: Arc<dyn Model>,
}

impl Scoring {
    /// A service over these ports. The topics of findings, scores and dead letters have to exist by the time it runs.
    ///
    /// # Errors
    /// When the model cannot be used here.
    pub fn new(config: Config, ports: Ports) -> Result<Self, Error> {
        let model = config.model.load();
        Ok(Self { config, ports, model })
    }

    /// Its gRPC service. Open streams end at `shutdown`.
    pub fn service(&self, shutdown: CancellationToken) -> SentimentServiceServer<SentimentApi> {
        let api = SentimentApi::new(self.config.model, Arc::clone(&self.model), &self.ports, shutdown);
        SentimentServiceServer::new(api)
    }

    /// Scores findings until `shutdown`.
    ///
    /// # Errors
    /// When the log can no longer be used. A dependency that only does not answer is waited for.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self { config, ports, model } = self;
        // The stage writes nothing to the store, so nothing can be lost there.
        let options = RunnerOptions {
            rewind: None,
            ..config.runner
        };
        let kept = Kept::new(&ports);
        let stage = Arc::new(ScoreStage::new(model));
        tokio::select! {
            ended = run_stage(stage, ports.log, ports.store, ports.clock, options, shutdown) => Ok(ended?),
            never = kept.sweep_for_good() => match never {},
        }
    }
}
