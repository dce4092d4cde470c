//! Windows of event time, the buckets that figures are kept in, and how a window is put together from them. Pure.

use std::fmt;
use std::ops::Range;

use backtweet_domain::Timestamp;
use backtweet_wire::v1;

use crate::invalid::Violations;

const MINUTES_PER_QUARTER_HOUR: i64 = 15;
const MINUTES_PER_HOUR: i64 = 60;
const MINUTES_PER_DAY: i64 = 24 * MINUTES_PER_HOUR;
const MICROS_PER_MINUTE: i64 = 60_000_000;

/// How long a bucket is, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Length {
    Minute,
    /// What the days and hours of time zones begin at whose offset is no whole hour.
    QuarterHour,
    Hour,
    Day,
}

impl Length {
    pub(crate) const ALL: [Length; 4] = [Length::Minute, Length::QuarterHour, Length::Hour, Length::Day];

    pub(crate) const fn minutes(self) -> i64 {
        match self {
            Length::Minute => 1,
            Length::QuarterHour => MINUTES_PER_QUARTER_HOUR,
            Length::Hour => MINUTES_PER_HOUR,
            Length::Day => MINUTES_PER_DAY,
        }
    }
}

/// What figures are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Bucket {
    /// Everything retained.
    All,
    /// One stretch of time: its length, and how many of that length lie between 1970 and its start.
    Of(Length, i64),
}

impl Bucket {
    /// All buckets that something at `at` counts in.
    pub(crate) fn around(at: Timestamp) -> [Bucket; 5] {
        let minute = at.minute();
        let of = |length: Length| Bucket::Of(length, minute.div_euclid(length.minutes()));
        let [minute, quarter_hour, hour, day] = Length::ALL.map(of);
        [Bucket::All, minute, quarter_hour, hour, day]
    }

    /// Its first minute; `None` where it has none.
    pub(crate) fn start(self) -> Option<i64> {
        match self {
            Bucket::All => None,
            Bucket::Of(length, number) => Some(number * length.minutes()),
        }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bucket::All => f.write_str("all"),
            Bucket::Of(Length::Minute, number) => write!(f, "m:{number}"),
            Bucket::Of(Length::QuarterHour, number) => write!(f, "q:{number}"),
            Bucket::Of(Length::Hour, number) => write!(f, "h:{number}"),
            Bucket::Of(Length::Day, number) => write!(f, "d:{number}"),
        }
    }
}

/// The day that a time lies on, as a number since 1970.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.minute().div_euclid(MINUTES_PER_DAY)
}

/// A part of event time in whole minutes since 1970, open where absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Window {
    from: Option<i64>,
    to: Option<i64>,
}

impl Window {
    /// Reads a request's window and rounds it outwards to whole minutes.
    pub(crate) fn read(wire: Option<v1::Window>, violations: &mut Violations) -> Self {
        let wire = wire.unwrap_or_default();
        if let (Some(from), Some(to)) = (wire.from_us, wire.to_us)
            && from >= to
        {
            violations.add(
                "window.to_us",
                format!("{to} is not after from_us, {from}: give a later end"),
            );
        }
        Self {
            from: wire.from_us.map(|from| from.div_euclid(MICROS_PER_MINUTE)),
            to: wire.to_us.map(minute_after),
        }
    }

    /// Everything before a time, rounded up to a whole minute.
    pub(crate) fn until(end_us: i64) -> Self {
        Self {
            from: None,
            to: Some(minute_after(end_us)),
        }
    }

    /// The part of it before a whole minute.
    pub(crate) fn until_at_most(self, end_us: i64) -> Self {
        let end = end_us.div_euclid(MICROS_PER_MINUTE);
        Self {
            to: Some(self.to.map_or(end, |to| to.min(end))),
            ..self
        }
    }

    /// Whether this event time lies in it.
    pub(crate) fn holds(self, at_us: i64) -> bool {
        self.start_us().is_none_or(|start| at_us >= start) && self.end_us().is_none_or(|end| at_us < end)
    }

