//! Sketches beside the sets that they stand for: what a union, an overlap and a marginal reach are wrong by, and that no order of arrival
//! changes a byte.

use std::collections::BTreeSet;

use proptest::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::*;
use crate::id::{AccountId, Network};

/// The hash of the account of that number (SplitMix64); `seed` chooses another network.
fn hash(seed: u64, number: u64) -> u64 {
    let mut bits = (seed << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

fn sketch(seed: u64, numbers: impl IntoIterator<Item = u64>) -> Sketch {
    let mut sketch = Sketch::default();
    sketch.extend(numbers.into_iter().map(|number| hash(seed, number)));
    sketch
}

/// The root of the mean square of what the estimates are off, and how many of them have the truth within.
fn errors(truth: u64, estimates: &[Estimate]) -> (f64, usize) {
    let squares = estimates.iter().map(|it| (it.value as f64 - truth as f64).powi(2));
    let within = estimates
        .iter()
        .filter(|it| (it.low..=it.high).contains(&truth))
        .count();
    ((squares.sum::<f64>() / estimates.len() as f64).sqrt(), within)
}

#[test]
fn from_one_follower_to_a_million_a_size_is_exact_or_errs_no_more_than_its_stated_error() {
    const RUNS: u64 = 40;
    let sizes = [
        1, 10, 100, 1_000, 1_536, 1_537, 2_500, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 1_000_000,
    ];
    let mut sketches: Vec<Sketch> = (0..RUNS).map(|_| Sketch::default()).collect();
    let mut have = 0;
    for size in sizes {
        for (seed, sketch) in (1..).zip(&mut sketches) {
            sketch.extend((have..size).map(|number| hash(seed, number)));
        }
        have = size;
        let estimates: Vec<_> = sketches.iter().map(Sketch::estimate).collect();
        let (error, within) = errors(size, &estimates);
        let bias = estimates
            .iter()
            .map(|it| it.value as f64 / size as f64 - 1.0)
            .sum::<f64>()
            / RUNS as f64;
        let relative = error / size as f64;
        eprintln!(
            "{size:>9}: error {:.3} %, bias {:+.3} %, {within} of {RUNS} within",
            100.0 * relative,
            100.0 * bias
        );
        if size <= EXACT as u64 {
            assert_eq!(error, 0.0, "{size}");
            continue;
        }
        // Three standard errors of a root mean square, and of a mean, of that many runs.
        assert!(
            relative < RELATIVE_ERROR * (1.0 + 3.0 / (2.0 * RUNS as f64).sqrt()),
            "{size}: {relative}"
        );
        assert!(
            bias.abs() < 3.0 * RELATIVE_ERROR / (RUNS as f64).sqrt(),
            "{size}: {bias}"
        );
        assert!(within >= 34, "{size}: {within}");
    }
}

#[test]
fn what_two_amplifiers_share_and_what_one_adds_err_as_stated() {
    const RUNS: u64 = 60;
    // Accounts of the one alone, of both, and of the other alone.
    let cases = [
        (50_000, 0, 50_000),
        (40_000, 10_000, 40_000),
        (1_000, 20_000, 1_000),
        (2_000, 500, 200_000),
        (100, 1_000, 50_000),
        (0, 5_000, 20_000),
        (20_000, 20_000, 0),
    ];
    for (one, both, other) in cases {
        let (mut overlap, mut beyond) = (Vec::new(), Vec::new());
        for seed in 1..=RUNS {
            let (one, other) = (sketch(seed, 0..one + both), sketch(seed, one..one + both + other));
            overlap.push(Estimate::overlap(&one, &other));
            beyond.push(Estimate::beyond(&one, &other));
            let pair = marginal(&[&one, &other]);
            assert_eq!(pair, [Estimate::beyond(&one, &other), Estimate::beyond(&other, &one)]);
        }
        let (overlap_error, overlap_within) = errors(both, &overlap);
        let (beyond_error, beyond_within) = errors(one, &beyond);
        let [one, both, other] = [one, both, other].map(|size| size as f64);
        let (first, second, union) = (one + both, both + other, one + both + other);
        let spread = union.powi(2) - first.powi(2) - second.powi(2) + 2.0 * first * second * both / union;
        let overlap_stated = RELATIVE_ERROR * spread.sqrt();
        let beyond_stated = RELATIVE_ERROR * (union.powi(2) - second.powi(2)).sqrt();
        eprintln!(
            "{one} + {both} + {other}: overlap errs by {overlap_error:.0}, stated {overlap_stated:.0}, {overlap_within} of {RUNS} within; \
             beyond by {beyond_error:.0}, stated {beyond_stated:.0}, {beyond_within} within"
        );
        let slack = 1.0 + 3.0 / (2.0 * RUNS as f64).sqrt();
        assert!(overlap_error <= overlap_stated * slack + 1.0);
        assert!(beyond_error <= beyond_stated * slack + 1.0);
        assert!(overlap_within >= 52 && beyond_within >= 52);
    }
}

#[test]
fn a_figure_smaller_than_its_error_is_a_range_from_nothing() {
    let (one, other) = (sketch(1, 0..100_000), sketch(1, 99_990..200_000));
    let overlap = Estimate::overlap(&one, &other);
    assert_eq!(overlap.low, 0);
    assert!(overlap.high >= 10, "{overlap:?}");
    let same = Estimate::beyond(&one, &one);
    assert_eq!((same.value, same.low), (0, 0));
    assert!(same.high < 100, "{same:?}");
    let few = Estimate::beyond(&sketch(1, 0..100_030), &sketch(1, 0..100_000));
    assert!(few.value > 0 && few.low == 0 && few.high > 30, "{few:?}");
}

#[test]
fn a_small_amplifier_is_never_said_to_bring_more_than_follow_it() {
    let (small, large) = (sketch(3, 0..10), sketch(3, 1_000..500_000));
    assert!(marginal(&[&small, &large])[0].high <= 10);
    assert!(Estimate::overlap(&small, &large).high <= 10);
}

#[test]
fn reach_is_a_range_as_soon_as_one_audience_is_known_by_its_number_alone() {
    let whole = |numbers| Audience::Whole(sketch(1, numbers));
    let all_known = [whole(0..100), whole(50..150)];
    let measured = Reach::Measured {
        estimate: 150,
        low: 150,
        high: 150,
    };
    assert_eq!(Reach::of(&all_known), measured);
    let mixed = [whole(0..100), whole(50..150), Audience::count(120), Audience::Unknown];
    let range = Reach::Bounded {
        at_least: 150,
        at_most: 270,
        unknown: 1,
    };
    assert_eq!(Reach::of(&mixed), range);
    let numbers = [Audience::count(700), Audience::count(40)];
    let range = Reach::Bounded {
        at_least: 700,
        at_most: 740,
        unknown: 0,
    };
    assert_eq!(Reach::of(&numbers), range);
    assert_eq!(Reach::of([]), Estimate::exact(0).into());
}

#[test]
fn known_edges_of_an_audience_raise_what_is_reached_at_least() {
    let part = |numbers| Audience::Part {
        followers: 100,
        edges: sketch(1, numbers),
    };
    let range = Reach::Bounded {
        at_least: 160,
        at_most: 200,
        unknown: 0,
    };
    assert_eq!(Reach::of(&[part(0..80), part(80..160)]), range);
}

#[test]
fn an_account_has_the_same_hash_in_each_release() {
    let account = AccountId::new(Network::Bluesky, "did:plc:a").unwrap();
    assert_eq!(hash_of(&account), 0x86de_86ba_1d51_dd0e);
    let mut sketch = Sketch::default();
    sketch.insert(&account);
    sketch.insert(&account);
    assert_eq!(sketch.estimate(), Estimate::exact(1));
    assert_eq!(
        sketch.to_bytes(),
        [&[1, 0], &hash_of(&account).to_be_bytes()[..]].concat()
    );
}

#[test]
fn a_set_is_kept_one_by_one_as_long_as_that_takes_no_more_room_and_has_the_same_bytes_in_each_release() {
    let (most, more) = (sketch(1, 0..1_536), sketch(1, 0..1_537));
    assert_eq!((most.standard_error(), more.standard_error()), (0.0, RELATIVE_ERROR));
    let [most, more] = [most, more].map(|sketch| sketch.to_bytes());
    assert_eq!((most.len(), more.len()), (12_290, 12_290));
    assert_eq!(xxh3_64(&most), 0xe853_c807_6137_b87c);
    assert_eq!(xxh3_64(&more), 0x1cb0_4845_ae9a_b383);
}

#[test]
fn each_way_to_break_stored_bytes_is_named() {
    let read = |bytes: &[u8]| Sketch::from_bytes(bytes).unwrap_err();
    assert_eq!(read(&[1]), SketchError::Short { length: 1 });
    assert_eq!(read(&[2, 0]), SketchError::Version { version: 2 });
    assert_eq!(read(&[1, 7]), SketchError::Form { form: 7 });
    assert_eq!(read(&[1, 0, 9]), SketchError::Length { form: 0, length: 1 });
    assert_eq!(read(&[1, 1, 9]), SketchError::Length { form: 1, length: 1 });
    let twice = [&[1, 0], &[9; 16][..]].concat();
    assert!(matches!(read(&twice), SketchError::Order { .. }));
    let high = [&[1, 1], &[0xff; 12_288][..]].concat();
    assert_eq!(read(&high), SketchError::Register { value: 63 });
}

#[test]
fn registers_that_no_audience_leaves_give_figures_and_no_panic() {
    let kept = |value: u8| {
        let bytes = Sketch(sketch::Form::Registers(vec![value; 1 << PRECISION])).to_bytes();
        Sketch::from_bytes(&bytes).unwrap()
    };
    let (none, all) = (kept(0), kept(51));
    assert_eq!(none.estimate(), Estimate::exact(0));
    assert_eq!(all.estimate().value, u64::MAX);
    for pair in [[&none, &none], [&none, &all], [&all, &all]] {
        let figures = [Estimate::overlap(pair[0], pair[1]), Estimate::beyond(pair[0], pair[1])];
        assert!(figures.iter().chain(&marginal(&pair)).all(|it| it.low <= it.high));
    }
}

/// A set of accounts: few, around the number at which registers begin, or many, from a range that makes them overlap.
fn numbers() -> impl Strategy<Value = BTreeSet<u64>> {
    let stretch = |from: u64, length: u64| (from..from + length).collect();
    prop_oneof![
        (0..3_000_u64, 0..20_u64).prop_map(move |(from, length)| stretch(from, length)),
        (0..3_000_u64, 1_500..1_600_u64).prop_map(move |(from, length)| stretch(from, length)),
        (0..3_000_u64, 0..6_000_u64).prop_map(move |(from, length)| stretch(from, length)),
    ]
}

fn both(one: &Sketch, other: &Sketch) -> Sketch {
    Sketch::union([one, other])
}

/// An audience of any kind; a number of followers may be stale, and less than the edges that are known.
fn audience() -> impl Strategy<Value = Audience> {
    let edges = || numbers().prop_map(|numbers| sketch(5, numbers));
    prop_oneof![
        edges().prop_map(Audience::Whole),
        (0..5_000_u64, edges()).prop_map(|(followers, edges)| Audience::Part { followers, edges }),
        (0..5_000_u64).prop_map(Audience::count),
        Just(Audience::Unknown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_union_is_that_of_the_sets_in_any_order_and_any_grouping(a in numbers(), b in numbers(), c in numbers()) {
        let all = sketch(5, a.iter().chain(&b).chain(&c).copied());
        let [a, b, c] = [a, b, c].map(|numbers| sketch(5, numbers));
        prop_assert_eq!(both(&both(&a, &b), &c).to_bytes(), all.to_bytes());
        prop_assert_eq!(&both(&a, &both(&b, &c)), &all);
        prop_assert_eq!(both(&a, &b), both(&b, &a));
        prop_assert_eq!(both(&all, &a), all.clone());
        prop_assert_eq!(both(&all, &all), all);
    }

    #[test]
    fn a_set_has_the_same_bytes_in_any_order_and_reads_back(numbers in numbers()) {
        let forth = sketch(5, numbers.iter().copied());
        let back = sketch(5, numbers.iter().rev().chain(&numbers).copied());
        prop_assert_eq!(forth.to_bytes(), back.to_bytes());
        prop_assert_eq!(Sketch::from_bytes(&forth.to_bytes()).unwrap(), forth);
    }

    #[test]
    fn one_that_lost_accounts_is_the_same_whether_its_parts_or_all_of_it_were_built_anew(
        numbers in numbers(), gone in prop::collection::vec(any::<prop::sample::Index>(), 1..20)
    ) {
        let all: Vec<u64> = numbers.iter().map(|number| hash(5, *number)).collect();
        prop_assume!(!all.is_empty());
        let gone: BTreeSet<u64> = gone.iter().map(|index| all[index.index(all.len())]).collect();
        let stays = || all.iter().copied().filter(|hash| !gone.contains(hash));
        let mut sketch: Sketch = all.iter().copied().collect();
        for &hash in &gone {
            sketch.rebuild(part_of(hash), stays().filter(|&other| part_of(other) == part_of(hash)));
        }
        let anew: Sketch = stays().collect();
        let keeps_its_form = (all.len() > EXACT) == (all.len() - gone.len() > EXACT);
        prop_assert!(!keeps_its_form || sketch == anew);
    }

    #[test]
    fn broken_bytes_are_an_error_or_a_sketch_never_a_panic(
        numbers in numbers(), place in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()
    ) {
        let mut bytes = sketch(5, numbers).to_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if let Ok(sketch) = Sketch::from_bytes(bytes) {
                prop_assert_eq!(&sketch.to_bytes(), bytes);
                let _ = sketch.estimate();
            }
        }
    }

    #[test]
    fn marginal_reach_is_what_all_have_less_what_the_others_have(sets in prop::collection::vec(numbers(), 1..6)) {
        let sketches: Vec<_> = sets.iter().map(|numbers| sketch(5, numbers.iter().copied())).collect();
        let found = marginal(&sketches.iter().collect::<Vec<_>>());
        let union = Sketch::union(&sketches);
        let is_exact = union.standard_error() == 0.0;
        for (who, found) in found.iter().enumerate() {
            let others = Sketch::union(sketches.iter().enumerate().filter(|&(other, _)| other != who).map(|(_, it)| it));
            prop_assert_eq!(*found, Estimate::beyond(&sketches[who], &others));
            if is_exact {
                prop_assert_eq!(found.value, union.estimate().value - others.estimate().value);
            }
        }
    }

    #[test]
    fn a_reach_is_measured_where_all_edges_are_known_alone_and_no_interval_is_turned_round(
        audiences in prop::collection::vec(audience(), 0..5)
    ) {
        let is_whole = |audience: &Audience| matches!(audience, Audience::Whole(_));
        match Reach::of(&audiences) {
            Reach::Measured { estimate, low, high } => {
                prop_assert!(audiences.iter().all(is_whole));
                prop_assert!(low <= estimate && estimate <= high);
            }
            Reach::Bounded { at_least, at_most, .. } => {
                prop_assert!(!audiences.iter().all(is_whole));
                prop_assert!(at_least <= at_most);
            }
        }
    }
}
