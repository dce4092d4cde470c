//! `backtweet schedule`: reports that are delivered by themselves.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use backtweet_domain::{Clock, SystemClock, Timestamp};
use backtweet_runtime::config::{ProcessEnvironment, Schedule as Configured};
use backtweet_runtime::signals::Signals;
use backtweet_runtime::{Config, telemetry};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::config::Settings;
use crate::args::{Format, Schedule};
use crate::output::{self, BAD, FAINT, HEADING, styled};
use crate::schedules::{self, Carrier, Courier, Kept, SuiteReports};
use crate::view::zone::Zone;

const EMPTY: &str = "no schedules are configured: add a table [[schedules]] to the configuration file, as at the end of \
                     `backtweet config example`; docs/schedules.md tells every key";

/// Runs the command.
pub async fn run(command: Schedule, settings: &Settings, endpoint: &str, format: Format) -> Result<ExitCode> {
    let config = settings.load()?;
    match command {
        Schedule::List => list(&config, format)?,
        Schedule::Run => deliver(&config, endpoint).await?,
        Schedule::Send { name } => send(&config, &name, endpoint).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn deliver(config: &Config, endpoint: &str) -> Result<()> {
    ensure!(!config.schedules.is_empty(), EMPTY);
    telemetry::log_to_stderr(&config.tracing, &ProcessEnvironment)?;
    let shutdown = CancellationToken::new();
    let (signals, stop) = (Signals::catch()?, shutdown.clone());
    tokio::spawn(async move {
        let name = signals.first().await;
        tracing::info!("{name}: stopping");
        stop.cancel();
    });
    let count = config.schedules.len();
    output::line(format!("{count} scheduled, from {endpoint}; Ctrl-C stops"));
    schedules::run(config, endpoint, shutdown).await
}

async fn send(config: &Config, name: &str, endpoint: &str) -> Result<()> {
    let found = config.schedules.iter().find(|schedule| schedule.name == name);
    let schedule = found.with_context(|| {
        let names: Vec<_> = config.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
        match names.is_empty() {
            true => EMPTY.to_owned(),
            false => format!("no schedule is called `{name}`: there are {}", names.join(", ")),
        }
    })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let reports = SuiteReports::new(endpoint);
    let sent = Courier::new(schedule.clone(), schedules::folder(config), reports, clock)
        .send()
        .await?;
    let place = Carrier(&schedule.target).place();
    output::line(format!("delivered {sent} to {place}"));
    Ok(())
}

/// A schedule beside what is kept of it.
struct Listed<'a> {
    schedule: &'a Configured,
    next: Option<Timestamp>,
    kept: Kept,
}

fn list(config: &Config, format: Format) -> Result<()> {
    let (now, folder) = (SystemClock.now(), schedules::folder(config));
    let listed = config.schedules.iter().map(|schedule| {
        Ok(Listed {
            schedule,
            next: schedule.recurrence.next(now).map(|next| next.due),
            kept: Kept::read(&folder, &schedule.name)?.unwrap_or_else(|| Kept::new(now)),
        })
    });
    let listed = listed.collect::<Result<Vec<_>>>()?;
    match format {
        Format::Json => output::json(&listed.iter().map(view).collect::<Vec<_>>()),
        Format::Csv => output::csv(HEADER, listed.iter().map(row)),
        Format::Text if listed.is_empty() => {
            output::line(EMPTY);
            Ok(())
        }
        Format::Text => text(&listed),
    }
}

const HEADER: [&str; 6] = ["schedule", "subject", "next", "delivered", "delivery", "error"];

fn row(listed: &Listed<'_>) -> [String; 6] {
    let Listed { schedule, next, kept } = listed;
    let time = |at: Option<Timestamp>| at.map(String::from).unwrap_or_default();
    let delivered = kept.delivered.as_ref();
    [
        schedule.name.clone(),
        schedule.subject.to_string(),
        time(*next),
        time(delivered.map(|delivered| delivered.at)),
        delivered
            .map(|delivered| delivered.delivery.clone())
            .unwrap_or_default(),
        kept.failed
            .as_ref()
            .map(|failed| failed.reason.clone())
            .unwrap_or_default(),
    ]
}

fn view(listed: &Listed<'_>) -> Value {
    let Listed { schedule, next, kept } = listed;
    json!({
        "name": schedule.name,
        "subject": schedule.subject,
        "time_zone": schedule.recurrence.time_zone(),
        "to": Carrier(&schedule.target).place(),
        "next": next,
        "delivered": kept.delivered,
        "failed": kept.failed,
    })
}

fn text(listed: &[Listed<'_>]) -> Result<()> {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(["schedule", "subject", "next", "last delivered"]);
    for Listed { schedule, next, kept } in listed {
        let zone = Zone::read(Some(schedule.recurrence.time_zone()))?;
        let time = |at: Option<Timestamp>| at.map_or("never".to_owned(), |at| moment(&zone, at));
        let delivered = kept.delivered.as_ref().map(|delivered| delivered.at);
        table.add_row([
            schedule.name.clone(),
            schedule.subject.to_string(),
            time(*next),
            time(delivered),
        ]);
    }
    let table = table.to_string();
    let mut lines = table.lines();
    output::line(styled(HEADING, lines.next().unwrap_or_default().trim_end()));
    for (line, Listed { schedule, kept, .. }) in lines.zip(listed) {
        output::line(line.trim_end());
        if let Some(failed) = &kept.failed {
            let zone = Zone::read(Some(schedule.recurrence.time_zone()))?;
            let at = moment(&zone, failed.at);
            let what = format!("  {at}: {} was not delivered: {}", failed.delivery, failed.reason);
            output::line(styled(BAD, what));
            if failed.given_up {
                output::line(styled(
                    FAINT,
                    format!("  send it again with `backtweet schedule send {}`", schedule.name),
                ));
            }
        }
    }
    Ok(())
}

/// A time to the second.
fn moment(zone: &Zone, at: Timestamp) -> String {
    zone.time(at.micros().div_euclid(1_000_000) * 1_000_000)
}
