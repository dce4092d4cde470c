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
use super::{erasure, export, invalid, report_status, subject_status};
use crate::report::recent::Recent;
use crate::report::watch::Cursor;
use crate::report::{
    as_of, authors, campaign, cascade, cascades, community, compare, content, crowd, feed, heatmap, pages, people,
    praise, propagation, reach, summary, timeline,
};
use crate::subjects::Subjects;

/// Answers for the figures of subjects.
#[derive(Clone)]
pub struct ReportsApi {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) subjects: Arc<Subjects>,
    /// The cascades that were asked for lately.
    pub(crate) cascades: Arc<cascade::Cache>,
    /// The people around the subjects that were asked for lately.
    pub(crate) crowds: Arc<crowd::Cache>,
    /// The campaigns that were asked for lately.
    pub(crate) campaigns: Arc<campaign::Cache>,
    /// The answers of subjects that were asked for lately.
    pub(crate) answers: Arc<community::Cache>,
    /// What was read of past buckets.
    pub(crate) recent: Arc<Recent>,
    /// How long records stay in the topics.
    pub(crate) topic_retention: Duration,
    /// Moves whenever this process folded something.
    pub(crate) folded: Receiver<()>,
    /// How often the store is asked for what other processes folded.
    pub(crate) poll: Duration,
    pub(crate) shutdown: CancellationToken,
}

impl ReportsApi {
    /// Refuses to tell what was known at a time that lies ahead.
    fn knows(&self, as_of_us: Option<i64>) -> Result<(), Status> {
        as_of::check(as_of_us, self.clock.now()).map_err(invalid)
    }

    async fn exists(&self, subject: &str) -> Result<(), Status> {
        self.subjects.get(subject).await.map(drop).map_err(subject_status)
    }

    pub(super) async fn measure(
        &self,
        coverage: &mut Option<v1::Coverage>,
        window: Option<v1::Window>,
    ) -> Result<(), Status> {
        measure(self.store.as_ref(), self.clock.as_ref(), coverage, window)
            .await
            .map_err(IntoStatus::into_status)
    }
}

#[tonic::async_trait]
impl ReportService for ReportsApi {
    async fn summary(&self, request: Request<v1::SummaryRequest>) -> Result<Response<v1::SummaryResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        self.knows(request.get_ref().as_of_us)?;
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
        self.knows(request.get_ref().as_of_us)?;
        let mut response = timeline::remembered(self.store.as_ref(), &self.recent, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn heat_map(&self, request: Request<v1::HeatMapRequest>) -> Result<Response<v1::HeatMapResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        self.knows(request.get_ref().as_of_us)?;
        let mut response = heatmap::heat_map(self.store.as_ref(), request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn compare(&self, request: Request<v1::CompareRequest>) -> Result<Response<v1::CompareResponse>, Status> {
        self.knows(request.get_ref().as_of_us)?;
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
        self.knows(request.get_ref().as_of_us)?;
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
        self.knows(request.get_ref().as_of_us)?;
        let mut response = authors::remembered(self.store.as_ref(), &self.recent, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn campaign(&self, request: Request<v1::CampaignRequest>) -> Result<Response<v1::CampaignResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = campaign::campaign(self.store.as_ref(), &self.campaigns, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn cascade(&self, request: Request<v1::CascadeRequest>) -> Result<Response<v1::CascadeResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        self.knows(request.get_ref().as_of_us)?;
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

    async fn propagation(
        &self,
        request: Request<v1::PropagationRequest>,
    ) -> Result<Response<v1::PropagationResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let (request, now) = (request.into_inner(), self.clock.now());
        let mut response = propagation::propagation(self.store.as_ref(), &self.cascades, now, request)
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn reach(&self, request: Request<v1::ReachRequest>) -> Result<Response<v1::ReachResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = reach::reach(self.store.as_ref(), &self.crowds, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn people(&self, request: Request<v1::PeopleRequest>) -> Result<Response<v1::PeopleResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let now = self.clock.now();
        let mut response = people::people(self.store.as_ref(), &self.crowds, request.into_inner(), now)
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn feed(&self, request: Request<v1::FeedRequest>) -> Result<Response<v1::FeedResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        self.knows(request.get_ref().as_of_us)?;
        let request = request.into_inner();
        let (mut window, as_of_us) = (request.window.unwrap_or_default(), request.as_of_us);
        window.to_us = window.to_us.into_iter().chain(as_of_us).min();
        let mut response = feed::feed(self.store.as_ref(), request).await.map_err(report_status)?;
        self.measure(&mut response.coverage, Some(window)).await?;
        Ok(Response::new(response))
    }

    async fn community(
        &self,
        request: Request<v1::CommunityRequest>,
    ) -> Result<Response<v1::CommunityResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = community::community(self.store.as_ref(), &self.answers, request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn pages(&self, request: Request<v1::PagesRequest>) -> Result<Response<v1::PagesResponse>, Status> {
        let (request, now) = (request.into_inner(), self.clock.now());
        let subject = self.subjects.get(&request.subject).await.map_err(subject_status)?;
        let mut response = pages::pages(self.store.as_ref(), &subject, now, request)
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn praise(&self, request: Request<v1::PraiseRequest>) -> Result<Response<v1::PraiseResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let mut response = praise::praise(self.store.as_ref(), request.into_inner())
            .await
            .map_err(report_status)?;
        self.measure(&mut response.coverage, response.window).await?;
        Ok(Response::new(response))
    }

    async fn set_permission(
        &self,
        request: Request<v1::SetPermissionRequest>,
    ) -> Result<Response<v1::SetPermissionResponse>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let response = praise::permission::set(self.store.as_ref(), self.clock.now(), request.into_inner()).await;
        response.map(Response::new).map_err(report_status)
    }

    async fn erasure_receipt(
        &self,
        request: Request<v1::ErasureReceiptRequest>,
    ) -> Result<Response<v1::ErasureReceiptResponse>, Status> {
        erasure::answer(self, request).await
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

    type ExportStream = export::ExportStream;

    async fn export(&self, request: Request<v1::ExportRequest>) -> Result<Response<Self::ExportStream>, Status> {
        self.exists(&request.get_ref().subject).await?;
        let stream = export::export(self.clone(), request.into_inner()).await?;
        Ok(Response::new(stream))
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
