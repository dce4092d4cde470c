//! Asks a suite for everything that the report shows.

use anyhow::Result;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::{self, PeopleOrder};
use tonic::transport::Channel;

use crate::client::refused;
use crate::view::zone::Zone;

type Client = ReportServiceClient<Channel>;

/// How many posts of the furthest cascade are drawn.
const DRAWN: u32 = 600;
/// How many posts and people are named.
const NAMED: u32 = 5;

/// What the report is about, and what it shows.
#[derive(Debug)]
pub struct Report {
    pub title: String,
    pub zone: Zone,
    pub generated_us: i64,
    pub summary: v1::SummaryResponse,
    pub timeline: v1::TimelineResponse,
    pub heat_map: v1::HeatMapResponse,
    pub contents: v1::TopContentResponse,
    pub propagation: v1::PropagationResponse,
    /// The cascade that went furthest of those that began within the window; absent where nothing was passed on.
    pub cascade: Option<v1::CascadeResponse>,
    pub advocates: v1::PeopleResponse,
    pub detractors: v1::PeopleResponse,
    pub reach: v1::ReachResponse,
}

/// Asks for the figures of `subject` in `window`; `title` stands above them, the subject's name where absent.
///
/// # Errors
/// When the suite refuses or does not answer.
pub async fn gather(
    client: &Client,
    subject: &str,
    window: Option<v1::Window>,
    zone: &Zone,
    title: Option<String>,
    generated_us: i64,
) -> Result<Report> {
    let (subject, time_zone) = (subject.to_owned(), zone.name().to_owned());
    let summary = v1::SummaryRequest {
        subject: subject.clone(),
        window,
        compare: window.is_some_and(|window| window.from_us.is_some()),
        time_zone: time_zone.clone(),
        top: 8,
        ..v1::SummaryRequest::default()
    };
    let timeline = v1::TimelineRequest {
        subject: subject.clone(),
        window,
        bucket: v1::Bucket::Unspecified.into(),
        time_zone: time_zone.clone(),
        ..v1::TimelineRequest::default()
    };
    let heat_map = v1::HeatMapRequest {
        subject: subject.clone(),
        window,
        time_zone,
        ..v1::HeatMapRequest::default()
    };
    let contents = v1::TopContentRequest {
        subject: subject.clone(),
        window,
        limit: NAMED,
        ..v1::TopContentRequest::default()
    };
    let propagation = v1::PropagationRequest {
        subject: subject.clone(),
        window,
    };
    let people = |order: PeopleOrder| v1::PeopleRequest {
        subject: subject.clone(),
        window,
        order: order.into(),
        limit: NAMED,
        without_bots: true,
    };
    let reach = v1::ReachRequest {
        subject: subject.clone(),
        window,
        limit: 1,
        ..v1::ReachRequest::default()
    };
    let client = || client.clone();
    let (mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h) = (
        client(),
        client(),
        client(),
        client(),
        client(),
        client(),
        client(),
        client(),
    );
    let (summary, timeline, heat_map, contents, propagation, advocates, detractors, reach) = tokio::try_join!(
        a.summary(summary),
        b.timeline(timeline),
        c.heat_map(heat_map),
        d.top_content(contents),
        e.propagation(propagation),
        f.people(people(PeopleOrder::Advocates)),
        g.people(people(PeopleOrder::Detractors)),
        h.reach(reach),
    )
    .map_err(refused)?;
    let contents = contents.into_inner();
    let cascade = furthest(client(), &subject, &contents).await?;
    Ok(Report {
        title: title.unwrap_or(subject),
        zone: zone.clone(),
        generated_us,
        summary: summary.into_inner(),
        timeline: timeline.into_inner(),
        heat_map: heat_map.into_inner(),
        contents,
        propagation: propagation.into_inner(),
        cascade,
        advocates: advocates.into_inner(),
        detractors: detractors.into_inner(),
        reach: reach.into_inner(),
    })
}

/// The cascade of the subject's own post that most came of in the window; the largest of all where none of its own was seen.
async fn furthest(
    mut client: Client,
    subject: &str,
    contents: &v1::TopContentResponse,
) -> Result<Option<v1::CascadeResponse>> {
    let own = contents.contents.first().map(|content| content.post.clone());
    let root = match own {
        Some(root) => Some(root),
        None => {
            let request = v1::ListCascadesRequest {
                subject: subject.to_owned(),
                page_size: 1,
                ..v1::ListCascadesRequest::default()
            };
            let listed = client.list_cascades(request).await.map_err(refused)?.into_inner();
            listed.cascades.into_iter().next().map(|cascade| cascade.root)
        }
    };
    let Some(root) = root else { return Ok(None) };
    let request = v1::CascadeRequest {
        subject: subject.to_owned(),
        root,
        with_nodes: true,
        page_size: DRAWN,
        ..v1::CascadeRequest::default()
    };
    match client.cascade(request).await {
        Ok(cascade) => Ok(Some(cascade.into_inner())),
        // All of it may have gone since it was listed.
        Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
        Err(status) => Err(refused(status)),
    }
}
