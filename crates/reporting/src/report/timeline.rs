//! The figures of a window, bucket by bucket. A bucket that the window cuts shows the part within the window, so that the buckets add
//! up to the summary of the same window.

use std::ops::Range;

use backtweet_store::Store;
use backtweet_wire::v1;

use super::reads::Reads;
use super::{ReportError, coverage, summary};
use crate::fold::Head;
use crate::invalid::{Invalid, Violations};
use crate::window::{Cover, Length, Window};

/// The most buckets of one answer. More would not fit into a message.
const MOST_BUCKETS: usize = 10_000;
/// Up to this many minutes a window shows as minutes, unless asked otherwise.
const MINUTES_UP_TO: i64 = 6 * 60;
/// Up to this many minutes a window shows as hours.
const HOURS_UP_TO: i64 = 14 * 24 * 60;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Answers `ReportService.Timeline`.
pub(crate) async fn timeline(
    store: &dyn Store,
    request: v1::TimelineRequest,
) -> Result<v1::TimelineResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let asked = length(request.bucket, &mut violations);
    violations.check("timeline request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let minutes = minutes(&head, window);
    let length = asked.unwrap_or_else(|| fitting(minutes.end - minutes.start));
    let slices = slices(&minutes, length, &reads.days().await?)?;
    let sets: Vec<_> = slices.iter().map(|slice| slice.cover.buckets(&[slice.day])).collect();
    let figures = summary::figures(reads, &sets).await?;
    let happened = slices
        .iter()
        .zip(figures)
        .filter(|(_, figures)| *figures != v1::Figures::default());
    let buckets = happened.map(|(slice, figures)| v1::TimelineBucket {
        start_us: slice.start.saturating_mul(MICROS_PER_MINUTE),
        figures: Some(figures),
    });
    let buckets = buckets.collect();
    let (window, coverage) = (Some(window.to_wire()), Some(coverage(&head)));
    let bucket = bucket(length).into();
    Ok(v1::TimelineResponse {
        subject: request.subject,
        window,
        bucket,
        buckets,
        coverage,
    })
}

fn minutes(head: &Head, window: Window) -> Range<i64> {
    head.span().map_or(0..0, |(first, last)| window.minutes(first, last))
}

fn length(bucket: i32, violations: &mut Violations) -> Option<Length> {
    match v1::Bucket::try_from(bucket) {
        Ok(v1::Bucket::Unspecified) => None,
        Ok(v1::Bucket::Minute) => Some(Length::Minute),
        Ok(v1::Bucket::Hour) => Some(Length::Hour),
        Ok(v1::Bucket::Day) => Some(Length::Day),
        Err(_) => {
            violations.add(
                "bucket",
                format!("{bucket} is no length of a bucket: use minute, hour or day"),
            );
            None
        }
    }
}

fn bucket(length: Length) -> v1::Bucket {
    match length {
        Length::Minute => v1::Bucket::Minute,
        Length::Hour => v1::Bucket::Hour,
        Length::Day => v1::Bucket::Day,
    }
}

fn fitting(minutes: i64) -> Length {
    if minutes <= MINUTES_UP_TO {
        Length::Minute
    } else if minutes <= HOURS_UP_TO {
        Length::Hour
    } else {
        Length::Day
    }
}

/// One bucket of a timeline.
struct Slice {
    /// Its first minute, whether or not the window begins later.
    start: i64,
    /// The day it lies on.
    day: i64,
    /// What the window leaves of it.
    cover: Cover,
}

/// The buckets that `minutes` comes to on the days on which anything happened.
fn slices(minutes: &Range<i64>, length: Length, days: &[i64]) -> Result<Vec<Slice>, Invalid> {
    let (per_day, step) = (Length::Day.minutes(), length.minutes());
    let mut slices = Vec::new();
    for &day in days {
        let start = minutes.start.max(day * per_day);
        let end = minutes.end.min((day + 1) * per_day);
        let mut at = start.div_euclid(step) * step;
        while at < end {
            if slices.len() == MOST_BUCKETS {
                let reason =
                    format!("it comes to more than {MOST_BUCKETS} buckets: narrow it, or ask for longer buckets");
                return Err(Invalid::one("timeline request", "window", reason));
            }
            let cover = Cover::of(at.max(start)..(at + step).min(end));
            slices.push(Slice { start: at, day, cover });
            at += step;
        }
    }
    Ok(slices)
}
