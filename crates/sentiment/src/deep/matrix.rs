//! Rows of numbers times a matrix, as fast as one core can. A result is summed up in one order, whatever rows stand beside it, and with
//! fused multiplication and addition, so that it is the same to the bit in every batch and on every machine.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch};

/// Columns of a panel.
pub const WIDE: usize = 32;
/// Rows that are multiplied at once: their sums and one row of a panel fit into the registers of a machine.
const ROWS: usize = 6;

/// Some columns of a matrix, side by side for each of its rows, and what a result is multiplied with and moved by.
pub struct Panel<'a> {
    /// Row by row.
    pub rows: &'a [[f32; WIDE]],
    /// By column.
    pub scale: &'a [f32; WIDE],
    /// By column.
    pub bias: &'a [f32; WIDE],
}

/// Rows to multiply: each begins `stride` behind the one before.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// From the first number of the first row on.
    pub numbers: &'a [f32],
    /// From row to row.
    pub stride: usize,
    /// How many rows.
    pub count: usize,
}

/// Where results go: each row begins `stride` behind the one before.
pub struct Target<'a> {
    /// From the first number of the first row on.
    pub numbers: &'a mut [f32],
    /// From row to row.
    pub stride: usize,
    /// How many of a panel's columns are wanted.
    pub columns: usize,
}

/// Multiplies rows with the columns of one panel.
#[inline(always)]
pub fn multiply<S: Simd>(simd: S, rows: Rows<'_>, panel: &Panel<'_>, target: &mut Target<'_>) {
    let row = blocks::<S, ROWS>(simd, 0, rows, panel, target);
    let row = blocks::<S, 2>(simd, row, rows, panel, target);
    blocks::<S, 1>(simd, row, rows, panel, target);
}

/// Blocks of `N` rows from `row` on, as many as there are; where the next one would begin.
#[inline(always)]
fn blocks<S: Simd, const N: usize>(
    simd: S,
    mut row: usize,
    rows: Rows<'_>,
    panel: &Panel<'_>,
    target: &mut Target<'_>,
) -> usize {
    while row + N <= rows.count {
        let block: [&[f32]; N] =
            std::array::from_fn(|at| &rows.numbers[(row + at) * rows.stride..][..panel.rows.len()]);
        let sums = block_sums(simd, block, panel);
        for (at, sums) in sums.iter().enumerate() {
            let start = (row + at) * target.stride;
            target.numbers[start..start + target.columns].copy_from_slice(&sums[..target.columns]);
        }
        row += N;
    }
    row
}

#[inline(always)]
fn block_sums<S: Simd, const N: usize>(simd: S, block: [&[f32]; N], panel: &Panel<'_>) -> [[f32; WIDE]; N] {
    let lanes = S::f32s::LEN;
    let mut results = [[0.0; WIDE]; N];
    for left in (0..WIDE).step_by(2 * lanes) {
        let middle = left + lanes;
        let load = |from: &[f32; WIDE], at: usize| S::f32s::from_slice(simd, &from[at..at + lanes]);
        let mut sums = [[S::f32s::splat(simd, 0.0); 2]; N];
        for (at, row) in panel.rows.iter().enumerate() {
            let (first, second) = (load(row, left), load(row, middle));
            for (sums, numbers) in sums.iter_mut().zip(block) {
                let number = S::f32s::splat(simd, numbers[at]);
                sums[0] = number.mul_add_precise(first, sums[0]);
                sums[1] = number.mul_add_precise(second, sums[1]);
            }
        }
        for (result, sums) in results.iter_mut().zip(sums) {
            for (sum, at) in sums.into_iter().zip([left, middle]) {
                let moved = sum.mul_add_precise(load(panel.scale, at), load(panel.bias, at));
                moved.store_slice(&mut result[at..at + lanes]);
            }
        }
    }
    results
}

