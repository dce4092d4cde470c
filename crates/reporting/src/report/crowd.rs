//! The people around a subject: who made its posts, what each was worth, and who points at whom. Read once, then brought up to date from the
//! feed of changes. What is asked of them is known to `people` and `reach`.

mod glance;
mod tally;

use rustc_hash::FxHashMap;

use backtweet_domain::authority::Authority;
use backtweet_domain::{AccountId, Role};
use backtweet_store::StoreError;

use super::changes::{self, At};
use super::reads::Reads;
use crate::figures::MOST_FOLLOWERS;
use crate::fold::{Contribution, Head};
use crate::slot;

use self::glance::Glance;
pub(crate) use self::tally::{Tally, Which};

/// The crowds that were asked for lately, by subject.
pub(crate) type Cache = super::cache::Cache<String, Crowd>;

/// Everybody around one subject as of one change.
#[derive(Default)]
pub(crate) struct Crowd {
    /// `None` where it was not read yet, or reading broke off.
    at: Option<At>,
    places: FxHashMap<Box<str>, usize>,
    posts: Vec<Post>,
    authors: FxHashMap<Box<str>, usize>,
    accounts: Vec<AccountId>,
    authority: Authority,
}

/// A post, or one that others hang on and that may never have been seen.
struct Post {
    id: Box<str>,
    /// What counts of it; `None` where it does not.
    fact: Option<Fact>,
    hangs_on: Option<usize>,
    /// The posts that hang on it.
    below: Vec<usize>,
}

/// What one post says about its author.
#[derive(Debug, Clone, Copy)]
struct Fact {
    author: usize,
    role: Role,
    at_us: i64,
    followers: Option<u64>,
    signal_milli: i64,
    /// The place of the post that its cascade grew from.
    root: Option<usize>,
    glance: Glance,
}

impl Crowd {
    /// How many posts it remembers.
    pub(crate) fn size(&self) -> u64 {
        self.posts.len() as u64
    }

    /// Takes in what changed since it was last asked; reads all of it where it was not read yet.
    pub(crate) async fn catch_up(&mut self, reads: Reads<'_>) -> Result<Head, StoreError> {
        let head = reads.head().await?;
        // Broken off below, it is read anew the next time.
        let at = match self.at.take().filter(|at| at.is_near(&head, self.size())) {
            Some(at) => at,
            None => {
                *self = Self::default();
                changes::each_of(reads, slot::FEED, |id, post| self.take(id, post)).await?;
                At::of(&head)
            }
        };
        self.at = Some(at.follow(reads, &head, |id, post| self.take(id, post)).await?);
        Ok(head)
    }

    /// Brings authority up to date.
    pub(crate) fn refresh(&mut self) {
        self.authority.refresh();
    }

    /// Who has how much authority, as of the last [`Self::refresh`].
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    fn take(&mut self, id: &str, contribution: &Contribution) {
        if contribution.effective().is_none() && !self.places.contains_key(id) {
            return;
        }
        let place = self.place_of(id);
        let stands = contribution.place.as_ref();
        let hangs_on = stands.and_then(|stands| stands.parent.as_deref());
        let hangs_on = hangs_on.map(|parent| self.place_of(parent));
        let root = stands.map(|stands| self.place_of(&stands.root));
        let fact = contribution.effective().and_then(|impact| {
            Some(Fact {
                author: self.author_of(&impact.author)?,
                role: impact.role(),
                at_us: impact.at_us,
                followers: impact.followers.filter(|&followers| followers <= MOST_FOLLOWERS),
                signal_milli: impact.signal_milli,
                root,
                glance: Glance::of(&contribution.event),
            })
        });
        self.put(place, hangs_on, fact);
    }

    fn put(&mut self, place: usize, hangs_on: Option<usize>, fact: Option<Fact>) {
        let points = |fact: &Option<Fact>| fact.map(|fact| (fact.author, fact.role));
        let post = &self.posts[place];
        if post.hangs_on == hangs_on && points(&post.fact) == points(&fact) {
            self.posts[place].fact = fact;
            return;
        }
        for (who, whom) in self.edges_at(place) {
            self.authority.remove(&self.accounts[who], &self.accounts[whom], 1);
        }
        let before = std::mem::replace(&mut self.posts[place].hangs_on, hangs_on);
        if before != hangs_on {
            if let Some(before) = before {
                self.posts[before].below.retain(|&below| below != place);
            }
            if let Some(parent) = hangs_on {
                self.posts[parent].below.push(place);
            }
        }
        self.posts[place].fact = fact;
        for (who, whom) in self.edges_at(place) {
            self.authority.add(&self.accounts[who], &self.accounts[whom], 1);
        }
    }

    /// The edges that begin or end at a post: from the author of each backtweet to that of the post it hangs on.
    fn edges_at(&self, place: usize) -> Vec<(usize, usize)> {
        let post = &self.posts[place];
        let Some(fact) = post.fact else {
            return Vec::new();
        };
        let points = |fact: &Fact| fact.role == Role::Backtweet;
        let up = post
            .hangs_on
            .filter(|_| points(&fact))
            .and_then(|up| self.posts[up].fact);
        let below = post.below.iter().filter_map(|&below| self.posts[below].fact);
        let below = below.filter(points).map(|below| (below.author, fact.author));
        up.map(|up| (fact.author, up.author)).into_iter().chain(below).collect()
    }

    fn place_of(&mut self, id: &str) -> usize {
        if let Some(&place) = self.places.get(id) {
            return place;
        }
        self.places.insert(id.into(), self.posts.len());
        self.posts.push(Post {
            id: id.into(),
            fact: None,
            hangs_on: None,
            below: Vec::new(),
        });
        self.posts.len() - 1
    }

    /// `None` where the id is none, which no fold writes.
    fn author_of(&mut self, id: &str) -> Option<usize> {
        if let Some(&author) = self.authors.get(id) {
            return Some(author);
        }
        self.accounts.push(id.parse().ok()?);
        self.authors.insert(id.into(), self.accounts.len() - 1);
        Some(self.accounts.len() - 1)
    }
}
