//! Sentiment as a service: the stage, what answers over gRPC, and the forgetting of texts whose time is over.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use backtweet_runtime::Ports;
use backtweet_runtime::config::SentimentModel;
use backtweet_stream::{RunnerError, RunnerOptions, run_stage};
use backtweet_wire::v1::sentiment_service_server::SentimentServiceServer;

use crate::kept::Kept;
use crate::{Choice, Folders, LoadError, Model, ScoreStage, SentimentApi};

/// How the service behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which model scores.
    pub model: Choice,
    /// Where weights are looked for.
    pub folders: Folders,
    /// How the stage is driven.
    pub runner: RunnerOptions,
}

impl Config {
    /// What `config` says, driven like this.
    pub fn new(config: &backtweet_runtime::Config, runner: RunnerOptions) -> Self {
        Self {
            model: config.sentiment.model.into(),
            folders: Folders::new(config.models.as_deref()),
            runner,
        }
    }
}

impl From<SentimentModel> for Choice {
    fn from(model: SentimentModel) -> Self {
        match model {
            SentimentModel::Fast => Self::Fast,
            SentimentModel::Deep => Self::Deep,
            SentimentModel::Auto => Self::Auto,
            SentimentModel::Lexicon => Self::Lexicon,
        }
    }
}

/// Why the service did not start, or stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model cannot be used here.
    #[error("the model cannot be used: {0}, or set `sentiment.model` to another")]
    Model(#[from] LoadError),
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
        let model = config.model.load(&config.folders)?;
        Ok(Self { config, ports, model })
    }

    /// Its gRPC service. Open streams end at `shutdown`.
    pub fn service(&self, shutdown: CancellationToken) -> SentimentServiceServer<SentimentApi> {
        let api = SentimentApi::new(&self.config, Arc::clone(&self.model), &self.ports, shutdown);
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
