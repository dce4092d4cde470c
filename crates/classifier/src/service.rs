//! The classifier as a service: subjects first, then posts, until it is told to stop.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use backtweet_runtime::Ports;
use backtweet_stream::{LogError, RunnerError, run_stage};
use backtweet_wire::v1::classifier_service_server::ClassifierServiceServer;

use crate::api::ClassifierApi;
use crate::config::Config;
use crate::expiry::{Watermark, expire};
use crate::history;
use crate::stage::ClassifyStage;
use crate::subjects::{Subjects, follow};

/// Why the classifier stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The subjects can no longer be read.
    #[error("the subjects cannot be followed: {0}")]
    Subjects(#[from] LogError),
    /// The posts can no longer be worked on.
    #[error(transparent)]
    Stage(#[from] RunnerError),
    /// A part of the service panicked.
    #[error("a part of the classifier broke down: {0}; report this, then start again")]
    Panicked(#[from] tokio::task::JoinError),
}

/// The classifier before it runs.
pub struct Classifier {
    config: Config,
    ports: Ports,
    subjects: Arc<Subjects>,
}

impl Classifier {
    /// A classifier over these ports. The topics of subjects, posts, findings and dead letters have to exist.
    pub fn new(config: Config, ports: Ports) -> Self {
        let subjects = Arc::default();
        Self {
            config,
            ports,
            subjects,
        }
    }

    /// Its gRPC service, which knows the subjects once it runs.
    pub fn service(&self) -> ClassifierServiceServer<ClassifierApi> {
        ClassifierServiceServer::new(ClassifierApi::new(self.ports.clone(), Arc::clone(&self.subjects)))
    }

    /// Classifies until `shutdown`. Reads all subjects before the first post, so that no post is judged by half of them.
    ///
    /// # Errors
    /// When the log or the store can no longer be used; what was in hand is then delivered again. Nothing is lost by waiting for either.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self {
            config,
            ports,
            subjects,
        } = self;
        run(config, ports, subjects, shutdown).await
    }
}

async fn run(config: Config, ports: Ports, subjects: Arc<Subjects>, shutdown: CancellationToken) -> Result<(), Error> {
    let watermark = Arc::new(Watermark::default());
    let stop = shutdown.child_token();
    let (caught_up, ready) = oneshot::channel();
    let mut parts = JoinSet::new();

    let following = follow(
        Arc::clone(&subjects),
        config.instance.clone(),
        ports.clone(),
        caught_up,
        stop.clone(),
    );
    parts.spawn(async move { following.await.map_err(Error::from) });
    let expiring = expire(
        Arc::clone(&ports.store),
        Arc::clone(&ports.clock),
        Arc::clone(&watermark),
        stop.clone(),
    );
    parts.spawn(async move {
        expiring.await;
        Ok(())
    });
    let telling = history::run(config.clone(), ports.clone(), Arc::clone(&subjects), stop.clone());
    parts.spawn(async move { telling.await.map_err(Error::from) });
    let stage = Arc::new(ClassifyStage::new(subjects, config.bounds, watermark));
    let running = stop.clone();
    parts.spawn(async move {
        // Where following ends before it has caught up there is nothing to run.
        if ready.await.is_err() {
            return Ok(());
        }
        run_stage(stage, ports.log, ports.store, ports.clock, config.runner, running)
            .await
            .map_err(Error::from)
    });

    // The first part to end ends the others; each of them bounds its own leave-taking.
    let mut outcome = Ok(());
    while let Some(ended) = parts.join_next().await {
        stop.cancel();
        outcome = outcome.and(ended.map_err(Error::from).flatten());
    }
    outcome
}
