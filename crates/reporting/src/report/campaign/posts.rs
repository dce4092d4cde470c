//! The posts of a campaign, kept live, and what is known of those who take part. What they come to is `campaign`'s.

use backtweet_domain::Role;
use backtweet_store::{Direction, StoreError};
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::following::Rows;
use super::super::reads::Reads;
use super::Member;
use crate::fold::{Contribution, Impact};
use crate::slot;
use crate::window::Window;

/// Every effective backtweet and origin that carries one of some hashtags.
pub(crate) struct Posts {
    hashtags: Vec<String>,
    posts: FxHashMap<String, Impact>,
    /// The first backtweet to the subject of authors that were looked up, until one of theirs changes; and the way back.
    firsts: FxHashMap<String, String>,
    first_of: FxHashMap<String, String>,
}

impl Posts {
    pub(super) fn new(hashtags: Vec<String>) -> Self {
        Self {
            hashtags,
            posts: FxHashMap::default(),
            firsts: FxHashMap::default(),
            first_of: FxHashMap::default(),
        }
    }

    /// Those of a role within a window, by time and then by id.
    pub(super) fn within(&self, window: Window, role: Role) -> Vec<Member<'_>> {
        let mut within: Vec<Member<'_>> = self
            .of(role)
            .filter(|(_, impact)| window.contains(impact.at_us))
            .collect();
        within.sort_unstable_by_key(|(post, impact)| (impact.at_us, *post));
        within
    }

    /// All of a role, in any order.
    pub(super) fn of(&self, role: Role) -> impl Iterator<Item = Member<'_>> {
        let posts = self.posts.iter().filter(move |(_, impact)| impact.role() == role);
        posts.map(|(post, impact)| (post.as_str(), impact))
    }

    /// Finds the first backtweet to the subject of everybody who takes part in a window, where it is not known.
    pub(super) async fn look_up_firsts(&mut self, reads: Reads<'_>, window: Window) -> Result<(), StoreError> {
        let unknown: FxHashSet<_> = self
            .of(Role::Backtweet)
            .filter(|(_, impact)| window.contains(impact.at_us) && !self.firsts.contains_key(&impact.author))
            .map(|(_, impact)| impact.author.clone())
            .collect();
        let pages = unknown
            .iter()
            .map(|author| reads.page(&slot::author(author), None, Direction::Ascending, 1));
        let firsts = reads.pages(pages.collect()).await?;
        for (author, first) in unknown.into_iter().zip(firsts) {
            if let Some(first) = first.into_iter().next() {
                self.first_of.insert(first.id.clone(), author.clone());
                self.firsts.insert(author, first.id);
            }
        }
        Ok(())
    }

    /// Whether an author's first backtweet to the subject is one of these. Their first has to be looked up.
    pub(super) fn came_with(&self, author: &str) -> bool {
        let first = self.firsts.get(author);
        first.is_some_and(|first| self.posts.contains_key(first))
    }

    fn forget_first(&mut self, author: &str) {
        if let Some(first) = self.firsts.remove(author) {
            self.first_of.remove(&first);
        }
    }
}

impl Rows for Posts {
    fn clear(&mut self) {
        *self = Self::new(std::mem::take(&mut self.hashtags));
    }

    fn feeds(&self) -> Vec<String> {
        self.hashtags.iter().map(|hashtag| slot::hashtag(hashtag)).collect()
    }

    fn take(&mut self, post: &str, contribution: &Contribution) {
        if let Some(author) = self.first_of.get(post).cloned() {
            self.forget_first(&author);
        }
        let impact = contribution.effective();
        if let Some(impact) = impact {
            self.forget_first(&impact.author);
        }
        let carries = |impact: &&Impact| impact.hashtags.iter().any(|hashtag| self.hashtags.contains(hashtag));
        match impact.filter(carries) {
            Some(impact) => {
                let mut kept = impact.clone();
                // Nobody asks a campaign for these, and they would take room.
                (kept.links, kept.pages, kept.points_at) = (Vec::new(), Vec::new(), Vec::new());
                self.posts.insert(post.to_owned(), kept);
            }
            None => _ = self.posts.remove(post),
        }
    }

    fn size(&self) -> u64 {
        self.posts.len() as u64
    }
}
