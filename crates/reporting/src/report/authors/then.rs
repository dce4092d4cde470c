//! Authors as they were known at an earlier time: today's standings, and beside them what makes up for the posts that changed since.

use std::cmp::Reverse;

use backtweet_store::StoreError;
use rustc_hash::FxHashMap;

use crate::fold::Impact;
use crate::report::as_of::{Then, is_backtweet};
use crate::report::reads::Reads;
use crate::standing::Standing;
use crate::window::{Bucket, Window};

/// The authors with the highest signal then over the buckets of a window, ties by id; and how many backtweets have no author left to be
/// ranked.
pub(super) async fn ranked(
    today: Reads<'_>,
    then: &Then<'_>,
    buckets: &[Bucket],
    window: Window,
    limit: usize,
) -> Result<(Vec<(String, Standing)>, u64), StoreError> {
    let mut standings = of_today(today, buckets).await?;
    let unranked = turn_back(&mut standings, then, window);
    let standings = standings
        .into_iter()
        .map(|(author, packed)| (author, Standing::unpack(packed)));
    let mut ranked: Vec<_> = standings.filter(|(_, standing)| standing.signal_milli != 0).collect();
    ranked
        .sort_unstable_by(|(a, of_a), (b, of_b)| (Reverse(of_a.signal_milli), a).cmp(&(Reverse(of_b.signal_milli), b)));
    ranked.truncate(limit);
    Ok((ranked, unranked))
}

/// Each author's packed standing.
async fn of_today(today: Reads<'_>, buckets: &[Bucket]) -> Result<FxHashMap<String, i64>, StoreError> {
    let mut standings = FxHashMap::default();
    let buckets: Vec<_> = buckets.iter().map(|&bucket| (bucket, 0)).collect();
    let take = |_, authors: &mut dyn Iterator<Item = (String, i64)>| {
        for (author, packed) in authors {
            *standings.entry(author).or_default() += packed;
        }
    };
    today.authors(&buckets, take).await?;
    Ok(standings)
}

/// Takes out what backtweets are today and puts in what they were; how many of these have no author.
fn turn_back(standings: &mut FxHashMap<String, i64>, then: &Then<'_>, window: Window) -> u64 {
    let mut unranked = 0;
    for post in then.changed() {
        if post.author.is_empty() {
            unranked += u64::from(post.then(window).is_some_and(is_backtweet));
            continue;
        }
        let change = packed(post.then(window)) - packed(post.now(window));
        if change != 0 {
            *standings.entry(post.author.clone()).or_default() += change;
        }
    }
    unranked
}

fn packed(impact: Option<&Impact>) -> i64 {
    let backtweet = impact.filter(|impact| is_backtweet(impact));
    let standing = backtweet.map(|impact| Standing {
        backtweets: 1,
        signal_milli: impact.signal_milli,
    });
    standing.unwrap_or_default().pack()
}
