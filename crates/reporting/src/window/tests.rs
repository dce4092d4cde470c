//! How windows come apart into buckets.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn minutes_of(bucket: Bucket) -> Range<i64> {
    let Bucket::Of(length, number) = bucket else {
        panic!("a cover never holds everything")
    };
    number * length.minutes()..(number + 1) * length.minutes()
}

/// Each minute goes to the longest bucket around it that lies within the range.
fn longest(range: &Range<i64>) -> BTreeSet<Bucket> {
    let around = |minute: i64| Length::ALL.map(|length| Bucket::Of(length, minute.div_euclid(length.minutes())));
    let within = |bucket: &Bucket| {
        let inner = minutes_of(*bucket);
        range.start <= inner.start && inner.end <= range.end
    };
    range
        .clone()
        .filter_map(|minute| around(minute).into_iter().rfind(within))
        .collect()
}

fn all_buckets(cover: &Cover) -> Vec<Bucket> {
    cover.buckets(&(-10..20).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_window_is_covered_exactly_once_by_the_longest_buckets(start in -6_000i64..6_000, length in 0i64..9_000) {
        let range = start..start + length;
        let buckets = all_buckets(&Cover::of(range.clone()));
        let mut covered = BTreeMap::new();
        for minute in buckets.iter().flat_map(|&bucket| minutes_of(bucket)) {
            *covered.entry(minute).or_insert(0) += 1;
        }
        prop_assert!(covered.values().all(|&times| times == 1));
        prop_assert!(covered.keys().copied().eq(range.clone()));
        prop_assert_eq!(buckets.into_iter().collect::<BTreeSet<_>>(), longest(&range));
    }

    #[test]
    fn no_window_makes_reading_it_panic(from in any::<Option<i64>>(), to in any::<Option<i64>>()) {
        let mut violations = Violations::default();
        let window = Window::read(Some(v1::Window { from_us: from, to_us: to }), &mut violations);
        let (echo, minutes) = (window.to_wire(), window.minutes(Timestamp::EPOCH, Timestamp::from_seconds(90)));
        prop_assert!((0..=2).contains(&minutes.start) || minutes.is_empty());
        prop_assert!(echo.from_us.is_none() || echo.from_us <= from || from == Some(i64::MIN));
    }
}

#[test]
fn a_window_is_rounded_outwards_to_whole_minutes() {
    let read = |from, to| {
        let mut violations = Violations::default();
        let window = Window::read(
            Some(v1::Window {
                from_us: Some(from),
                to_us: Some(to),
            }),
            &mut violations,
        );
        violations.check("window").map(|()| window.to_wire())
    };
    let wire = |from, to| {
        Ok(v1::Window {
            from_us: Some(from),
            to_us: Some(to),
        })
    };
    assert_eq!(read(60_000_001, 119_999_999), wire(60_000_000, 120_000_000));
    assert_eq!(read(-1, 60_000_000), wire(-60_000_000, 60_000_000));
    assert!(read(5, 5).is_err());
}

#[test]
fn days_on_which_nothing_happened_are_not_read() {
    let cover = Cover::of(0..10 * MINUTES_PER_DAY);
    assert_eq!(
        cover.buckets(&[-3, 2, 9, 10]),
        [Bucket::Of(Length::Day, 2), Bucket::Of(Length::Day, 9)]
    );
    assert_eq!(Cover::of(30..30).buckets(&[0]), []);
    assert_eq!(Cover::of(30..32).buckets(&[1]), []);
}

#[test]
fn where_minutes_and_hours_were_let_go_windows_grow_to_what_is_left_and_no_further() {
    let day = 1_440;
    let kept = Kept {
        hours: 10 * day,
        minutes: 20 * day + 60,
    };
    let around = |minutes: Range<i64>| kept.around(minutes);
    assert_eq!(around(20 * day + 61..21 * day + 7), 20 * day + 61..21 * day + 7);
    assert_eq!(around(12 * day + 16..20 * day + 59), 12 * day + 15..20 * day + 60);
    assert_eq!(around(3 * day + 1..9 * day + 1_439), 3 * day..10 * day);
    assert_eq!(around(5..5), 5..5);
    assert!(kept.holds(Bucket::Of(Length::Day, 3)) && !kept.holds(Bucket::Of(Length::Hour, 239)));
    assert!(kept.holds(Bucket::Of(Length::QuarterHour, 960)) && !kept.holds(Bucket::Of(Length::Minute, 20 * day + 59)));
    assert_eq!(Kept::ALL.around(7..8), 7..8);
}
