//! Due times and periods: across clock changes, at the ends of months, and against a search through every minute.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn berlin(every: &str, at: &str, on: Option<&str>) -> Recurrence {
    Recurrence::read(every, Some(at), on, Some("Europe/Berlin")).unwrap()
}

/// Due, from, to and period of an occurrence.
fn told(occurrence: Option<Occurrence>) -> [String; 4] {
    let it = occurrence.unwrap();
    [it.due.to_string(), it.from.to_string(), it.to.to_string(), it.period]
}

#[test]
fn yesterday_is_a_day_of_the_zone_whatever_its_length() {
    let daily = berlin("day", "08:00", None);
    assert_eq!(
        told(daily.last(at("2026-03-30T06:00:00Z"))),
        [
            "2026-03-30T06:00:00Z",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
            "2026-03-29"
        ],
        "a day of 23 hours"
    );
    assert_eq!(
        told(daily.last(at("2026-10-26T07:00:00Z"))),
        [
            "2026-10-26T07:00:00Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
            "2026-10-25"
        ],
        "a day of 25 hours"
    );
    // A microsecond before it is due, the one before is the last.
    let before = Timestamp::from_micros(at("2026-10-26T07:00:00Z").micros() - 1);
    assert_eq!(daily.last(before).unwrap().due, at("2026-10-25T07:00:00Z"));
    assert_eq!(daily.next(before).unwrap().due, at("2026-10-26T07:00:00Z"));
}

#[test]
fn a_time_that_clocks_skip_is_due_behind_the_gap_and_one_they_show_twice_is_due_once() {
    let daily = berlin("day", "02:30", None);
    assert_eq!(
        daily.next(at("2026-03-28T12:00:00Z")).unwrap().due,
        at("2026-03-29T01:30:00Z")
    );
    assert_eq!(
        daily.next(at("2026-03-29T01:30:00Z")).unwrap().due,
        at("2026-03-30T00:30:00Z")
    );
    assert_eq!(
        daily.next(at("2026-10-24T12:00:00Z")).unwrap().due,
        at("2026-10-25T00:30:00Z")
    );
    assert_eq!(
        daily.next(at("2026-10-25T00:30:00Z")).unwrap().due,
        at("2026-10-26T01:30:00Z")
    );
    assert_eq!(
        daily.last(at("2026-10-25T01:30:00Z")).unwrap().due,
        at("2026-10-25T00:30:00Z")
    );
}

#[test]
fn each_hour_comes_once_and_none_twice_where_clocks_change() {
    let hourly = berlin("hour", "00:15", None);
    let periods = |from: &str, count: usize| {
        let mut now = at(from);
        let mut periods = Vec::new();
        for _ in 0..count {
            let next = hourly.next(now).unwrap();
            now = next.due;
            periods.push(next.period);
        }
        periods
    };
    assert_eq!(
        periods("2026-03-29T00:00:00Z", 3),
        ["2026-03-29T0000+0100", "2026-03-29T0100+0100", "2026-03-29T0300+0200"]
    );
    assert_eq!(
        periods("2026-10-25T00:00:00Z", 3),
        ["2026-10-25T0100+0200", "2026-10-25T0200+0200", "2026-10-25T0200+0100"]
    );
    assert_eq!(
        told(hourly.last(at("2026-10-25T01:20:00Z"))),
        [
            "2026-10-25T01:15:00Z",
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T0200+0200"
        ]
    );
}

#[test]
fn no_minute_is_left_out_where_clocks_skip_half_an_hour() {
    let hourly = Recurrence::read("hour", Some("00:30"), None, Some("Australia/Lord_Howe")).unwrap();
    // At 02:00 it is 02:30: no full hour is struck between 01:00 and 03:00.
    assert_eq!(
        told(hourly.next(at("2026-10-03T15:30:00Z"))),
        [
            "2026-10-03T16:30:00Z",
            "2026-10-03T14:30:00Z",
            "2026-10-03T16:00:00Z",
            "2026-10-04T0100+1030"
        ]
    );
    assert_eq!(
        hourly.last(at("2026-10-03T15:30:00Z")).unwrap().to,
        at("2026-10-03T14:30:00Z")
    );
}

