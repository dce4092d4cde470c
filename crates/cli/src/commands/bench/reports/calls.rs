//! What is asked, and what the answers should be, counted post by post from the archive's truth.

mod truth;

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use backtweet_simulator::{Archive, ArchiveTruth};
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use tonic::transport::Channel;

use crate::client::refused;

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;
/// How many subjects are asked about, the largest first: one in three of them.
const ASKED: usize = 34;
/// How far an estimate may be off, in standard errors: one in a million is further.
const SIGMAS: f64 = 5.0;

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Summary,
    Timeline,
    TopAuthors,
    Feed,
    Cascade,
}

impl Call {
    pub(super) const ALL: [Call; 5] = [
        Call::Summary,
        Call::Timeline,
        Call::TopAuthors,
        Call::Feed,
        Call::Cascade,
    ];

    /// What exactly is asked.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Call::Summary => "summary with comparisons; all, 30 days, 7 days, 24 hours",
            Call::Timeline => "timeline, 30 days by hour",
            Call::TopAuthors => "top 20 authors; all, 30 days, 7 days",
            Call::Feed => "feed, a page of 50",
            Call::Cascade => "the largest cascade's figures",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Call::Summary => "summary",
            Call::Timeline => "timeline",
            Call::TopAuthors => "top_authors",
            Call::Feed => "feed",
            Call::Cascade => "cascade",
        }
    }
}

/// A request and what its answer should be.
pub(super) enum Question {
    Summary(v1::SummaryRequest, truth::Figures),
    Timeline(v1::TimelineRequest, Vec<(i64, truth::Figures)>),
    TopAuthors(v1::TopAuthorsRequest, Vec<(String, u64, i64)>),
    Feed(Box<v1::FeedRequest>, Vec<String>),
    Cascade(v1::CascadeRequest, u64),
}

/// The questions of one kind. Larger subjects are asked about more often.
pub(super) fn questions(call: Call, archive: &Archive, truth: &ArchiveTruth) -> Vec<Question> {
    let end = archive.end().micros();
    let all = (0, end);
    let days = |days: i64, less: i64| (end - days * DAY_US + less, end - less);
    let windows = match call {
        Call::Summary => vec![all, days(30, 0), days(7, HOUR_US), days(1, 0)],
        Call::TopAuthors => vec![all, days(30, HOUR_US), days(7, 0)],
        Call::Timeline => vec![days(30, 0)],
        Call::Feed => vec![days(1, 0), (0, end - 20 * DAY_US)],
        Call::Cascade => {
            let (root, size) = archive.cascade();
            let request = v1::CascadeRequest {
                subject: "brand-0".to_owned(),
                root: root.to_string(),
                ..Default::default()
            };
            return vec![Question::Cascade(request, size)];
        }
    };
    let asked = (archive.subjects as usize).min(ASKED);
    (0..asked)
        .flat_map(|subject| windows.iter().map(move |&window| (subject, window)))
        .map(|(subject, window)| question(call, truth, subject, window))
        .collect()
}

fn question(call: Call, truth: &ArchiveTruth, subject: usize, (from, to): (i64, i64)) -> Question {
    let name = format!("brand-{subject}");
    let window = Some(v1::Window {
        from_us: (from > 0).then_some(from),
        to_us: (from > 0).then_some(to),
    });
    match call {
        Call::Timeline => {
            let request = v1::TimelineRequest {
                subject: name,
                window,
                bucket: v1::Bucket::Hour.into(),
                ..Default::default()
            };
            Question::Timeline(request, truth::by_hour(truth, subject, from..to))
        }
        Call::TopAuthors => {
            let request = v1::TopAuthorsRequest {
                subject: name,
                window,
                limit: 20,
                ..Default::default()
            };
            Question::TopAuthors(request, truth::top_authors(truth, subject, from..to, 20))
        }
        Call::Feed => {
            let request = v1::FeedRequest {
                subject: name,
                window: Some(v1::Window {
                    from_us: None,
                    to_us: Some(to),
                }),
                ..Default::default()
            };
            Question::Feed(Box::new(request), truth::newest(truth, subject, 0..to, 50))
        }
        Call::Summary | Call::Cascade => {
            let request = v1::SummaryRequest {
                subject: name,
                window,
                compare: from > 0,
                ..Default::default()
            };
            Question::Summary(request, truth::figures(truth, subject, from..to))
        }
    }
}

type Client = ReportServiceClient<Channel>;

impl Question {
    /// Asks, checks the answer, and says how long it took to come.
    pub(super) async fn ask(&self, reports: &mut Client) -> Result<Duration> {
        let started = Instant::now();
        match self {
            Question::Summary(request, expected) => {
                let answer = reports.summary(request.clone()).await.map_err(refused)?.into_inner();
                let took = started.elapsed();
                let found = answer.figures.unwrap_or_default();
                expected.check(&found, &request.subject)?;
                let off = found.authors.abs_diff(expected.authors) as f64;
                let allowed = SIGMAS * found.authors_error.unwrap_or_default() * expected.authors as f64;
                ensure!(
                    off <= allowed,
                    "{}: {} authors should be {}",
                    request.subject,
                    found.authors,
                    expected.authors
                );
                Ok(took)
            }
            Question::Timeline(request, expected) => {
                let answer = reports.timeline(request.clone()).await.map_err(refused)?.into_inner();
                let took = started.elapsed();
                let starts: Vec<_> = answer.buckets.iter().map(|bucket| bucket.start_us).collect();
                ensure!(
                    starts.iter().eq(expected.iter().map(|(start, _)| start)),
                    "{}: the timeline has other buckets than it should",
                    request.subject
                );
                for (bucket, (_, expected)) in answer.buckets.iter().zip(expected) {
                    expected.check(&bucket.figures.clone().unwrap_or_default(), &request.subject)?;
                }
                Ok(took)
            }
            Question::TopAuthors(request, expected) => {
                let answer = reports
                    .top_authors(request.clone())
                    .await
                    .map_err(refused)?
                    .into_inner();
                let took = started.elapsed();
                let figures = answer.authors.into_iter();
                let found: Vec<_> = figures
                    .map(|author| (author.author, author.backtweets, author.signal_milli))
                    .collect();
                same(&request.subject, &found, expected)?;
                Ok(took)
            }
            Question::Feed(request, expected) => {
                let answer = reports
                    .feed(v1::FeedRequest::clone(request))
                    .await
                    .map_err(refused)?
                    .into_inner();
                let took = started.elapsed();
                let post = |item: v1::FeedItem| item.sighting.and_then(|sighting| sighting.post).map(|post| post.id);
                let found: Vec<_> = answer.items.into_iter().filter_map(post).collect();
                same(&request.subject, &found, expected)?;
                Ok(took)
            }
            Question::Cascade(request, expected) => {
                let answer = reports.cascade(request.clone()).await.map_err(refused)?.into_inner();
                let took = started.elapsed();
                same(&request.subject, &answer.figures.unwrap_or_default().size, expected)?;
                Ok(took)
            }
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(subject: &str, found: &T, expected: &T) -> Result<()> {
    if found != expected {
        bail!("{subject}: the answer is {found:?} and should be {expected:?}");
    }
    Ok(())
}
