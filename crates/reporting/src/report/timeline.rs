//! The figures of a window, bucket by bucket. A bucket that the window cuts shows the part within the window, so that the buckets add
//! up to the summary of the same window.

use std::ops::Range;

use backtweet_domain::Timestamp;
use backtweet_store::Store;
use backtweet_wire::v1;

use super::as_of::Then;
use super::reads::Reads;
use super::recent::Recent;
use super::{ReportError, coverage, summary};
use crate::calendar::{Calendar, Unit};
use crate::fold::Head;
use crate::invalid::{Invalid, Violations};
use crate::window::{Bucket, Cover, Kept, Window};

/// The most buckets of one answer. More would not fit into a message of the size that clients take unless told otherwise.
pub(crate) const MOST_BUCKETS: usize = 5_000;
/// Up to how many minutes a window shows in which unit, unless asked otherwise.
const FITTING: [(i64, Unit); 5] = [
    (6 * 60, Unit::Minute),
    (24 * 60 - 1, Unit::QuarterHour),
    (14 * 24 * 60, Unit::Hour),
    (366 * 24 * 60, Unit::Day),
    (5 * 366 * 24 * 60, Unit::Week),
];
pub(crate) const MICROS_PER_MINUTE: i64 = 60_000_000;
const MINUTES_PER_DAY: i64 = 24 * 60;

/// Answers as [`remembered`] does, with nothing remembered.
#[cfg(test)]
pub(crate) async fn timeline(
    store: &dyn Store,
    request: v1::TimelineRequest,
) -> Result<v1::TimelineResponse, ReportError> {
    remembered(store, &Recent::default(), request).await
}

/// Answers `ReportService.Timeline`.
pub(crate) async fn remembered(
    store: &dyn Store,
    recent: &Recent,
    request: v1::TimelineRequest,
) -> Result<v1::TimelineResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    let calendar = Calendar::read(&request.time_zone, &mut violations);
    let asked = unit(request.bucket, &mut violations);
    violations.check("timeline request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let kept = head.kept();
    let then = Then::read(reads, kept, request.as_of_us).await?;
    let (reads, window) = (then.reads(), then.clip(window)?.kept(kept));
    let minutes = minutes(&head, window);
    let days = reads.days().await?;
    let of = |unit: Unit| {
        slices(&minutes, &calendar, unit, &days)
            .take(MOST_BUCKETS + 1)
            .collect::<Vec<_>>()
    };
    let unit = match asked {
        Some(unit) => unit,
        None => fitting(minutes.end - minutes.start, |unit| {
            of(unit).iter().all(|slice| slice.is_kept(kept))
        }),
    };
    let slices = of(unit);
    if slices.len() > MOST_BUCKETS {
        let reason = format!("it comes to more than {MOST_BUCKETS} buckets: narrow it, or ask for longer buckets");
        return Err(Invalid::one("timeline request", "window", reason).into());
    }
    if !slices.iter().all(|slice| slice.is_kept(kept)) {
        return Err(let_go(unit, kept).into());
    }
    let sets: Vec<_> = slices.iter().map(|slice| slice.buckets(&days)).collect();
    let figures = match request.as_of_us {
        None => recent.figures(reads, &sets).await?,
        // What was known then is not what is remembered of today.
        Some(_) => summary::figures(reads, &sets).await?,
    };
    let happened = slices
        .iter()
        .zip(figures)
        .filter(|(_, figures)| *figures != v1::Figures::default());
    let buckets = happened.map(|(slice, figures)| v1::TimelineBucket {
        start_us: slice.around.start.saturating_mul(MICROS_PER_MINUTE),
        figures: Some(figures),
        end_us: slice.around.end.saturating_mul(MICROS_PER_MINUTE),
    });
    Ok(v1::TimelineResponse {
        buckets: buckets.collect(),
        as_of: then.to_wire(window),
        subject: request.subject,
        window: Some(window.to_wire()),
        bucket: bucket(unit).into(),
        coverage: Some(coverage(&head)),
        time_zone: calendar.name().to_owned(),
    })
}

