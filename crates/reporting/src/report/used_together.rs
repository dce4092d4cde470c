//! Hashtags and links used together with a subject's backtweets. They are counted by hour, so a window is rounded outwards to hours.

use std::cmp::Reverse;

use backtweet_store::StoreError;
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::reads::Reads;
use super::timeline;
use crate::fold::Head;
use crate::invalid::Violations;
use crate::slot;
use crate::window::{Bucket, Cover, Window, whole_hours};

const MOST: u32 = 20;

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
    let window = window.whole_hours();
    let minutes = timeline::minutes(head, window);
    let buckets = if minutes == timeline::minutes(head, Window::default()) {
        vec![Bucket::All]
    } else {
        Cover::of(whole_hours(minutes)).buckets(&reads.days().await?)
    };
    Ok(Some(v1::UsedTogether {
        window: Some(window.to_wire()),
        hashtags: most_frequent(reads, &buckets, slot::hashtags, limit).await?,
        links: most_frequent(reads, &buckets, slot::links, limit).await?,
    }))
}

/// The highest count first, ties by name.
async fn most_frequent(
    reads: Reads<'_>,
    buckets: &[Bucket],
    slot: fn(Bucket) -> String,
    limit: usize,
) -> Result<Vec<v1::Count>, StoreError> {
    let ranked = if buckets == [Bucket::All] {
        reads.ranking(slot(Bucket::All), limit).await?
    } else {
        let names: Vec<_> = buckets.iter().map(|&bucket| slot(bucket)).collect();
        let mut counts: FxHashMap<String, i64> = FxHashMap::default();
        let add = |_, members| {
            for (name, count) in members {
                *counts.entry(name).or_default() += count;
            }
        };
        reads.members(&names, add).await?;
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
        counts.truncate(limit);
        counts
    };
    let count = |(name, count): (String, i64)| v1::Count {
        name,
        count: count.cast_unsigned(),
    };
    Ok(ranked.into_iter().map(count).collect())
}
