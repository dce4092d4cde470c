//! Attention within one text: each piece looks at all of them, in several ways at once (Vaswani et al. 2017).

use fearless_simd::prelude::*;

use super::lanes::softmax;
use super::matrix::{Panel, Rows, Target, WIDE, multiply};

/// What the pieces of one text ask for, answer to and answer, each a row of `width` numbers that the heads share out.
pub struct Heads<'a> {
    /// What they ask for.
    pub query: &'a [f32],
    /// What they answer to.
    pub key: &'a [f32],
    /// What they answer.
    pub value: &'a [f32],
    /// How many heads; they divide `width`.
    pub heads: usize,
    /// Numbers of a row.
    pub width: usize,
}

/// The answers that each piece gets, row by row.
#[inline(always)]
pub fn attend<S: Simd>(simd: S, of: &Heads<'_>, answers: &mut [f32]) {
    let width = of.width;
    let own = width / of.heads;
    let length = of.query.len() / width;
    let stride = length.next_multiple_of(WIDE);
    let (one, none, root) = ([1.0; WIDE], [0.0; WIDE], [1.0 / (own as f32).sqrt(); WIDE]);
    let mut shares = vec![0.0; length * stride];
    let mut panel = Vec::new();
    for left in (0..width).step_by(own) {
        let query = Rows {
            numbers: &of.query[left..],
            stride: width,
            count: length,
        };
        for first in (0..length).step_by(WIDE) {
            turned(&of.key[first * width..], left, own, width, &mut panel);
            let keys = Panel {
                rows: &panel,
                scale: &root,
                bias: &none,
            };
            let mut target = Target {
                numbers: &mut shares[first..],
                stride,
                columns: WIDE,
            };
            multiply(simd, query, &keys, &mut target);
        }
        for row in shares.chunks_exact_mut(stride) {
            row[length..].fill(f32::MIN);
            softmax(simd, row);
        }
        let shares = Rows {
            numbers: &shares,
            stride,
            count: length,
        };
        for column in (0..own).step_by(WIDE) {
            let columns = WIDE.min(own - column);
            let start = left + column;
            panel.clear();
            panel.extend(
                of.value
                    .chunks_exact(width)
                    .map(|row| padded(&row[start..start + columns])),
            );
            let values = Panel {
                rows: &panel,
                scale: &one,
                bias: &none,
            };
            let mut target = Target {
                numbers: &mut answers[start..],
                stride: width,
                columns,
            };
            multiply(simd, shares, &values, &mut target);
        }
    }
}

/// Columns `left` to `left + own` of the first rows, turned into rows.
#[inline(always)]
fn turned(rows: &[f32], left: usize, own: usize, width: usize, panel: &mut Vec<[f32; WIDE]>) {
    panel.clear();
    panel.resize(own, [0.0; WIDE]);
    for (at, row) in rows.chunks_exact(width).take(WIDE).enumerate() {
        for (turned, number) in panel.iter_mut().zip(&row[left..left + own]) {
            turned[at] = *number;
        }
    }
}

#[inline(always)]
fn padded(numbers: &[f32]) -> [f32; WIDE] {
    let mut padded = [0.0; WIDE];
    padded[..numbers.len()].copy_from_slice(numbers);
    padded
}
