//! Authors who come back: on another day, or from before. Estimated from a sample of authors where they are too many to be read in time.

use backtweet_store::StoreError;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::reads::Reads;
use super::FEWEST;
use crate::sample;
use crate::slot;
use crate::window::{Bucket, Length};

/// How many authors there are, and how many of them return.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Authors {
    pub(crate) all: u64,
    pub(crate) on_several_days: u64,
    pub(crate) seen_before: u64,
    /// The relative standard error of `all`; `None` where they were counted.
    pub(crate) error: Option<f64>,
}

/// The authors of backtweets on the days `within`, of whom some had backtweets on the days `before` too.
pub(crate) async fn authors(
    reads: Reads<'_>,
    before: &[i64],
    within: &[i64],
    budget: u64,
) -> Result<Authors, StoreError> {
    let buckets: Vec<_> = before
        .iter()
        .chain(within)
        .map(|&day| Bucket::Of(Length::Day, day))
        .collect();
    let members = reads.author_counts(&buckets).await?.iter().sum();
    let mut level = sample::level(members, budget);
    loop {
        let found = at(reads, before.len(), &buckets, level).await?;
        if found.all >= FEWEST || level == 0 {
            let weight = sample::weight(level);
            return Ok(Authors {
                all: found.all * weight,
                on_several_days: found.on_several_days * weight,
                seen_before: found.seen_before * weight,
                error: sample::error(found.all, level),
            });
        }
        level -= 1;
    }
}

/// Those in the sample of a level; the first buckets are those before the window.
async fn at(reads: Reads<'_>, before: usize, buckets: &[Bucket], level: u32) -> Result<Authors, StoreError> {
    let names: Vec<_> = buckets.iter().map(|&bucket| slot::sample(bucket, level)).collect();
    let mut earlier: FxHashSet<String> = FxHashSet::default();
    let mut days: FxHashMap<String, u32> = FxHashMap::default();
    let take = |place: usize, members: Vec<(String, i64)>| {
        let authors = members.into_iter().map(|(author, _)| author);
        if place < before {
            earlier.extend(authors);
        } else {
            authors.for_each(|author| *days.entry(author).or_default() += 1);
        }
    };
    reads.members(&names, take).await?;
    Ok(Authors {
        all: days.len() as u64,
        on_several_days: days.values().filter(|days| **days > 1).count() as u64,
        seen_before: days.keys().filter(|author| earlier.contains(*author)).count() as u64,
        error: None,
    })
}
