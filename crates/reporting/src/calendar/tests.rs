//! Days, weeks and clock changes of real zones.

use proptest::prelude::*;

use super::*;

fn calendar(name: &str) -> Calendar {
    let mut violations = Violations::default();
    let calendar = Calendar::read(name, &mut violations);
    violations.check("calendar").unwrap();
    calendar
}

fn minute(text: &str) -> i64 {
    minute_of(text.parse().unwrap())
}

fn around(zone: &str, unit: Unit, at: &str) -> (String, i64) {
    let range = calendar(zone).around(unit, minute(at));
    let start = timestamp(range.start).unwrap().to_string();
    (start, range.end - range.start)
}

fn range(start: &str, hours: i64) -> (String, i64) {
    (start.to_owned(), hours * 60)
}

#[test]
fn the_days_of_clock_changes_have_23_and_25_hours() {
    let berlin = |at| around("Europe/Berlin", Unit::Day, at);
    assert_eq!(berlin("2026-03-29T12:00:00Z"), range("2026-03-28T23:00:00Z", 23));
    assert_eq!(berlin("2026-10-25T12:00:00Z"), range("2026-10-24T22:00:00Z", 25));
    assert_eq!(berlin("2026-07-01T22:00:00Z"), range("2026-07-01T22:00:00Z", 24));
    // In Santiago midnight itself is skipped; in the Azores it comes twice.
    let santiago = around("America/Santiago", Unit::Day, "2026-09-06T12:00:00Z");
    assert_eq!(santiago, range("2026-09-06T04:00:00Z", 23));
    let azores = around("Atlantic/Azores", Unit::Day, "2026-10-25T12:00:00Z");
    assert_eq!(azores, range("2026-10-25T00:00:00Z", 25));
}

#[test]
fn weeks_begin_on_monday_and_months_have_their_own_lengths() {
    let kolkata = |unit, at| around("Asia/Kolkata", unit, at);
    assert_eq!(
        kolkata(Unit::Week, "2026-07-01T00:00:00Z"),
        range("2026-06-28T18:30:00Z", 7 * 24)
    );
    assert_eq!(
        kolkata(Unit::Month, "2028-02-29T12:00:00Z"),
        range("2028-01-31T18:30:00Z", 29 * 24)
    );
    assert_eq!(
        around("", Unit::Month, "2026-12-31T23:59:00Z"),
        range("2026-12-01T00:00:00Z", 31 * 24)
    );
    assert_eq!(
        around("Europe/Berlin", Unit::Week, "2026-03-29T00:30:00Z"),
        range("2026-03-22T23:00:00Z", 7 * 24 - 1)
    );
}

#[test]
fn hours_are_those_of_the_clock_on_the_wall() {
    let hour = |zone, at| around(zone, Unit::Hour, at);
    assert_eq!(
        hour("Asia/Kathmandu", "2026-07-01T00:20:00Z"),
        range("2026-07-01T00:15:00Z", 1)
    );
    // The hour that Berlin's clocks show twice is two hours.
    assert_eq!(
        hour("Europe/Berlin", "2026-10-25T00:30:00Z"),
        range("2026-10-25T00:00:00Z", 1)
    );
    assert_eq!(
        hour("Europe/Berlin", "2026-10-25T01:30:00Z"),
        range("2026-10-25T01:00:00Z", 1)
    );
    // Lord Howe changes by half an hour, at 15:00 UTC: what the clocks then show is 01:30 again.
    assert_eq!(
        hour("Australia/Lord_Howe", "2026-04-04T14:30:00Z"),
        range("2026-04-04T14:00:00Z", 1)
    );
    assert_eq!(
        hour("Australia/Lord_Howe", "2026-04-04T15:10:00Z"),
        ("2026-04-04T15:00:00Z".to_owned(), 30)
    );
}

#[test]
fn weeks_before_go_by_the_clock() {
    let berlin = calendar("Europe/Berlin");
    assert_eq!(
        berlin.weeks_before(minute("2026-03-30T06:00:00Z"), 1),
        minute("2026-03-23T07:00:00Z")
    );
    assert_eq!(
        berlin.weeks_before(minute("2026-07-10T06:00:00Z"), 2),
        minute("2026-06-26T06:00:00Z")
    );
}

#[test]
fn a_zone_that_is_none_is_named() {
    let mut violations = Violations::default();
    Calendar::read("Mars/Olympus", &mut violations);
    let error = violations.check("request").unwrap_err().to_string();
    assert!(error.contains("`Mars/Olympus`"), "{error}");
    assert_eq!(calendar("europe/berlin").name(), "Europe/Berlin");
    assert_eq!(calendar("").name(), "UTC");
}

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "America/Havana",
        "America/Santiago",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Africa/Monrovia",
        "Antarctica/Troll",
        "Pacific/Apia",
    ])
}

fn unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![
        Unit::Minute,
        Unit::QuarterHour,
        Unit::Hour,
        Unit::Day,
        Unit::Week,
        Unit::Month,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn units_lie_one_behind_the_other_without_gap_or_overlap(
        (zone, unit) in (zone(), unit()),
        minute in -40_000_000i64..70_000_000,
        within in any::<prop::sample::Index>(),
    ) {
        let calendar = calendar(zone);
        let range = calendar.around(unit, minute);
        prop_assert!(range.contains(&minute));
        let other = range.start + within.index((range.end - range.start) as usize) as i64;
        prop_assert_eq!(calendar.around(unit, other), range.clone());
        prop_assert_eq!(calendar.around(unit, range.end).start, range.end);
        prop_assert_eq!(calendar.around(unit, range.start - 1).end, range.start);
    }

    #[test]
    fn no_time_makes_a_calendar_panic((zone, unit) in (zone(), unit()), micros in any::<i64>()) {
        let minute = micros.div_euclid(60_000_000);
        let calendar = calendar(zone);
        prop_assert!(calendar.around(unit, minute).contains(&minute));
        calendar.local(minute);
        calendar.weeks_before(minute, 3);
    }
}
