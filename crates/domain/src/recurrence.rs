//! When something that recurs by the clocks of a time zone is due, and which whole period before that it is about. Pure: what time it is
//! is handed in.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Timestamp;

const MINUTE_US: i64 = 60_000_000;
/// No hour of any clock is longer, not even where clocks change in it.
const LONGEST_HOUR: i64 = 180;
/// Some day of every month lies within so many days of any other.
const LONGEST_MONTH: i64 = 62;

/// A rhythm by the clocks of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    every: Every,
    at: Time,
    zone: TimeZone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    /// At the minutes of the time of day.
    Hour,
    Day,
    Week(Weekday),
    /// On this day, or the month's last where it has fewer.
    Month(i8),
}

/// One time at which something that recurs is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// When it is due. Where clocks skip that time, when they have skipped it; where they show it twice, the first time.
    pub due: Timestamp,
    /// Where the period that it is about begins: midnight by the zone's clocks, or a full hour.
    pub from: Timestamp,
    /// Where it ends, exclusive.
    pub to: Timestamp,
    /// The period's name, fit for a file: `2026-10-25T0200+0100`, `2026-10-25`, `2026-10-19_2026-10-25` or `2026-10`.
    pub period: String,
}

impl Occurrence {
    /// The period as people say it.
    pub fn words(&self) -> String {
        self.period.replace('_', " to ")
    }
}

/// What cannot be read of a recurrence: the name of the part, and what it takes.
pub type Misread = (&'static str, &'static str);

impl Recurrence {
    /// Reads `every` (`hour`, `day`, `week` or `month`), the time of day `at` (08:00 where absent, and for hours 00:05), the day `on`
    /// (a weekday, Monday where absent, or a day of the month, the 1st where absent) and an IANA time zone, UTC where absent.
    ///
    /// # Errors
    /// Every part that cannot be read.
    pub fn read(every: &str, at: Option<&str>, on: Option<&str>, zone: Option<&str>) -> Result<Self, Vec<Misread>> {
        let mut misread = Vec::new();
        let every = match every {
            "hour" => Every::Hour,
            "day" => Every::Day,
            "week" => Every::Week(weekday(on.unwrap_or("monday")).unwrap_or_else(|| {
                misread.push(("on", "write a day of the week, such as monday"));
                Weekday::Monday
            })),
            "month" => Every::Month(day_of_month(on.unwrap_or("1")).unwrap_or_else(|| {
                misread.push((
                    "on",
                    "write a day of the month from 1 to 31; a shorter month's last day stands for those it lacks",
                ));
                1
            })),
            _ => {
                misread.push(("every", "write hour, day, week or month"));
                Every::Day
            }
        };
        if on.is_some() && every == Every::Hour {
            misread.push(("on", "every hour is on every day: remove it"));
        }
        if on.is_some() && every == Every::Day {
            misread.push(("on", "every day is on every day: remove it, or write every = \"week\""));
        }
        let usual = if every == Every::Hour { "00:05" } else { "08:00" };
        let at = time_of_day(at.unwrap_or(usual)).unwrap_or_else(|| {
            misread.push(("at", "write a time of day in hours and minutes, such as 08:00"));
            Time::midnight()
        });
        if every == Every::Hour && at.hour() != 0 {
            misread.push(("at", "of every hour, write the minutes alone, such as 00:05"));
        }
        let zone = match zone {
            None => TimeZone::UTC,
            Some(name) => TimeZoneDatabase::bundled().get(name).unwrap_or_else(|_| {
                misread.push(("time_zone", "write an IANA name, such as Europe/Berlin"));
                TimeZone::UTC
            }),
        };
        if misread.is_empty() {
            Ok(Self { every, at, zone })
        } else {
            Err(misread)
        }
    }

