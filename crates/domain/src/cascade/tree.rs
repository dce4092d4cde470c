//! A cascade that is kept live: posts come in any order, move, go and come back. What the tree says at one point in time is laid out by
//! [`super::View`].

use std::collections::HashMap;
use std::sync::Arc;

use super::Shape;
use crate::backtweet::{Edge, Role};
use crate::id::PostId;
use crate::time::Timestamp;

/// How a post carries on what it hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passing {
    /// Duplicates it.
    Repost,
    /// Cites it with words of its own: quotes it, answers it, links to it.
    Citation,
}

/// One post of a cascade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it hangs on; `None` for the root.
    pub parent: Option<PostId>,
    /// How that is known.
    pub edge: Edge,
    /// When the network witnessed it.
    pub at: Timestamp,
    /// Its author's followers at that time, where they are known.
    pub followers: Option<u64>,
    /// How it carries its parent on.
    pub passing: Passing,
    /// What it is to the subject.
    pub role: Role,
}

/// The place of the root among the slots.
pub(super) const ROOT: usize = 0;

/// One post that the tree has, had, or only heard of.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) id: Arc<PostId>,
    /// `None` where it is not in the tree: it only holds together what hangs on it.
    pub(super) node: Option<Node>,
    /// What it names as its parent.
    pub(super) named: Option<usize>,
    /// What it hangs on: what it names, or the root where it names nothing or is cut. The root hangs on itself.
    pub(super) above: usize,
    /// Its place among the children of that.
    place: usize,
    pub(super) children: Vec<usize>,
    /// Whether it was taken off what it names, since those that name one another in a circle would hang on nothing.
    is_cut: bool,
    /// Posts of the tree from here down.
    size: u64,
    /// Posts of the tree above.
    depth: usize,
}

/// The tree of posts that grew from one root.
///
/// The root is always part of it, whether or not it was seen. A post that goes leaves its place: what hung on it hangs on its nearest
/// ancestor that is there, by an inferred edge, and comes back under it as it was when it comes back. Posts that name one another in a circle
/// hang on the root by the one with the smallest id. The tree depends on what is in it alone, never on the order in which that came.
///
/// A change takes as many steps as the post is deep; where a post that others hang on comes, goes or moves, one more for each of them.
#[derive(Debug, Clone)]
pub struct Tree {
    ids: HashMap<Arc<PostId>, usize>,
    slots: Vec<Slot>,
    shape: Shape,
}

impl Tree {
    /// The tree of a root that was not seen yet.
    pub fn new(root: PostId) -> Self {
        let mut tree = Self {
            ids: HashMap::new(),
            slots: Vec::new(),
            shape: Shape::default(),
        };
        tree.slot(&root);
        tree.slots[ROOT].size = 1;
        tree.shape.enter(0);
        tree
    }

    /// The root.
    pub fn root(&self) -> &PostId {
        &self.slots[ROOT].id
    }

    /// Whether the root is in the tree as a post that was seen.
    pub fn is_rooted(&self) -> bool {
        self.slots[ROOT].node.is_some()
    }

    /// Its shape now.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The post, where it is in the tree.
    pub fn get(&self, id: &PostId) -> Option<&Node> {
        self.slots[*self.ids.get(id)?].node.as_ref()
    }

    /// Puts a post in, or in place of what was known of it. The root's parent counts for nothing.
    pub fn insert(&mut self, id: &PostId, node: Node) {
        let slot = self.slot(id);
        if slot != ROOT {
            let parent = node.parent.as_ref().map(|parent| self.slot(parent));
            self.name(slot, parent);
        }
        self.fill(slot, Some(node));
    }

    /// Takes a post out; its place stays known. Nothing happens where it is not in.
    pub fn remove(&mut self, id: &PostId) {
        if let Some(&slot) = self.ids.get(id) {
            self.fill(slot, None);
        }
    }

    /// Learns where a post stood that is not in the tree, so that what hangs on it finds its nearest ancestor; `None` where it stands in no
    /// place of this cascade.
    pub fn leave(&mut self, id: &PostId, parent: Option<&PostId>) {
        let slot = self.slot(id);
        self.fill(slot, None);
        if slot != ROOT {
            let parent = parent.map(|parent| self.slot(parent));
            self.name(slot, parent);
        }
    }

    /// Posts that others name as their parent, of which nothing is known: whether they are gone or were never seen.
    pub fn unknown(&self) -> impl Iterator<Item = &PostId> {
        let slots = self.slots.iter().skip(1);
        let unknown = slots.filter(|slot| slot.node.is_none() && slot.named.is_none() && !slot.children.is_empty());
        unknown.map(|slot| &*slot.id)
    }

