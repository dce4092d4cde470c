//! Pairs of authors who point at each other. Estimated from a sample of pairs, each with its opposite, where they are too many to be read in
//! time.

use backtweet_store::StoreError;
use rustc_hash::FxHashSet;

use super::super::reads::Reads;
use super::FEWEST;
use crate::fold::pair;
use crate::sample;
use crate::slot;

/// How many directed pairs there are, and how many of them are mutual.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pairs {
    pub(crate) all: u64,
    pub(crate) mutual: u64,
    /// The relative standard error of `all`, as if pairs were chosen one by one; `None` where they were counted.
    pub(crate) error: Option<f64>,
}

/// The pairs of some days.
pub(crate) async fn pairs(reads: Reads<'_>, days: &[i64], budget: u64) -> Result<Pairs, StoreError> {
    let names = |level| days.iter().map(|&day| slot::pairs(day, level)).collect::<Vec<_>>();
    let members = reads.sizes(&names(0)).await?.iter().sum();
    let mut level = sample::level(members, budget);
    loop {
        let mut found: FxHashSet<String> = FxHashSet::default();
        let take = |_, members: Vec<(String, i64)>| found.extend(members.into_iter().map(|(pair, _)| pair));
        reads.members(&names(level), take).await?;
        let all = found.len() as u64;
        if all >= FEWEST || level == 0 {
            let weight = sample::weight(level);
            return Ok(Pairs {
                all: all * weight,
                mutual: mutual(&found) * weight,
                error: sample::error(all, level),
            });
        }
        level -= 1;
    }
}

fn mutual(pairs: &FxHashSet<String>) -> u64 {
    let is_mutual = |found: &&String| {
        let opposite = found.split_once('\n').map(|(one, other)| pair(other, one));
        opposite.is_some_and(|opposite| pairs.contains(&opposite))
    };
    pairs.iter().filter(is_mutual).count() as u64
}
