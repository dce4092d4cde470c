//! How one post spreads: a random tree of reposts, quotes and replies below it. Which posts spread is told by the story lines.

use backtweet_domain::{ReferenceKind, Timestamp};

use super::cast::Stage;
use crate::rng::Rng;
use crate::text::Theme;
use crate::world::Naming;

/// How people take up a post.
pub(super) struct Taste<'a> {
    /// Reposts, quotes and replies, as weights.
    pub(super) mix: [u64; 3],
    /// Median time between a post and what refers to it, in minutes.
    pub(super) pace_min: i64,
    /// Of 1,000 that pass it on, how many had it from the root itself.
    pub(super) direct: u64,
    /// What they say with it, as weights.
    pub(super) words: &'a [(u64, Theme, Naming)],
}

/// Lets `size` people take up `root`; those who would do so after the day's end do not.
pub(super) fn spread(stage: &mut Stage, rng: &mut Rng, root: u32, size: usize, taste: &Taste<'_>) {
    let network = stage.world.network(root);
    let weights: Vec<u64> = taste.words.iter().map(|&(weight, ..)| weight).collect();
    let mut open = vec![root];
    for _ in 0..size {
        let target = if rng.chance(taste.direct) {
            root
        } else {
            rng.pick(&open)
        };
        let at = later(stage.world.acts[target as usize].at, taste.pace_min, rng);
        if at >= stage.end() {
            continue;
        }
        let author = stage.someone(network, rng);
        let kind = [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply][rng.weighted(&taste.mix)];
        let (_, theme, naming) = taste.words[rng.weighted(&weights)];
        let says = (kind != ReferenceKind::Repost).then_some((theme, naming));
        let mut refs = vec![(kind, target)];
        // Now and then an answer quotes the root as well.
        if kind == ReferenceKind::Reply && target != root && rng.chance(40) {
            refs.push((ReferenceKind::Quote, root));
        }
        let child = stage.world.refer(author, at, &refs, says);
        if says.is_some() {
            open.push(child);
        }
    }
}

/// Some time after `at`: around `median_min` minutes, to the microsecond.
pub(super) fn later(at: Timestamp, median_min: i64, rng: &mut Rng) -> Timestamp {
    Timestamp::from_micros(at.micros() + 2_000_000 + rng.delay(median_min * 60_000_000))
}
