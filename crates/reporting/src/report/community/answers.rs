//! The answers of owned accounts, kept live, with the backtweets that they reply to.

use backtweet_domain::Role;
use backtweet_store::StoreError;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::following::Rows;
use super::super::reads::Reads;
use crate::fold::Contribution;
use crate::slot;
use crate::window::Window;

/// Every effective answer.
#[derive(Default)]
pub(crate) struct Answers {
    /// When each came, and what it replies to.
    answers: FxHashMap<String, (i64, String)>,
    /// What was looked up of what they reply to: author and time; `None` for what is no backtweet, or gone.
    parents: FxHashMap<String, Option<(String, i64)>>,
}

/// What was answered of a window's backtweets.
pub(super) struct Answered {
    /// Different authors.
    pub(super) authors: u64,
    /// How long each backtweet waited for its first answer, shortest first.
    pub(super) waits_us: Vec<i64>,
}

impl Answered {
    /// The wait that half of the backtweets did not exceed.
    pub(super) fn median_us(&self) -> Option<i64> {
        let middle = self.waits_us.len().checked_sub(1)? / 2;
        self.waits_us.get(middle).copied()
    }
}

impl Answers {
    /// Looks at what is replied to and not known yet.
    pub(super) async fn look_up_parents(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        let parents = self.answers.values().map(|(_, parent)| parent);
        let unknown: FxHashSet<_> = parents
            .filter(|parent| !self.parents.contains_key(*parent))
            .cloned()
            .collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        let ids: Vec<_> = unknown.iter().map(String::as_str).collect();
        let posts = reads.posts_by_id(&ids).await?;
        let found = unknown
            .iter()
            .zip(&posts)
            .map(|(id, post)| (id.clone(), backtweet(post)));
        self.parents.extend(found);
        Ok(())
    }

    /// What was answered of the backtweets within a window, whenever that was.
    pub(super) fn within(&self, window: Window) -> Answered {
        let mut waits: FxHashMap<&str, i64> = FxHashMap::default();
        let mut authors: FxHashSet<&str> = FxHashSet::default();
        for (answered_us, parent) in self.answers.values() {
            let Some((author, at_us)) = self.parents.get(parent).and_then(Option::as_ref) else {
                continue;
            };
            if window.contains(*at_us) {
                // Clocks differ between networks.
                let wait = answered_us.saturating_sub(*at_us).max(0);
                let shortest = waits.entry(parent).or_insert(wait);
                *shortest = wait.min(*shortest);
                authors.insert(author);
            }
        }
        let mut waits_us: Vec<i64> = waits.into_values().collect();
        waits_us.sort_unstable();
        Answered {
            authors: authors.len() as u64,
            waits_us,
        }
    }
}

/// The author and time of an effective backtweet.
fn backtweet(post: &Contribution) -> Option<(String, i64)> {
    let impact = post.effective().filter(|impact| impact.role() == Role::Backtweet)?;
    Some((impact.author.clone(), impact.at_us))
}

impl Rows for Answers {
    fn clear(&mut self) {
        *self = Self::default();
    }

    fn feeds(&self) -> Vec<String> {
        vec![slot::ANSWERS.to_owned()]
    }

    fn take(&mut self, post: &str, contribution: &Contribution) {
        if let Some(known) = self.parents.get_mut(post) {
            *known = backtweet(contribution);
        }
        let answer = contribution.effective().filter(|impact| impact.role() == Role::Answer);
        let parent = contribution.place.as_ref().and_then(|place| place.parent.clone());
        match answer.zip(parent) {
            Some((answer, parent)) => _ = self.answers.insert(post.to_owned(), (answer.at_us, parent)),
            None => _ = self.answers.remove(post),
        }
    }

    fn size(&self) -> u64 {
        (self.answers.len() + self.parents.len()) as u64
    }
}
