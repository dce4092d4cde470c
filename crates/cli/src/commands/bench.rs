//! `backtweet bench pipeline`: posts a second from the collector to the report, each stage's share, and memory, beside what the log
//! alone does with the same posts in the same run.

mod collect;
mod machine;
mod reports;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use backtweet_domain::{PostEvent, Subject};
use backtweet_runtime::config::{LogKind, StoreConfig};
use backtweet_runtime::{Config, Ports};
use backtweet_simulator::Load;
use backtweet_stream::{Cleanup, Phase, Record, StageFigures, Topic};
use backtweet_wire::record::{decode_post_event, encode_post_event};
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use backtweet_wire::v1::{PutSubjectRequest, SummaryRequest};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::config::Settings;
use crate::args::{Bench, Format, Pipeline};
use crate::client::{self, refused};
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::suite::Suite;
use crate::view::bars::{bar, grouped};

/// Events taken in at once.
const BATCH: usize = 1_000;
/// Posts that are taken in and not processed yet, at most: as a backlog they would measure the disk.
const AHEAD: u64 = 100_000;
/// How often memory is read while posts run.
const SAMPLES: u64 = 20;

/// Runs the command.
pub async fn run(bench: Bench, settings: &Settings, format: Format, quiet: bool) -> Result<ExitCode> {
    match bench {
        Bench::Pipeline(args) => run_pipeline(args, settings, format, quiet).await,
        Bench::Collect(args) => collect::run(&args, settings, format).await,
        Bench::Reports(args) => reports::run(&args, settings, format, quiet).await,
    }
}

