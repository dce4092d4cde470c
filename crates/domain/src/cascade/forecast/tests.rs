//! The forecast on real cascades: fitted on one half of them, measured on the other, beside simpler forecasts and beside SEISMIC.

mod seismic;

use std::time::Duration;

use super::*;
use crate::cascade::tests::{node, post, weibo};
use crate::cascade::{Node, Tree, View};
use crate::id::PostId;

/// A cascade of the collection.
struct Real {
    posts: Vec<(PostId, Node)>,
    followers: Option<u64>,
    /// How long after the origin each post came, ascending.
    ages: Vec<Duration>,
}

impl Real {
    fn read() -> Vec<Self> {
        let cascades = weibo::cascades().into_iter();
        let real = cascades.map(|posts| {
            let tree = weibo::tree(&posts);
            let view = View::of(&tree, None);
            let start = view.start().unwrap();
            Self {
                followers: view.root().and_then(|root| root.followers),
                ages: ages(&view, start),
                posts,
            }
        });
        real.collect()
    }

    /// Every other cascade: those that the method is fitted on, and those that it is measured on.
    fn halves() -> [Vec<Self>; 2] {
        let mut halves = [Vec::new(), Vec::new()];
        for (place, real) in Self::read().into_iter().enumerate() {
            halves[place % 2].push(real);
        }
        halves
    }

    fn size(&self) -> f64 {
        self.ages.len() as f64
    }

    fn observed(&self, seconds: u64) -> Observed {
        Observed::of(&self.ages, self.followers, seconds)
    }
}

/// The value below which that share of the values lies, between two of them in proportion.
fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let place = share * (values.len() - 1) as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// Least absolute residuals, by least squares that are weighted again and again.
fn fit(rows: &[([f64; 3], f64)]) -> Model {
    let mut weights = [0.0; 3];
    let mut first = true;
    let residual = |weights: &[f64; 3], (features, growth): &([f64; 3], f64)| {
        growth
            - features
                .iter()
                .zip(weights)
                .map(|(feature, weight)| feature * weight)
                .sum::<f64>()
    };
    for _ in 0..50 {
        let mut sums = [[0.0; 4]; 3];
        for row in rows {
            let worth = if first {
                1.0
            } else {
                1.0 / residual(&weights, row).abs().max(0.01)
            };
            for (sums, left) in sums.iter_mut().zip(row.0) {
                for (sum, right) in sums.iter_mut().zip(row.0.iter().chain([&row.1])) {
                    *sum += worth * left * right;
                }
            }
        }
        weights = solve(sums);
        first = false;
    }
    let decile = |share| quantile(rows.iter().map(|row| residual(&weights, row)), share);
    model(0, weights, [decile(0.1), decile(0.9)])
}

/// Three equations, by elimination.
fn solve(mut rows: [[f64; 4]; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        let by = rows[pivot];
        for (place, row) in rows.iter_mut().enumerate() {
            if place != pivot {
                let share = row[pivot] / by[pivot];
                row.iter_mut().zip(by).for_each(|(value, by)| *value -= share * by);
            }
        }
    }
    std::array::from_fn(|place| rows[place][3] / rows[place][place])
}

