//! Whether the services of a listener are ready, by gRPC's standard health protocol: of each by its name, and of all by the empty one.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::Ports;

/// How often the ports are asked whether they answer.
const INTERVAL: Duration = Duration::from_secs(5);

/// A handle on what health checks are told. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: Arc<[&'static str]>,
}

impl Health {
    /// Not serving, until told otherwise.
    pub(super) async fn new(services: &[&'static str]) -> Self {
        let names: Vec<_> = services.iter().copied().chain([""]).collect();
        let health = Self {
            reporter: HealthReporter::new(),
            names: names.into(),
        };
        health.not_serving().await;
        health
    }

    /// Everything is ready.
    pub async fn serving(&self) {
        self.set(ServingStatus::Serving).await;
    }

    /// Not ready, or no more.
    pub async fn not_serving(&self) {
        self.set(ServingStatus::NotServing).await;
    }

    /// Serving for as long as both ports answer; asks them again and again until `shutdown`.
    pub async fn follow(&self, ports: &Ports, shutdown: CancellationToken) {
        let mut answered = None;
        let check = async || {
            let answer = tokio::time::timeout(INTERVAL, answers(ports)).await;
            let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {INTERVAL:?}")));
            if answered != Some(answer.is_ok()) {
                match &answer {
                    Ok(()) => self.serving().await,
                    Err(reason) => {
                        tracing::warn!(reason, "not serving");
                        self.not_serving().await;
                    }
                }
                answered = Some(answer.is_ok());
            }
        };
        let repeat = async {
            let mut check = check;
            loop {
                check().await;
                tokio::time::sleep(INTERVAL).await;
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => self.not_serving().await,
            () = repeat => {}
        }
    }

    pub(super) fn server(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    async fn set(&self, status: ServingStatus) {
        for name in self.names.iter() {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

async fn answers(ports: &Ports) -> Result<(), String> {
    ports.log.ping().await.map_err(|error| error.to_string())?;
    ports.store.ping().await.map_err(|error| error.to_string())
}