async fn run_pipeline(args: Pipeline, settings: &Settings, format: Format, quiet: bool) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("backtweet-bench-").tempdir()?;
    let set = [
        format!("data_dir={}", folder.path().display()),
        "listen=127.0.0.1:0".to_owned(),
    ];
    let config = Settings {
        file: settings.file.clone(),
        set: [settings.set.as_slice(), &set].concat(),
    }
    .load()?;
    let load = Load {
        posts: args.posts,
        subjects: args.subjects,
        matching: args.matching,
        seed: 1,
    };

    let shutdown = CancellationToken::new();
    let ports = Ports::open(&config, &shutdown).await?;
    let log_alone = log_alone(&load, &ports, args.posts.min(200_000)).await?;
    let suite = Suite::start(&config, ports, shutdown).await?;
    let channel = client::connect(&suite.endpoint()).await?;
    put(load.subjects(), channel.clone()).await?;
    let measured = pipeline(&load, &suite, progress(args.posts, quiet)).await?;
    check(&load, channel).await?;
    let stages: Vec<_> = suite.stats().map(|(name, stats)| (name, stats.figures())).collect();
    suite.stop().await?;
    let result = Measured {
        log_alone,
        stages,
        ..measured
    };
    match format {
        Format::Text => show(&args, &config, &result),
        Format::Json => output::json(&report(&args, &config, &result))?,
        Format::Csv => output::csv(
            [
                "posts",
                "subjects",
                "matching",
                "seconds",
                "posts_per_second",
                "share_of_log_alone",
            ],
            [[
                args.posts.to_string(),
                args.subjects.to_string(),
                args.matching.to_string(),
                format!("{:.3}", result.took.as_secs_f64()),
                format!("{:.0}", result.rate(args.posts)),
                format!("{:.3}", result.rate(args.posts) / result.log_alone),
            ]],
        )?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What one run came to.
struct Measured {
    took: Duration,
    /// Processor time of all threads meanwhile, that of making the posts up included.
    processor: Duration,
    /// Time spent in making up posts and handing them in.
    intake: Duration,
    /// Resident memory in bytes, read at even steps through the run.
    memory: Vec<u64>,
    /// Posts a second that the log alone appends and reads back.
    log_alone: f64,
    stages: Vec<(&'static str, StageFigures)>,
}

impl Measured {
    fn rate(&self, posts: u64) -> f64 {
        posts as f64 / self.took.as_secs_f64()
    }
}

pub(super) fn progress(posts: u64, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(posts);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar}  {human_pos} of {human_len} posts, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}

/// The peer: the same posts encoded, appended, read back and decoded, with nothing done about them.
async fn log_alone(load: &Load, ports: &Ports, posts: u64) -> Result<f64> {
    const TOPIC: &str = "backtweet.bench";
    let retention = Duration::from_secs(3600);
    let topic = Topic {
        name: TOPIC.to_owned(),
        partitions: 4,
        cleanup: Cleanup::Delete { retention },
    };
    ports.log.create(std::slice::from_ref(&topic)).await?;
    let now = ports.clock.now();
    let from = ports.log.ends(TOPIC).await?;
    let mut events = load.events().take(usize::try_from(posts)?);
    let (mut took, mut appended) = (Duration::ZERO, 0);
    loop {
        let batch: Vec<PostEvent> = events.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let started = Instant::now();
        let record = |event: &PostEvent| Record {
            key: Bytes::from(event.key()),
            value: Some(encode_post_event(event)),
            time: now,
        };
        ports.log.append(TOPIC, batch.iter().map(record).collect()).await?;
        (took, appended) = (took + started.elapsed(), appended + batch.len());
    }
    let started = Instant::now();
    let mut read = 0;
    for (partition, (mut next, end)) in from.into_iter().zip(ports.log.ends(TOPIC).await?).enumerate() {
        while next < end {
            let records = ports
                .log
                .read(TOPIC, u32::try_from(partition)?, next, end, BATCH)
                .await?;
            for delivered in &records {
                decode_post_event(delivered.record.value.as_deref().unwrap_or_default())?;
            }
            read += records.len();
            next = records.last().map_or(end, |last| last.position.offset + 1);
        }
    }
    took += started.elapsed();
    ensure!(read == appended, "the log gave back {read} of {appended} records");
    Ok(appended as f64 / took.as_secs_f64())
}

async fn put(subjects: Vec<Subject>, channel: Channel) -> Result<()> {
    let puts = subjects.into_iter().map(|subject| {
        let mut client = SubjectServiceClient::new(channel.clone());
        async move {
            client
                .put_subject(PutSubjectRequest {
                    subject: Some((&subject).into()),
                })
                .await
                .map_err(refused)
        }
    });
    let put: Vec<_> = futures::stream::iter(puts).buffer_unordered(64).try_collect().await?;
    let laggards: Vec<_> = put
        .into_iter()
        .flat_map(|response| response.into_inner().laggards)
        .collect();
    ensure!(laggards.is_empty(), "the classifier does not follow all subjects");
    Ok(())
}

async fn pipeline(load: &Load, suite: &Suite, bar: ProgressBar) -> Result<Measured> {
    let intake = suite.intake();
    let (mut in_intake, mut memory) = (Duration::ZERO, Vec::new());
    let step = (load.posts / SAMPLES).max(1);
    let (started, busy) = (Instant::now(), machine::processor_time());
    let mut events = load.events();
    let mut taken = 0;
    loop {
        let since = Instant::now();
        let batch: Vec<PostEvent> = events.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let before = taken;
        taken += batch.len() as u64;
        intake.take(batch).await?;
        in_intake += since.elapsed();
        bar.set_position(taken);
        if taken / step > before / step {
            memory.push(machine::resident_bytes());
        }
        while taken.saturating_sub(classified(suite)) > AHEAD {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    suite.settle(|_| ()).await?;
    let took = started.elapsed();
    bar.finish_and_clear();
    Ok(Measured {
        took,
        processor: machine::processor_time().saturating_sub(busy),
        intake: in_intake,
        memory,
        log_alone: 0.0,
        stages: Vec::new(),
    })
}

fn classified(suite: &Suite) -> u64 {
    suite.stats().next().map_or(0, |(_, stats)| stats.figures().records_in)
}

/// A figure that is fast and wrong is no figure.
async fn check(load: &Load, channel: Channel) -> Result<()> {
    let mut reports = ReportServiceClient::new(channel);
    for expected in load.expected() {
        let request = SummaryRequest {
            subject: expected.subject.to_string(),
            ..Default::default()
        };
        let found = reports
            .summary(request)
            .await
            .map_err(refused)?
            .into_inner()
            .figures
            .unwrap_or_default();
        let (found, truth) = (
            (found.backtweets, found.reposts, found.indirect),
            (expected.backtweets, expected.reposts, expected.indirect),
        );
        ensure!(
            found == truth,
            "{}: backtweets, reposts and indirect are {found:?} and should be {truth:?}",
            expected.subject
        );
    }
    Ok(())
}

fn adapters(config: &Config) -> &'static str {
    match (&config.log.kind, &config.store) {
        (LogKind::Embedded, StoreConfig::Embedded) => "embedded log and store",
        (LogKind::Kafka(_), StoreConfig::Redis(_)) => "Kafka and Redis",
        (LogKind::Kafka(_), StoreConfig::Embedded) => "Kafka and embedded store",
        (LogKind::Embedded, StoreConfig::Redis(_)) => "embedded log and Redis",
    }
}

fn show(args: &Pipeline, config: &Config, result: &Measured) {
    let rate = result.rate(args.posts);
    output::line(styled(HEADING, format!("pipeline, {}", adapters(config))));
    output::line(format!("  machine   {}", machine::describe()));
    output::line(format!(
        "  input     {} synthetic posts, {} subjects, {:.1} % match; figures checked against the truth",
        grouped(args.posts),
        grouped(u64::from(args.subjects)),
        args.matching * 100.0
    ));
    output::line(format!(
        "  result    {} posts/s, end to end ({:.1} s; {:.1} µs of processor time a post)",
        styled(ACCENT.bold(), grouped(rate as u64)),
        result.took.as_secs_f64(),
        result.processor.as_secs_f64() * 1e6 / args.posts as f64
    ));
    output::line(format!(
        "  peer      {} posts/s by the log alone (append, read back, decode): the pipeline runs at {:.0} % of it",
        grouped(result.log_alone as u64),
        rate / result.log_alone * 100.0
    ));
    let megabytes = |bytes: &u64| format!("{}", bytes / 1_000_000);
    let steps: Vec<_> = result
        .memory
        .iter()
        .step_by((result.memory.len() / 5).max(1))
        .map(megabytes)
        .collect();
    let most = result.memory.iter().max().map(megabytes).unwrap_or_default();
    output::line(format!(
        "  memory    {} MB through the run, {most} MB at most",
        steps.join(" → ")
    ));
    output::line("\n  where the time went (of all threads, waiting included):");
    let mut rows = vec![("intake".to_owned(), result.intake)];
    for (stage, figures) in &result.stages {
        rows.extend(Phase::ALL.map(|phase| {
            (
                format!("{stage} {}", phase.name().replace('_', " ")),
                figures.spent(phase),
            )
        }));
    }
    let all: Duration = rows.iter().map(|(_, spent)| *spent).sum();
    let share = |spent: Duration| spent.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE);
    for (name, spent) in rows {
        let percent = share(spent) * 100.0;
        output::line(format!(
            "  {name:<20} {percent:>5.1} %  {}",
            styled(ACCENT, bar((percent * 10.0) as u64, 1000, 40))
        ));
    }
    for (stage, figures) in &result.stages {
        let text = format!(
            "  {stage}: {} records in, {} out, {} conflicts, {} woken",
            grouped(figures.records_in),
            grouped(figures.records_out),
            grouped(figures.conflicts),
            grouped(figures.woken)
        );
        output::line(styled(FAINT, text));
    }
}

fn report(args: &Pipeline, config: &Config, result: &Measured) -> Value {
    let stage = |(name, figures): &(&str, StageFigures)| {
        let phases: serde_json::Map<String, Value> = Phase::ALL
            .map(|phase| (phase.name().to_owned(), figures.spent(phase).as_secs_f64().into()))
            .into_iter()
            .collect();
        json!({ "stage": name, "records_in": figures.records_in, "records_out": figures.records_out,
                "conflicts": figures.conflicts, "woken": figures.woken, "seconds": phases })
    };
    json!({
        "machine": machine::describe(),
        "adapters": adapters(config),
        "posts": args.posts,
        "subjects": args.subjects,
        "matching": args.matching,
        "seconds": result.took.as_secs_f64(),
        "posts_per_second": result.rate(args.posts),
        "processor_seconds": result.processor.as_secs_f64(),
        "log_alone_posts_per_second": result.log_alone,
        "memory_bytes": result.memory,
        "intake_seconds": result.intake.as_secs_f64(),
        "stages": result.stages.iter().map(stage).collect::<Vec<_>>(),
    })
}
