//! What gaps mean for figures: between which bounds the share of all posts lies that was seen. Pure.

use backtweet_wire::v1::{AssignmentCoverage, Gap};

use super::read::Covered;

/// Bounds of a share, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// As if every gap had been as busy as the most busy part of its source's window.
    pub low: f64,
    /// As if every gap had been as quiet as the least busy one.
    pub high: f64,
}

/// Which share of what the assignments' streams held was seen: E / (E + m), where E counts the events that came and m those that are
/// missing: a gap's seconds times the events a second of the least and the most busy part without a gap, and what budgets left out.
/// Where a gap has nothing to be compared with, nothing is known of it: then the share may be anything from 0 to 1. `None` without
/// assignments.
pub fn bounds(covered: &[Covered]) -> Option<Bounds> {
    if covered.is_empty() {
        return None;
    }
    let (mut seen, mut few, mut many, mut unknown) = (0.0, 0.0, 0.0, false);
    for Covered { coverage, busy } in covered {
        seen += coverage.events as f64;
        let missing = coverage.left_out as f64;
        let seconds = gap_seconds(coverage);
        let (least, most) = busy.unwrap_or((0.0, 0.0));
        unknown |= seconds > 0.0 && busy.is_none();
        few += missing + seconds * least;
        many += missing + seconds * most;
    }
    let share = |missing: f64| {
        if seen + missing > 0.0 {
            seen / (seen + missing)
        } else {
            1.0
        }
    };
    let low = if unknown { 0.0 } else { share(many) };
    Some(Bounds { low, high: share(few) })
}

/// How long nothing was seen, in seconds.
fn gap_seconds(coverage: &AssignmentCoverage) -> f64 {
    let length = |gap: &Gap| (gap.to_us - gap.from_us) as f64 / 1e6;
    coverage.gaps.iter().map(length).sum()
}