    /// As it is echoed back: what was really used.
    pub(crate) fn to_wire(self) -> v1::Window {
        let micros = |minute: i64| minute.saturating_mul(MICROS_PER_MINUTE);
        v1::Window {
            from_us: self.from.map(micros),
            to_us: self.to.map(micros),
        }
    }

    /// The first microsecond in it; `None` where it is open.
    pub(crate) fn start_us(self) -> Option<i64> {
        self.from.map(|from| from.saturating_mul(MICROS_PER_MINUTE))
    }

    /// The first microsecond past it; `None` where it is open.
    pub(crate) fn end_us(self) -> Option<i64> {
        self.to.map(|to| to.saturating_mul(MICROS_PER_MINUTE))
    }

    /// Whether this time, in microseconds, lies within.
    pub(crate) fn contains(self, at_us: i64) -> bool {
        self.start_us().is_none_or(|start| at_us >= start) && self.end_us().is_none_or(|end| at_us < end)
    }

    /// Exactly these minutes.
    pub(crate) fn of(minutes: Range<i64>) -> Self {
        Self {
            from: Some(minutes.start),
            to: Some(minutes.end),
        }
    }

    /// All of its minutes up to `now`; `None` where it has no start, or where that lies ahead.
    pub(crate) fn past(self, now: Timestamp) -> Option<Range<i64>> {
        let now = minute_after(now.micros());
        let (from, to) = (self.from?, self.to.map_or(now, |to| to.min(now)));
        (from < to).then_some(from..to)
    }

    /// Whether none of it lies before this minute.
    pub(crate) fn begins_at_or_after(self, minute: i64) -> bool {
        self.from.is_some_and(|from| from >= minute)
    }

    /// Rounded outwards to whole buckets of a length.
    pub(crate) fn rounded(self, length: Length) -> Self {
        Self {
            from: self.from.map(|from| before(from, length)),
            to: self.to.map(|to| after(to, length)),
        }
    }

    /// Rounded outwards to buckets that are kept.
    pub(crate) fn kept(self, kept: Kept) -> Self {
        Self {
            from: self.from.map(|from| before(from, kept.at(from))),
            to: self.to.map(|to| after(to, kept.at(to))),
        }
    }

    /// The part of it that is kept by the hour, rounded outwards to buckets that are kept.
    pub(crate) fn kept_by_hour(self, kept: Kept) -> Self {
        if kept.hours == i64::MIN {
            return self.kept(kept);
        }
        let from = self.from.map_or(kept.hours, |from| from.max(kept.hours));
        let to = self.to.map(|to| to.max(from));
        Self { from: Some(from), to }.kept(kept)
    }

    /// The minutes of it in which there can be anything when all there is lies between `first` and `last`.
    pub(crate) fn minutes(self, first: Timestamp, last: Timestamp) -> Range<i64> {
        let (first, end) = (first.minute(), last.minute() + 1);
        let from = self.from.unwrap_or(first).max(first);
        from..self.to.unwrap_or(end).min(end).max(from)
    }
}

/// From which minute on figures are kept in buckets shorter than a day, and in single minutes. What lies before is kept by the day, and by the
/// quarter hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Starts a day.
    pub(crate) hours: i64,
    /// Starts an hour, and is no earlier.
    pub(crate) minutes: i64,
}

impl Kept {
    pub(crate) const ALL: Kept = Kept {
        hours: i64::MIN,
        minutes: i64::MIN,
    };

    /// Whether figures are kept in `bucket`.
    pub(crate) fn holds(self, bucket: Bucket) -> bool {
        let from = match bucket {
            Bucket::All | Bucket::Of(Length::Day, _) => return true,
            Bucket::Of(Length::Hour | Length::QuarterHour, _) => self.hours,
            Bucket::Of(Length::Minute, _) => self.minutes,
        };
        bucket.start().is_none_or(|start| start >= from)
    }

