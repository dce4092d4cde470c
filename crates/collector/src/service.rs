//! `CollectorService` as clients see it: pushing, what is collected live, and what was seen of it. How any of it is done is elsewhere.

use std::sync::Arc;

use backtweet_domain::{Clock, Timestamp};
use backtweet_runtime::status::{IntoStatus, invalid, not_found};
use backtweet_runtime::{Ports, coverage};
use backtweet_store::Store;
use backtweet_wire::v1;
use backtweet_wire::v1::AssignmentState;
use backtweet_wire::v1::collector_service_server::CollectorService;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::Config;
use crate::push::{Answer, Push};
use crate::share::{Registry, check};

/// What coverage is asked for where nothing is said.
const WINDOW_US: i64 = 3_600_000_000;
const MINUTE_US: i64 = 60_000_000;

/// The collector's gRPC service.
pub struct CollectorApi {
    push: Push,
    registry: Registry,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl CollectorApi {
    /// The service over these ports.
    pub fn new(ports: Ports, config: Config) -> Self {
        Self {
            registry: Registry::new(Arc::clone(&ports.store)),
            store: Arc::clone(&ports.store),
            clock: Arc::clone(&ports.clock),
            push: Push::new(ports, config),
        }
    }

    async fn known(&self, id: &str) -> Result<v1::Source, Status> {
        let found = self.registry.get(id).await.map_err(IntoStatus::into_status)?;
        found.ok_or_else(|| {
            not_found(format!(
                "there is no source `{id}`: `backtweet sources` lists those that there are"
            ))
        })
    }

    async fn pause(&self, id: &str, paused: bool) -> Result<(), Status> {
        let source = v1::Source {
            paused,
            ..self.known(id).await?
        };
        self.registry.put(&source).await.map_err(IntoStatus::into_status)
    }

    async fn assignments(&self, sources: &[v1::Source]) -> Result<Vec<v1::Assignment>, Status> {
        let mut assignments: Vec<v1::Assignment> = sources
            .iter()
            .flat_map(|source| {
                let paused = source.paused;
                crate::share::parts(source).into_iter().map(move |part| v1::Assignment {
                    id: part.id,
                    source: part.source.id,
                    state: if paused {
                        AssignmentState::Paused as i32
                    } else {
                        AssignmentState::Unassigned as i32
                    },
                    ..v1::Assignment::default()
                })
            })
            .collect();
        assignments.sort_by(|one, other| one.id.cmp(&other.id));
        let ids: Vec<String> = assignments.iter().map(|it| it.id.clone()).collect();
        let leases = coverage::leases(self.store.as_ref(), &ids)
            .await
            .map_err(IntoStatus::into_status)?;
        for (assignment, lease) in assignments.iter_mut().zip(leases) {
            let Some(held) = lease.and_then(|(_, lease)| lease.assignment) else {
                continue;
            };
            let paused = assignment.state() == AssignmentState::Paused;
            *assignment = held;
            if paused && assignment.collector.is_empty() {
                assignment.set_state(AssignmentState::Paused);
            }
        }
        Ok(assignments)
    }
}

#[tonic::async_trait]
impl CollectorService for CollectorApi {
    type PushStream = ReceiverStream<Answer>;

    async fn push(&self, request: Request<Streaming<v1::PushRequest>>) -> Result<Response<Self::PushStream>, Status> {
        Ok(Response::new(self.push.open(request.into_inner())))
    }

    async fn list_sources(
        &self,
        _: Request<v1::ListSourcesRequest>,
    ) -> Result<Response<v1::ListSourcesResponse>, Status> {
        let sources = self.registry.list().await.map_err(IntoStatus::into_status)?;
        let assignments = self.assignments(&sources).await?;
        Ok(Response::new(v1::ListSourcesResponse { sources, assignments }))
    }

    async fn put_source(
        &self,
        request: Request<v1::PutSourceRequest>,
    ) -> Result<Response<v1::PutSourceResponse>, Status> {
        let source = request.into_inner().source;
        let source = source.ok_or_else(|| invalid("source", "is missing: send the source"))?;
        check(&source).map_err(|refused| invalid(&refused.field, refused.reason))?;
        self.registry.put(&source).await.map_err(IntoStatus::into_status)?;
        Ok(Response::new(v1::PutSourceResponse {}))
    }

    async fn delete_source(
        &self,
        request: Request<v1::DeleteSourceRequest>,
    ) -> Result<Response<v1::DeleteSourceResponse>, Status> {
        let source = self.known(&request.get_ref().id).await?;
        self.registry.delete(&source).await.map_err(IntoStatus::into_status)?;
        Ok(Response::new(v1::DeleteSourceResponse {}))
    }

    async fn pause_source(
        &self,
        request: Request<v1::PauseSourceRequest>,
    ) -> Result<Response<v1::PauseSourceResponse>, Status> {
        self.pause(&request.get_ref().id, true).await?;
        Ok(Response::new(v1::PauseSourceResponse {}))
    }

    async fn resume_source(
        &self,
        request: Request<v1::ResumeSourceRequest>,
    ) -> Result<Response<v1::ResumeSourceResponse>, Status> {
        self.pause(&request.get_ref().id, false).await?;
        Ok(Response::new(v1::ResumeSourceResponse {}))
    }

    async fn get_coverage(
        &self,
        request: Request<v1::GetCoverageRequest>,
    ) -> Result<Response<v1::GetCoverageResponse>, Status> {
        let request = request.into_inner();
        let now = self.clock.now();
        let to_us = request.to_us.unwrap_or((now.micros() / MINUTE_US + 1) * MINUTE_US);
        let from_us = request.from_us.unwrap_or(to_us - WINDOW_US);
        if from_us >= to_us || from_us % MINUTE_US != 0 || to_us % MINUTE_US != 0 {
            let reason =
                format!("{from_us} to {to_us} is no window: send whole minutes in microseconds, the earlier first");
            return Err(invalid("from_us", reason));
        }
        let mut ids = coverage::assignments(self.store.as_ref())
            .await
            .map_err(IntoStatus::into_status)?;
        if let Some(source) = &request.source {
            ids.retain(|id| id.split_once('/').is_some_and(|(of, _)| of == source));
        }
        let (from, to) = (Timestamp::from_micros(from_us), Timestamp::from_micros(to_us));
        let covered = coverage::covered(self.store.as_ref(), &ids, from, to, now)
            .await
            .map_err(IntoStatus::into_status)?;
        Ok(Response::new(v1::GetCoverageResponse {
            from_us,
            to_us,
            assignments: covered.into_iter().map(|covered| covered.coverage).collect(),
        }))
    }
}
