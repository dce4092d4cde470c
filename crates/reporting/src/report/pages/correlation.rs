//! How two figures go together. Sums are integers, so that an answer is the same on every machine. Pure.

use backtweet_wire::v1;

/// Fewer pairs say nothing.
const FEWEST: usize = 5;

/// Pearson's product-moment correlation.
pub(super) fn pearson(pairs: &[(i64, i64)]) -> v1::Correlation {
    let n = pairs.len() as i128;
    let sum = |of: &dyn Fn(i128, i128) -> i128| -> i128 {
        pairs.iter().map(|&(x, y)| of(i128::from(x), i128::from(y))).sum()
    };
    let (x, y) = (sum(&|x, _| x), sum(&|_, y| y));
    let covariance = n * sum(&|x, y| x * y) - x * y;
    let variances = [n * sum(&|x, _| x * x) - x * x, n * sum(&|_, y| y * y) - y * y];
    let varies = pairs.len() >= FEWEST && variances.iter().all(|&variance| variance > 0);
    let [x, y] = variances.map(|variance| (variance as f64).sqrt());
    v1::Correlation {
        coefficient: varies.then(|| (covariance as f64 / x / y).clamp(-1.0, 1.0)),
        n: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
    }
}

/// Spearman's: Pearson's of the ranks, where equal values share the mean of theirs.
pub(super) fn spearman(pairs: &[(i64, i64)]) -> v1::Correlation {
    let x = ranks(pairs.iter().map(|pair| pair.0));
    let y = ranks(pairs.iter().map(|pair| pair.1));
    pearson(&x.into_iter().zip(y).collect::<Vec<_>>())
}

/// Twice the rank of each value: whole numbers also where a mean of two is shared.
fn ranks(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let values: Vec<i64> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&place| values[place]);
    let mut ranks = vec![0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|&one, &other| values[one] == values[other]) {
        let shared = (2 * start + equal.len() + 1) as i64;
        equal.iter().for_each(|&place| ranks[place] = shared);
        start += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_pairs_give_known_coefficients() {
        // Anscombe's first set, in hundredths: 0.816 in every textbook.
        let x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
        let y = [804, 695, 758, 881, 833, 996, 724, 426, 1084, 482, 568];
        let pairs: Vec<_> = x.into_iter().zip(y).collect();
        let found = pearson(&pairs);
        assert!((found.coefficient.unwrap() - 0.81642).abs() < 1e-5 && found.n == 11);
        let squares: Vec<_> = (0..9).map(|x| (x, x * x)).collect();
        assert_eq!(spearman(&squares).coefficient, Some(1.0));
        // Ranks 1, 2.5, 2.5, 4, 5 against 1, 2, 3, 4.5, 4.5.
        let tied = [(1, 1), (2, 2), (2, 3), (4, 9), (7, 9)];
        assert!((spearman(&tied).coefficient.unwrap() - 9.0 / 9.5).abs() < 1e-12);
    }

    #[test]
    fn few_pairs_and_figures_that_stand_still_have_no_coefficient() {
        assert_eq!(pearson(&[(1, 1), (2, 2), (3, 3), (4, 4)]).coefficient, None);
        assert_eq!(
            spearman(&[(1, 7); 6]),
            v1::Correlation {
                coefficient: None,
                n: 6
            }
        );
        assert_eq!(pearson(&[]).n, 0);
    }

    proptest! {
        #[test]
        fn ranks_do_not_depend_on_scale_and_no_coefficient_leaves_its_bounds(
            pairs in prop::collection::vec((0i64..50, 0i64..50), 0..40),
        ) {
            let stretched: Vec<_> = pairs.iter().map(|&(x, y)| (x * x * x, 3 * y + 1)).collect();
            prop_assert_eq!(spearman(&pairs), spearman(&stretched));
            let turned: Vec<_> = pairs.iter().map(|&(x, y)| (-x, y)).collect();
            for (found, opposite) in [(pearson(&pairs), pearson(&turned)), (spearman(&pairs), spearman(&turned))] {
                prop_assert!(found.coefficient.is_none_or(|it| (-1.0..=1.0).contains(&it)));
                prop_assert_eq!(found.coefficient.map(|it| -it), opposite.coefficient);
            }
        }
    }
}