#[test]
fn a_week_is_the_seven_whole_days_before() {
    let weekly = berlin("week", "08:00", Some("Monday"));
    let last = weekly.last(at("2026-10-27T12:00:00Z"));
    assert_eq!(
        told(last.clone()),
        [
            "2026-10-26T07:00:00Z",
            "2026-10-18T22:00:00Z",
            "2026-10-25T23:00:00Z",
            "2026-10-19_2026-10-25"
        ]
    );
    assert_eq!(last.unwrap().words(), "2026-10-19 to 2026-10-25");
}

#[test]
fn the_31st_is_the_last_day_of_a_shorter_month_and_tells_of_the_month_before() {
    let monthly = berlin("month", "08:00", Some("31"));
    let mut now = at("2027-12-31T12:00:00Z");
    let mut dues = Vec::new();
    for _ in 0..4 {
        let next = monthly.next(now).unwrap();
        now = next.due;
        dues.push((next.due.to_string(), next.period));
    }
    let expected = [
        ("2028-01-31T07:00:00Z", "2027-12"),
        ("2028-02-29T07:00:00Z", "2028-01"),
        ("2028-03-31T06:00:00Z", "2028-02"),
        ("2028-04-30T06:00:00Z", "2028-03"),
    ];
    assert_eq!(dues, expected.map(|(due, period)| (due.to_owned(), period.to_owned())));
    let first = Recurrence::read("month", None, None, None).unwrap();
    assert_eq!(
        told(first.last(at("2026-11-27T00:00:00Z"))),
        [
            "2026-11-01T08:00:00Z",
            "2026-10-01T00:00:00Z",
            "2026-11-01T00:00:00Z",
            "2026-10"
        ]
    );
}

#[test]
fn every_part_that_cannot_be_read_is_named_at_once() {
    let misread = |every, at, on, zone| -> Vec<&'static str> {
        let misread = Recurrence::read(every, at, on, zone).unwrap_err();
        misread.into_iter().map(|(part, _)| part).collect()
    };
    assert_eq!(
        misread("week", Some("8:00"), Some("caturday"), Some("Mars/Olympus")),
        ["on", "at", "time_zone"]
    );
    assert_eq!(misread("month", Some("24:00"), Some("32"), None), ["on", "at"]);
    assert_eq!(misread("hour", Some("08:00"), Some("monday"), None), ["on", "at"]);
    assert_eq!(misread("day", None, Some("monday"), None), ["on"]);
    assert_eq!(misread("fortnight", Some("08:00:00"), None, None), ["every", "at"]);
}

proptest! {
    #[test]
    fn nothing_lies_between_the_last_and_the_next_and_whole_periods_end_before_they_are_told(
        seconds in 1_700_000_000i64..1_900_000_000,
        rhythm in prop_oneof![
            Just(("hour", "00:30", None)), Just(("day", "02:30", None)), Just(("week", "00:00", Some("sunday"))),
            Just(("month", "23:59", Some("31"))), Just(("month", "00:00", Some("30"))),
        ],
        zone in prop_oneof![
            Just("Europe/Berlin"), Just("America/Santiago"), Just("Australia/Lord_Howe"), Just("Asia/Kolkata"),
            Just("Africa/Cairo"), Just("America/Havana"),
        ],
    ) {
        let (every, time, on) = rhythm;
        let recurrence = Recurrence::read(every, Some(time), on, Some(zone)).unwrap();
        let now = Timestamp::from_seconds(seconds);
        let (last, next) = (recurrence.last(now).unwrap(), recurrence.next(now).unwrap());
        prop_assert!(last.due <= now && now < next.due);
        prop_assert_eq!(recurrence.next(last.due).unwrap(), next.clone());
        prop_assert_eq!(recurrence.last(Timestamp::from_micros(next.due.micros() - 1)).unwrap(), last.clone());
        prop_assert!(last.from < last.to && last.to <= last.due);
        prop_assert_eq!(last.to, next.from, "each period is told, and none twice");
    }
}
