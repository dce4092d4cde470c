//! `backtweet demo`: the whole suite in a temporary directory, a day of a synthetic network, and a report that is checked against what
//! that network knows to be true.

mod page;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use backtweet_domain::PostEvent;
use backtweet_runtime::config::{ProcessEnvironment, Sources};
use backtweet_runtime::signals::Signals;
use backtweet_runtime::{Config, Ports};
use backtweet_simulator::oracle::comparable;
use backtweet_simulator::{Day, Truth};
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use backtweet_wire::v1::{self, Figures};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::args::{Demo, Format};
use crate::client::{self, refused};
use crate::exit::DISAGREES;
use crate::output;
use crate::suite::Suite;

/// Events taken in at once.
const BATCH: usize = 500;

/// What the suite says of one subject, beside what is true.
pub struct Outcome {
    pub truth: Truth,
    pub summary: v1::SummaryResponse,
    pub hours: Vec<v1::TimelineBucket>,
    pub authors: Vec<v1::AuthorFigures>,
    pub loudest: Vec<v1::FeedItem>,
}

impl Outcome {
    fn figures(&self) -> Figures {
        self.summary.figures.clone().unwrap_or_default()
    }

    /// Whether every figure that no model has a say in is the true one, over the day and in each hour.
    pub fn agrees(&self) -> bool {
        let hours = self
            .hours
            .iter()
            .filter_map(|hour| Some((hour.start_us, comparable(hour.figures.as_ref()?))));
        let hours = hours.filter(|(_, figures)| *figures != Figures::default());
        comparable(&self.figures()) == comparable(&self.truth.figures)
            && hours.eq(self
                .truth
                .hours
                .iter()
                .map(|(start, figures)| (*start, comparable(figures))))
    }
}

/// Runs the command.
pub async fn run(args: Demo, format: Format, quiet: bool) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("backtweet-demo-").tempdir()?;
    let config = configure(&folder)?;
    backtweet_runtime::telemetry::log_to_stderr(&config.tracing, &ProcessEnvironment)?;
    let stopping = CancellationToken::new();
    let (asked, stop) = (stopping.clone(), stopping.clone());
    let signals = Signals::catch()?;
    tokio::spawn(async move {
        signals.first().await;
        stop.cancel();
    });

    let shutdown = CancellationToken::new();
    let ports = Ports::open(&config, &shutdown).await?;
    let suite = Suite::start(&config, ports, shutdown).await?;
    let played = async {
        let day = Day::new(args.seed);
        let channel = client::connect(&suite.endpoint()).await?;
        let took = play(&day, &suite, channel.clone(), quiet).await?;
        let outcomes = read(&day, channel).await?;
        page::show(&day, args.seed, took, &outcomes, format)?;
        anyhow::Ok(outcomes.iter().all(Outcome::agrees))
    };
    let agrees = tokio::select! {
        played = played => played?,
        () = asked.cancelled() => {
            suite.stop().await?;
            output::note("stopped before the day was over");
            return Ok(ExitCode::from(130));
        }
    };
    if !args.once && output::is_terminal() && format == Format::Text {
        page::what_next(&suite.endpoint());
        stopping.cancelled().await;
    }
    suite.stop().await?;
    Ok(ExitCode::from(if agrees { 0 } else { DISAGREES }))
}

fn configure(folder: &tempfile::TempDir) -> Result<Config> {
    let set = [
        format!("data_dir={}", folder.path().display()),
        "listen=127.0.0.1:0".to_owned(),
        "tracing.filter=warn".to_owned(),
    ];
    // Neither a configuration file nor the environment has a say in a demo.
    let environment = BTreeMap::<String, String>::new();
    let sources = Sources {
        file: None,
        overrides: &set,
        environment: &environment,
        directory: folder.path(),
    };
    Config::load(&sources).context("the demo's own configuration")
}

/// Puts the brands, plays the day, and waits until every post of it is counted.
async fn play(day: &Day, suite: &Suite, channel: Channel, quiet: bool) -> Result<Duration> {
    let mut subjects = SubjectServiceClient::new(channel);
    for subject in day.subjects() {
        let request = v1::PutSubjectRequest {
            subject: Some((&subject).into()),
        };
        let response = subjects.put_subject(request).await.map_err(refused)?.into_inner();
        ensure!(
            response.laggards.is_empty(),
            "the classifier does not follow {}",
            subject.id
        );
    }
    let bar = progress(day.len(), quiet);
    let started = Instant::now();
    let intake = suite.intake();
    let mut batch: Vec<PostEvent> = Vec::with_capacity(BATCH);
    for event in day.events() {
        bar.inc(1);
        batch.push(event);
        if batch.len() == BATCH {
            intake.take(std::mem::take(&mut batch)).await?;
        }
    }
    intake.take(batch).await?;
    bar.set_message("counting the last of them");
    suite.settle(|_| bar.tick()).await?;
    bar.finish_and_clear();
    Ok(started.elapsed())
}

fn progress(events: usize, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(events as u64);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{msg}  {wide_bar}  {human_pos} of {human_len} events, {per_sec}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message("a day of three brands");
    bar
}

/// Reads every subject's figures as any client would.
async fn read(day: &Day, channel: Channel) -> Result<Vec<Outcome>> {
    let mut reports = ReportServiceClient::new(channel).max_decoding_message_size(client::MESSAGE_LIMIT);
    let mut outcomes = Vec::new();
    for truth in day.oracle() {
        let subject = truth.subject.to_string();
        let summary = v1::SummaryRequest {
            subject: subject.clone(),
            ..Default::default()
        };
        let timeline = v1::TimelineRequest {
            subject: subject.clone(),
            bucket: v1::Bucket::Hour.into(),
            ..Default::default()
        };
        let authors = v1::TopAuthorsRequest {
            subject: subject.clone(),
            window: None,
            limit: 3,
            ..Default::default()
        };
        let feed = v1::FeedRequest {
            subject,
            page_size: 500,
            intents: vec![
                v1::Intent::Praise.into(),
                v1::Intent::HelpRequest.into(),
                v1::Intent::Complaint.into(),
            ],
            kinds: vec![v1::Kind::Mention.into(), v1::Kind::Reply.into(), v1::Kind::Quote.into()],
            ..Default::default()
        };
        let mut loudest = reports.feed(feed).await.map_err(refused)?.into_inner().items;
        loudest.sort_by_key(page::loudness);
        loudest.truncate(2);
        outcomes.push(Outcome {
            summary: reports.summary(summary).await.map_err(refused)?.into_inner(),
            hours: reports.timeline(timeline).await.map_err(refused)?.into_inner().buckets,
            authors: reports
                .top_authors(authors)
                .await
                .map_err(refused)?
                .into_inner()
                .authors,
            loudest,
            truth,
        });
    }
    Ok(outcomes)
}