#[test]
fn the_coefficients_are_those_of_the_half_that_the_method_is_fitted_on() {
    let [half, _] = Real::halves();
    if half.is_empty() {
        return;
    }
    let flat = |model: &Model| [&model.weights[..], &model.deciles].concat();
    let mut wrong = Vec::new();
    for known in MODELS {
        let row = |real: &Real| {
            let observed = real.observed(known.observed);
            (observed.size >= FEWEST).then(|| (observed.features, (real.size() / observed.size as f64).ln()))
        };
        let fitted = fit(&half.iter().filter_map(row).collect::<Vec<_>>());
        let mut pairs = flat(&known).into_iter().zip(flat(&fitted));
        if pairs.any(|(known, fitted)| (known - fitted).abs() > 1e-3) {
            wrong.push(format!(
                "model({}, {:.4?}, {:.4?}),",
                known.observed, fitted.weights, fitted.deciles
            ));
        }
    }
    assert!(wrong.is_empty(), "the data say otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn forecasts_come_nearer_to_the_truth_than_simpler_ones_and_their_intervals_hold_as_often_as_they_say() {
    let [fitted_on, measured_on] = Real::halves();
    if measured_on.is_empty() {
        return;
    }
    let seismic = seismic::Seismic::fit(&fitted_on);
    eprintln!("median relative error of the final size, on cascades of 100 and more:");
    for Model { observed, .. } in MODELS {
        let factor = |real: &&Real| real.observed(observed).size >= FEWEST;
        let factor = fitted_on.iter().filter(factor);
        let factor = quantile(
            factor.map(|real| real.size() / real.observed(observed).size as f64),
            0.5,
        );
        let mut errors: [Vec<f64>; 4] = Default::default();
        let mut covered = 0;
        for real in measured_on.iter().filter(|real| real.ages.len() >= 100) {
            let tree = weibo::tree(&real.posts);
            let view = View::of(&tree, None);
            let then = view.start().unwrap().plus(Duration::from_secs(observed));
            let Ok(forecast) = Forecast::of(&View::of(&tree, Some(then)), then) else {
                continue;
            };
            assert_eq!(Forecast::of(&view, then), Ok(forecast), "it looked into the future");
            let size = forecast.size as f64;
            let guesses = [
                forecast.expected as f64,
                size * factor,
                size,
                seismic.forecast(&real.ages, real.followers, Duration::from_secs(observed)),
            ];
            for (errors, guess) in errors.iter_mut().zip(guesses) {
                errors.push((guess - real.size()).abs() / real.size());
            }
            covered += usize::from((forecast.low as f64..=forecast.high as f64).contains(&real.size()));
        }
        let many = errors[0].len();
        let coverage = covered as f64 / many as f64;
        let [ours, growth, so_far, seismic] = errors.map(|errors| quantile(errors, 0.5));
        eprintln!(
            "after {:>5.1} h: {ours:.3} ours, {growth:.3} size so far times the usual growth, {so_far:.3} size so far, \
             {seismic:.3} SEISMIC; the 80 % interval held {:.1} % of {many}",
            observed as f64 / 3_600.0,
            coverage * 100.0,
        );
        if observed == 3_600 {
            assert!(ours < growth && ours < so_far && ours < seismic);
            assert!((0.75..0.90).contains(&coverage), "{coverage}");
        }
    }
}

/// A cascade with a post every `every` seconds.
fn steady(every: i64, posts: usize) -> Tree {
    let mut tree = Tree::new(post(0));
    tree.insert(&post(0), node(None, 0));
    for number in 1..=posts {
        tree.insert(&post(number), node(Some(0), every * number as i64));
    }
    tree
}

#[test]
fn a_cascade_that_is_too_young_or_was_hardly_passed_on_has_no_forecast() {
    let tree = steady(100, 9);
    let at = |tree: &Tree, seconds| Forecast::of(&View::of(tree, None), Timestamp::from_seconds(seconds));
    assert_eq!(at(&tree, 1_799), Err(NoForecast::Young));
    assert_eq!(at(&tree, 1_800), Err(NoForecast::Few));
    assert_eq!(at(&Tree::new(post(0)), 1_800), Err(NoForecast::Few));
    assert_eq!(at(&steady(100, 10), 1_800).unwrap().size, 10);
}

#[test]
fn no_forecast_is_smaller_than_what_is_there() {
    let tree = steady(1, 10_000);
    let forecast = Forecast::of(&View::of(&tree, None), Timestamp::from_seconds(3_599)).unwrap();
    assert_eq!((forecast.observed.as_secs(), forecast.size), (1_800, 1_800));
    assert!(forecast.low >= 3_599 && forecast.low <= forecast.expected && forecast.expected <= forecast.high);
}
