//! Who passes on or cites whom, how often, and the scores computed from nothing. Keeping them up to date lives in [`super::incremental`].

use std::collections::BTreeMap;

use crate::id::AccountId;

/// The share of its score that an account hands on to those it points at; the rest goes to all alike. The value of Brin and Page (1998).
pub const DAMPING: f64 = 0.85;

/// Passes after which no score moves any more: 0.85^200 is less than a double tells apart from 0 beside 1.
const PASSES: usize = 200;

/// A directed graph of accounts, with the number of times that each pointed at each. An account whose last edge went keeps its place in
/// memory, and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    places: BTreeMap<AccountId, usize>,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    points_at: BTreeMap<usize, u64>,
    /// The sum of those.
    sum: u64,
    /// How many point at it.
    pointed_at_by: usize,
}

impl Node {
    fn is_member(&self) -> bool {
        self.pointed_at_by > 0 || !self.points_at.is_empty()
    }
}

impl Graph {
    /// `who` passed on or cited `whom` that many more times. Who points at themself is left out: that is no authority.
    pub fn add(&mut self, who: &AccountId, whom: &AccountId, times: u64) {
        if who != whom && times > 0 {
            let (who, whom) = (self.place_of(who), self.place_of(whom));
            self.set(who, whom, self.times(who, whom).saturating_add(times));
        }
    }

    /// Takes that many of those times back: at most all of them.
    pub fn remove(&mut self, who: &AccountId, whom: &AccountId, times: u64) {
        if let (Some(who), Some(whom)) = (self.find(who), self.find(whom)) {
            self.set(who, whom, self.times(who, whom).saturating_sub(times));
        }
    }

    /// The score of each account that points or is pointed at, in the order of their ids; together they are off by no more than `tolerance`
    /// (1e-12 or more; the sum of what each is off).
    ///
    /// By power iteration: each pass takes at least the share 1 - d off the error, so a last change of c leaves less than c d / (1 - d). The
    /// order of the edges' arrival changes no bit.
    pub fn pagerank(&self, tolerance: f64) -> Vec<(&AccountId, f64)> {
        let members: Vec<(&AccountId, usize)> = self.members().collect();
        let count = members.len() as f64;
        let mut scores = vec![0.0; self.nodes.len()];
        members.iter().for_each(|&(_, place)| scores[place] = 1.0 / count);
        for _ in 0..PASSES {
            let next = self.pass(&members, &scores);
            let change: f64 = members
                .iter()
                .map(|&(_, place)| (next[place] - scores[place]).abs())
                .sum();
            scores = next;
            if change * DAMPING <= tolerance * (1.0 - DAMPING) {
                break;
            }
        }
        members
            .into_iter()
            .map(|(account, place)| (account, scores[place]))
            .collect()
    }

    fn pass(&self, members: &[(&AccountId, usize)], scores: &[f64]) -> Vec<f64> {
        let dangling: f64 = members
            .iter()
            .filter(|&&(_, place)| self.nodes[place].sum == 0)
            .map(|&(_, place)| scores[place])
            .sum();
        let alike = (1.0 - DAMPING + DAMPING * dangling) / members.len() as f64;
        let mut next = vec![alike; scores.len()];
        for &(_, place) in members {
            for (target, share) in self.shares(place) {
                next[target] += DAMPING * scores[place] * share;
            }
        }
        next
    }

    /// The accounts that point or are pointed at, in the order of their ids, each with its place.
    pub(super) fn members(&self) -> impl Iterator<Item = (&AccountId, usize)> {
        let places = self.places.iter().map(|(account, &place)| (account, place));
        places.filter(|&(_, place)| self.nodes[place].is_member())
    }

    /// The accounts at which the one at that place points, each with its share of all those times.
    pub(super) fn shares(&self, place: usize) -> impl Iterator<Item = (usize, f64)> {
        let node = &self.nodes[place];
        let sum = node.sum as f64;
        node.points_at
            .iter()
            .map(move |(&target, &times)| (target, times as f64 / sum))
    }

    pub(super) fn find(&self, account: &AccountId) -> Option<usize> {
        self.places.get(account).copied()
    }

    pub(super) fn place_of(&mut self, account: &AccountId) -> usize {
        self.find(account).unwrap_or_else(|| {
            self.places.insert(account.clone(), self.nodes.len());
            self.nodes.push(Node::default());
            self.nodes.len() - 1
        })
    }

    pub(super) fn is_member(&self, place: usize) -> bool {
        self.nodes[place].is_member()
    }

    fn times(&self, who: usize, whom: usize) -> u64 {
        self.nodes[who].points_at.get(&whom).copied().unwrap_or(0)
    }

    fn set(&mut self, who: usize, whom: usize, times: u64) {
        let node = &mut self.nodes[who];
        let before = if times > 0 {
            node.points_at.insert(whom, times)
        } else {
            node.points_at.remove(&whom)
        };
        node.sum = node.sum.saturating_sub(before.unwrap_or(0)).saturating_add(times);
        let pointed_at_by = &mut self.nodes[whom].pointed_at_by;
        match before {
            None if times > 0 => *pointed_at_by += 1,
            Some(_) if times == 0 => *pointed_at_by -= 1,
            _ => {}
        }
    }
}
