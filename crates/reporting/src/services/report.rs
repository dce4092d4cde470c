//! `ReportService` over `report`. Every call is for a subject that exists.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{Stream, unfold};
use tokio::sync::watch::Receiver;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use backtweet_domain::Clock;
use backtweet_runtime::status::IntoStatus;
use backtweet_store::Store;
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_server::ReportService;

use super::measure::measure;
use super::{report_status, subject_status};
use crate::report::recent::Recent;
use crate::report::watch::Cursor;
use crate::report::{authors, cascade, cascades, compare, content, feed, heatmap, summary, timeline};
use crate::subjects::Subjects;

/// Answers for the figures of subjects.
#[derive(Clone)]
pub struct ReportsApi {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) subjects: Arc<Subjects>,
    /// The cascades that were asked for lately.
    pub(crate) cascades: Arc<cascade::Cache>,
    /// What was read of past buckets.
    pub(crate) recent: Arc<Recent>,
    /// Moves whenever this process folded something.
    pub(crate) folded: Receiver<()>,
    /// How often the store is asked for what other processes folded.
    pub(crate) poll: Duration,
    pub(crate) shutdown: CancellationToken,
}

impl ReportsApi {
    async fn exists(&self, subject: &str) -> Result<(), Status> {
        self.subjects.get(subject).await.map(drop).map_err(subject_status)
    }

    async fn measure(&self, coverage: &mut Option<v1::Coverage>, window: Option<v1::Window>) -> Result<(), Status> {
        measure(self.store.as_ref(), self.clock.as_ref(), coverage, window)
            .await
            .map_err(IntoStatus::into_status)
    }
}

#[tonic::async_trait]
impl ReportService for ReportsApi {
    async fn summary(&self, request: Request<v1::SummaryRequest>) -> Result<Response<v1::SummaryResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = summary::summary(self.store.as_ref(), request.into_inner(), self.clock.now())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        for comparison in [&mut response.previous, &mut response.week_before]
            .into_iter()
            .flatten()
        {
            self.measure(&mut comparison.coverage, comparison.window).await?;
        }
        Ok(Response::new(response))
    }

    async fn timeline(&self, request: Request<v1::TimelineRequest>) -> Result<Response<v1::TimelineResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = timeline::remembered(self.store.as_ref(), &self.recent, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn heat_map(&self, request: Request<v1::HeatMapRequest>) -> Result<Response<v1::HeatMapResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = heatmap::heat_map(self.store.as_ref(), request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn compare(&self, request: Request<v1::CompareRequest>) -> Result<Response<v1::CompareResponse>, Status> {
        let mut response = compare::compare(self.store.as_ref(), request.get_ref().clone())
            .await
            .map_err(report_status)?;
        for subject in &mut response.subjects {
            self.exists(&subject.subject).await?;
            self.measure(&mut subject.coverage, response.window).await?;
        }
        Ok(Response::new(response))
    }

    async fn top_content(
        &self,
        request: Request<v1::TopContentRequest>,
    ) -> Result<Response<v1::TopContentResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = content::top_content(self.store.as_ref(), request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn top_authors(
        &self,
        request: Request<v1::TopAuthorsRequest>,
    ) -> Result<Response<v1::TopAuthorsResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = authors::remembered(self.store.as_ref(), &self.recent, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn cascade(&self, request: Request<v1::CascadeRequest>) -> Result<Response<v1::CascadeResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let (request, now) = (request.into_inner(), self.clock.now());
        let to_us = request.as_of_us;
        let mut response = cascade::cascade(self.store.as_ref(), &self.cascades, now, request)
            .await
            .map_err(report_status)?;
        let from_us = response.figures.as_ref().and_then(|figures| figures.first_us);
        let window = v1::Window { from_us, to_us };
        self.measure(&mut response.coverage, Some(window)).await?;
        Ok(Response::new(response))
    }

    async fn list_cascades(
        &self,
        request: Request<v1::ListCascadesRequest>,
    ) -> Result<Response<v1::ListCascadesResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = cascades::list(self.store.as_ref(), request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, None).await?;
        Ok(Response::new(response))
    }

    async fn feed(&self, request: Request<v1::FeedRequest>) -> Result<Response<v1::FeedResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let request = request.into_inner();
        let window = request.window;
        let mut response = feed::feed(self.store.as_ref(), request).await.map_err(report_status)?;
        self.measure(&mut response.coverage, window).await?;
        Ok(Response::new(response))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<v1::WatchResponse, Status>> + Send>>;

    async fn watch(&self, request: Request<v1::WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let cursor = Cursor::start(self.store.as_ref(), request.get_ref())
            .await
            .map_err(report_status)?;
        let watcher = Watcher {
            api: self.clone(),
            cursor,
            read: VecDeque::new(),
        };
        Ok(Response::new(Box::pin(unfold(watcher, Watcher::next))))
    }
}

/// One watcher's stream. It reads on only when the client took what was read before.
struct Watcher {
    api: ReportsApi,
    cursor: Cursor,
    read: VecDeque<v1::WatchResponse>,
}

impl Watcher {
    /// The next response; the stream ends at shutdown, or behind an error.
    async fn next(mut self) -> Option<(Result<v1::WatchResponse, Status>, Self)> {
        let shutdown = self.api.shutdown.clone();
        let response = tokio::select! {
            () = shutdown.cancelled() => return None,
            response = self.wait() => response,
        };
        if response.is_err() {
            // What comes behind an error is never asked for; the client resumes with its token.
            self.api.shutdown = CancellationToken::new();
            self.api.shutdown.cancel();
        }
        Some((response, self))
    }

    async fn wait(&mut self) -> Result<v1::WatchResponse, Status> {
        loop {
            if let Some(response) = self.read.pop_front() {
                return Ok(response);
            }
            self.api.folded.mark_unchanged();
            let read = self
                .cursor
                .advance(self.api.store.as_ref())
                .await
                .map_err(IntoStatus::into_status)?;
            if read.is_empty() {
                // Whether it was told or the time is over, it looks again.
                _ = timeout(self.api.poll, self.api.folded.changed()).await;
            }
            self.read.extend(read);
        }
    }
}
