//! Functions over many numbers at once. What they come to is the same to the bit on every machine: multiplications are fused with
//! additions only where that is asked for, and sums have an order that no machine's width changes.

use std::f32::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LOG2_E};

use fearless_simd::prelude::*;
use fearless_simd::{f32x16, u32x16};

/// How many numbers go side by side.
pub const LANES: usize = 16;

/// Below this `e` to a number is taken for what it is here.
const LEAST: f32 = -87.0;
/// Adding this to a number leaves its nearest whole one in the last bits.
const ROUND: f32 = 12_582_912.0;
/// The logarithm of 2, in two parts so that multiples of the first are exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// Of `e` to a number, from the highest power down (Taylor).
const EXP: [f32; 8] = [
    1.0 / 5040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];
/// Beyond this the error function is 1.
const ERF_END: f32 = 3.832_507;
/// The error function is `x` times the first polynomial of its square over the second; the error is below 4e-7.
const ERF_ABOVE: [f32; 5] = [
    2.290_506_6e-4,
    3.408_291e-3,
    5.095_569_5e-2,
    1.852_083_2e-1,
    FRAC_2_SQRT_PI,
];
const ERF_BELOW: [f32; 7] = [
    -1.179_160_3e-7,
    2.354_796_6e-5,
    1.017_962_5e-3,
    1.407_047e-2,
    1.109_850_5e-1,
    4.974_692_5e-1,
    1.0,
];
/// What keeps a row of equal numbers from being divided by nothing.
const EPSILON: f32 = 1e-12;

/// `e` to the power of each of these, for what is not above 0; the error is below 2e-7 of it.
#[inline(always)]
fn exp<S: Simd>(simd: S, of: f32x16<S>) -> f32x16<S> {
    let of = of.max(f32x16::splat(simd, LEAST));
    let shifted = of.mul_add_precise(LOG2_E, f32x16::splat(simd, ROUND));
    let twos = shifted - ROUND;
    let rest = twos.mul_add_precise(-LN_2[0], of);
    let rest = twos.mul_add_precise(-LN_2[1], rest);
    let bits = shifted.bitcast::<u32x16<S>>() << 23;
    let scale = (bits + (127 << 23)).bitcast::<f32x16<S>>();
    polynomial(simd, EXP, rest) * scale
}

#[inline(always)]
fn erf<S: Simd>(simd: S, of: f32x16<S>) -> f32x16<S> {
    let of = of.max(f32x16::splat(simd, -ERF_END)).min(f32x16::splat(simd, ERF_END));
    let square = of * of;
    of * polynomial(simd, ERF_ABOVE, square) / polynomial(simd, ERF_BELOW, square)
}

/// Coefficients from the highest power down (Horner).
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, coefficients: [f32; N], of: f32x16<S>) -> f32x16<S> {
    let mut value = f32x16::splat(simd, 0.0);
    for coefficient in coefficients {
        value = value.mul_add_precise(of, f32x16::splat(simd, coefficient));
    }
    value
}

/// Each number times the share of the normal distribution that lies below it (Hendrycks and Gimpel 2016).
#[inline(always)]
pub fn gelu<S: Simd>(simd: S, numbers: &mut [f32]) {
    for lanes in numbers.as_chunks_mut::<LANES>().0 {
        let of = f32x16::simd_from(simd, *lanes);
        let below = erf(simd, of * FRAC_1_SQRT_2) + 1.0;
        *lanes = (of * 0.5 * below).into();
    }
}

/// The numbers as shares of 1, by `e` to each.
#[inline(always)]
pub fn softmax<S: Simd>(simd: S, numbers: &mut [f32]) {
    let chunks = numbers.as_chunks_mut::<LANES>().0;
    let mut most = f32x16::splat(simd, f32::MIN);
    for lanes in chunks.iter() {
        most = most.max(f32x16::simd_from(simd, *lanes));
    }
    let most = <[f32; LANES]>::from(most).into_iter().fold(f32::MIN, f32::max);
    let mut sum = f32x16::splat(simd, 0.0);
    for lanes in chunks.iter_mut() {
        let share = exp(simd, f32x16::simd_from(simd, *lanes) - most);
        sum += share;
        *lanes = share.into();
    }
    let all: f32 = <[f32; LANES]>::from(sum).into_iter().sum();
    for lanes in chunks {
        *lanes = (f32x16::simd_from(simd, *lanes) / all).into();
    }
}

