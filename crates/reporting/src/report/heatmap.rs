//! Backtweets and net sentiment by weekday and hour, from the hours of a timeline.

use std::collections::BTreeMap;

use backtweet_store::Store;
use backtweet_wire::v1;

use super::as_of::Then;
use super::reads::Reads;
use super::timeline::{minutes, slices};
use super::{ReportError, coverage, summary};
use crate::calendar::{Calendar, Unit};
use crate::invalid::{Invalid, Violations};
use crate::window::{Bucket, Window};

/// The most hours that are read for one answer.
const MOST_HOURS: usize = 10_000;

/// Answers `ReportService.HeatMap`.
pub(crate) async fn heat_map(
    store: &dyn Store,
    request: v1::HeatMapRequest,
) -> Result<v1::HeatMapResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let calendar = Calendar::read(&request.time_zone, &mut violations);
    violations.check("heat map request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let then = Then::read(reads, head.kept(), request.as_of_us).await?;
    let (reads, window) = (then.reads(), then.clip(window)?.kept_by_hour(head.kept()));
    let (minutes, days) = (minutes(&head, window), reads.days().await?);
    let hours: Vec<_> = slices(&minutes, &calendar, Unit::Hour, &days)
        .take(MOST_HOURS + 1)
        .collect();
    if hours.len() > MOST_HOURS {
        let reason = format!("it comes to more than {MOST_HOURS} hours: narrow it");
        return Err(Invalid::one("heat map request", "window", reason).into());
    }
    let mut cells: BTreeMap<(u32, u32), Vec<Bucket>> = BTreeMap::new();
    for hour in &hours {
        if let Some(place) = place(&calendar, hour.around.start) {
            cells.entry(place).or_default().extend(hour.buckets(&days));
        }
    }
    let (places, sets): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    let sums = summary::sums(reads, &sets).await?;
    let cells = places
        .into_iter()
        .zip(sums)
        .map(|(place, sums)| cell(place, &sums.to_wire(0)));
    Ok(v1::HeatMapResponse {
        cells: cells.filter(|cell| cell.backtweets > 0).collect(),
        as_of: then.to_wire(window),
        subject: request.subject,
        window: Some(window.to_wire()),
        time_zone: calendar.name().to_owned(),
        coverage: Some(coverage(&head)),
    })
}

/// The weekday, from 1 for Monday, and the hour that the clocks show at `minute`.
fn place(calendar: &Calendar, minute: i64) -> Option<(u32, u32)> {
    let local = calendar.local(minute)?;
    let weekday = local.weekday().to_monday_one_offset().unsigned_abs();
    Some((weekday.into(), local.hour().unsigned_abs().into()))
}

fn cell((weekday, hour): (u32, u32), figures: &v1::Figures) -> v1::HeatMapCell {
    let label = |name: &str| {
        let label = figures.sentiments.iter().find(|count| count.name == name);
        label.map_or(0, |count| count.count)
    };
    v1::HeatMapCell {
        weekday,
        hour,
        backtweets: figures.backtweets,
        positive: label("positive"),
        negative: label("negative"),
        net_sentiment: figures.net_sentiment,
    }
}
