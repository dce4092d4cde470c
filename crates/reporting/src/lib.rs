//! Folds scored events into the store and answers for subjects and reports.
//!
//! [`run`] is the service by itself. A program that serves gRPC as well makes one [`Reporting`], hands its services to its listener
//! and runs it beside.

mod audience;
mod calendar;
mod figures;
mod fold;
mod invalid;
mod magnitude;
mod report;
mod retention;
mod sample;
mod services;
mod slot;
mod standing;
mod subjects;
#[cfg(test)]
mod tests;
mod token;
mod window;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use backtweet_runtime::Ports;
use backtweet_stream::{LogError, RunnerError, RunnerOptions, run_stage};
use backtweet_wire::topics;
use backtweet_wire::v1::report_service_server::ReportServiceServer;
use backtweet_wire::v1::subject_service_server::SubjectServiceServer;

use self::audience::AudienceStage;
use self::fold::Announcing;
pub use self::fold::{FoldStage, Item, Keeps};
use self::retention::Retaining;
pub use self::services::report::ReportsApi;
pub use self::services::subject::SubjectsApi;
use self::subjects::Subjects;
use self::subjects::registry::Registry;

/// How reporting behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Posts that lie further than this, in event time, before the last event of their subject are refused as too late and counted.
    /// Off by default: where it is set, figures depend on the order in which events arrive, and the replay of an old archive into a
    /// subject that has newer posts counts nothing.
    pub retention: Option<Duration>,
    /// For how long figures are kept by the minute and by the hour.
    pub keeps: Keeps,
    /// How often watchers look for what other processes folded; what this one folds they hear of at once.
    pub watch_poll: Duration,
    /// How long a change of a subject waits for the live classifiers to follow it before it names the laggards.
    pub confirm_within: Duration,
    /// How often it is looked whether posts are there that their subjects keep no longer.
    pub retain_every: Duration,
    /// How many events are folded at once, in place of the runner's own number: what counts in the same bucket is written once a batch.
    pub max_batch: usize,
    /// How long records stay in every topic but the compacted one, which is told to authors whose posts were erased.
    pub topic_retention: Duration,
    /// How the fold is driven.
    pub runner: RunnerOptions,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            retention: None,
            keeps: Keeps::USUAL,
            watch_poll: Duration::from_millis(250),
            confirm_within: Duration::from_secs(10),
            retain_every: Duration::from_secs(60),
            max_batch: 8_000,
            topic_retention: topics::RETENTION,
            runner: RunnerOptions::default(),
        }
    }
}

/// Why reporting stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The fold cannot go on.
    #[error("folding stopped: {0}")]
    Fold(#[from] RunnerError),
    /// Who follows whom cannot be followed any more.
    #[error("folding follow edges stopped: {0}")]
    Audience(RunnerError),
    /// The subjects cannot be followed.
    #[error("the subjects are not followed any more: {0}")]
    Subjects(#[from] LogError),
}

/// The reporting service: the fold, and what answers for its figures.
pub struct Reporting {
    config: Config,
    ports: Ports,
    registry: Registry,
    folded: watch::Sender<()>,
}

impl Reporting {
    /// A service that does nothing yet. All topics have to exist by the time it runs.
    pub fn new(config: Config, ports: Ports) -> Self {
        Self {
            config,
            ports,
            registry: Registry::new(),
            folded: watch::Sender::new(()),
        }
    }

    /// The gRPC services. They answer once [`Reporting::run`] has read the subjects; open streams end at `shutdown`.
    pub fn services(
        &self,
        shutdown: CancellationToken,
    ) -> (ReportServiceServer<ReportsApi>, SubjectServiceServer<SubjectsApi>) {
        let subjects = Subjects::new(self.ports.clone(), self.registry.clone(), self.config.confirm_within);
        let subjects = Arc::new(subjects);
        let reports = ReportsApi {
            store: Arc::clone(&self.ports.store),
            clock: Arc::clone(&self.ports.clock),
            subjects: Arc::clone(&subjects),
            cascades: Arc::default(),
            crowds: Arc::default(),
            campaigns: Arc::default(),
            answers: Arc::default(),
            recent: Arc::default(),
            topic_retention: self.config.topic_retention,
            folded: self.folded.subscribe(),
            poll: self.config.watch_poll,
            shutdown,
        };
        (
            ReportServiceServer::new(reports),
            SubjectServiceServer::new(SubjectsApi { subjects }),
        )
    }

    /// Folds, follows the subjects, and takes away what they keep no longer, until `shutdown`.
    ///
    /// # Errors
    /// When the log or the store can no longer be used. One that only does not answer is waited for.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self {
            config,
            ports: Ports { log, store, clock },
            registry,
            folded,
        } = self;
        let stage = Arc::new(FoldStage {
            retention: config.retention,
            keeps: config.keeps,
        });
        let runner = RunnerOptions {
            max_batch: config.max_batch,
            ..config.runner
        };
        let of_audiences = RunnerOptions {
            max_batch: audience::MOST_EDGES,
            stats: Arc::default(),
            ..runner.clone()
        };
        let audiences = run_stage(
            Arc::new(AudienceStage),
            Arc::clone(&log),
            Arc::clone(&store),
            Arc::clone(&clock),
            of_audiences,
            shutdown.clone(),
        );
        let audiences = async { audiences.await.map_err(Error::Audience) };
        let retaining = Retaining {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock),
            registry: registry.clone(),
            every: config.retain_every,
        };
        let retain = async {
            retaining.run(&shutdown).await;
            Ok(())
        };
        let store = Arc::new(Announcing { store, written: folded });
        let fold = run_stage(stage, Arc::clone(&log), store, clock, runner, shutdown.clone());
        let fold = async { fold.await.map_err(Error::from) };
        let follow = async { registry.follow(log.as_ref(), &shutdown).await.map_err(Error::from) };
        tokio::try_join!(fold, audiences, follow, retain).map(drop)
    }
}

/// Runs the service without gRPC until `shutdown`.
///
/// # Errors
/// When the log or the store can no longer be used. One that only does not answer is waited for.
pub async fn run(config: Config, ports: Ports, shutdown: CancellationToken) -> Result<(), Error> {
    Reporting::new(config, ports).run(shutdown).await
}
