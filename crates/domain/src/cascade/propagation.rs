//! How a subject's posts travel on the whole: many cascades added up, one by one.

use std::time::Duration;

use super::{Reproduction, Totals, View};
use crate::backtweet::Edge;
use crate::time::Timestamp;

/// What several cascades come to together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Propagation {
    breadth: Vec<u64>,
    viralities: Vec<f64>,
    halves: Vec<Duration>,
    totals: Totals,
    edges: [u64; EDGES.len()],
    ripe: u64,
    children: u64,
}

const EDGES: [Edge; 3] = [Edge::Observed, Edge::Inferred, Edge::Flattened];

impl Propagation {
    /// Adds a cascade in which at least one post was passed on. Posts had until `now` to be passed on.
    pub fn add(&mut self, view: &View<'_>, now: Timestamp) {
        let (shape, totals) = (view.shape(), view.totals());
        self.breadth.resize(self.breadth.len().max(shape.breadth().len()), 0);
        for (sum, posts) in self.breadth.iter_mut().zip(shape.breadth()) {
            *sum += posts;
        }
        self.viralities.extend(shape.virality());
        self.halves.extend(view.time_to(50));
        self.totals.reposts += totals.reposts;
        self.totals.citations += totals.citations;
        self.totals.audience += totals.audience;
        self.totals.audience_unknown += totals.audience_unknown;
        for entry in view.entries().iter().skip(1) {
            let place = EDGES.iter().position(|&edge| edge == entry.edge);
            self.edges[place.unwrap_or(0)] += 1;
        }
        if let Some(all) = Reproduction::overall(view, now) {
            self.ripe += all.posts;
            self.children += all.children;
        }
    }

    /// Posts by generation, the roots first.
    pub fn breadth(&self) -> &[u64] {
        &self.breadth
    }

    /// What the posts below the roots come to.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// How many of the edges are known in which way.
    pub fn edges(&self, edge: Edge) -> u64 {
        EDGES
            .iter()
            .zip(self.edges)
            .find(|(known, _)| **known == edge)
            .map_or(0, |(_, count)| count)
    }

    /// The [`virality`](super::Shape::virality) that so many of a hundred cascades do not exceed, by nearest rank; `None` where there are none.
    pub fn virality(&self, percent: usize) -> Option<f64> {
        nearest_rank(&self.viralities, percent, f64::total_cmp)
    }

    /// The [time to half](View::time_to) that so many of a hundred cascades do not exceed, by nearest rank; `None` where there are none.
    pub fn half_after(&self, percent: usize) -> Option<Duration> {
        nearest_rank(&self.halves, percent, Ord::cmp)
    }

    /// Posts that had [`super::HORIZON`] to be passed on, and the posts that hang on them and came within it.
    pub fn reproduction(&self) -> (u64, u64) {
        (self.ripe, self.children)
    }
}

/// The smallest of `values` that at least `percent` of a hundred do not exceed; `None` where there are none.
pub fn nearest_rank<T: Copy>(values: &[T], percent: usize, order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(order);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cascade::Tree;
    use crate::cascade::tests::weibo;

    #[test]
    fn ranks_are_values_that_are_there() {
        let of = |values: &[u64], percent| nearest_rank(values, percent, Ord::cmp);
        assert_eq!(of(&[], 50), None);
        assert_eq!(of(&[7], 50), Some(7));
        assert_eq!(of(&[4, 1, 3, 2], 50), Some(2));
        assert_eq!(of(&[4, 1, 3, 2], 90), Some(4));
        assert_eq!(of(&[4, 1, 3, 2], 0), Some(1));
    }

    #[test]
    fn real_cascades_together_are_the_sums_of_what_each_is() {
        let cascades = weibo::cascades();
        let trees: Vec<Tree> = cascades.iter().step_by(40).map(|posts| weibo::tree(posts)).collect();
        let views: Vec<View> = trees.iter().map(|tree| View::of(tree, None)).collect();
        let now = Timestamp::from_seconds(2_000_000_000);
        let mut all = Propagation::default();
        views.iter().for_each(|view| all.add(view, now));
        let posts: u64 = views.iter().map(|view| view.shape().size()).sum();
        assert_eq!(all.breadth().iter().sum::<u64>(), posts);
        assert_eq!(all.totals().reposts + views.len() as u64, posts);
        assert_eq!(
            all.edges(Edge::Observed) + all.edges(Edge::Inferred),
            all.totals().reposts
        );
        let (ripe, children) = all.reproduction();
        assert_eq!(ripe, posts);
        let late = |view: &View| {
            let horizon = crate::cascade::HORIZON;
            let is_late = |entry: &&crate::cascade::Entry| {
                let parent = entry.parent.and_then(|parent| view.entries()[parent].node);
                entry
                    .node
                    .zip(parent)
                    .is_some_and(|(node, parent)| node.at > parent.at.plus(horizon))
            };
            view.entries().iter().filter(is_late).count() as u64
        };
        assert_eq!(children + views.iter().map(late).sum::<u64>(), all.totals().reposts);
    }
}