    /// The zone's IANA name.
    pub fn time_zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The last occurrence that is due at `now`; `None` beyond the calendar, which ends with the year 9999.
    pub fn last(&self, now: Timestamp) -> Option<Occurrence> {
        if self.every == Every::Hour {
            return self.hour(self.before(now.minute(), self.at.minute())?);
        }
        let today = self.local(now.minute())?.date();
        let is_due = |date: &Date| self.start(*date, self.at).is_some_and(|due| due <= now);
        let dates = (-1..=LONGEST_MONTH).filter_map(|days| today.checked_sub(days.days()).ok());
        self.days(dates.filter(|date| self.falls_on(*date)).find(is_due)?)
    }

    /// The first occurrence that is due after `now`; `None` beyond the calendar.
    pub fn next(&self, now: Timestamp) -> Option<Occurrence> {
        if self.every == Every::Hour {
            let mut minutes = now.minute() + 1..=now.minute() + LONGEST_HOUR;
            return self.hour(minutes.find(|minute| self.shows(*minute, self.at.minute()))?);
        }
        let today = self.local(now.minute())?.date();
        let is_to_come = |date: &Date| self.start(*date, self.at).is_some_and(|due| due > now);
        let dates = (-1..=LONGEST_MONTH).filter_map(|days| today.checked_add(days.days()).ok());
        self.days(dates.filter(|date| self.falls_on(*date)).find(is_to_come)?)
    }

    fn falls_on(&self, date: Date) -> bool {
        match self.every {
            Every::Hour | Every::Day => true,
            Every::Week(on) => date.weekday() == on,
            Every::Month(on) => date.day() == on.min(date.days_in_month()),
        }
    }

    /// The occurrence on `date`.
    fn days(&self, date: Date) -> Option<Occurrence> {
        let (first, next) = match self.every {
            Every::Week(_) => (date.checked_sub(7.days()).ok()?, date),
            Every::Month(_) => {
                let next = date.first_of_month();
                (next.checked_sub(1.month()).ok()?, next)
            }
            _ => (date.yesterday().ok()?, date),
        };
        let period = match self.every {
            Every::Week(_) => format!("{first}_{}", next.yesterday().ok()?),
            Every::Month(_) => first.strftime("%Y-%m").to_string(),
            _ => first.to_string(),
        };
        Some(Occurrence {
            due: self.start(date, self.at)?,
            from: self.start(first, Time::midnight())?,
            to: self.start(next, Time::midnight())?,
            period,
        })
    }

    /// The occurrence at `due`, about the last full hour of the clocks.
    fn hour(&self, due: i64) -> Option<Occurrence> {
        let to = self.before(due, 0)?;
        let from = self.before(to - 1, 0)?;
        let offset = self.zone.to_offset(instant(from)?).seconds() / 60;
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        Some(Occurrence {
            due: Timestamp::from_micros(due * MINUTE_US),
            from: Timestamp::from_micros(from * MINUTE_US),
            to: Timestamp::from_micros(to * MINUTE_US),
            period: format!(
                "{}{sign}{hours:02}{minutes:02}",
                self.local(from)?.strftime("%Y-%m-%dT%H%M")
            ),
        })
    }

    /// The last minute up to `minute` at which the clocks show `minutes` past some hour.
    fn before(&self, minute: i64, minutes: i8) -> Option<i64> {
        (minute - LONGEST_HOUR..=minute)
            .rev()
            .find(|minute| self.shows(*minute, minutes))
    }

    fn shows(&self, minute: i64, minutes: i8) -> bool {
        self.local(minute).is_some_and(|local| local.minute() == minutes)
    }

    fn local(&self, minute: i64) -> Option<DateTime> {
        Some(self.zone.to_datetime(instant(minute)?))
    }

    /// When the clocks show `time` on `date`.
    fn start(&self, date: Date, time: Time) -> Option<Timestamp> {
        let at = self.zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible();
        Some(Timestamp::from_micros(at.ok()?.as_microsecond()))
    }
}

fn instant(minute: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(minute.checked_mul(60)?).ok()
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name.to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn day_of_month(text: &str) -> Option<i8> {
    text.parse().ok().filter(|day| (1..=31).contains(day))
}

/// `HH:MM` and nothing else.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests;
