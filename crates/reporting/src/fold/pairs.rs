//! What a batch changes in who points at whom, by day. Samples hold a pair together with its opposite.

use std::collections::BTreeMap;

use backtweet_domain::Timestamp;
use backtweet_store::Write;

use super::contribution::Impact;
use crate::sample::Sampled;
use crate::slot;
use crate::window::day_of;

/// Changes of a subject's pairs of authors.
#[derive(Default)]
pub(super) struct Pairs<'a> {
    changes: BTreeMap<(i64, &'a str, &'a str), i64>,
}

impl<'a> Pairs<'a> {
    /// Takes out whom a post pointed at and puts in whom it points at now.
    pub(super) fn replace(&mut self, old: Option<&'a Impact>, new: Option<&'a Impact>) {
        for (impact, sign) in [(old, -1), (new, 1)] {
            let Some(impact) = impact else {
                continue;
            };
            let day = day_of(Timestamp::from_micros(impact.at_us));
            for other in &impact.points_at {
                *self.changes.entry((day, &impact.author, other)).or_default() += sign;
            }
        }
    }

    /// The writes that all this comes to.
    pub(super) fn into_writes(self, writes: &mut Vec<Write>) {
        for ((day, one, other), delta) in self.changes.into_iter().filter(|(_, delta)| *delta != 0) {
            let level = Sampled::new(&pair(one.min(other), one.max(other))).level;
            writes.extend((0..=level).map(|level| Write::Count {
                sized: level == 0,
                name: slot::pairs(day, level),
                member: pair(one, other),
                delta,
            }));
        }
    }
}

/// One author and another whom they point at, as a member. Ids hold no control characters.
pub(crate) fn pair(one: &str, other: &str) -> String {
    format!("{one}\n{other}")
}
