//! A cascade as it stood at one point in time, laid out in the order of time.

use super::tree::ROOT;
use super::{Node, Passing, Shape, Tree};
use crate::backtweet::Edge;
use crate::id::PostId;
use crate::time::Timestamp;

/// One post where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// Which post.
    pub id: &'a PostId,
    /// What is known of it; `None` for a root that was not seen.
    pub node: Option<&'a Node>,
    /// Which entry it hangs on: its parent, or the nearest ancestor that is there; `None` for the root.
    pub parent: Option<usize>,
    /// How that is known; inferred where the parent it names is not there.
    pub edge: Edge,
    /// Steps from the root.
    pub depth: usize,
    /// Posts from here down, this one with them.
    pub size: u64,
}

/// What a cascade's posts came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Posts below the root that duplicate what they hang on.
    pub reposts: u64,
    /// Posts below the root that cite it.
    pub citations: u64,
    /// The sum of the followers of the authors below the root, where they are known.
    pub audience: u128,
    /// Posts below the root whose author's followers are not known.
    pub audience_unknown: u64,
}

/// A cascade at one point in time.
#[derive(Debug, Clone, PartialEq)]
pub struct View<'a> {
    entries: Vec<Entry<'a>>,
    shape: Shape,
    totals: Totals,
}

impl<'a> View<'a> {
    /// The cascade as it stood behind `until`, inclusive; all of it where absent. Posts that were taken out since are not in it.
    pub fn of(tree: &'a Tree, until: Option<Timestamp>) -> Self {
        let order = order(tree, until);
        let mut places = vec![None; tree.slots().len()];
        for (place, &slot) in order.iter().enumerate() {
            places[slot] = Some(place);
        }
        let entry = |&slot: &usize| {
            let post = &tree.slots()[slot];
            let above = (slot != ROOT).then(|| nearest(tree, &places, slot));
            let node = post.node.as_ref().filter(|node| is_in(node, until));
            let is_as_named = above.is_none_or(|above| post.named == Some(above));
            Entry {
                id: &post.id,
                node,
                parent: above.and_then(|above| places[above]),
                edge: match node {
                    Some(node) if is_as_named => node.edge,
                    Some(_) => Edge::Inferred,
                    None => Edge::Observed,
                },
                depth: 0,
                size: 1,
            }
        };
        let mut view = Self {
            entries: order.iter().map(entry).collect(),
            shape: Shape::default(),
            totals: Totals::default(),
        };
        view.sink();
        view.add_up();
        view
    }

    /// Works out how deep each post stands. Most stand behind what they hang on already.
    fn sink(&mut self) {
        let mut is_known = vec![false; self.entries.len()];
        is_known[0] = true;
        let mut chain = Vec::new();
        for place in 0..self.entries.len() {
            let mut at = place;
            while !is_known[at] {
                chain.push(at);
                at = self.entries[at].parent.unwrap_or(0);
            }
            while let Some(below) = chain.pop() {
                self.entries[below].depth = self.entries[at].depth + 1;
                is_known[below] = true;
                at = below;
            }
            self.shape.enter(self.entries[place].depth);
        }
    }

    /// Adds up the posts below each, the deepest first, and what all come to.
    fn add_up(&mut self) {
        let mut generations = vec![Vec::new(); self.shape.breadth().len()];
        for (place, entry) in self.entries.iter().enumerate() {
            generations[entry.depth].push(place);
        }
        for place in generations.into_iter().skip(1).rev().flatten() {
            let Entry { size, parent, .. } = self.entries[place];
            self.shape.resize(0, size);
            if let Some(parent) = parent {
                self.entries[parent].size += size;
            }
        }
        let mut totals = Totals::default();
        self.descendants().for_each(|node| totals.add(node));
        self.totals = totals;
    }

    /// The posts: the root first, then by time, ties by id.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// Its shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The root, where it was seen by then.
    pub fn root(&self) -> Option<&'a Node> {
        self.entries.first().and_then(|root| root.node)
    }

    /// The posts below the root, by time.
    pub fn descendants(&self) -> impl DoubleEndedIterator<Item = &'a Node> + Clone {
        self.entries.iter().skip(1).filter_map(|entry| entry.node)
    }

    /// When it began: the time of the root, or of the first post where the root was not seen; `None` where nothing was.
    pub fn start(&self) -> Option<Timestamp> {
        self.root().or_else(|| self.descendants().next()).map(|node| node.at)
    }

    /// What its posts come to.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// How much larger an audience the cascade had than its origin: the sum of the followers below the root over the root's. `None` where
    /// the root's are not known, or none.
    pub fn amplification(&self) -> Option<f64> {
        let own = self.root()?.followers.filter(|&followers| followers > 0)?;
        Some(self.totals.audience as f64 / own as f64)
    }

    /// How long it took until `percent` of the posts that are below the root now were there, from the start; `None` where there are none.
    pub fn time_to(&self, percent: u64) -> Option<std::time::Duration> {
        let many = self.entries.len() as u64 - 1;
        let nth = (many * percent).div_ceil(100).max(1);
        let reached = self.descendants().nth(usize::try_from(nth - 1).ok()?)?;
        Some(reached.at.since(self.start()?))
    }
}

impl Totals {
    /// Counts one post more.
    pub(super) fn add(&mut self, node: &Node) {
        match node.passing {
            Passing::Repost => self.reposts += 1,
            Passing::Citation => self.citations += 1,
        }
        match node.followers {
            Some(followers) => self.audience += u128::from(followers),
            None => self.audience_unknown += 1,
        }
    }
}

fn is_in(node: &Node, until: Option<Timestamp>) -> bool {
    until.is_none_or(|until| node.at <= until)
}

/// The root, then all that are in by time, ties by id.
fn order(tree: &Tree, until: Option<Timestamp>) -> Vec<usize> {
    let slots = tree.slots();
    let below = slots.iter().enumerate().skip(1).filter_map(|(slot, post)| {
        let node = post.node.as_ref().filter(|node| is_in(node, until))?;
        Some((node.at, slot))
    });
    let mut timed: Vec<_> = below.collect();
    timed
        .sort_by(|(at, slot), (other_at, other)| at.cmp(other_at).then_with(|| slots[*slot].id.cmp(&slots[*other].id)));
    let below = timed.into_iter().map(|(_, slot)| slot);
    std::iter::once(ROOT).chain(below).collect()
}

/// The nearest above a post that has a place.
fn nearest(tree: &Tree, places: &[Option<usize>], slot: usize) -> usize {
    let mut above = tree.slots()[slot].above;
    while places[above].is_none() {
        above = tree.slots()[above].above;
    }
    above
}
