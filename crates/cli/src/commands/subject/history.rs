//! `backtweet subject history`: how far the retained posts have been read for a subject.

use std::time::Duration;

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_wire::v1;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Client;
use crate::args::Format;
use crate::client::refused;
use crate::output;

/// How often it is asked how far it has come.
const GLANCE: Duration = Duration::from_millis(500);

/// Shows it once, or until all is read.
pub(super) async fn run(client: &mut Client, id: &str, wait: bool, format: Format, quiet: bool) -> Result<()> {
    let mut history = ask(client, id).await?;
    if wait {
        let bar = bar(quiet);
        while history.as_ref().is_none_or(|it| it.finished_at_us.is_none()) {
            if let Some(history) = &history {
                bar.set_length(history.records);
                bar.set_position(history.done);
            }
            tokio::time::sleep(GLANCE).await;
            history = ask(client, id).await?;
        }
        bar.finish_and_clear();
    }
    show(id, history.as_ref(), format)
}

async fn ask(client: &mut Client, id: &str) -> Result<Option<v1::History>> {
    let request = v1::GetSubjectRequest { id: id.to_owned() };
    Ok(client.get_subject(request).await.map_err(refused)?.into_inner().history)
}

fn bar(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}% of {len} records, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn show(id: &str, history: Option<&v1::History>, format: Format) -> Result<()> {
    let finished = history.and_then(|it| it.finished_at_us).map(Timestamp::from_micros);
    let (records, done) = history.map_or((0, 0), |it| (it.records, it.done));
    match format {
        Format::Json => output::json(&json!({
            "subject": id, "begun": history.is_some(), "records": records, "done": done,
            "finished_at": finished.map(|at| at.to_string()),
        }))?,
        Format::Csv => {
            let finished = finished.map(|at| at.to_string()).unwrap_or_default();
            let row = [id.to_owned(), records.to_string(), done.to_string(), finished];
            output::csv(["subject", "records", "done", "finished_at"], [row])?;
        }
        Format::Text => output::line(match (history, finished) {
            (None, _) => format!("{id}: no classifier has begun yet; it begins once all of them follow the subject"),
            (Some(_), Some(at)) => format!("{id}: all {records} records that were retained have been read, at {at}"),
            (Some(_), None) if done >= records => {
                format!("{id}: all {records} records have been read, and are read again until nothing new comes of it")
            }
            (Some(_), None) => {
                let percent = 100.0 * done as f64 / records.max(1) as f64;
                format!("{id}: {done} of {records} records have been read ({percent:.0} %)")
            }
        }),
    }
    Ok(())
}
