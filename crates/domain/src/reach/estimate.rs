//! Sizes of sets with their intervals: of a union, of what one set has beyond another, and of what two have in common.
//!
//! The three sizes that such a figure is made of err together, since they come from the same hashes. For sets S and T the relative errors of
//! their sizes have the covariance e^2 J(S, T), with e the relative standard error and J the Jaccard index. That is exact for sketches of
//! smallest hashes: the smallest of two overlapping sets are Marshall and Olkin's bivariate exponential (1967, "A multivariate exponential
//! distribution"), whose correlation is J. A HyperLogLog keeps the same with fewer bits. So, with U = |S u T|,
//!
//! - the variance of U - T, what S has beyond T, is e^2 (U^2 - T^2);
//! - the variance of S + T - U, what both have, is e^2 (U^2 - S^2 - T^2 + 2 S T J).

use super::sketch::{Form, Sketch};

/// The relative standard error of a size that is told by registers: sqrt(3 ln 2 - 1) / sqrt(2^14), 0.81 % (Flajolet et al. 2007).
pub const RELATIVE_ERROR: f64 = 1.038_961 / 128.0;

/// Standard errors to each side of an interval of 95 %.
const SIDE: f64 = 1.96;

/// A number of accounts, and the interval in which it lies in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// The likeliest number.
    pub value: u64,
    /// Where its interval begins; 0 where the number is smaller than its error.
    pub low: u64,
    /// Where it ends, inclusive.
    pub high: u64,
}

impl Estimate {
    /// A number without error.
    pub const fn exact(value: u64) -> Self {
        Self {
            value,
            low: value,
            high: value,
        }
    }

    /// How many accounts both have. Exact where both are.
    ///
    /// By inclusion and exclusion. Its error is a share of the larger set, not of the overlap: 0.8 % of sqrt(2 S T) where they have nothing
    /// in common.
    pub fn overlap(one: &Sketch, other: &Sketch) -> Self {
        if let (Form::Exact(one), Form::Exact(other)) = (&one.0, &other.0) {
            let both = one.iter().filter(|hash| other.binary_search(hash).is_ok());
            return Self::exact(both.count() as u64);
        }
        let most = one.estimate().high.min(other.estimate().high);
        let union = Sketch::union([one, other]).cardinality();
        let (one, other) = (one.cardinality(), other.cardinality());
        let both = (one + other - union).clamp(0.0, one.min(other));
        let spread = union * union - one * one - other * other + 2.0 * one * other * both / union;
        Self::within(both, RELATIVE_ERROR * spread.max(0.0).sqrt()).capped(most)
    }

    /// How many accounts `audience` has that `known` has not: reach beyond an origin's own audience, for example. Exact where their union is.
    pub fn beyond(audience: &Sketch, known: &Sketch) -> Self {
        let union = Sketch::union([audience, known]);
        match (&union.0, &known.0) {
            (Form::Exact(union), Form::Exact(known)) => Self::exact((union.len() - known.len()) as u64),
            _ => Self::difference(union.cardinality(), known.cardinality()).capped(audience.estimate().high),
        }
    }

    pub(super) fn of_registers(size: f64) -> Self {
        Self::within(size, RELATIVE_ERROR * size)
    }

    /// What a union has beyond a part of it, both told by registers.
    ///
    /// The interval is Wilson's (1927): all D for which |d - D| is within the error that D itself would have, e^2 D (D + 2 T). One that takes
    /// the error at the estimate d would be a point at d = 0, where some accounts more may have raised no register.
    pub(super) fn difference(union: f64, part: f64) -> Self {
        let value = (union - part).max(0.0);
        let share = (SIDE * RELATIVE_ERROR).powi(2);
        let middle = value + share * part;
        let side = (middle * middle - (1.0 - share) * value * value).max(0.0).sqrt();
        let is_within_error = value * value <= share * value * (value + 2.0 * part);
        let low = if is_within_error {
            0.0
        } else {
            (middle - side) / (1.0 - share)
        };
        Self {
            value: value.round() as u64,
            low: low.floor() as u64,
            high: ((middle + side) / (1.0 - share)).ceil() as u64,
        }
    }

    /// No more than `most` in any of its figures.
    pub(super) fn capped(self, most: u64) -> Self {
        Self {
            value: self.value.min(most),
            low: self.low.min(most),
            high: self.high.min(most),
        }
    }

    fn within(value: f64, standard_error: f64) -> Self {
        let side = SIDE * standard_error;
        Self {
            value: value.round() as u64,
            low: (value - side).max(0.0).floor() as u64,
            high: (value + side).ceil() as u64,
        }
    }
}
