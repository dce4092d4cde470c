//! Scores that are kept beside scores that are computed from nothing, on random changes and on the Higgs rumour.

use proptest::prelude::*;

use super::*;
use crate::cascade::tests::weibo;
use crate::id::{AccountId, Network};

const TOLERANCE: f64 = 1e-11;

fn account(name: impl ToString) -> AccountId {
    AccountId::new(Network::Other, name.to_string()).unwrap()
}

/// The sum of what the kept scores are off, beside those computed from nothing.
fn error(authority: &Authority) -> f64 {
    let direct = authority.graph().pagerank(TOLERANCE);
    let kept: Vec<_> = authority.scores().collect();
    assert!(kept.iter().map(|(who, _)| who).eq(direct.iter().map(|(who, _)| who)));
    kept.iter()
        .zip(&direct)
        .map(|((_, kept), (_, direct))| (kept - direct).abs())
        .sum()
}

#[test]
fn three_accounts_have_the_scores_that_can_be_computed_by_hand() {
    let mut authority = Authority::default();
    let [a, b, c] = ["a", "b", "c"].map(account);
    authority.add(&a, &b, 3);
    authority.add(&a, &c, 1);
    authority.add(&b, &b, 50);
    authority.refresh();
    // x = 1 for a, 1 + 0.85 * 3/4 for b, 1 + 0.85 / 4 for c: 3.85 in all. That b points at itself changes nothing.
    let expected = [1.0 / 3.85, 1.6375 / 3.85, 1.2125 / 3.85];
    for ((who, score), expected) in authority.graph().pagerank(TOLERANCE).into_iter().zip(expected) {
        assert!((score - expected).abs() < TOLERANCE, "{who}: {score}");
        assert!((authority.score(who).unwrap() - expected).abs() < ERROR, "{who}");
    }
}

#[test]
fn who_neither_points_nor_is_pointed_at_any_more_has_no_score() {
    let mut authority = Authority::default();
    let [a, b, c] = ["a", "b", "c"].map(account);
    authority.add(&a, &b, 1);
    authority.add(&c, &b, 2);
    authority.refresh();
    authority.remove(&c, &b, 9);
    authority.refresh();
    assert_eq!(authority.score(&c), None);
    assert!(error(&authority) < ERROR);
    authority.remove(&a, &b, 1);
    authority.refresh();
    assert_eq!(authority.scores().count(), 0);
    assert!(authority.graph().pagerank(TOLERANCE).is_empty());
}

#[test]
fn the_higgs_rumour_is_scored_while_it_passes_as_it_is_from_nothing() {
    let Some(text) = weibo::read("higgs/activity_time.txt.gz") else {
        return;
    };
    const WINDOW: usize = 20_000;
    const STEP: usize = 2_000;
    let retweets: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_suffix(" RT"))
        .filter_map(|line| {
            let mut fields = line.split(' ');
            Some((account(fields.next()?), account(fields.next()?)))
        })
        .take(WINDOW + 5 * STEP)
        .collect();
    let mut authority = Authority::default();
    retweets[..WINDOW]
        .iter()
        .for_each(|(who, whom)| authority.add(who, whom, 1));
    let first = authority.refresh();
    eprintln!("{WINDOW} retweets: {first} pushes, off by {:.1e}", error(&authority));
    assert!(error(&authority) <= ERROR + TOLERANCE);
    for step in 0..5 {
        let (old, new) = (step * STEP, WINDOW + step * STEP);
        for ((gone, past), (who, whom)) in retweets[old..old + STEP].iter().zip(&retweets[new..new + STEP]) {
            authority.remove(gone, past, 1);
            authority.add(who, whom, 1);
        }
        let pushes = authority.refresh();
        let error = error(&authority);
        eprintln!("{STEP} go and {STEP} come: {pushes} pushes, off by {error:.1e}");
        assert!(error <= ERROR + TOLERANCE, "{error}");
    }
    let mut top: Vec<_> = authority.scores().collect();
    top.sort_by(|one, other| other.1.total_cmp(&one.1));
    eprintln!("first of {}: {:?}", top.len(), &top[..3]);
    let one = retweets[WINDOW + 5 * STEP - 1].clone();
    authority.remove(&one.0, &one.1, 1);
    let pushes = authority.refresh();
    eprintln!("one goes: {pushes} pushes");
    assert!(pushes < first / 10, "{pushes}");
}

/// Who, whom, how often, and whether the edge comes or goes; after each stretch the scores are refreshed.
fn changes() -> impl Strategy<Value = Vec<Vec<(u8, u8, u64, bool)>>> {
    let change = (0..12_u8, 0..12_u8, 1..5_u64, prop::bool::weighted(0.6));
    prop::collection::vec(prop::collection::vec(change, 1..12), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_and_goes_kept_scores_stay_within_their_error_of_computed_ones(stretches in changes()) {
        let mut authority = Authority::default();
        for stretch in stretches {
            for (who, whom, times, comes) in stretch {
                let (who, whom) = (account(who), account(whom));
                if comes {
                    authority.add(&who, &whom, times);
                } else {
                    authority.remove(&who, &whom, times);
                }
            }
            authority.refresh();
            prop_assert!(error(&authority) <= ERROR + TOLERANCE, "{}", error(&authority));
        }
    }

    #[test]
    fn scores_sum_to_one_and_no_order_of_arrival_changes_a_bit_of_those_computed_from_nothing(
        edges in prop::collection::vec((0..12_u8, 0..12_u8, 1..5_u64), 0..40)
    ) {
        let graph = |edges: &mut dyn Iterator<Item = &(u8, u8, u64)>| {
            let mut graph = Graph::default();
            edges.for_each(|(who, whom, times)| graph.add(&account(who), &account(whom), *times));
            graph
        };
        let (forth, back) = (graph(&mut edges.iter()), graph(&mut edges.iter().rev()));
        let scores = forth.pagerank(TOLERANCE);
        prop_assert_eq!(&scores, &back.pagerank(TOLERANCE));
        let sum: f64 = scores.iter().map(|(_, score)| score).sum();
        prop_assert!(scores.is_empty() || (sum - 1.0).abs() < TOLERANCE);
    }
}