/// The minutes of a window in which there can be anything, rounded outwards to what is kept.
pub(crate) fn minutes(head: &Head, window: Window) -> Range<i64> {
    let minutes = head.span().map_or(0..0, |(first, last)| window.minutes(first, last));
    head.kept().around(minutes)
}

pub(crate) fn unit(bucket: i32, violations: &mut Violations) -> Option<Unit> {
    match v1::Bucket::try_from(bucket) {
        Ok(v1::Bucket::Unspecified) => None,
        Ok(v1::Bucket::Minute) => Some(Unit::Minute),
        Ok(v1::Bucket::QuarterHour) => Some(Unit::QuarterHour),
        Ok(v1::Bucket::Hour) => Some(Unit::Hour),
        Ok(v1::Bucket::Day) => Some(Unit::Day),
        Ok(v1::Bucket::Week) => Some(Unit::Week),
        Ok(v1::Bucket::Month) => Some(Unit::Month),
        Err(_) => {
            let reason = format!("{bucket} is no bucket: use minute, quarter hour, hour, day, week or month");
            violations.add("bucket", reason);
            None
        }
    }
}

pub(crate) fn bucket(unit: Unit) -> v1::Bucket {
    match unit {
        Unit::Minute => v1::Bucket::Minute,
        Unit::QuarterHour => v1::Bucket::QuarterHour,
        Unit::Hour => v1::Bucket::Hour,
        Unit::Day => v1::Bucket::Day,
        Unit::Week => v1::Bucket::Week,
        Unit::Month => v1::Bucket::Month,
    }
}

/// The shortest unit that fits a window of so many minutes, of those that are kept.
pub(crate) fn fitting(minutes: i64, is_kept: impl Fn(Unit) -> bool) -> Unit {
    let fits = FITTING.into_iter().filter(|(most, _)| minutes <= *most);
    fits.map(|(_, unit)| unit)
        .find(|&unit| is_kept(unit))
        .unwrap_or(Unit::Month)
}

fn let_go(unit: Unit, kept: Kept) -> Invalid {
    let since = |minute: i64| Timestamp::from_micros(minute.saturating_mul(MICROS_PER_MINUTE));
    let reason = match unit {
        Unit::Minute => format!(
            "minutes are kept from {} on: ask for quarter hours, or for a window from then on",
            since(kept.minutes)
        ),
        _ => format!(
            "hours and their parts are kept from {} on, before that there are days of UTC: ask for those, or for a window from then on",
            since(kept.hours)
        ),
    };
    Invalid::one("timeline request", "bucket", reason)
}

/// One unit of a calendar, or the part of it that a window leaves.
pub(crate) struct Slice {
    /// The whole unit.
    pub(crate) around: Range<i64>,
    within: Range<i64>,
}

impl Slice {
    /// Whether its figures can be told apart from those around it.
    fn is_kept(&self, kept: Kept) -> bool {
        kept.around(self.within.clone()) == self.within
    }

    /// What its figures are kept in, on the days on which anything happened.
    pub(crate) fn buckets(&self, days: &[i64]) -> Vec<Bucket> {
        Cover::of(self.within.clone()).buckets(days)
    }
}

/// The units that `minutes` comes to on the days on which anything happened, in order, none of them twice.
pub(crate) fn slices<'a>(
    minutes: &'a Range<i64>,
    calendar: &'a Calendar,
    unit: Unit,
    days: &'a [i64],
) -> impl Iterator<Item = Slice> + 'a {
    let mut days = days.iter();
    let (mut at, mut end) = (minutes.start, minutes.start);
    std::iter::from_fn(move || {
        while at >= end {
            let day = days.next()?;
            at = at.max(day * MINUTES_PER_DAY);
            end = minutes.end.min((day + 1) * MINUTES_PER_DAY);
        }
        let around = calendar.around(unit, at);
        let within = at.max(around.start)..around.end.min(minutes.end);
        at = around.end;
        Some(Slice { around, within })
    })
}
