//! Scores that are kept while edges come and go: a change is pushed from account to account as far as it matters. Computing them from nothing
//! lives in [`super::graph`].
//!
//! Kept is the solution of x = 1 + d P' x, with d the damping and P' the transposed shares of who points at whom, zero for those who point at
//! nobody. Scaled to a sum of 1 this is PageRank with their score spread over all alike (Del Corso, Gulli and Romani 2005, "Fast PageRank
//! computation via a sparse linear system"), and neither a new account nor a first edge then touches the equations of all others.
//!
//! Beside x stands its residual r = 1 + d P' x - x. A changed row of P changes r at its targets alone; then each residual above the
//! [threshold](ERROR) is moved into x and on to the targets of its account, until none is left. This is the push of Andersen, Chung and Lang
//! (2006, "Local graph partitioning using PageRank vectors") and of Berkhin's bookmark colouring (2006), with residuals of either sign as in
//! Ohsaka, Maehara and Kawarabayashi (2015, "Efficient PageRank tracking in evolving networks").

use std::collections::{BTreeSet, VecDeque};

use super::graph::{DAMPING, Graph};
use crate::id::AccountId;

/// The residual that is small enough to stay, beside the 1 that each account has of itself.
const THRESHOLD: f64 = 1e-6;

/// What all scores together are off by at most: 1.4e-5 (the sum of what each is off).
///
/// No residual exceeds the threshold t, so x is off by at most n t / (1 - d) for n accounts; each has at least 1, so x sums to n or more, and
/// scaling at most doubles the relative error: 2 t / (1 - d). Rounding adds some 1e-16 of each change.
pub const ERROR: f64 = 2.0 * THRESHOLD / (1.0 - DAMPING);

/// The scores of a graph that changes.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    graph: Graph,
    /// x.
    ranks: Vec<f64>,
    residuals: Residuals,
    /// Accounts whose row is being changed: what they hand on is taken out of the residuals.
    open: BTreeSet<usize>,
    /// The sum of x over those who point or are pointed at.
    sum: f64,
}

#[derive(Debug, Clone, Default)]
struct Residuals {
    values: Vec<f64>,
    /// Those above the threshold, in the order in which they rose over it; some may have fallen since.
    queue: VecDeque<usize>,
    is_queued: Vec<bool>,
}

impl Residuals {
    fn raise(&mut self, place: usize, by: f64) {
        self.values[place] += by;
        if self.values[place].abs() > THRESHOLD && !self.is_queued[place] {
            self.is_queued[place] = true;
            self.queue.push_back(place);
        }
    }

    /// The next account that has something to push, and what.
    fn next(&mut self) -> Option<(usize, f64)> {
        while let Some(place) = self.queue.pop_front() {
            self.is_queued[place] = false;
            if self.values[place].abs() > THRESHOLD {
                return Some((place, std::mem::take(&mut self.values[place])));
            }
        }
        None
    }
}

impl Authority {
    /// As [`Graph::add`]; scores follow with the next [`Self::refresh`].
    pub fn add(&mut self, who: &AccountId, whom: &AccountId, times: u64) {
        let row = self.place_of(who);
        self.place_of(whom);
        self.open(row);
        self.graph.add(who, whom, times);
    }

    /// As [`Graph::remove`]; scores follow with the next [`Self::refresh`].
    pub fn remove(&mut self, who: &AccountId, whom: &AccountId, times: u64) {
        if let Some(row) = self.graph.find(who) {
            self.open(row);
            self.graph.remove(who, whom, times);
        }
    }

    /// Brings all scores within [`ERROR`] of those of the graph as it is now; says how many times an account's score was touched.
    pub fn refresh(&mut self) -> usize {
        for row in std::mem::take(&mut self.open) {
            self.hand_on(row, self.ranks[row]);
        }
        let mut pushes = 0;
        while let Some((place, residual)) = self.residuals.next() {
            self.ranks[place] += residual;
            self.hand_on(place, residual);
            pushes += 1;
        }
        self.sum = self.graph.members().map(|(_, place)| self.ranks[place]).sum();
        pushes
    }

    /// An account's share as of the last refresh; `None` where it neither points nor is pointed at.
    pub fn score(&self, account: &AccountId) -> Option<f64> {
        let place = self.graph.find(account)?;
        self.graph.is_member(place).then(|| self.ranks[place] / self.sum)
    }

    /// All shares as of the last refresh, in the order of the accounts' ids.
    pub fn scores(&self) -> impl Iterator<Item = (&AccountId, f64)> {
        self.graph
            .members()
            .map(|(account, place)| (account, self.ranks[place] / self.sum))
    }

    /// The graph that is scored.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    fn place_of(&mut self, account: &AccountId) -> usize {
        let place = self.graph.place_of(account);
        if place == self.ranks.len() {
            self.ranks.push(0.0);
            self.residuals.values.push(0.0);
            self.residuals.is_queued.push(false);
            self.residuals.raise(place, 1.0);
        }
        place
    }

    fn open(&mut self, row: usize) {
        if self.open.insert(row) {
            self.hand_on(row, -self.ranks[row]);
        }
    }

    /// Raises the residuals of those at whom the account points by their share of `rank`.
    fn hand_on(&mut self, row: usize, rank: f64) {
        for (target, share) in self.graph.shares(row) {
            self.residuals.raise(target, DAMPING * rank * share);
        }
    }
}
