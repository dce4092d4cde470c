//! How many different authors several buckets have together: counted one by one while they are few, estimated from a sample where they are
//! too many to be read in time.

use backtweet_store::StoreError;
use rustc_hash::FxHashSet;

use super::reads::Reads;
use crate::sample;
use crate::window::Bucket;

/// How many author entries one answer reads, over all its sets of buckets.
pub(crate) const BUDGET: u64 = 6_000;
/// However many sets there are, each may read so many.
const LEAST: u64 = 400;
/// A sample with fewer authors than this says too little.
const FEWEST: u64 = 100;

/// A number of authors.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Authors {
    pub(crate) count: u64,
    /// The relative standard error of an estimate; `None` where they were counted.
    pub(crate) error: Option<f64>,
}

/// How many different authors of backtweets each set of buckets has. Those of a single bucket are counted already.
pub(crate) async fn authors(reads: Reads<'_>, sets: &[Vec<Bucket>], budget: u64) -> Result<Vec<Authors>, StoreError> {
    let buckets: Vec<_> = sets.iter().flatten().copied().collect();
    let mut sizes = reads.author_counts(&buckets).await?.into_iter();
    let mut several = Vec::new();
    let mut authors = Vec::with_capacity(sets.len());
    for (place, set) in sets.iter().enumerate() {
        let sizes: Vec<_> = sizes.by_ref().take(set.len()).collect();
        let happened: Vec<_> = set
            .iter()
            .zip(&sizes)
            .filter(|(_, size)| **size > 0)
            .map(|(bucket, _)| *bucket)
            .collect();
        let members = sizes.iter().sum();
        if happened.len() > 1 {
            several.push((place, happened, members));
        }
        authors.push(Authors {
            count: members,
            error: None,
        });
    }
    let each = (budget / several.len().max(1) as u64).max(LEAST.min(budget));
    let asked: Vec<_> = several
        .iter()
        .map(|(_, buckets, members)| (buckets.as_slice(), sample::level(*members, each)))
        .collect();
    for ((place, buckets, _), found) in several.iter().zip(different(reads, &asked).await?) {
        authors[*place] = refined(reads, buckets, found).await?;
    }
    Ok(authors)
}

/// Authors found at a level.
type Found = (u64, u32);

/// Looks at more authors where those who were found are too few to say anything: the same ones over and over.
async fn refined(reads: Reads<'_>, buckets: &[Bucket], (mut found, mut level): Found) -> Result<Authors, StoreError> {
    while found < FEWEST && level > 0 {
        level -= 1;
        let again = different(reads, &[(buckets, level)]).await?;
        found = again.first().map_or(0, |(found, _)| *found);
    }
    Ok(Authors {
        count: found * sample::weight(level),
        error: sample::error(found, level),
    })
}

/// The different authors that the samples of each set of buckets hold, in as few round trips as there can be.
async fn different(reads: Reads<'_>, sets: &[(&[Bucket], u32)]) -> Result<Vec<Found>, StoreError> {
    let mut found: Vec<Found> = sets.iter().map(|(_, level)| (0, *level)).collect();
    let (mut asked, mut places) = (Vec::new(), Vec::new());
    for (place, (buckets, level)) in sets.iter().enumerate() {
        asked.extend(buckets.iter().map(|&bucket| (bucket, *level)));
        places.extend(buckets.iter().map(|_| place));
    }
    let (mut current, mut authors) = (usize::MAX, FxHashSet::default());
    let count = |bucket: usize, members: &mut dyn Iterator<Item = (String, i64)>| {
        let place = places[bucket];
        if place != current {
            current = place;
            authors.clear();
        }
        authors.extend(members.map(|(author, _)| author));
        found[place].0 = authors.len() as u64;
    };
    reads.authors(&asked, count).await?;
    Ok(found)
}
