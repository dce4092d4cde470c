//! What is known of the audiences of some authors, and the sizes that follow from it. Pure, but for reading the sketches.

use std::cmp::Reverse;

use backtweet_domain::AccountId;
use backtweet_domain::reach::{Audience, Estimate, Reach, Sketch, marginal};
use backtweet_store::{Store, StoreError};

use crate::audience::audiences;
use crate::report::crowd::Tally;

/// How many authors' follow edges are looked at, those with the most followers first: up to 16 KiB of memory each.
const MOST_READ: usize = 10_000;

/// The audiences of some authors, place by place.
pub(crate) struct Known {
    followers: Vec<Option<u64>>,
    /// `None` where it was not looked at.
    edges: Vec<Option<Sketch>>,
}

impl Known {
    /// Reads the follow edges that lead to these authors.
    pub(crate) async fn read(store: &dyn Store, tallies: &[Tally<'_>]) -> Result<Self, StoreError> {
        let mut places: Vec<usize> = (0..tallies.len()).collect();
        places.sort_by_key(|&place| Reverse(tallies[place].followers));
        places.truncate(MOST_READ);
        let accounts: Vec<&AccountId> = places.iter().map(|&place| tallies[place].author).collect();
        let mut edges = vec![None; tallies.len()];
        for (place, sketch) in places.into_iter().zip(audiences(store, &accounts).await?) {
            edges[place] = Some(sketch);
        }
        let followers = tallies.iter().map(|tally| tally.followers).collect();
        Ok(Self { followers, edges })
    }

    /// How many followers of the author at this place are known.
    pub(crate) fn size(&self, place: usize) -> u64 {
        self.edges[place].as_ref().map_or(0, |edges| edges.estimate().value)
    }

    /// Whether all followers of the author at this place are known: at least as many as there were when they posted.
    pub(crate) fn is_whole(&self, place: usize) -> bool {
        let edges = self.edges[place].as_ref();
        let known = |followers: u64| edges.is_some_and(|edges| followers <= edges.estimate().high);
        self.followers[place].is_some_and(known)
    }

    /// How many authors were looked at, of how many of them some followers are known, and of how many all.
    pub(crate) fn counts(&self) -> [u64; 3] {
        let places = || 0..self.edges.len();
        [
            places().filter(|&place| self.edges[place].is_some()).count() as u64,
            places().filter(|&place| self.size(place) > 0).count() as u64,
            places().filter(|&place| self.is_whole(place)).count() as u64,
        ]
    }

    /// Whether nothing about these audiences is missing.
    pub(crate) fn is_all_whole(&self) -> bool {
        (0..self.edges.len()).all(|place| self.is_whole(place))
    }

    /// All followers of all of them that are known.
    pub(crate) fn union(&self) -> Sketch {
        Sketch::union(self.edges.iter().flatten())
    }

    /// The reach of all of them together.
    pub(crate) fn reach(&self) -> Reach {
        let audiences: Vec<Audience> = (0..self.edges.len()).flat_map(|place| self.audience(place)).collect();
        Reach::of(&audiences)
    }

    /// What each of them brings that no other does, as far as followers are known; `None` where nothing is known of them.
    pub(crate) fn marginals(&self) -> Vec<Option<Estimate>> {
        let read: Vec<&Sketch> = self.edges.iter().flatten().collect();
        let mut found = marginal(&read).into_iter();
        let each = self.edges.iter().enumerate().map(|(place, edges)| {
            let found = edges.as_ref().and_then(|_| found.next());
            found.filter(|_| self.size(place) > 0 || self.is_whole(place))
        });
        each.collect()
    }

    /// What they reach beyond the audiences of `others`.
    pub(crate) fn beyond(&self, others: &Self) -> Reach {
        let (edges, known) = (self.union(), others.union());
        if self.is_all_whole() && others.is_all_whole() {
            return Estimate::beyond(&edges, &known).into();
        }
        let (at_least, at_most, unknown) = bounds(self.reach());
        let (_, others_at_most, others_unknown) = bounds(others.reach());
        let sure = if others.is_all_whole() {
            Estimate::beyond(&edges, &known).low
        } else {
            0
        };
        // Of how many nothing is known may be of any number.
        let less = if others_unknown == 0 {
            at_least.saturating_sub(others_at_most)
        } else {
            0
        };
        Reach::Bounded {
            at_least: sure.max(less),
            at_most,
            unknown,
        }
    }

    /// What the authors at two places have in common.
    pub(crate) fn overlap(&self, one: usize, other: usize) -> Reach {
        let nothing = Sketch::default();
        let edges = |place: usize| self.edges[place].as_ref().unwrap_or(&nothing);
        let both = Estimate::overlap(edges(one), edges(other));
        if self.is_whole(one) && self.is_whole(other) {
            return both.into();
        }
        let most = |place: usize| match self.is_whole(place) {
            true => Some(edges(place).estimate().high),
            false => self.followers[place].map(|followers| followers.max(edges(place).estimate().high)),
        };
        let most = [most(one), most(other)];
        Reach::Bounded {
            at_least: both.low,
            at_most: most.into_iter().flatten().min().unwrap_or(both.low).max(both.low),
            unknown: if most == [None, None] { 2 } else { 0 },
        }
    }

    /// An author of whose followers only some are known, and not how many there are, is one whose known followers are an audience and one of
    /// whom nothing is known.
    fn audience(&self, place: usize) -> Vec<Audience> {
        let edges = self.edges[place].clone().unwrap_or_default();
        match self.followers[place] {
            Some(_) if self.is_whole(place) => vec![Audience::Whole(edges)],
            Some(followers) => vec![Audience::Part { followers, edges }],
            None if edges == Sketch::default() => vec![Audience::Unknown],
            None => {
                let followers = edges.estimate().value;
                vec![Audience::Part { followers, edges }, Audience::Unknown]
            }
        }
    }
}

/// At least, at most, and of how many nothing is known.
fn bounds(reach: Reach) -> (u64, u64, u64) {
    match reach {
        Reach::Measured { low, high, .. } => (low, high, 0),
        Reach::Bounded {
            at_least,
            at_most,
            unknown,
        } => (at_least, at_most, unknown),
    }
}
