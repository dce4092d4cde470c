//! Where the lines of an axis lie and what is written at them. Pure.

use jiff::civil::{DateTime, Time};
use jiff::{Span, ToSpan};

use crate::view::zone::Zone;

/// About how many lines an axis has.
const LINES: u64 = 4;
/// The most that is written along a time axis.
const MOST_TIMES: usize = 8;

/// Round numbers from 0 up to the first that is not below `most`: steps of 1, 2 or 5 and as many zeros as it takes.
pub fn numbers(most: u64) -> Vec<u64> {
    let rough = most.div_ceil(LINES).max(1);
    let power = 10u64.pow(rough.ilog10());
    let step = [1, 2, 5, 10]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= rough);
    let step = step.unwrap_or(rough);
    (0..=most.max(1).div_ceil(step)).map(|number| number * step).collect()
}

/// What is written along the time from `from_us` to `to_us`: whole hours, days or months by the zone's clocks, as many as can be read.
pub fn times(from_us: i64, to_us: i64, zone: &Zone) -> Vec<(i64, String)> {
    let (Some(from), Some(to)) = (zone.local(from_us), zone.local(to_us)) else {
        return Vec::new();
    };
    let steps: [(Span, &'static str); 14] = [
        (15.minutes(), "%H:%M"),
        (1.hour(), "%H:%M"),
        (3.hours(), "%H:%M"),
        (6.hours(), "%H:%M"),
        (12.hours(), "%-d %b %H:%M"),
        (1.day(), "%-d %b"),
        (2.days(), "%-d %b"),
        (4.days(), "%-d %b"),
        (7.days(), "%-d %b"),
        (14.days(), "%-d %b"),
        (1.month(), "%b %Y"),
        (3.months(), "%b %Y"),
        (1.year(), "%Y"),
        (10.years(), "%Y"),
    ];
    for (step, format) in steps {
        if let Some(marks) = marks(from, to, step) {
            let written = |mark: DateTime| {
                let is_midnight = mark.time() == Time::midnight();
                let format = if format == "%H:%M" && is_midnight {
                    "%-d %b"
                } else {
                    format
                };
                Some((zone.instant(mark)?, mark.strftime(format).to_string()))
            };
            return marks.into_iter().filter_map(written).collect();
        }
    }
    Vec::new()
}

/// The steps between two times, counted from the start of a day, month or year; `None` where they are too many.
fn marks(from: DateTime, to: DateTime, step: Span) -> Option<Vec<DateTime>> {
    let mut date = from.date();
    if step.get_months() > 0 {
        date = date.first_of_month();
    }
    if step.get_months() > 1 || step.get_years() > 0 {
        date = date.first_of_year();
    }
    let mut mark = date.to_datetime(Time::midnight());
    let mut marks = Vec::new();
    while mark <= to {
        if mark >= from {
            marks.push(mark);
        }
        if marks.len() > MOST_TIMES {
            return None;
        }
        mark = mark.checked_add(step).ok()?;
    }
    Some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_round_and_reach_the_highest() {
        assert_eq!(numbers(0), [0, 1]);
        assert_eq!(numbers(4), [0, 1, 2, 3, 4]);
        assert_eq!(numbers(7), [0, 2, 4, 6, 8]);
        assert_eq!(numbers(1_234), [0, 500, 1_000, 1_500]);
        for most in [1, 9, 10, 11, 99, 101, 5_000, 123_456_789] {
            let numbers = numbers(most);
            assert!(
                *numbers.last().unwrap() >= most && numbers.len() <= 6,
                "{most}: {numbers:?}"
            );
        }
    }

    #[test]
    fn times_are_whole_by_the_clocks_of_the_zone_and_not_too_many() {
        let berlin = Zone::read(Some("Europe/Berlin")).unwrap();
        let at = |text: &str| berlin.read_time(text).unwrap().micros();
        let labels = |from: &str, to: &str| {
            let times = times(at(from), at(to), &berlin);
            times.into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(
            labels("2026-07-01T22:10", "2026-07-02T01:00"),
            ["23:00", "2 Jul", "01:00"]
        );
        // The clocks go back on the 25th: the days stay days.
        assert_eq!(
            labels("2026-10-23", "2026-10-27"),
            ["23 Oct", "24 Oct", "25 Oct", "26 Oct", "27 Oct"]
        );
        assert_eq!(labels("2026-07-01", "2026-07-08").len(), 8);
        assert_eq!(
            labels("2026-01-10", "2026-06-20"),
            ["Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026"]
        );
    }
}
