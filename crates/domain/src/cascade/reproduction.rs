//! How many further posts a post of a cascade brought, estimated window by window.

use std::collections::BTreeMap;
use std::time::Duration;

use super::View;
use super::growth::{Growth, start_of};
use crate::time::Timestamp;

/// How long a post is given to be passed on: children that come later are not counted, and posts that are younger are left out, so that
/// each post has had the same time.
pub const HORIZON: Duration = Duration::from_secs(6 * 3_600);
/// How many stretches of [`Growth`] one window spans.
const WINDOW: u32 = 3;

/// An estimate for the posts of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reproduction {
    /// Where the window begins, inclusive.
    pub from: Timestamp,
    /// Where it ends, exclusive.
    pub to: Timestamp,
    /// Posts witnessed within, the root with them.
    pub posts: u64,
    /// Posts that hang on these and came within [`HORIZON`] of them.
    pub children: u64,
}

impl Reproduction {
    /// The estimated reproduction number: the mean number of children. Below 1 a cascade dies out.
    pub fn estimate(&self) -> f64 {
        self.children as f64 / self.posts as f64
    }

    /// Estimates it in windows that slide by one stretch of `growth`, for all posts that had [`HORIZON`] to be passed on by `now`.
    ///
    /// This is the cohort (case) reproduction number of Wallinga and Teunis (2004, "Different epidemic curves for SARS reveal similar
    /// impacts of control measures") and Fraser (2007), with the edges of the tree in place of their probabilities of who infected whom. Where a
    /// network names the origin whatever a post was passed on from (flattened edges), children count for the origin alone.
    pub fn of(view: &View<'_>, growth: &Growth, now: Timestamp) -> Vec<Self> {
        let Some(start) = view.start() else {
            return Vec::new();
        };
        let cohorts = cohorts(view, now, |at| start_of(start, at, growth.length));
        let span = growth.length.saturating_mul(WINDOW);
        let window = |(&last, _): (&Timestamp, &(u64, u64))| {
            let to = last.plus(growth.length);
            let from = to.minus(span).max(start);
            let within = cohorts.range(from..to).map(|(_, cohort)| cohort);
            let (posts, children) = within.fold((0, 0), |sum, cohort| (sum.0 + cohort.0, sum.1 + cohort.1));
            Self {
                from,
                to,
                posts,
                children,
            }
        };
        cohorts.iter().map(window).collect()
    }

    /// Estimates it once, for all posts that had [`HORIZON`] to be passed on by `now`; `None` where there are none.
    pub fn overall(view: &View<'_>, now: Timestamp) -> Option<Self> {
        let start = view.start()?;
        let (_, (posts, children)) = cohorts(view, now, |_| start).pop_first()?;
        Some(Self {
            from: start,
            to: now,
            posts,
            children,
        })
    }
}

/// Posts that had [`HORIZON`] to be passed on by `now`, and those that hang on them and came within it, by where `cohort_of` puts the time
/// of the former.
fn cohorts(
    view: &View<'_>,
    now: Timestamp,
    cohort_of: impl Fn(Timestamp) -> Timestamp,
) -> BTreeMap<Timestamp, (u64, u64)> {
    let mut cohorts: BTreeMap<Timestamp, (u64, u64)> = BTreeMap::new();
    let is_ripe = |at: Timestamp| at.plus(HORIZON) <= now;
    for entry in view.entries() {
        let Some(node) = entry.node.filter(|node| is_ripe(node.at)) else {
            continue;
        };
        cohorts.entry(cohort_of(node.at)).or_default().0 += 1;
    }
    for entry in view.entries() {
        let parent = entry.parent.and_then(|parent| view.entries()[parent].node);
        let (Some(node), Some(parent)) = (entry.node, parent) else {
            continue;
        };
        if is_ripe(parent.at) && node.at <= parent.at.plus(HORIZON) {
            cohorts.entry(cohort_of(parent.at)).or_default().1 += 1;
        }
    }
    cohorts
}
