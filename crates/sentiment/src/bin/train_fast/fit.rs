//! Softmax regression with an L2 penalty, fitted by L-BFGS (Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.5). What the columns
//! mean is not known here.

use std::collections::VecDeque;

use backtweet_sentiment::fast::weights::softmax;

/// Steps that are remembered.
const MEMORY: usize = 8;
/// Steps that are taken at most.
const STEPS: usize = 80;
/// The gradient, as a share of the first one, that counts as none.
const FLAT: f64 = 2e-3;

/// Sparse rows.
#[derive(Default)]
pub struct Matrix {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
    /// What the caller calls each column.
    pub columns: Vec<u32>,
}

impl Matrix {
    /// Rows of (column, value), with columns below `width`; only those that occur are kept.
    pub fn new(rows: &[Vec<(u32, f32)>], width: usize) -> Self {
        let mut places = vec![u32::MAX; width];
        rows.iter()
            .flatten()
            .for_each(|(column, _)| places[*column as usize] = 0);
        let columns: Vec<u32> = (0..width as u32)
            .filter(|column| places[*column as usize] == 0)
            .collect();
        columns
            .iter()
            .zip(0..)
            .for_each(|(column, place)| places[*column as usize] = place);
        let mut matrix = Self {
            starts: vec![0],
            entries: Vec::new(),
            columns,
        };
        for row in rows {
            matrix
                .entries
                .extend(row.iter().map(|(column, value)| (places[*column as usize], *value)));
            matrix.starts.push(matrix.entries.len());
        }
        matrix
    }

    fn rows(&self) -> impl Iterator<Item = &[(u32, f32)]> {
        self.starts.windows(2).map(|ends| &self.entries[ends[0]..ends[1]])
    }
}

/// Fitted weights of `K` classes.
pub struct Linear<const K: usize> {
    pub weights: Vec<[f32; K]>,
    pub bias: [f32; K],
}

/// Fits the classes of the rows; an error weighs `weights` of its row against the penalty.
pub fn fit<const K: usize>(matrix: &Matrix, classes: &[usize], weights: &[f32]) -> Linear<K> {
    let width = (matrix.columns.len() + 1) * K;
    let mut point = vec![0.0_f32; width];
    let (mut loss, mut slope) = objective::<K>(matrix, classes, weights, &point);
    let first = norm(&slope);
    let mut memory: VecDeque<(Vec<f32>, Vec<f32>, f64)> = VecDeque::new();
    for _ in 0..STEPS {
        let direction = direction(&slope, &memory);
        let descent = dot(&direction, &slope);
        let mut step = if memory.is_empty() { 1.0 / first.max(1.0) } else { 1.0 };
        let (next, next_loss, next_slope) = loop {
            let next = add(&point, &direction, step);
            let (next_loss, next_slope) = objective::<K>(matrix, classes, weights, &next);
            if next_loss <= loss + 1e-4 * step * descent || step < 1e-6 {
                break (next, next_loss, next_slope);
            }
            step *= 0.5;
        };
        let (moved, turned) = (add(&next, &point, -1.0), add(&next_slope, &slope, -1.0));
        let curvature = dot(&moved, &turned);
        if curvature > 1e-10 {
            memory.push_back((moved, turned, 1.0 / curvature));
            if memory.len() > MEMORY {
                memory.pop_front();
            }
        }
        (point, loss, slope) = (next, next_loss, next_slope);
        if norm(&slope) <= FLAT * first || step < 1e-6 {
            break;
        }
    }
    let (weights, _) = point.as_chunks::<K>();
    let (bias, weights) = weights.split_last().unwrap_or((&[0.0; K], &[]));
    Linear {
        weights: weights.to_vec(),
        bias: *bias,
    }
}

/// The penalised loss and its gradient. The last column is the bias, which goes unpunished.
fn objective<const K: usize>(matrix: &Matrix, classes: &[usize], heavy: &[f32], point: &[f32]) -> (f64, Vec<f32>) {
    let (weights, _) = point.as_chunks::<K>();
    let bias = weights.len() - 1;
    let mut slope = vec![[0.0_f32; K]; weights.len()];
    let mut loss = 0.0;
    for ((row, &class), &c) in matrix.rows().zip(classes).zip(heavy) {
        let mut odds = weights[bias];
        for &(column, value) in row {
            for (odd, weight) in odds.iter_mut().zip(&weights[column as usize]) {
                *odd += value * weight;
            }
        }
        let shares = softmax(odds);
        loss -= f64::from(c) * f64::from(shares[class].max(1e-30)).ln();
        let mut error = shares.map(|share| share * c);
        error[class] -= c;
        for &(column, value) in row {
            for (at, error) in slope[column as usize].iter_mut().zip(&error) {
                *at += value * error;
            }
        }
        for (at, error) in slope[bias].iter_mut().zip(&error) {
            *at += error;
        }
    }
    for (slope, weights) in slope[..bias].iter_mut().zip(weights) {
        for (slope, weight) in slope.iter_mut().zip(weights) {
            *slope += weight;
            loss += 0.5 * f64::from(*weight) * f64::from(*weight);
        }
    }
    (loss, slope.as_flattened().to_vec())
}

/// The way down, as far as the remembered steps tell how the slope turns.
fn direction(slope: &[f32], memory: &VecDeque<(Vec<f32>, Vec<f32>, f64)>) -> Vec<f32> {
    let mut way = slope.to_vec();
    let mut shares = Vec::new();
    for (moved, turned, rho) in memory.iter().rev() {
        let share = rho * dot(moved, &way);
        way = add(&way, turned, -share);
        shares.push(share);
    }
    if let Some((_, turned, rho)) = memory.back() {
        let scale = (1.0 / (rho * dot(turned, turned))) as f32;
        way.iter_mut().for_each(|it| *it *= scale);
    }
    for ((moved, turned, rho), share) in memory.iter().zip(shares.iter().rev()) {
        way = add(&way, moved, share - rho * dot(turned, &way));
    }
    way.iter_mut().for_each(|it| *it = -*it);
    way
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn norm(a: &[f32]) -> f64 {
    dot(a, a).sqrt()
}

fn add(a: &[f32], b: &[f32], times: f64) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + times as f32 * b).collect()
}