/// Adds `more` to each row, then moves and scales it to a mean of 0 and a variance of 1, then by `weight` and `bias` (Ba et al. 2016).
#[inline(always)]
pub fn add_and_normalize<S: Simd>(simd: S, rows: &mut [f32], more: &[f32], weight: &[f32], bias: &[f32]) {
    let width = weight.len();
    let weight = weight.as_chunks::<LANES>().0;
    let bias = bias.as_chunks::<LANES>().0;
    for (row, more) in rows.chunks_exact_mut(width).zip(more.chunks_exact(width)) {
        let row = row.as_chunks_mut::<LANES>().0;
        let mut sum = f32x16::splat(simd, 0.0);
        for (lanes, more) in row.iter_mut().zip(more.as_chunks::<LANES>().0) {
            let both = f32x16::simd_from(simd, *lanes) + f32x16::simd_from(simd, *more);
            sum += both;
            *lanes = both.into();
        }
        let mean = <[f32; LANES]>::from(sum).into_iter().sum::<f32>() / width as f32;
        let mut sum = f32x16::splat(simd, 0.0);
        for lanes in row.iter() {
            let off = f32x16::simd_from(simd, *lanes) - mean;
            sum = off.mul_add_precise(off, sum);
        }
        let variance = <[f32; LANES]>::from(sum).into_iter().sum::<f32>() / width as f32;
        let scale = 1.0 / (variance + EPSILON).sqrt();
        for ((lanes, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
            let plain = (f32x16::simd_from(simd, *lanes) - mean) * scale;
            *lanes = plain
                .mul_add_precise(f32x16::simd_from(simd, *weight), f32x16::simd_from(simd, *bias))
                .into();
        }
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;
    use crate::deep::fixture::below;

    /// Where each is applied to one number.
    fn one(number: f32, apply: fn(&mut [f32])) -> f32 {
        let mut numbers = [number; LANES];
        apply(&mut numbers);
        numbers[0]
    }

    #[test]
    fn functions_are_what_the_weights_were_trained_with() {
        for step in -400..=400 {
            let x = step as f32 / 100.0;
            let found = one(x, |it| dispatch!(Level::new(), simd => gelu(simd, it)));
            let wanted = f64::from(x) * below(f64::from(x));
            assert!(
                (f64::from(found) - wanted).abs() < 1e-6,
                "gelu of {x}: {found}, not {wanted}"
            );
        }
        for step in 0..=860 {
            let x = -step as f32 / 10.0;
            let apply = |it: &mut [f32]| {
                dispatch!(Level::new(), simd => {
                    let lanes = exp(simd, f32x16::from_slice(simd, it));
                    lanes.store_slice(it);
                });
            };
            let (found, wanted) = (f64::from(one(x, apply)), f64::from(x).exp());
            assert!((found / wanted - 1.0).abs() < 3e-7, "e to {x}: {found}, not {wanted}");
        }
    }

    #[test]
    fn shares_add_up_and_rows_are_normal() {
        let mut numbers: Vec<f32> = (0..48).map(|it| it as f32).collect();
        dispatch!(Level::new(), simd => softmax(simd, &mut numbers));
        assert!((numbers.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((numbers[47] - 0.632_120_6).abs() < 1e-6, "{}", numbers[47]);

        let mut rows: Vec<f32> = (0..64).map(|it| (it * it) as f32).collect();
        let (weight, bias) = ([2.0; 32], [1.0; 32]);
        dispatch!(Level::new(), simd => add_and_normalize(simd, &mut rows, &[0.0; 64], &weight, &bias));
        for row in rows.chunks(32) {
            let mean = row.iter().sum::<f32>() / 32.0;
            let variance = row.iter().map(|it| (it - mean).powi(2)).sum::<f32>() / 32.0;
            assert!(
                (mean - 1.0).abs() < 1e-5 && (variance - 4.0).abs() < 1e-4,
                "{mean} {variance}"
            );
        }
    }
}
