//! What each author's posts within a window come to.

use backtweet_domain::{AccountId, Role, Timestamp};

use super::{Crowd, Fact, Post};
use crate::window::Window;

/// Below this many posts, flags say too little about an author.
const FEWEST_FLAGGED: u64 = 3;

/// Which posts are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    /// Backtweets.
    Backtweets,
    /// What passed this post on, and what grew from that.
    Below(&'a str),
}

/// One author's posts.
#[derive(Debug, Clone)]
pub(crate) struct Tally<'a> {
    pub(crate) author: &'a AccountId,
    /// The newest of them, by time and then by id.
    pub(crate) newest: &'a str,
    newest_us: i64,
    /// When each was made, and the strength of its signal.
    pub(crate) signals: Vec<(Timestamp, i64)>,
    /// The most followers that any was made with.
    pub(crate) followers: Option<u64>,
    pub(crate) impressions: u64,
    /// Posts whose author's followers are not known.
    pub(crate) impressions_unknown: u64,
    /// Whether the account says that it is a program's.
    pub(crate) declared: bool,
    pub(crate) automated: u64,
    pub(crate) duplicates: u64,
    /// Posts that are flagged as one or the other.
    pub(crate) flagged: u64,
}

impl<'a> Tally<'a> {
    fn new(author: &'a AccountId) -> Self {
        Self {
            author,
            newest: "",
            newest_us: i64::MIN,
            signals: Vec::new(),
            followers: None,
            impressions: 0,
            impressions_unknown: 0,
            declared: false,
            automated: 0,
            duplicates: 0,
            flagged: 0,
        }
    }

    pub(crate) fn posts(&self) -> u64 {
        self.signals.len() as u64
    }

    /// Whether the author says to be a program, or most of their posts look like one's.
    pub(crate) fn is_likely_bot(&self) -> bool {
        self.declared || self.posts() >= FEWEST_FLAGGED && 2 * self.flagged > self.posts()
    }

    fn add(&mut self, id: &'a str, fact: &Fact) {
        if (fact.at_us, id) > (self.newest_us, self.newest) {
            (self.newest_us, self.newest) = (fact.at_us, id);
        }
        self.signals
            .push((Timestamp::from_micros(fact.at_us), fact.signal_milli));
        match fact.followers {
            Some(followers) => self.impressions += followers,
            None => self.impressions_unknown += 1,
        }
        self.followers = self.followers.max(fact.followers);
        let glance = fact.glance;
        self.declared |= glance.declared;
        self.automated += u64::from(glance.automated);
        self.duplicates += u64::from(glance.duplicate);
        self.flagged += u64::from(glance.automated || glance.duplicate);
    }
}

impl Crowd {
    /// Each author of such posts within the window, by id.
    pub(crate) fn tallies(&self, window: Window, which: Which<'_>) -> Vec<Tally<'_>> {
        let is_within = |at_us: i64| {
            window.start_us().is_none_or(|start| start <= at_us) && window.end_us().is_none_or(|end| at_us < end)
        };
        let is_below = |post: &Post, fact: &Fact, root: &str| {
            let stands = fact.root.is_some_and(|at| *self.posts[at].id == *root);
            stands && *post.id != *root && matches!(fact.role, Role::Backtweet | Role::Indirect)
        };
        self.tally(|post, fact| {
            let is_wanted = match which {
                Which::Backtweets => fact.role == Role::Backtweet,
                Which::Below(root) => is_below(post, fact, root),
            };
            is_wanted && is_within(fact.at_us)
        })
    }

    /// Whether anything that counts stands in the cascade of `root`, itself included; also where no root is named.
    pub(crate) fn has_cascade(&self, root: &str) -> bool {
        let place = self.places.get(root).copied();
        let stands = |post: &Post| post.fact.is_some_and(|fact| fact.root == place);
        root.is_empty() || place.is_some() && self.posts.iter().any(stands)
    }

    /// Those whose own followers are no gain: whoever made the subject's origins and answers, or the author of the root.
    pub(crate) fn origins(&self, which: Which<'_>) -> Vec<Tally<'_>> {
        self.tally(|post, fact| match which {
            Which::Backtweets => matches!(fact.role, Role::Origin | Role::Answer),
            Which::Below(root) => *post.id == *root,
        })
    }

    fn tally(&self, is_wanted: impl Fn(&Post, &Fact) -> bool) -> Vec<Tally<'_>> {
        let mut tallies: Vec<Option<Tally<'_>>> = vec![None; self.accounts.len()];
        for post in &self.posts {
            if let Some(fact) = post.fact.filter(|fact| is_wanted(post, fact)) {
                let tally = tallies[fact.author].get_or_insert_with(|| Tally::new(&self.accounts[fact.author]));
                tally.add(&post.id, &fact);
            }
        }
        let mut tallies: Vec<_> = tallies.into_iter().flatten().collect();
        tallies.sort_by_cached_key(|tally| tally.author.to_string());
        tallies
    }
}
