//! `backtweet up`: the whole suite in this process, until Ctrl-C.

use std::process::ExitCode;

use anyhow::Result;
use backtweet_runtime::config::{LogKind, ProcessEnvironment, StoreConfig};
use backtweet_runtime::signals::Signals;
use backtweet_runtime::{Ports, telemetry};
use tokio_util::sync::CancellationToken;

use super::config::Settings;
use crate::output::{self, HEADING, styled};
use crate::suite::Suite;

/// Runs the command.
pub async fn run(settings: &Settings) -> Result<ExitCode> {
    let config = settings.load()?;
    telemetry::log_to_stderr(&config.tracing, &ProcessEnvironment)?;
    let shutdown = CancellationToken::new();
    let (signals, stop) = (Signals::catch()?, shutdown.clone());
    tokio::spawn(async move {
        let name = signals.first().await;
        tracing::info!("{name}: stopping");
        stop.cancel();
    });
    let ports = Ports::open(&config, &shutdown).await?;
    let suite = Suite::start(&config, ports, shutdown).await?;
    let log = match &config.log.kind {
        LogKind::Embedded => "embedded log".to_owned(),
        LogKind::Kafka(kafka) => format!("Kafka at {}", kafka.brokers.join(", ")),
    };
    let store = match &config.store {
        StoreConfig::Embedded => "embedded store",
        StoreConfig::Redis(_) => "Redis",
    };
    let place = if log.starts_with("embedded") {
        format!(", in {}", config.data_dir.display())
    } else {
        String::new()
    };
    output::line(format!(
        "{} {}  ({log}, {store}{place})",
        styled(HEADING, "backtweet is up at"),
        suite.endpoint()
    ));
    output::line(
        "next: backtweet subject put ID --account @HANDLE --hashtag TAG, then backtweet push FILE --from WIRE; Ctrl-C stops",
    );
    suite.wait().await?;
    output::line("stopped");
    Ok(ExitCode::SUCCESS)
}
