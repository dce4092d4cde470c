//! What the clocks and calendars of a time zone call a minute, an hour, a day, a week or a month, as ranges of minutes since 1970. The
//! zones are those built into the program, so that an answer is the same on every machine. Pure.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::invalid::Violations;

const MINUTES_PER_DAY: i64 = 24 * 60;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A part of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Minute,
    QuarterHour,
    Hour,
    Day,
    /// From Monday on.
    Week,
    Month,
}

impl Unit {
    /// How many minutes it has, but for clock changes and months of other lengths.
    fn minutes(self) -> i64 {
        match self {
            Unit::Minute => 1,
            Unit::QuarterHour => 15,
            Unit::Hour => 60,
            Unit::Day => MINUTES_PER_DAY,
            Unit::Week => 7 * MINUTES_PER_DAY,
            Unit::Month => 30 * MINUTES_PER_DAY,
        }
    }
}

/// The calendar of one time zone.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The calendar of the zone with this IANA name; UTC where it is empty.
    pub(crate) fn read(name: &str, violations: &mut Violations) -> Self {
        let zone = if name.is_empty() {
            TimeZone::UTC
        } else {
            ZONES.get(name).unwrap_or_else(|_| {
                let name: String = name.chars().take(80).collect();
                let reason =
                    format!("`{name}` is no time zone: give an IANA name such as `Europe/Berlin`, or none for UTC");
                violations.add("time_zone", reason);
                TimeZone::UTC
            })
        };
        Self { zone }
    }

    /// The zone's name, as IANA writes it.
    pub(crate) fn name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The `unit` that `minute` lies in. Each minute lies in exactly one.
    pub(crate) fn around(&self, unit: Unit, minute: i64) -> Range<i64> {
        let around = match unit {
            Unit::Minute | Unit::QuarterHour | Unit::Hour => Some(self.part_of_day(unit.minutes(), minute)),
            Unit::Day | Unit::Week | Unit::Month => self.days(unit, minute),
        };
        // Calendars end with the year 9999; what claims to lie beyond is put into buckets of UTC.
        around.filter(|around| around.contains(&minute)).unwrap_or_else(|| {
            let start = minute.div_euclid(unit.minutes()) * unit.minutes();
            start..start + unit.minutes()
        })
    }

    /// What the clocks show at `minute`; `None` beyond the calendar.
    pub(crate) fn local(&self, minute: i64) -> Option<DateTime> {
        Some(self.zone.to_datetime(timestamp(minute)?))
    }

    /// When the clocks showed the same as at `minute`, so many weeks before.
    pub(crate) fn weeks_before(&self, minute: i64, weeks: i64) -> i64 {
        let days = SignedDuration::from_hours(24 * 7 * weeks);
        let local = self.local(minute).and_then(|local| local.checked_sub(days).ok());
        let before = local.and_then(|local| self.zone.to_ambiguous_timestamp(local).compatible().ok());
        before.map_or(minute - weeks * Unit::Week.minutes(), minute_of)
    }

    /// A stretch of `length` minutes by the clock, an hour at most. A clock change ends one and begins another.
    fn part_of_day(&self, length: i64, minute: i64) -> Range<i64> {
        let offset = self.offset(minute);
        let start = (minute + offset).div_euclid(length) * length - offset;
        let end = start + length;
        let is_same = |at: &i64| self.offset(*at) == offset;
        let start = (start..minute).find(is_same).unwrap_or(minute);
        let end = if is_same(&(end - 1)) {
            end
        } else {
            (minute..end).find(|at| !is_same(at)).unwrap_or(end)
        };
        start..end
    }

    /// How many minutes the clocks are ahead of UTC.
    fn offset(&self, minute: i64) -> i64 {
        let seconds = timestamp(minute).map_or(0, |at| self.zone.to_offset(at).seconds());
        i64::from(seconds).div_euclid(60)
    }

    /// The stretch of whole days of the calendar around `minute`; `None` where it reaches beyond the calendar.
    fn days(&self, unit: Unit, minute: i64) -> Option<Range<i64>> {
        let mut date = self.local(minute)?.date();
        // Where clocks go back over midnight, the end of a date comes again when the next one has begun: it is part of that one.
        while self.start_of(date.tomorrow().ok()?)? <= minute {
            date = date.tomorrow().ok()?;
        }
        let (first, next) = match unit {
            Unit::Week => {
                let monday = date
                    .checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
                    .ok()?;
                (monday, monday.checked_add(1.week()).ok()?)
            }
            Unit::Month => (date.first_of_month(), date.last_of_month().tomorrow().ok()?),
            _ => (date, date.tomorrow().ok()?),
        };
        Some(self.start_of(first)?..self.start_of(next)?)
    }

    /// The first minute of a date; of the next one there is, where clocks went past all of it.
    fn start_of(&self, date: Date) -> Option<i64> {
        let start = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
        start.compatible().ok().map(minute_of)
    }
}

fn timestamp(minute: i64) -> Option<Timestamp> {
    Timestamp::from_second(minute.checked_mul(60)?).ok()
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests;
