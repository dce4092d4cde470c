//! Which roots most grew from as it was known at an earlier time: today's, and beside them those that changed since.

use std::cmp::Reverse;

use backtweet_store::StoreError;
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::{BUDGET, ROOTS};
use crate::figures::Sums;
use crate::report::as_of::{Then, is_backtweet};
use crate::report::used_together::most_frequent;
use crate::slot;
use crate::window::{Bucket, Window};

/// The roots with the most backtweets then, ties by id; and how many more than the last of them another may have had at most.
pub(super) async fn roots(
    then: &Then<'_>,
    buckets: &[Bucket],
    window: Window,
) -> Result<(Vec<v1::Count>, u64), StoreError> {
    let changes = changes(then, window);
    // Whatever is among the first then is so today where those that had fewer are left out, or had more than today.
    let fewer = changes.values().filter(|&&change| change < 0).count();
    let (today, missed) = most_frequent(then.today(), buckets, slot::contents, ROOTS + fewer, BUDGET).await?;
    let mut roots: FxHashMap<String, i64> = FxHashMap::default();
    for root in today {
        let change = changes.get(&root.name).copied().unwrap_or(0);
        roots.insert(root.name, root.count.cast_signed() + change);
    }
    let (more, left_out) = others(changes, &roots);
    for (root, count) in counts(then, buckets, &more).await? {
        roots.insert(root, count);
    }
    let mut roots: Vec<_> = roots.into_iter().filter(|(_, count)| *count > 0).collect();
    roots.sort_unstable_by(|(a, of_a), (b, of_b)| (Reverse(of_a), a).cmp(&(Reverse(of_b), b)));
    roots.truncate(ROOTS);
    let count = |(name, count): (String, i64)| v1::Count {
        name,
        count: count.cast_unsigned(),
    };
    Ok((roots.into_iter().map(count).collect(), missed + left_out))
}

/// By root, how many more backtweets within the window there were then than today.
fn changes(then: &Then<'_>, window: Window) -> FxHashMap<String, i64> {
    let mut changes: FxHashMap<String, i64> = FxHashMap::default();
    for post in then.changed() {
        let Some(root) = &post.root else { continue };
        let was = i64::from(post.then(window).is_some_and(is_backtweet));
        let is = i64::from(post.now(window).is_some_and(is_backtweet));
        if was != is {
            *changes.entry(root.clone()).or_default() += was - is;
        }
    }
    changes
}

/// Those that had more, the ones with the largest change first, where they are not among `known`; and how many more a root had at most that
/// there is no room for.
fn others(changes: FxHashMap<String, i64>, known: &FxHashMap<String, i64>) -> (Vec<String>, u64) {
    let others = changes.into_iter();
    let mut others: Vec<_> = others
        .filter(|(root, change)| *change > 0 && !known.contains_key(root))
        .collect();
    others.sort_unstable_by(|(a, of_a), (b, of_b)| (Reverse(of_a), a).cmp(&(Reverse(of_b), b)));
    let left_out = others.get(ROOTS).map_or(0, |(_, change)| change.unsigned_abs());
    (others.into_iter().take(ROOTS).map(|(root, _)| root).collect(), left_out)
}

/// How many backtweets grew from each root then.
async fn counts(then: &Then<'_>, buckets: &[Bucket], roots: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
    let of = |root: &String| {
        buckets
            .iter()
            .map(|&bucket| slot::content(root, bucket))
            .collect::<Vec<_>>()
    };
    let mut counters = then
        .reads()
        .counters(roots.iter().flat_map(of).collect())
        .await?
        .into_iter();
    let counts = roots.iter().map(|root| {
        let mut sums = Sums::default();
        counters
            .by_ref()
            .take(buckets.len())
            .for_each(|fields| sums.add_fields(fields));
        (root.clone(), sums.to_wire(0).backtweets.cast_signed())
    });
    Ok(counts.collect())
}
