//! One cascade's tree, brought up to date from the feed of changes. What is asked of the tree is known to `cascade`.

use std::collections::HashSet;

use backtweet_domain::cascade::{Node, Tree};
use backtweet_domain::{PostId, Timestamp};
use backtweet_store::StoreError;
use backtweet_wire::v1;

use super::super::ReportError;
use super::super::as_of::history;
use super::super::changes::{self, At};
use super::super::reads::Reads;
use crate::figures::MOST_FOLLOWERS;
use crate::fold::{Contribution, Head};
use crate::slot;

/// A cascade as of one change of its subject.
pub(crate) struct Live {
    tree: Tree,
    /// The root, as the store writes it.
    root: String,
    /// The last change that is in the tree; `None` where it was not read yet, or reading broke off.
    at: Option<At>,
    /// Parents that were not seen, and whose records were looked at.
    looked_at: HashSet<PostId>,
    /// Before which time what is known of its posts was found; `None` for all of it.
    before_us: Option<i64>,
    /// The last answer without posts, since when nothing of the tree changed: to which question, as of when.
    told: Option<(u64, Timestamp, v1::CascadeResponse)>,
}

impl Live {
    pub(crate) fn new(root: PostId) -> Self {
        Self {
            root: root.to_string(),
            tree: Tree::new(root),
            at: None,
            looked_at: HashSet::new(),
            before_us: None,
            told: None,
        }
    }

    /// The cascade as it was known before a time, and how many of its posts count otherwise today; its posts that came later are in it unless
    /// they changed, and are for the view to leave out.
    pub(super) async fn as_known(&self, reads: Reads<'_>, before_us: i64) -> Result<(Self, u64), ReportError> {
        let mut then = Self {
            tree: self.tree.clone(),
            root: self.root.clone(),
            at: None,
            looked_at: self.looked_at.clone(),
            before_us: Some(before_us),
            told: None,
        };
        let mut changed_since = 0;
        let take = |id: &str, post: &Contribution| {
            if post.place.as_ref().is_some_and(|place| place.root == self.root) {
                changed_since += u64::from(history::change(post, before_us).is_some());
                then.place(id, post);
            }
        };
        history::each(reads, before_us, take).await?;
        then.look_at_unknown(reads).await?;
        Ok((then, changed_since))
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The answer that was given to the same question, where it still holds.
    pub(super) fn told(&self, question: u64, now: Timestamp) -> Option<v1::CascadeResponse> {
        let told = self.told.as_ref().filter(|told| (told.0, told.1) == (question, now));
        told.map(|(.., answer)| answer.clone())
    }

    /// Hears what was answered.
    pub(super) fn tell(&mut self, question: u64, now: Timestamp, answer: v1::CascadeResponse) {
        self.told = Some((question, now, answer));
    }

    /// How many posts it has.
    pub(crate) fn size(&self) -> u64 {
        self.tree.shape().size()
    }

    /// Whether nothing of it was seen that is still there.
    pub(super) fn is_empty(&self) -> bool {
        self.size() == 1 && !self.tree.is_rooted()
    }

    /// Takes in what changed since it was last asked, in as many steps as changes times the depth; reads all of it where it was not read yet.
    pub(crate) async fn catch_up(&mut self, reads: Reads<'_>) -> Result<Head, StoreError> {
        let head = reads.head().await?;
        // Broken off below, it is read anew the next time.
        let at = match self.at.take().filter(|at| at.is_near(&head, self.size())) {
            Some(at) => at,
            None => {
                self.read(reads).await?;
                At::of(&head)
            }
        };
        let at = at.follow(reads, &head, |id, post| self.place(id, post)).await?;
        self.look_at_unknown(reads).await?;
        self.at = Some(at);
        Ok(head)
    }

    /// Reads the root, and the cascade from its feed. What changes meanwhile is met again among the changes.
    async fn read(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        *self = Self::new(self.tree.root().clone());
        let (root, name) = (self.root.clone(), slot::cascade(&self.root));
        self.take(reads, &[&root]).await?;
        changes::each_of(reads, &name, |id, post| self.place(id, post)).await
    }

    /// Parents that are gone say where they stood, so that what hung on them finds its nearest ancestor.
    async fn look_at_unknown(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        loop {
            let unknown = self.tree.unknown().filter(|id| !self.looked_at.contains(id));
            let unknown: Vec<PostId> = unknown.cloned().collect();
            if unknown.is_empty() {
                return Ok(());
            }
            let ids: Vec<_> = unknown.iter().map(PostId::to_string).collect();
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            self.take(reads, &ids).await?;
            self.looked_at.extend(unknown);
        }
    }

    /// Takes in what is kept of these posts now.
    async fn take(&mut self, reads: Reads<'_>, ids: &[&str]) -> Result<(), StoreError> {
        let posts = reads.posts_by_id(ids).await?;
        ids.iter().zip(&posts).for_each(|(id, post)| self.place(id, post));
        Ok(())
    }

    /// Puts a post where it stands, or takes it out.
    fn place(&mut self, post: &str, contribution: &Contribution) {
        let Ok(id) = post.parse::<PostId>() else {
            return;
        };
        let place = contribution.place.as_ref();
        let place = place.filter(|place| place.root == self.root);
        let parent = place.and_then(|place| place.parent.as_ref()?.parse::<PostId>().ok());
        if place.is_some() || self.tree.knows(&id) {
            self.told = None;
        }
        let then = self.before_us.map(|before_us| contribution.as_of(before_us));
        let impact = match &then {
            Some(then) => then.as_ref(),
            None => contribution.effective(),
        };
        match (place, impact) {
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
}