    /// What both keep.
    pub(crate) fn and(self, other: Kept) -> Kept {
        Kept {
            hours: self.hours.max(other.hours),
            minutes: self.minutes.max(other.minutes),
        }
    }

    /// `minutes` rounded outwards to buckets that are kept; none stay none.
    pub(crate) fn around(self, minutes: Range<i64>) -> Range<i64> {
        if minutes.is_empty() {
            return minutes;
        }
        before(minutes.start, self.at(minutes.start))..after(minutes.end, self.at(minutes.end))
    }

    /// The shortest bucket that something may begin or end at `minute` in.
    fn at(self, minute: i64) -> Length {
        match minute {
            _ if minute >= self.minutes => Length::Minute,
            _ if minute >= self.hours => Length::QuarterHour,
            _ => Length::Day,
        }
    }
}

/// `minutes` rounded outwards to whole buckets of a length; none stay none.
pub(crate) fn rounded(minutes: Range<i64>, length: Length) -> Range<i64> {
    if minutes.is_empty() {
        return minutes;
    }
    before(minutes.start, length)..after(minutes.end, length)
}

pub(crate) fn before(minute: i64, length: Length) -> i64 {
    minute.div_euclid(length.minutes()) * length.minutes()
}

fn after(minute: i64, length: Length) -> i64 {
    before(minute + length.minutes() - 1, length)
}

fn minute_after(micros: i64) -> i64 {
    let minute = micros.div_euclid(MICROS_PER_MINUTE);
    minute + i64::from(micros.rem_euclid(MICROS_PER_MINUTE) != 0)
}

/// A range of minutes taken apart into as few buckets as possible: whole days, whole hours at its edges, quarter hours at theirs, and
/// minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cover {
    /// What is shorter than a day: at most 14 minutes, 3 quarter hours and 23 hours at either end.
    pub(crate) edges: Vec<Bucket>,
    /// Whole days.
    pub(crate) days: Range<i64>,
}

impl Cover {
    /// Takes `minutes` apart.
    pub(crate) fn of(minutes: Range<i64>) -> Self {
        let (quarter_hours, mut edges) = whole(&minutes, Length::QuarterHour, Length::Minute);
        let (hours, quarter_hour_edges) = whole(&quarter_hours, Length::Hour, Length::QuarterHour);
        let (days, hour_edges) = whole(&hours, Length::Day, Length::Hour);
        edges.extend(quarter_hour_edges.into_iter().chain(hour_edges));
        Self { edges, days }
    }

    /// Its buckets on the days that are among `present`, which is sorted.
    pub(crate) fn buckets(&self, present: &[i64]) -> Vec<Bucket> {
        let start = present.partition_point(|&day| day < self.days.start);
        let end = present.partition_point(|&day| day < self.days.end);
        let days = present.get(start..end).unwrap_or_default();
        let days = days.iter().map(|&day| Bucket::Of(Length::Day, day));
        let day = |bucket: &Bucket| bucket.start().map(|start| start.div_euclid(MINUTES_PER_DAY));
        let is_present = |bucket: &Bucket| day(bucket).is_none_or(|day| present.binary_search(&day).is_ok());
        self.edges.iter().copied().filter(is_present).chain(days).collect()
    }
}

/// The whole buckets of length `long` within `range` (which counts buckets of length `short`), and what is left over at both ends.
fn whole(range: &Range<i64>, long: Length, short: Length) -> (Range<i64>, Vec<Bucket>) {
    let ratio = long.minutes() / short.minutes();
    let start = range.start.div_euclid(ratio) + i64::from(range.start.rem_euclid(ratio) != 0);
    let end = range.end.div_euclid(ratio);
    let left_over = |range: Range<i64>| range.map(move |number| Bucket::Of(short, number));
    if start >= end {
        return (start..start, left_over(range.clone()).collect());
    }
    let edges = left_over(range.start..start * ratio)
        .chain(left_over(end * ratio..range.end))
        .collect();
    (start..end, edges)
}

#[cfg(test)]
mod tests;
