//! Reach: how many different people an audience has, whom an amplifier alone brought, and what is not known. Pure; follow edges are
//! collected, and sketches kept, elsewhere.
//!
//! An audience is a [`Sketch`], whose unions are again sketches. Sizes are [`Estimate`]s with their interval. Where follow edges are missing,
//! reach is a range.

mod bytes;
mod estimate;
mod estimator;
mod marginal;
mod sketch;

pub use bytes::SketchError;
pub use estimate::{Estimate, RELATIVE_ERROR};
pub use marginal::marginal;
pub use sketch::{EXACT, PRECISION, Sketch, hash_of, part_of};

#[cfg(test)]
mod tests;

/// What is known of the followers of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Who follows it, all of them.
    Whole(Sketch),
    /// How many follow it, and who some of them are; an empty sketch where the network tells only the number.
    Part {
        /// All followers.
        followers: u64,
        /// Those that are known.
        edges: Sketch,
    },
    /// Nothing.
    Unknown,
}

impl Audience {
    /// An audience of which the number alone is known.
    pub fn count(followers: u64) -> Self {
        Self::Part {
            followers,
            edges: Sketch::default(),
        }
    }
}

/// How many different accounts follow at least one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Counted from follow edges: all of them are known.
    Measured {
        /// The size of the union.
        estimate: u64,
        /// Where its interval of 95 % begins.
        low: u64,
        /// Where it ends, inclusive.
        high: u64,
    },
    /// Some follow edges are not known, so how far audiences overlap is not either.
    Bounded {
        /// All audiences lie within the largest, or within those followers that are known: whichever is more.
        at_least: u64,
        /// No two audiences overlap where it is not known that they do. Says nothing about the followers of the `unknown`.
        at_most: u64,
        /// Accounts of which not even the number of followers is known.
        unknown: u64,
    },
}

impl Reach {
    /// The reach of all of `audiences` together.
    pub fn of<'a>(audiences: impl IntoIterator<Item = &'a Audience>) -> Self {
        let (mut whole, mut edges) = (Sketch::default(), Sketch::default());
        let (mut largest, mut sum, mut unknown) = (0, 0_u64, 0);
        let mut is_measured = true;
        for audience in audiences {
            match audience {
                Audience::Whole(followers) => whole.merge(followers),
                Audience::Part {
                    followers,
                    edges: known,
                } => {
                    edges.merge(known);
                    largest = largest.max(*followers);
                    sum = sum.saturating_add(*followers);
                    is_measured = false;
                }
                Audience::Unknown => {
                    unknown += 1;
                    is_measured = false;
                }
            }
        }
        let measured = whole.estimate();
        if is_measured {
            return measured.into();
        }
        edges.merge(&whole);
        let at_least = edges.estimate().low.max(largest);
        Self::Bounded {
            at_least,
            // More edges may be known than a stale number of followers says.
            at_most: measured.high.saturating_add(sum).max(at_least),
            unknown,
        }
    }
}

impl From<Estimate> for Reach {
    fn from(Estimate { value, low, high }: Estimate) -> Self {
        Self::Measured {
            estimate: value,
            low,
            high,
        }
    }
}
