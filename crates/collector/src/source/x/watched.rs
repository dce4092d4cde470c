//! The posts that a connection brought and that are to be looked up again, since X tells of no deletion: which of them, and when. How they
//! are looked up is in `x/look.rs`, what that may cost in `x/budget.rs`.

use std::collections::BTreeSet;
use std::time::Duration;

use backtweet_domain::{Network, PostId, Timestamp};
use serde::{Deserialize, Serialize};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// At which ages a post is looked up again, since most of those that are deleted are deleted early. Each time has to come before the post
/// is [`LATE`] times as old.
const AGES: [Duration; 3] = [HOUR, DAY, Duration::from_secs(7 * 24 * 3_600)];
const LATE: f64 = 2.0;
/// How many posts are remembered: they are part of the position, at some nine bytes each.
const MOST: usize = 4_000;

/// Posts by what they wait for: the first look-up, the second, the third. Kept as ids in hexadecimal, each less the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "[String; AGES.len()]", into = "[String; AGES.len()]")]
pub(super) struct Watched {
    rounds: [BTreeSet<u64>; AGES.len()],
}

impl Watched {
    /// Remembers a post by its first id; returns how many others had to be forgotten for it. One whose id holds no time has no age.
    pub(super) fn add(&mut self, id: u64) -> u64 {
        if made(id).is_none() || self.rounds.iter().any(|round| round.contains(&id)) {
            return 0;
        }
        self.rounds[0].insert(id);
        if self.rounds.iter().map(BTreeSet::len).sum::<usize>() <= MOST {
            return 0;
        }
        // The oldest of those that were looked up most often has the least left to tell.
        let last = self.rounds.iter_mut().rev().find(|round| !round.is_empty());
        last.and_then(BTreeSet::pop_first).map_or(0, |_| 1)
    }

    /// The posts whose time has come, at most so many: first those that are the latest by the measure of their age.
    pub(super) fn due(&self, now: Timestamp, most: usize) -> Vec<u64> {
        let mut rounds: Vec<_> = self
            .rounds
            .iter()
            .map(|round| round.iter().copied().peekable())
            .collect();
        let mut due = Vec::new();
        while due.len() < most {
            let fronts = rounds.iter_mut().enumerate();
            let late = fronts.filter_map(|(round, ids)| Some((lateness(*ids.peek()?, round, now), round)));
            let Some((_, round)) = late
                .filter(|(late, _)| *late >= 1.0)
                .max_by(|(one, _), (other, _)| one.total_cmp(other))
            else {
                break;
            };
            due.extend(rounds[round].next());
        }
        due
    }

    /// The post was looked up, and is there: it waits for the next time, if there is one.
    pub(super) fn looked_up(&mut self, id: u64) {
        let Some(round) = self.rounds.iter().position(|round| round.contains(&id)) else {
            return;
        };
        self.rounds[round].remove(&id);
        if let Some(next) = self.rounds.get_mut(round + 1) {
            next.insert(id);
        }
    }

    /// Whether it is remembered.
    pub(super) fn has(&self, id: u64) -> bool {
        self.rounds.iter().any(|round| round.contains(&id))
    }

    /// The post is gone.
    pub(super) fn forget(&mut self, id: u64) {
        for round in &mut self.rounds {
            round.remove(&id);
        }
    }

    /// Lets go of what was not looked up in time; returns how often that is so. Those posts wait for their next time.
    pub(super) fn expire(&mut self, now: Timestamp) -> u64 {
        let mut missed = 0;
        for round in 0..AGES.len() {
            while let Some(&id) = self.rounds[round]
                .first()
                .filter(|&&id| lateness(id, round, now) > LATE)
            {
                self.looked_up(id);
                missed += 1;
            }
        }
        missed
    }
}

/// How old a post is, as a part of the age at which its time has come.
fn lateness(id: u64, round: usize, now: Timestamp) -> f64 {
    let age = made(id).map_or(Duration::MAX, |made| now.since(made));
    age.as_secs_f64() / AGES[round].as_secs_f64()
}

/// When the post of that id was made.
fn made(id: u64) -> Option<Timestamp> {
    PostId::new(Network::X, id.to_string()).ok()?.time()
}

impl From<Watched> for [String; AGES.len()] {
    fn from(watched: Watched) -> Self {
        watched.rounds.map(|round| {
            let mut before = 0;
            let steps = round.into_iter().map(|id| {
                let step = id - before;
                before = id;
                format!("{step:x}")
            });
            steps.collect::<Vec<_>>().join(" ")
        })
    }
}

impl TryFrom<[String; AGES.len()]> for Watched {
    type Error = String;

    fn try_from(texts: [String; AGES.len()]) -> Result<Self, String> {
        let mut watched = Self::default();
        for (round, text) in watched.rounds.iter_mut().zip(texts) {
            let mut id = 0_u64;
            for step in text.split_whitespace() {
                let step = u64::from_str_radix(step, 16).ok();
                id = step
                    .and_then(|step| id.checked_add(step))
                    .ok_or_else(|| "its posts are no ids".to_owned())?;
                round.insert(id);
            }
        }
        Ok(watched)
    }
}

#[cfg(test)]
mod tests;
