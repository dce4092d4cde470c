//! The reporting service in this process, on a log and a store in folders of their own, so that what the store takes can be told apart.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use backtweet_domain::Subject;
use backtweet_reporting::Reporting;
use backtweet_runtime::{GrpcServer, Ports, Services, limited};
use backtweet_stream::{RunnerOptions, StageStats};
use backtweet_wire::topics;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use backtweet_wire::v1::{DeleteSubjectRequest, PutSubjectRequest};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::counting::{Counting, Writes};
use crate::args::BenchReports;
use crate::client::{self, refused};
use crate::commands::config::Settings;

/// A running reporting service.
pub(super) struct Served {
    pub(super) ports: Ports,
    pub(super) stats: Arc<StageStats>,
    pub(super) writes: Arc<Writes>,
    endpoint: String,
    shutdown: CancellationToken,
    tasks: JoinSet<Result<()>>,
    /// Keeps the database of the embedded store synced.
    _beside: Ports,
}

impl Served {
    /// Starts it for an archive of so many posts; `folder` is made.
    pub(super) async fn start(args: &BenchReports, settings: &Settings, posts: u64, folder: &Path) -> Result<Self> {
        let shutdown = CancellationToken::new();
        let config = |name: &str, more: Vec<String>| {
            let set = [
                format!("data_dir={}", folder.join(name).display()),
                "listen=127.0.0.1:0".to_owned(),
            ];
            Settings {
                file: settings.file.clone(),
                set: [settings.set.as_slice(), &set, &more].concat(),
            }
            .load()
        };
        let redis = args.redis.as_ref().map_or_else(Vec::new, |url| {
            vec![
                "store.kind=redis".to_owned(),
                format!("store.url={url}"),
                // Each size has a store of its own: subjects that were deleted do not come back.
                format!("store.prefix=bench-{}-{posts}", std::process::id()),
            ]
        });
        let with_log = config("log", Vec::new())?;
        let log = Ports::open(&with_log, &shutdown).await?;
        let beside = Ports::open(&config("store", redis)?, &shutdown).await?;
        let writes = Arc::<Writes>::default();
        let store = Arc::new(Counting {
            store: Arc::clone(&beside.store),
            writes: Arc::clone(&writes),
        });
        let ports = Ports { store, ..log };
        let reporting = backtweet_reporting::Config {
            runner: RunnerOptions {
                rewind: None,
                ..RunnerOptions::default()
            },
            ..Default::default()
        };
        let stats = Arc::clone(&reporting.runner.stats);
        let reporting = Reporting::new(reporting, ports.clone());
        let (reports, subjects) = reporting.services(shutdown.clone());
        let services = Services::new()
            .add(limited!(reports, with_log.grpc))
            .add(limited!(subjects, with_log.grpc));
        let server = GrpcServer::bind(&with_log, services).await?;
        let endpoint = format!("http://{}", server.address());
        let mut tasks = JoinSet::new();
        let (stop_serving, stop_folding) = (shutdown.clone(), shutdown.clone());
        tasks.spawn(async move { Ok(server.serve(stop_serving).await?) });
        tasks.spawn(async move { Ok(reporting.run(stop_folding).await?) });
        Ok(Self {
            ports,
            stats,
            writes,
            endpoint,
            shutdown,
            tasks,
            _beside: beside,
        })
    }

    pub(super) fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Begins to follow the subjects.
    pub(super) async fn put(&self, subjects: Vec<Subject>) -> Result<()> {
        let mut client = SubjectServiceClient::new(client::connect(&self.endpoint).await?);
        for subject in &subjects {
            let subject = Some(subject.into());
            client
                .put_subject(PutSubjectRequest { subject })
                .await
                .map_err(refused)?;
        }
        Ok(())
    }

    /// Forgets the subjects and all that is kept of them.
    pub(super) async fn delete(&self, subjects: Vec<Subject>) -> Result<()> {
        let mut client = SubjectServiceClient::new(client::connect(&self.endpoint).await?);
        for subject in subjects {
            let id = subject.id.to_string();
            client
                .delete_subject(DeleteSubjectRequest { id })
                .await
                .map_err(refused)?;
        }
        Ok(())
    }

    /// Whether everything that was appended is folded.
    pub(super) async fn is_settled(&self) -> Result<bool> {
        if self.tasks.is_empty() {
            bail!("a service stopped; its log says why");
        }
        let stored = self.ports.log.stored("reporting", topics::SCORED).await?;
        let ends = self.ports.log.ends(topics::SCORED).await?;
        Ok(stored
            .into_iter()
            .zip(ends)
            .all(|(stored, end)| stored.unwrap_or(0) >= end))
    }

    pub(super) async fn stop(mut self) -> Result<()> {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}
