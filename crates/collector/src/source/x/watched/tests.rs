//! Posts of any ages, in any order.

use proptest::prelude::*;

use super::*;

const MINUTE: u64 = 60;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-29T12:00:00Z").unwrap()
}

/// The id of a post made so many seconds ago.
fn id(seconds: u64) -> u64 {
    let millis = now().minus(Duration::from_secs(seconds)).millis() - 1_288_834_974_657;
    u64::try_from(millis).unwrap() << 22
}

fn watched(seconds: impl IntoIterator<Item = u64>) -> Watched {
    let mut watched = Watched::default();
    seconds.into_iter().for_each(|seconds| {
        watched.add(id(seconds));
    });
    watched
}

#[test]
fn a_post_is_looked_up_after_an_hour_a_day_and_a_week_and_then_no_more() {
    let mut watched = watched([0]);
    for hours in [1, 24, 7 * 24] {
        let then = now().plus(HOUR * hours);
        assert!(watched.due(then.minus(Duration::from_secs(1)), 9).is_empty());
        assert_eq!(watched.due(then, 9), [id(0)]);
        watched.looked_up(id(0));
    }
    assert_eq!(watched, Watched::default());
}

#[test]
fn where_not_all_can_be_looked_up_the_latest_by_their_age_come_first() {
    let mut watched = watched([70 * MINUTE, 110 * MINUTE, 59 * MINUTE]);
    let old = id(26 * 3_600);
    watched.add(old);
    watched.looked_up(old);
    // 110 of 60 minutes, 70 of 60 minutes, 26 of 24 hours; what is younger waits.
    assert_eq!(watched.due(now(), 9), [id(110 * MINUTE), id(70 * MINUTE), old]);
    assert_eq!(watched.due(now(), 1), [id(110 * MINUTE)]);
}

#[test]
fn what_was_not_looked_up_in_time_counts_and_waits_for_its_next_time() {
    let mut watched = watched([119 * MINUTE, 121 * MINUTE, 50 * 3_600]);
    // Once for the hour, and once more for the day of the oldest.
    assert_eq!(watched.expire(now()), 3);
    assert_eq!(watched.due(now(), 9), [id(119 * MINUTE)]);
    assert_eq!(watched.expire(now().plus(HOUR * 24 * 30)), 3 + 2 + 1);
    assert_eq!(watched, Watched::default());
}

#[test]
fn no_more_are_remembered_than_a_position_has_room_for_and_what_is_forgotten_counts() {
    let mut watched = Watched::default();
    let forgotten: u64 = (0..MOST as u64 + 10).map(|second| watched.add(id(second))).sum();
    assert_eq!(forgotten, 10);
    assert_eq!(watched.add(id(0)), 0, "one that came twice is one");
    let position = serde_json::to_string(&watched).unwrap();
    assert!(position.len() < MOST * 10, "{}", position.len());
    // One that holds no time.
    assert_eq!((watched.add(17), watched.has(17)), (0, false));
}

proptest! {
    #[test]
    fn what_is_remembered_survives_a_restart(
        posts in prop::collection::vec((0..3_000_000u64, 0..3usize), 0..60),
    ) {
        let mut before = Watched::default();
        for (seconds, rounds) in posts {
            before.add(id(seconds));
            (0..rounds).for_each(|_| before.looked_up(id(seconds)));
        }
        let text = serde_json::to_string(&before).unwrap();
        let after: Watched = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(after, before);
    }

    #[test]
    fn every_post_is_looked_up_or_counted_at_each_of_its_times(
        ages in prop::collection::btree_set(0..100_000u64, 1..40),
        budgets in prop::collection::vec(0..4usize, 1..60),
    ) {
        let mut watched = watched(ages.iter().copied());
        let (mut done, mut missed) = (0, 0);
        for (step, budget) in (0..).zip(budgets) {
            let now = now().plus(HOUR * 6 * step);
            missed += watched.expire(now);
            for post in watched.due(now, budget) {
                done += 1;
                watched.looked_up(post);
            }
        }
        missed += watched.expire(now().plus(HOUR * 24 * 60));
        prop_assert_eq!(&watched, &Watched::default());
        prop_assert_eq!(done + missed, ages.len() as u64 * 3);
    }
}
