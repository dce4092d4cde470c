//! `backtweet up`: the whole suite in this process, until Ctrl-C. With `--track` it shows who points back as they come in.

mod track;

use std::process::ExitCode;

use anyhow::Result;
use backtweet_runtime::config::{LogKind, ProcessEnvironment, StoreConfig};
use backtweet_runtime::signals::Signals;
use backtweet_runtime::{Config, Ports, telemetry};
use backtweet_wire::v1;
use backtweet_wire::v1::collector_service_client::CollectorServiceClient;
use backtweet_wire::v1::subject_service_client::SubjectServiceClient;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use super::config::Settings;
use super::{sources, watch};
use crate::args::{Format, Up};
use crate::client::{self, refused};
use crate::output::{self, HEADING, styled};
use crate::schedules;
use crate::suite::Suite;

/// Runs the command.
pub async fn run(up: Up, settings: &Settings, format: Format) -> Result<ExitCode> {
    let config = settings.load()?;
    // What is wrong with the command line is said before anything is started.
    let tracked = up
        .track
        .iter()
        .map(|what| track::parse(what))
        .collect::<Result<Vec<_>>>()?;
    telemetry::log_to_stderr(&config.tracing, &ProcessEnvironment)?;
    let shutdown = CancellationToken::new();
    let (signals, stop) = (Signals::catch()?, shutdown.clone());
    tokio::spawn(async move {
        let name = signals.first().await;
        tracing::info!("{name}: stopping");
        stop.cancel();
    });
    let ports = Ports::open(&config, &shutdown).await?;
    let suite = Suite::start(&config, ports, shutdown.clone()).await?;
    let endpoint = suite.endpoint();
    output::line(format!(
        "{} {endpoint}  ({})",
        styled(HEADING, "backtweet is up at"),
        place(&config)
    ));

    let prepared = prepare(&up, tracked, &config, &endpoint);
    let subjects = match shutdown.run_until_cancelled(prepared).await {
        Some(Ok(subjects)) => subjects,
        Some(Err(error)) => {
            suite.stop().await?;
            return Err(error);
        }
        None => Vec::new(),
    };
    if subjects.is_empty() {
        output::line(
            "next: backtweet subject put ID --account @HANDLE --hashtag TAG, then backtweet push FILE --from WIRE or backtweet \
             sources add bluesky; Ctrl-C stops",
        );
    }
    if !config.schedules.is_empty() {
        let (endpoint, stop) = (endpoint.clone(), shutdown.clone());
        tokio::spawn(async move {
            if let Err(error) = schedules::run(&config, &endpoint, stop).await {
                output::warning(format!("no schedule is delivered: {error:#}"));
            }
        });
    }
    for subject in subjects {
        let (endpoint, stop) = (endpoint.clone(), shutdown.clone());
        tokio::spawn(async move {
            let mut token = String::new();
            let watching = watch::follow(&subject, &mut token, &endpoint, format);
            if let Some(Err(error)) = stop.run_until_cancelled(watching).await {
                output::warning(format!("{subject} is not watched any more: {error}"));
            }
        });
    }
    suite.wait().await?;
    output::line("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Tells the suite what to collect and whom to track. Returns the tracked subjects' ids.
async fn prepare(up: &Up, tracked: Vec<v1::Subject>, config: &Config, endpoint: &str) -> Result<Vec<String>> {
    let channel = client::connect(endpoint).await?;
    let mut ids = Vec::new();
    for mut subject in tracked {
        if let (Some(_), Some(appview)) = (&up.bluesky, &config.collector.appview) {
            track::look_up(&mut subject, appview).await;
        }
        ids.push(subject.id.clone());
        put(channel.clone(), subject).await?;
    }
    let bluesky = up
        .bluesky
        .as_deref()
        .map(|server| sources::bluesky(Some(server).filter(|it| !it.is_empty())));
    let mastodon = up
        .mastodon
        .iter()
        .map(|instance| sources::mastodon(instance, up.mastodon_token.as_deref()));
    let mut collector = CollectorServiceClient::new(channel);
    for source in bluesky.into_iter().chain(mastodon) {
        collector
            .put_source(v1::PutSourceRequest { source: Some(source) })
            .await
            .map_err(refused)?;
    }
    Ok(ids)
}

async fn put(channel: Channel, subject: v1::Subject) -> Result<()> {
    let request = v1::PutSubjectRequest { subject: Some(subject) };
    SubjectServiceClient::new(channel)
        .put_subject(request)
        .await
        .map_err(refused)?;
    Ok(())
}

/// Where the suite keeps everything, in words.
fn place(config: &Config) -> String {
    let log = match &config.log.kind {
        LogKind::Embedded => "embedded log".to_owned(),
        LogKind::Kafka(kafka) => format!("Kafka at {}", kafka.brokers.join(", ")),
    };
    let store = match &config.store {
        StoreConfig::Embedded => "embedded store",
        StoreConfig::Redis(_) => "Redis",
    };
    let files = config.log.kind == LogKind::Embedded || config.store == StoreConfig::Embedded;
    let folder = if files {
        format!(", in {}", config.data_dir.display())
    } else {
        String::new()
    };
    format!("{log}, {store}{folder}")
}
