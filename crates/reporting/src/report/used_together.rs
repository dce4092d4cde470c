//! Hashtags and links used together with a subject's backtweets. They are counted by hour, so a window is rounded outwards to hours.

use std::cmp::Reverse;

use backtweet_store::StoreError;
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::reads::Reads;
use super::summary;
use crate::fold::Head;
use crate::invalid::Violations;
use crate::slot;
use crate::window::{Bucket, Length, Window};

const MOST: u32 = 20;
/// How many of each are read for one answer, over all buckets.
pub(crate) const BUDGET: usize = 10_000;

/// Reads how many are asked for.
pub(crate) fn limit(top: u32, violations: &mut Violations) -> usize {
    if top > MOST {
        violations.add("top", format!("{top} is too many: ask for at most {MOST}"));
    }
    top as usize
}

/// The most frequent ones of each; `None` where none are asked for.
pub(crate) async fn in_window(
    reads: Reads<'_>,
    head: &Head,
    window: Window,
    limit: usize,
) -> Result<Option<v1::UsedTogether>, StoreError> {
    if limit == 0 {
        return Ok(None);
    }
    let window = window.rounded(Length::Hour).kept(head.kept());
    let buckets = summary::whole_buckets(reads, head, window, Length::Hour).await?;
    let (hashtags, hashtags_missed) = most_frequent(reads, &buckets, slot::hashtags, limit, BUDGET).await?;
    let (links, links_missed) = most_frequent(reads, &buckets, slot::links, limit, BUDGET).await?;
    Ok(Some(v1::UsedTogether {
        window: Some(window.to_wire()),
        hashtags,
        links,
        hashtags_missed,
        links_missed,
    }))
}

/// The highest count first, ties by name; and how many uses a count may lack at most. Of each bucket only so many are read that all of
/// them keep to `budget`: what is not among them is no more frequent there than the last that is.
pub(crate) async fn most_frequent(
    reads: Reads<'_>,
    buckets: &[Bucket],
    slot: fn(Bucket) -> String,
    limit: usize,
    budget: usize,
) -> Result<(Vec<v1::Count>, u64), StoreError> {
    let each = match buckets.len() {
        0 | 1 => limit,
        several => (budget / several).max(limit),
    };
    let (ranked, whole): (Vec<_>, Vec<_>) = buckets.iter().partition(|&&bucket| slot::is_ranked(bucket));
    let names = |buckets: Vec<Bucket>| buckets.into_iter().map(slot).collect::<Vec<_>>();
    let mut counts: FxHashMap<String, i64> = FxHashMap::default();
    let mut add = |members: Vec<(String, i64)>| {
        for (name, count) in members {
            *counts.entry(name).or_default() += count;
        }
    };
    reads.members(&names(whole), |_, members| add(members)).await?;
    let mut missed = 0;
    for ranked in reads.rankings(names(ranked), each).await? {
        let last = ranked.last().filter(|_| ranked.len() == each && buckets.len() > 1);
        missed += last.map_or(0, |(_, count)| count.unsigned_abs());
        add(ranked);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    counts.truncate(limit);
    let count = |(name, count): (String, i64)| v1::Count {
        name,
        count: count.cast_unsigned(),
    };
    Ok((counts.into_iter().map(count).collect(), missed))
}