/// The weights of a linear layer, one signed byte each, with a scale for each output.
pub struct Matrix {
    inputs: usize,
    outputs: usize,
    /// Panel by panel, each with a row for each input.
    panels: Vec<[i8; WIDE]>,
    /// Panel by panel.
    scale: Vec<[f32; WIDE]>,
    bias: Vec<[f32; WIDE]>,
}

impl Matrix {
    /// A layer with `weights` output by output, and a scale and a bias for each output.
    pub fn new(weights: &[i8], scale: &[f32], bias: &[f32]) -> Self {
        let outputs = scale.len();
        let inputs = weights.len() / outputs.max(1);
        let mut panels = vec![[0; WIDE]; outputs.div_ceil(WIDE) * inputs];
        for (output, weights) in weights.chunks_exact(inputs.max(1)).enumerate() {
            let panel = &mut panels[output / WIDE * inputs..];
            for (row, weight) in panel.iter_mut().zip(weights) {
                row[output % WIDE] = *weight;
            }
        }
        Self {
            inputs,
            outputs,
            panels,
            scale: padded(scale),
            bias: padded(bias),
        }
    }

    /// How many numbers come out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// What comes out for each row of `rows` by the instructions of `level`, one behind the other in `results`, whose former content is lost.
    pub fn apply(&self, level: Level, rows: &[f32], results: &mut Vec<f32>) {
        let count = rows.len() / self.inputs;
        results.resize(count * self.outputs, 0.0);
        let rows = Rows {
            numbers: rows,
            stride: self.inputs,
            count,
        };
        dispatch!(level, simd => self.apply_with(simd, rows, results));
    }

    #[inline(always)]
    fn apply_with<S: Simd>(&self, simd: S, rows: Rows<'_>, results: &mut [f32]) {
        let mut unpacked = vec![[0.0; WIDE]; self.inputs];
        let panels = self.panels.chunks_exact(self.inputs);
        for (at, ((panel, scale), bias)) in panels.zip(&self.scale).zip(&self.bias).enumerate() {
            for (row, weights) in unpacked.iter_mut().zip(panel) {
                for (number, weight) in row.iter_mut().zip(weights) {
                    *number = f32::from(*weight);
                }
            }
            let panel = Panel {
                rows: &unpacked,
                scale,
                bias,
            };
            let left = at * WIDE;
            let mut target = Target {
                numbers: &mut results[left..],
                stride: self.outputs,
                columns: WIDE.min(self.outputs - left),
            };
            multiply(simd, rows, &panel, &mut target);
        }
    }
}

fn padded(numbers: &[f32]) -> Vec<[f32; WIDE]> {
    let chunks = numbers.chunks(WIDE);
    chunks
        .map(|chunk| std::array::from_fn(|at| chunk.get(at).copied().unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_weights_times_scale_plus_bias_for_any_number_of_rows() {
        let (inputs, outputs) = (5, 37);
        let weights: Vec<i8> = (0..inputs * outputs).map(|it| (it * 37 % 251 - 125) as i8).collect();
        let scale: Vec<f32> = (0..outputs).map(|it| 0.5 + it as f32).collect();
        let bias: Vec<f32> = (0..outputs).map(|it| it as f32 - 7.0).collect();
        let matrix = Matrix::new(&weights, &scale, &bias);
        for count in [1, 2, 3, 5, 6, 7, 13] {
            let rows: Vec<f32> = (0..count * inputs).map(|it| (it % 11) as f32 - 4.0).collect();
            let mut results = Vec::new();
            matrix.apply(Level::new(), &rows, &mut results);
            for (row, results) in rows.chunks(inputs as usize).zip(results.chunks(outputs as usize)) {
                for (output, result) in results.iter().enumerate() {
                    let weights = &weights[output * row.len()..][..row.len()];
                    let sum: f32 = row.iter().zip(weights).map(|(a, b)| a * f32::from(*b)).sum();
                    assert_eq!(*result, sum * scale[output] + bias[output]);
                }
            }
        }
    }
}
