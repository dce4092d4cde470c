//! How a cascade grew, stretch by stretch of time.

use std::time::Duration;

use super::View;
use super::view::Totals;
use crate::time::Timestamp;

/// The lengths that stretches may have, in seconds: a minute to 30 days.
const LENGTHS: [u64; 11] = [
    60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 259_200, 604_800, 2_592_000,
];
/// Into how many stretches the first nine tenths of the posts fall at most, where none need be longer than the longest.
const MOST: u64 = 60;
/// Into how many all of them do: the last ones of a cascade may come years after the others.
const MOST_IN_ALL: u64 = 2_000;

/// One stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Where it begins, inclusive.
    pub start: Timestamp,
    /// What came within.
    pub came: Totals,
    /// What was there by its end.
    pub so_far: Totals,
}

/// The growth of a cascade below its root, from its start on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// How long each stretch is.
    pub length: Duration,
    /// The stretches in order; those in which nothing came are left out.
    pub buckets: Vec<Bucket>,
}

impl Growth {
    /// Counts the posts of a cascade in stretches of the shortest length that makes at most 60 of the time until nine tenths were there.
    pub fn of(view: &View<'_>) -> Self {
        let start = view.start().unwrap_or_default();
        let last = view.descendants().next_back().map_or(start, |node| node.at);
        let length = length_for(view.time_to(90).unwrap_or_default(), last.since(start));
        let mut buckets: Vec<Bucket> = Vec::new();
        let mut so_far = Totals::default();
        for node in view.descendants() {
            let begin = start_of(start, node.at, length);
            so_far.add(node);
            match buckets.last_mut().filter(|bucket| bucket.start == begin) {
                Some(bucket) => bucket.so_far = so_far,
                None => buckets.push(Bucket {
                    start: begin,
                    came: Totals::default(),
                    so_far,
                }),
            }
            if let Some(bucket) = buckets.last_mut() {
                bucket.came.add(node);
            }
        }
        Self { length, buckets }
    }
}

/// Where the stretch that holds `at` begins. A post that was witnessed before the root counts in the first.
pub(super) fn start_of(start: Timestamp, at: Timestamp, length: Duration) -> Timestamp {
    let whole = at.since(start).as_micros() / length.as_micros();
    start.plus(length.saturating_mul(u32::try_from(whole).unwrap_or(u32::MAX)))
}

fn length_for(nine_tenths: Duration, whole: Duration) -> Duration {
    let fits = |&&seconds: &&u64| nine_tenths.as_secs() / seconds < MOST && whole.as_secs() / seconds < MOST_IN_ALL;
    let seconds = LENGTHS.iter().find(fits).unwrap_or(&LENGTHS[LENGTHS.len() - 1]);
    Duration::from_secs(*seconds)
}
