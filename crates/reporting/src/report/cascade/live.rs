//! One cascade's tree, brought up to date from the feed of changes. What is asked of the tree is known to `cascade`.

use std::collections::HashSet;

use backtweet_domain::cascade::{Node, Tree};
use backtweet_domain::{PostId, Timestamp};
use backtweet_store::StoreError;

use super::super::following::{Following, Rows};
use super::super::reads::Reads;
use crate::figures::MOST_FOLLOWERS;
use crate::fold::{Contribution, Head};
use crate::slot;

/// A cascade as of one change of its subject.
pub(crate) struct Live(Following<Posts>);

impl Live {
    pub(super) fn new(root: PostId) -> Self {
        Self(Following::new(Posts::new(root)))
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.0.rows().tree
    }

    /// How many posts it has.
    pub(super) fn size(&self) -> u64 {
        self.0.rows().size()
    }

    /// Whether nothing of it was seen that is still there.
    pub(super) fn is_empty(&self) -> bool {
        self.size() == 1 && !self.tree().is_rooted()
    }

    /// Takes in what changed since it was last asked, in as many steps as changes times the depth; reads all of it where it was not read yet.
    pub(super) async fn catch_up(&mut self, reads: Reads<'_>) -> Result<Head, StoreError> {
        let head = self.0.catch_up(reads).await?;
        self.look_at_unknown(reads).await?;
        Ok(head)
    }

    /// Parents that are gone say where they stood, so that what hung on them finds its nearest ancestor.
    async fn look_at_unknown(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        loop {
            let Posts { tree, looked_at, .. } = self.0.rows();
            let unknown = tree.unknown().filter(|id| !looked_at.contains(id));
            let unknown: Vec<PostId> = unknown.cloned().collect();
            if unknown.is_empty() {
                return Ok(());
            }
            let ids: Vec<_> = unknown.iter().map(PostId::to_string).collect();
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            self.0.take(reads, &ids).await?;
            self.0.rows_mut().looked_at.extend(unknown);
        }
    }
}

/// The posts of a cascade as a tree.
struct Posts {
    tree: Tree,
    /// The root, as the store writes it.
    root: String,
    /// Parents that were not seen, and whose records were looked at.
    looked_at: HashSet<PostId>,
}

impl Posts {
    fn new(root: PostId) -> Self {
        Self {
            root: root.to_string(),
            tree: Tree::new(root),
            looked_at: HashSet::new(),
        }
    }
}

impl Rows for Posts {
    fn clear(&mut self) {
        *self = Self::new(self.tree.root().clone());
    }

    fn first(&self) -> Vec<String> {
        vec![self.root.clone()]
    }

    fn feeds(&self) -> Vec<String> {
        vec![slot::cascade(&self.root)]
    }

    /// Puts a post where it stands, or takes it out.
    fn take(&mut self, post: &str, contribution: &Contribution) {
        let Ok(id) = post.parse::<PostId>() else {
            return;
        };
        let place = contribution.place.as_ref();
        let place = place.filter(|place| place.root == self.root);
        let parent = place.and_then(|place| place.parent.as_ref()?.parse::<PostId>().ok());
        match (place, contribution.effective()) {
            (Some(place), Some(impact)) => {
                let node = Node {
                    parent,
                    edge: place.edge(),
                    at: Timestamp::from_micros(impact.at_us),
                    followers: impact.followers.filter(|&followers| followers <= MOST_FOLLOWERS),
                    passing: place.passing(),
                    role: impact.role(),
                };
                self.tree.insert(&id, node);
            }
            _ if self.tree.knows(&id) => self.tree.leave(&id, parent.as_ref()),
            _ => {}
        }
    }

    fn size(&self) -> u64 {
        self.tree.shape().size()
    }
}
