//! How the measurement is shown.

use anyhow::Result;
use serde_json::{Value, json};

use super::Size;
use super::drive::Asked;
use crate::args::{BenchReports, Format};
use crate::commands::bench::machine;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::bars::grouped;

pub(super) fn show(args: &BenchReports, sizes: &[Size], format: Format) -> Result<()> {
    match format {
        Format::Text => text(args, sizes),
        Format::Json => output::json(&document(args, sizes))?,
        Format::Csv => output::csv(
            [
                "posts",
                "call",
                "p50_ms",
                "p90_ms",
                "p99_ms",
                "max_ms",
                "first_ms",
                "calls_per_second",
            ],
            sizes.iter().flat_map(|size| {
                size.asked.iter().map(|(call, asked)| {
                    let [p50, p90, p99, max] = percentiles(asked).map(|ms| format!("{ms:.3}"));
                    let first = format!("{:.3}", asked.first.as_secs_f64() * 1e3);
                    let (posts, name) = (size.posts.to_string(), call.name().to_owned());
                    [
                        posts,
                        name,
                        p50,
                        p90,
                        p99,
                        max,
                        first,
                        format!("{:.1}", asked.a_second()),
                    ]
                })
            }),
        )?,
    }
    Ok(())
}

fn store(args: &BenchReports) -> &'static str {
    match args.redis {
        Some(_) => "Redis",
        None => "the embedded store",
    }
}

fn percentiles(asked: &Asked) -> [f64; 4] {
    [0.5, 0.9, 0.99, 1.0].map(|share| asked.within(share).as_secs_f64() * 1e3)
}

fn text(args: &BenchReports, sizes: &[Size]) {
    output::line(styled(HEADING, format!("reports, {}", store(args))));
    output::line(format!("  machine   {}", machine::describe()));
    output::line(format!("  version   backtweet {}", env!("CARGO_PKG_VERSION")));
    output::line(format!(
        "  input     synthetic archives of 60 days about {} subjects, 2 in 100 posts corrected or taken back; every answer checked against the truth",
        args.subjects
    ));
    output::line("\n  folded by the reporting service from the log, appending and reading it included");
    output::line(styled(
        FAINT,
        "     backtweets      a second  µs of processor  writes each   bytes each  without text   journal",
    ));
    for size in sizes {
        let posts = size.posts as f64;
        output::line(format!(
            "  {:>13} {}  {:>15.1}  {:>11.1}  {:>11.0}  {:>12.0}  {:>5} MB",
            grouped(size.posts),
            styled(ACCENT.bold(), format!("{:>13}", grouped(size.folded.rate() as u64))),
            size.folded.processor.as_secs_f64() * 1e6 / posts,
            size.folded.writes as f64 / posts,
            size.space.kept as f64 / posts,
            size.space.kept.saturating_sub(size.space.text) as f64 / posts,
            size.space.journal / 1_000_000
        ));
    }
    output::line(styled(
        FAINT,
        "  bytes are those on disk (or in the server's memory) right after, as far as they went from the journal to tables",
    ));
    output::line(format!(
        "\n  asked over gRPC by {} clients at once, in milliseconds",
        args.clients
    ));
    output::line(styled(
        FAINT,
        "     backtweets       p50       p90       p99       max   calls/s  CPU each   first, alone",
    ));
    let calls = sizes.first().map_or(0, |size| size.asked.len());
    for place in 0..calls {
        for (number, size) in sizes.iter().enumerate() {
            let (call, asked) = &size.asked[place];
            if number == 0 {
                let growth = styled(FAINT, growth(sizes, place));
                output::line(format!("  {}{growth}", styled(HEADING, call.describe())));
            }
            let [p50, p90, p99, max] = percentiles(asked);
            output::line(format!(
                "  {:>13} {p50:>9.2} {p90:>9.2} {} {max:>9.2} {:>9.0} {:>9.2} {:>9.1}",
                grouped(size.posts),
                styled(ACCENT.bold(), format!("{p99:>9.2}")),
                asked.a_second(),
                asked.processor().as_secs_f64() * 1e3,
                asked.first.as_secs_f64() * 1e3
            ));
        }
    }
}

/// By how much a call's cost grows from the smallest size to the largest; nothing where there is one.
fn growth(sizes: &[Size], place: usize) -> String {
    let (Some(least), Some(most)) = (sizes.first(), sizes.last()) else {
        return String::new();
    };
    if least.posts == most.posts {
        return String::new();
    }
    let cost = |size: &Size| size.asked[place].1.processor().as_secs_f64();
    format!(
        "   {:.1} × the CPU for {:.0} × the backtweets",
        cost(most) / cost(least),
        most.posts as f64 / least.posts as f64
    )
}

fn document(args: &BenchReports, sizes: &[Size]) -> Value {
    let size = |size: &Size| {
        let call = |(call, asked): &(super::Call, Asked)| {
            let [p50, p90, p99, max] = percentiles(asked);
            json!({
                "call": call.name(), "asked": call.describe(), "p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "max_ms": max,
                "first_ms": asked.first.as_secs_f64() * 1e3, "calls_per_second": asked.a_second(),
                "processor_ms": asked.processor().as_secs_f64() * 1e3,
            })
        };
        let phases: serde_json::Map<String, Value> = size
            .folded
            .phases
            .iter()
            .map(|(phase, spent)| ((*phase).to_owned(), spent.as_secs_f64().into()))
            .collect();
        json!({
            "backtweets": size.posts,
            "changes": size.folded.changes,
            "folded_per_second": size.folded.rate(),
            "processor_seconds": size.folded.processor.as_secs_f64(),
            "seconds": size.folded.took.as_secs_f64(),
            "phases_seconds": phases,
            "writes": size.folded.writes,
            "bytes": size.space.kept,
            "text_bytes": size.space.text,
            "journal_bytes": size.space.journal,
            "calls": size.asked.iter().map(call).collect::<Vec<_>>(),
        })
    };
    json!({
        "machine": machine::describe(),
        "version": env!("CARGO_PKG_VERSION"),
        "store": store(args),
        "subjects": args.subjects,
        "clients": args.clients,
        "sizes": sizes.iter().map(size).collect::<Vec<_>>(),
    })
}
