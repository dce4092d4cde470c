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
}

impl<'a> View<'a> {
    /// The cascade as it stood behind `until`, inclusive; all of it where absent. Posts that were taken out since are not in it.
    pub fn of(tree: &'a Tree, until: Option<Timestamp>) -> Self {
        let is_in = |node: &Node| until.is_none_or(|until| node.at <= until);
        let mut entries: Vec<Entry<'a>> = Vec::with_capacity(tree.slots().len());
        let mut shape = Shape::default();
        // Slots from the root down, each with the entry that it hangs on.
        let mut down = vec![(ROOT, 0)];
        while let Some((slot, above)) = down.pop() {
            let post = &tree.slots()[slot];
            let node = post.node.as_ref().filter(|node| is_in(node));
            let here = entries.len();
            let stands = slot == ROOT || node.is_some();
            if stands {
                let depth = if slot == ROOT { 0 } else { entries[above].depth + 1 };
                shape.enter(depth);
                entries.push(Entry {
                    id: &post.id,
                    node,
                    parent: (slot != ROOT).then_some(above),
                    edge: node.map_or(Edge::Observed, |node| edge(node, slot, entries.get(above))),
                    depth,
                    size: 1,
                });
            }
            let above = if stands { here } else { above };
            down.extend(post.children.iter().map(|&child| (child, above)));
        }
        // A post stands behind what it hangs on.
        for place in (1..entries.len()).rev() {
            let size = entries[place].size;
            shape.resize(0, size);
            if let Some(parent) = entries[place].parent {
                entries[parent].size += size;
            }
        }
        Self {
            entries: by_time(entries),
            shape,
        }
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
        let mut totals = Totals::default();
        for node in self.descendants() {
            totals.add(node);
        }
        totals
    }

    /// How much larger an audience the cascade had than its origin: the sum of the followers below the root over the root's. `None` where
    /// the root's are not known, or none.
    pub fn amplification(&self) -> Option<f64> {
        let own = self.root()?.followers.filter(|&followers| followers > 0)?;
        Some(self.totals().audience as f64 / own as f64)
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

/// How the step from a post to the entry that it hangs on is known.
fn edge(node: &Node, slot: usize, above: Option<&Entry<'_>>) -> Edge {
    let is_as_named = above.is_some_and(|above| node.parent.as_ref() == Some(above.id));
    if slot == ROOT || is_as_named {
        node.edge
    } else {
        Edge::Inferred
    }
}

/// Puts the root first and the others in the order of time.
fn by_time(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_unstable_by_key(|&place| {
        let entry = &entries[place];
        (place != 0, entry.node.map(|node| node.at), entry.id)
    });
    let mut places = vec![0; entries.len()];
    for (place, &former) in order.iter().enumerate() {
        places[former] = place;
    }
    let moved = order.into_iter().map(|former| {
        let entry = entries[former].clone();
        Entry {
            parent: entry.parent.map(|parent| places[parent]),
            ..entry
        }
    });
    moved.collect()
}
