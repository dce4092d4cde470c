//! All services in one process: what `up`, `demo` and `bench` run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use backtweet_classifier::Classifier;
use backtweet_collector::Intake;
use backtweet_reporting::Reporting;
use backtweet_runtime::supervise::SuperviseError;
use backtweet_runtime::{Config, GrpcServer, Ports, Services, Supervisor, limited, runner_options, telemetry};
use backtweet_sentiment::Scoring;
use backtweet_stream::StageStats;
use backtweet_wire::topics;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What the gRPC drain has of its own beyond the grace of what it drains.
const MARGIN: Duration = Duration::from_secs(2);
/// How often it is looked whether everything is processed.
const GLANCE: Duration = Duration::from_millis(20);

/// The stages in the order of the dataflow: name, which is the consumer group too, and topic.
const STAGES: [(&str, &str); 3] = [
    ("classifier", topics::POSTS),
    ("sentiment", topics::CLASSIFIED),
    ("reporting", topics::SCORED),
];

/// A running suite.
pub struct Suite {
    address: SocketAddr,
    ports: Ports,
    shutdown: CancellationToken,
    tasks: JoinHandle<Result<(), SuperviseError>>,
    stats: [Arc<StageStats>; 3],
}

impl Suite {
    /// Starts every service on these ports, and one gRPC server for all of them on `config.listen`.
    pub async fn start(config: &Config, ports: Ports, shutdown: CancellationToken) -> Result<Self> {
        let runner = || runner_options(config);
        let classifier = backtweet_classifier::Config {
            runner: runner(),
            ..Default::default()
        };
        let sentiment = backtweet_sentiment::Config::new(config, runner());
        let reporting = backtweet_reporting::Config {
            runner: runner(),
            topic_retention: config.retention,
            ..Default::default()
        };
        let stats = [&classifier.runner, &sentiment.runner, &reporting.runner].map(|runner| Arc::clone(&runner.stats));

        let collecting = backtweet_collector::Config::from(&config.collector);
        let collector = backtweet_collector::service(ports.clone(), collecting.clone());
        let reporting = Reporting::new(reporting, ports.clone());
        let (reports, subjects) = reporting.services(shutdown.clone());
        let classifier = Classifier::new(classifier, ports.clone());
        let scoring = Scoring::new(sentiment, ports.clone())?;
        let services = Services::new()
            .add(limited!(collector, config.grpc))
            .add(limited!(classifier.service(), config.grpc))
            .add(limited!(scoring.service(shutdown.clone()), config.grpc))
            .add(limited!(reports, config.grpc))
            .add(limited!(subjects, config.grpc));
        let server = GrpcServer::bind(config, services).await?;
        let (address, health) = (server.address(), server.health());

        let mut tasks = Supervisor::new(shutdown.clone(), config.grace + MARGIN);
        if let Some(address) = config.metrics_listen {
            let (metrics, stop) = (telemetry::serve_metrics(address)?, shutdown.clone());
            tasks.spawn("metrics", async move {
                stop.run_until_cancelled(metrics).await.unwrap_or(Ok(()))
            });
        }
        tasks.spawn("grpc", server.serve(shutdown.clone()));
        let (watched, stop) = (ports.clone(), shutdown.clone());
        tasks.spawn("health", async move {
            health.follow(&watched, stop).await;
            Ok::<_, SuperviseError>(())
        });
        tasks.spawn(
            "collector",
            backtweet_collector::run(collecting, ports.clone(), shutdown.clone()),
        );
        tasks.spawn("classifier", classifier.run(shutdown.clone()));
        tasks.spawn("sentiment", scoring.run(shutdown.clone()));
        tasks.spawn("reporting", reporting.run(shutdown.clone()));
        Ok(Self {
            address,
            ports,
            shutdown,
            tasks: tokio::spawn(tasks.wait()),
            stats,
        })
    }

    /// Where clients find it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The collector's way in, without the network between.
    pub fn intake(&self) -> Intake {
        Intake::new(self.ports.clone())
    }

    /// What each stage has done so far, in the order of the dataflow.
    pub fn stats(&self) -> impl Iterator<Item = (&'static str, &StageStats)> {
        STAGES
            .iter()
            .zip(&self.stats)
            .map(|((name, _), stats)| (*name, stats.as_ref()))
    }

    /// Waits until everything that was taken in has reached the store. `seen` is told how many records are still to be read.
    pub async fn settle(&self, mut seen: impl FnMut(u64)) -> Result<()> {
        loop {
            let left = self.left().await?;
            seen(left);
            if left == 0 {
                return Ok(());
            }
            if self.tasks.is_finished() {
                bail!("a service stopped; its log says why");
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// How many records the stages still have to read. A record that is on its way from one stage to the next is either still to be
    /// stored by the one or already to be read by the other, so 0 means that nothing is under way.
    async fn left(&self) -> Result<u64> {
        let mut left = 0;
        for (group, topic) in STAGES {
            let (stored, ends) = (
                self.ports.log.stored(group, topic).await?,
                self.ports.log.ends(topic).await?,
            );
            let behind = |(stored, end): (Option<u64>, u64)| end.saturating_sub(stored.unwrap_or(0));
            left += stored.into_iter().zip(ends).map(behind).sum::<u64>();
        }
        Ok(left)
    }

    /// Asks every service to stop, and waits until they have.
    pub async fn stop(self) -> Result<()> {
        self.shutdown.cancel();
        self.wait().await
    }

    /// Waits until the suite stops, by itself or because it was asked to.
    pub async fn wait(self) -> Result<()> {
        Ok(self.tasks.await??)
    }
}
