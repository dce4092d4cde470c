//! `backtweet report timeline`.

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_wire::v1;
use serde_json::json;

use super::{Asked, Client};
use crate::args::{Bucket, Format};
use crate::client::refused;
use crate::output::{self, ACCENT, styled};
use crate::view::as_of;
use crate::view::bars::{bar, grouped, sparkline};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};

/// What the command line asks for.
pub(super) fn request(subject: String, asked: &Asked, bucket: Option<Bucket>) -> v1::TimelineRequest {
    v1::TimelineRequest {
        subject,
        window: asked.window,
        bucket: self::bucket(bucket).into(),
        time_zone: asked.zone.name().to_owned(),
        as_of_us: asked.as_of_us,
    }
}

/// The wire's bucket; unspecified where none is asked for.
pub(super) fn bucket(bucket: Option<Bucket>) -> v1::Bucket {
    match bucket {
        None => v1::Bucket::Unspecified,
        Some(Bucket::Minute) => v1::Bucket::Minute,
        Some(Bucket::QuarterHour) => v1::Bucket::QuarterHour,
        Some(Bucket::Hour) => v1::Bucket::Hour,
        Some(Bucket::Day) => v1::Bucket::Day,
        Some(Bucket::Week) => v1::Bucket::Week,
        Some(Bucket::Month) => v1::Bucket::Month,
    }
}

/// A bucket's name in files.
pub(super) fn name(bucket: v1::Bucket) -> String {
    bucket.as_str_name().trim_start_matches("BUCKET_").to_lowercase()
}

/// Whether a bucket's start is told by its date alone.
pub(super) fn is_date(bucket: v1::Bucket) -> bool {
    matches!(bucket, v1::Bucket::Day | v1::Bucket::Week | v1::Bucket::Month)
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::TimelineRequest, asked: &Asked) -> Result<()> {
    let response = client.timeline(request).await.map_err(refused)?.into_inner();
    let bucket = name(response.bucket());
    match asked.format {
        Format::Json => json(&response, &bucket),
        Format::Csv => csv(&response, asked),
        Format::Text => {
            text(&response, asked, &bucket.replace('_', " "));
            Ok(())
        }
    }
}

fn json(response: &v1::TimelineResponse, bucket: &str) -> Result<()> {
    let row = |row: &v1::TimelineBucket| {
        json!({
            "start": Timestamp::from_micros(row.start_us),
            "end": Timestamp::from_micros(row.end_us),
            "figures": FiguresView::from(&row.figures.clone().unwrap_or_default()),
        })
    };
    output::json(&json!({
        "subject": response.subject,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "bucket": bucket,
        "time_zone": response.time_zone,
        "buckets": response.buckets.iter().map(row).collect::<Vec<_>>(),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
        "as_of": response.as_of.as_ref().map(as_of::view),
    }))
}

fn csv(response: &v1::TimelineResponse, asked: &Asked) -> Result<()> {
    let row = |row: &v1::TimelineBucket| {
        let found = row.figures.clone().unwrap_or_default();
        let numbers = [
            found.backtweets,
            found.reposts,
            found.citations,
            found.authors,
            found.impressions,
        ];
        let [backtweets, reposts, citations, authors, impressions] = numbers.map(|number| number.to_string());
        let net = found.net_sentiment.map(|net| net.to_string()).unwrap_or_default();
        let start = asked.zone.time(row.start_us);
        [start, backtweets, reposts, citations, authors, impressions, net]
    };
    let header = [
        "start",
        "backtweets",
        "reposts",
        "citations",
        "authors",
        "impressions",
        "net_sentiment",
    ];
    output::csv(header, response.buckets.iter().map(row))
}

fn text(response: &v1::TimelineResponse, asked: &Asked, bucket: &str) {
    if response.buckets.is_empty() {
        return output::line(format!("{}: nothing happened in this window", response.subject));
    }
    let rows: Vec<_> = response
        .buckets
        .iter()
        .map(|row| (row.start_us, row.figures.clone().unwrap_or_default()))
        .collect();
    let counts: Vec<u64> = rows.iter().map(|(_, found)| found.backtweets).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let subject = styled(output::HEADING, &response.subject);
    output::line(format!("{subject}, by {bucket}, {}", response.time_zone));
    let is_date = is_date(response.bucket());
    for (start, found) in &rows {
        let start = if is_date {
            asked.zone.date(*start)
        } else {
            asked.zone.time(*start)
        };
        let count = found.backtweets;
        output::line(format!(
            "  {start}  {:>8}  {}  {}",
            grouped(count),
            figures::net(found.net_sentiment),
            styled(ACCENT, bar(count, most, 40))
        ));
    }
    output::line(format!("  {}", sparkline(&counts)));
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
    as_of::show(response.as_of.as_ref());
}
