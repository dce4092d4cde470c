//! A standing never falls by what should raise it, and is what its formula says.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400;

fn at(day: i64) -> Timestamp {
    Timestamp::from_seconds(day * DAY)
}

fn standing(signals: &[(i64, i64)], marginal: Option<u64>, day: i64) -> Standing {
    let signals = signals.iter().map(|&(day, strength)| (at(day), strength));
    Standing::of(signals, marginal.map(Estimate::exact), HALF_LIFE, at(day))
}

#[test]
fn a_standing_is_what_its_formula_says_beside_all_it_was_computed_from() {
    // A praise of 120 days ago and a mention of 30 days ago.
    let found = standing(&[(0, 16_000), (90, 1_000)], Some(1_023), 120);
    let expected = Standing {
        value: 3_000,
        strength: 17_000,
        recent: 1_500,
        half_life: HALF_LIFE,
        marginal: Some(Estimate::exact(1_023)),
    };
    assert_eq!(found, expected);
    assert_eq!(standing(&[(0, -1_000)], None, 0).value, -1_000);
    assert_eq!(standing(&[(0, -1_000)], Some(0), 0).value, -1_000);
    assert_eq!(standing(&[], Some(5_000), 0).value, 0);
}

#[test]
fn nobody_rises_by_the_error_of_an_estimate() {
    let uncertain = Estimate {
        value: 900,
        low: 0,
        high: 2_000,
    };
    assert_eq!(
        Standing::of([(at(0), 500)], Some(uncertain), HALF_LIFE, at(0)).value,
        500
    );
}

#[test]
fn extremes_neither_overflow_nor_divide_by_nothing() {
    let always = [(at(0), i64::MIN), (at(1), i64::MIN)];
    let most = Some(Estimate::exact(u64::MAX));
    assert_eq!(Standing::of(always, most, Duration::ZERO, at(0)).value, i64::MIN);
    assert_eq!(Standing::of(always, most, Duration::ZERO, at(9)).value, 0);
    let ages = [(Timestamp::from_micros(i64::MIN), i64::MAX)];
    assert!(Standing::of(ages, most, Duration::MAX, Timestamp::from_micros(i64::MAX)).value > 0);
}

fn signals() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..400_i64, -12_000..12_000_i64), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stronger_signal_never_lowers_a_standing(
        mut signals in signals(), day in 0..400_i64, strength in -12_000..12_000_i64, more in 0..9_000_i64, reach: Option<u64>
    ) {
        signals.push((day, strength));
        let before = standing(&signals, reach, 400).value;
        signals.last_mut().unwrap().1 += more;
        prop_assert!(standing(&signals, reach, 400).value >= before);
    }

    #[test]
    fn more_marginal_reach_never_makes_a_standing_smaller_nor_turns_it(signals in signals(), reach: u64, more: u64) {
        let without = standing(&signals, None, 400).value;
        let with = standing(&signals, Some(reach), 400).value;
        let with_more = standing(&signals, Some(reach.saturating_add(more)), 400).value;
        prop_assert!(without.abs() <= with.abs() && with.abs() <= with_more.abs());
        prop_assert!(without.signum() == with.signum() && with.signum() == with_more.signum());
    }

    #[test]
    fn a_signal_that_is_newer_never_counts_less(strength in -12_000..12_000_i64, day in 0..400_i64, later in 0..400_i64, reach: Option<u64>) {
        let older = standing(&[(day, strength)], reach, 800).value;
        let newer = standing(&[(day + later, strength)], reach, 800).value;
        prop_assert!(newer.abs() >= older.abs());
    }

    #[test]
    fn powers_and_logarithms_are_as_near_as_stated(age in 0..300_u64, number in 1..u64::MAX) {
        let signal = 1_000_000_000_000;
        let left = left_after(Duration::from_secs(age * 86_400), HALF_LIFE, signal) as f64 / signal as f64;
        let share = left / (-(age as f64) / 30.0).exp2();
        prop_assert!((0.999_999..1.062).contains(&share), "{}", share);
        let log = log2_thousandths(number) as f64 / 1_000.0;
        let short = (number as f64).log2() - log;
        prop_assert!((-1e-9..0.09).contains(&short), "{}", short);
    }
}
