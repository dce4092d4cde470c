//! How much a query would have matched of the posts that are retained.

use backtweet_domain::{Post, PostEvent, Subject, SubjectId};
use backtweet_stream::{Log, LogError};
use backtweet_wire::{record::decode_post_event, topics, v1};

use super::AT_ONCE;
use crate::index::SubjectIndex;

/// How many posts are tried where nothing is said.
const SAMPLE: u32 = 20_000;
/// The most that may be asked for.
const MOST: u32 = 1_000_000;
const DAY_US: f64 = 86_400e6;

/// Tries the newest posts of each partition.
pub(super) async fn volume(request: &v1::ValidateQueryRequest, log: &dyn Log) -> Result<v1::VolumeEstimate, LogError> {
    let index = draft(request)
        .map(|subject| SubjectIndex::compile([&subject]))
        .unwrap_or_default();
    let sample = if request.sample == 0 {
        SAMPLE
    } else {
        request.sample.min(MOST)
    };
    let ends = log.ends(topics::POSTS).await?;
    let share = u64::from(sample).div_ceil(ends.len().max(1) as u64);
    let mut estimate = v1::VolumeEstimate::default();
    for (partition, end) in (0..).zip(ends) {
        let mut next = end.saturating_sub(share);
        while next < end {
            let records = log.read(topics::POSTS, partition, next, end, AT_ONCE).await?;
            let Some(last) = records.last() else { break };
            next = last.position.offset + 1;
            let values = records.iter().filter_map(|it| it.record.value.as_ref());
            for event in values.filter_map(|value| decode_post_event(value).ok()) {
                if let PostEvent::Created { post } = event {
                    count(&post, &index, &mut estimate);
                }
            }
        }
    }
    add_rate(&mut estimate);
    Ok(estimate)
}

/// A subject of the query alone.
fn draft(request: &v1::ValidateQueryRequest) -> Option<Subject> {
    let id = SubjectId::new("query").ok()?;
    Some(Subject {
        query: request.query.clone(),
        context: request.context.clone(),
        exclude: request.exclude.clone(),
        ..Subject::new(id)
    })
}

fn count(post: &Post, index: &SubjectIndex, estimate: &mut v1::VolumeEstimate) {
    let at = post.witnessed_at.micros();
    estimate.tried += 1;
    estimate.matched += u64::from(!index.match_post(post).is_empty());
    estimate.from_us = Some(estimate.from_us.map_or(at, |from| from.min(at)));
    estimate.to_us = Some(estimate.to_us.map_or(at, |to| to.max(at)));
}

fn add_rate(estimate: &mut v1::VolumeEstimate) {
    let (Some(from), Some(to)) = (estimate.from_us, estimate.to_us) else {
        return;
    };
    if to <= from {
        return;
    }
    let posts_a_day = estimate.tried as f64 * DAY_US / (to - from) as f64;
    let (low, high) = wilson(estimate.matched, estimate.tried);
    estimate.per_day = Some(posts_a_day * estimate.matched as f64 / estimate.tried as f64);
    estimate.per_day_low = Some(posts_a_day * low);
    estimate.per_day_high = Some(posts_a_day * high);
}

/// The 95 % score interval of a share (Wilson 1927): it stays within [0, 1] and is of use also where nothing matched.
fn wilson(matched: u64, tried: u64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, share) = (tried as f64, matched as f64 / tried as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one_and_stays_within_bounds() {
        let (low, high) = wilson(10, 100);
        assert!(
            (low - 0.0552).abs() < 5e-4 && (high - 0.1744).abs() < 5e-4,
            "{low} {high}"
        );
        let (low, high) = wilson(0, 50);
        assert!(low == 0.0 && (high - 0.0713).abs() < 5e-4, "{low} {high}");
        assert!(wilson(50, 50).1 <= 1.0);
    }
}
