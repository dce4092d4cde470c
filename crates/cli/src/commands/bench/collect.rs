//! `backtweet bench collect`: what one core of a collector reads of Bluesky's stream, from the wire to the log, and what of that is decoding,
//! beside a decoder that only makes a `serde_json::Value` of each line. A rate is events over the processor time of the whole process.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use backtweet_collector::normalise::jetstream;
use backtweet_collector::{Intake, Wire};
use backtweet_domain::{Clock, SystemClock};
use backtweet_runtime::Ports;
use backtweet_simulator::Load;
use backtweet_simulator::stream::wire;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::machine;
use crate::args::{Collect, Format};
use crate::commands::config::Settings;
use crate::output::{self, ACCENT, HEADING, styled};
use crate::view::bars::grouped;

/// Lines handed on at once, as a source does.
const BATCH: usize = 1_000;
/// Lines that are made up ahead: they are read over and over in memory that stays the same.
const AHEAD: usize = 20_000;

/// What one way of reading came to.
struct Way {
    name: &'static str,
    /// Processor time for all events.
    took: Duration,
}

/// Runs the command.
pub async fn run(args: &Collect, settings: &Settings, format: Format) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("backtweet-bench-").tempdir()?;
    let set = format!("data_dir={}", folder.path().display());
    let config = Settings {
        file: settings.file.clone(),
        set: [settings.set.as_slice(), &[set]].concat(),
    }
    .load()?;
    let ports = Ports::open(&config, &CancellationToken::new()).await?;
    let intake = Intake::new(ports);
    let (mut plain, mut decoding, mut collecting) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut read, mut bytes, mut memory) = (0, 0, 0);
    let load = Load {
        posts: args.events.saturating_mul(2),
        ..Load::default()
    };
    let mut lines = load
        .events()
        .filter_map(|event| wire::jetstream(&event))
        .map(Bytes::from);
    while read < args.events {
        let left = usize::try_from(args.events - read)?.min(AHEAD);
        let ahead: Vec<Bytes> = lines.by_ref().take(left).collect();
        ensure!(!ahead.is_empty(), "the synthetic stream ended early");
        bytes += ahead.iter().map(Bytes::len).sum::<usize>();
        plain += timed(async || {
            for line in &ahead {
                std::hint::black_box(serde_json::from_slice::<Value>(line)?);
            }
            Ok(())
        })
        .await?;
        let received = SystemClock.now();
        decoding += timed(async || {
            for line in &ahead {
                let read = jetstream::normalise(line, received);
                ensure!(read.is_ok_and(|read| !read.events.is_empty()), "a line came to nothing");
            }
            Ok(())
        })
        .await?;
        collecting += timed(async || {
            for batch in ahead.chunks(BATCH) {
                let taken = intake.take_lines(Wire::Jetstream, None, 1, batch).await?;
                ensure!(
                    taken.accepted == batch.len() as u64,
                    "{} lines were refused",
                    taken.refused_count
                );
            }
            Ok(())
        })
        .await?;
        read += ahead.len() as u64;
        memory = memory.max(machine::resident_bytes());
    }
    let ways = [
        Way {
            name: "decoded, filtered and published",
            took: collecting,
        },
        Way {
            name: "decoded alone",
            took: decoding,
        },
        Way {
            name: "a plain serde_json::Value",
            took: plain,
        },
    ];
    show(&ways, read, bytes, memory, format)?;
    Ok(ExitCode::SUCCESS)
}

/// The processor time that `work` takes, of all threads.
async fn timed(work: impl AsyncFnOnce() -> Result<()>) -> Result<Duration> {
    let before = machine::processor_time();
    work().await?;
    Ok(machine::processor_time().saturating_sub(before))
}

fn show(ways: &[Way], events: u64, bytes: usize, memory: u64, format: Format) -> Result<()> {
    let rate = |way: &Way| events as f64 / way.took.as_secs_f64();
    let plain = ways.last().map_or(1.0, rate);
    match format {
        Format::Text => {
            output::line(styled(HEADING, "collect, Jetstream v1 to the log"));
            output::line(format!("  machine   {}", machine::describe()));
            output::line(format!(
                "  input     {} synthetic posts, {} bytes each on average",
                grouped(events),
                bytes as u64 / events.max(1)
            ));
            for way in ways {
                output::line(format!(
                    "  {:>9} events a second and core {}: {:.2} of the plain decoder",
                    styled(ACCENT.bold(), grouped(rate(way) as u64)),
                    way.name,
                    rate(way) / plain
                ));
            }
            output::line(format!("  memory    {} MB at most", memory / 1_000_000));
        }
        Format::Json => output::json(&json!({
            "machine": machine::describe(),
            "events": events,
            "bytes": bytes,
            "memory_bytes": memory,
            "events_per_core_second": ways.iter().map(|way| (way.name.to_owned(), rate(way).into())).collect::<serde_json::Map<String, Value>>(),
        }))?,
        Format::Csv => output::csv(
            ["way", "events", "processor_seconds", "events_per_core_second"],
            ways.iter().map(|way| {
                [
                    way.name.to_owned(),
                    events.to_string(),
                    format!("{:.3}", way.took.as_secs_f64()),
                    format!("{:.0}", rate(way)),
                ]
            }),
        )?,
    }
    Ok(())
}