    /// Whether the tree knows where this post stands, stood, or that others name it.
    pub fn knows(&self, id: &PostId) -> bool {
        self.ids.contains_key(id)
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The place of a post; one that was not heard of hangs on the root and counts for nothing.
    fn slot(&mut self, id: &PostId) -> usize {
        if let Some(&slot) = self.ids.get(id) {
            return slot;
        }
        let (slot, id) = (self.slots.len(), Arc::new(id.clone()));
        self.ids.insert(Arc::clone(&id), slot);
        self.slots.push(Slot {
            id,
            node: None,
            named: None,
            above: ROOT,
            place: 0,
            children: Vec::new(),
            is_cut: false,
            size: 0,
            depth: usize::from(slot != ROOT),
        });
        if slot != ROOT {
            self.attach(slot, ROOT);
        }
        slot
    }

    /// Whether it counts: the root always does.
    fn counts(&self, slot: usize) -> bool {
        slot == ROOT || self.slots[slot].node.is_some()
    }

    /// Sets what is known of a post itself; `None` where it is not in the tree. The edge above it counts while it is in.
    fn fill(&mut self, slot: usize, node: Option<Node>) {
        let Slot { size, depth, .. } = self.slots[slot];
        let was_in = self.slots[slot].node.is_some();
        let is_in = node.is_some();
        if slot == ROOT || was_in == is_in {
            self.slots[slot].node = node;
            return;
        }
        if is_in {
            self.grow(slot, 1);
            self.shape.resize(0, size + 1);
            self.shape.enter(depth);
            self.slots[slot].node = node;
        } else {
            self.shape.resize(size, 0);
            self.shape.leave(depth);
            self.slots[slot].node = node;
            self.grow(slot, -1);
        }
        for child in self.slots[slot].children.clone() {
            self.sink(child);
        }
    }

    /// Sets what a post names as its parent, and hangs it there.
    fn name(&mut self, slot: usize, parent: Option<usize>) {
        if self.slots[slot].named == parent {
            return;
        }
        let circle = self.circle(slot);
        self.hang(slot, ROOT);
        if let Some(cut) = circle.into_iter().find(|&slot| self.slots[slot].is_cut) {
            self.slots[cut].is_cut = false;
            if let Some(named) = self.slots[cut].named.filter(|_| cut != slot) {
                self.hang(cut, named);
            }
        }
        self.slots[slot].named = parent;
        if let Some(cut) = self.circle(slot).into_iter().min_by_key(|&slot| &self.slots[slot].id) {
            self.slots[cut].is_cut = true;
            self.hang(cut, ROOT);
        }
        if let Some(parent) = parent.filter(|_| !self.slots[slot].is_cut) {
            self.hang(slot, parent);
        }
    }

    /// The posts that name one another in a circle with this one; none where it stands in no circle.
    fn circle(&self, slot: usize) -> Vec<usize> {
        let mut path = vec![slot];
        let mut cut = None;
        let mut at = slot;
        while let Some(named) = self.slots[at].named {
            if named == slot {
                return path;
            }
            if self.slots[named].is_cut && cut.replace(named) == Some(named) {
                // A circle above it: this post hangs on it and is no part of it.
                break;
            }
            path.push(named);
            at = named;
        }
        Vec::new()
    }

    /// Moves a post, with all that hangs on it.
    fn hang(&mut self, slot: usize, above: usize) {
        if self.slots[slot].above != above {
            self.detach(slot);
            self.attach(slot, above);
            self.sink(slot);
        }
    }

    fn detach(&mut self, slot: usize) {
        let Slot { above, place, size, .. } = self.slots[slot];
        self.grow(above, -size.cast_signed());
        self.slots[above].children.swap_remove(place);
        if let Some(&moved) = self.slots[above].children.get(place) {
            self.slots[moved].place = place;
        }
    }

    fn attach(&mut self, slot: usize, above: usize) {
        self.slots[slot].above = above;
        self.slots[slot].place = self.slots[above].children.len();
        self.slots[above].children.push(slot);
        self.grow(above, self.slots[slot].size.cast_signed());
    }

    /// Makes the subtree at `slot`, and each that it is part of, that much larger.
    fn grow(&mut self, mut slot: usize, by: i64) {
        if by == 0 {
            return;
        }
        loop {
            let before = self.slots[slot].size;
            let after = before.saturating_add_signed(by);
            self.slots[slot].size = after;
            if slot == ROOT {
                return;
            }
            if self.slots[slot].node.is_some() {
                self.shape.resize(before, after);
            }
            slot = self.slots[slot].above;
        }
    }

    /// Works out anew how deep a post stands, and with it all that hang on it.
    fn sink(&mut self, slot: usize) {
        let mut moved = vec![slot];
        while let Some(slot) = moved.pop() {
            let above = self.slots[slot].above;
            let depth = self.slots[above].depth + usize::from(self.counts(above));
            let before = std::mem::replace(&mut self.slots[slot].depth, depth);
            if before == depth {
                continue;
            }
            if self.slots[slot].node.is_some() {
                self.shape.leave(before);
                self.shape.enter(depth);
            }
            moved.extend_from_slice(&self.slots[slot].children);
        }
    }
}
