//! The size of a set from the registers of its HyperLogLog, without tables of measured bias and without a switch between two formulas.
//!
//! This is the improved raw estimator of Ertl (2017, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284,
//! section 2.4 and algorithm 6): it corrects the harmonic mean for registers that are still 0 and for those that can rise no further. It
//! needs only additions, multiplications, divisions and square roots, which IEEE 754 rounds alike on each machine.

use super::sketch::{REGISTERS, TOP};

/// How many registers have each value.
#[derive(Clone)]
pub(super) struct Histogram([u32; TOP as usize + 1]);

impl Histogram {
    pub(super) fn of(registers: &[u8]) -> Self {
        let mut counts = [0; TOP as usize + 1];
        registers.iter().for_each(|&value| counts[usize::from(value)] += 1);
        Self(counts)
    }

    /// One register goes from one value to another.
    pub(super) fn change(&mut self, from: u8, to: u8) {
        self.0[usize::from(from)] -= 1;
        self.0[usize::from(to)] += 1;
    }
}

/// The number of accounts that left these registers.
pub(super) fn cardinality(Histogram(counts): &Histogram) -> f64 {
    let registers = REGISTERS as f64;
    let share = |value: usize| f64::from(counts[value]) / registers;
    let top = usize::from(TOP);
    let full = registers * tau(1.0 - share(top));
    let between = (1..top)
        .rev()
        .fold(full, |sum, value| 0.5 * (sum + f64::from(counts[value])));
    let sum = between + registers * sigma(share(0));
    registers * registers / (2.0 * std::f64::consts::LN_2 * sum)
}

/// x + sum over k >= 1 of x^(2^k) 2^(k-1): what registers at 0 add to the sum. Infinite at 1, where the set is empty.
fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * power;
        power += power;
        if sum == before {
            return sum;
        }
    }
}

/// (1 - x - sum over k >= 1 of (1 - x^(2^-k))^2 2^-k) / 3: what registers at their top add to the sum.
fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut power, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        power *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * power;
        if sum == before {
            return sum / 3.0;
        }
    }
}
