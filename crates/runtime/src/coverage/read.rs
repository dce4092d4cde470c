//! Reading coverage from the store: which buckets make up a window, and which gaps are still open.

use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_store::{Direction, FeedEntry, Found, Key, LookUp, Store, StoreError};
use backtweet_wire::v1::{AssignmentCoverage, AssignmentState, Gap, GapCause, Lease};
use prost::Message;

use super::{ASSIGNMENTS, Bucket, Grain, LEASE, SLOT, add, slot};

/// A collector that has not written for this long is taken for dead: what comes meanwhile is not seen.
const SILENT: Duration = Duration::from_secs(15);
/// The longest windows that are read by the minute, and by the hour.
const BY_MINUTE: Duration = Duration::from_secs(6 * 3600);
const BY_HOUR: Duration = Duration::from_secs(8 * 24 * 3600);
const PAGE: usize = 1_000;

/// What was seen of one assignment in a window, and how busy its parts were.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Covered {
    /// The sums, and the gaps cut to the window.
    pub coverage: AssignmentCoverage,
    /// Events a second in the least and the most busy of the window's buckets that have no gap; absent where there is none.
    pub busy: Option<(f64, f64)>,
}

/// All assignments that anybody ever held, by id.
///
/// # Errors
/// When the store does not answer.
pub async fn assignments(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut ids: Vec<String> = Vec::new();
    let mut after: Option<FeedEntry> = None;
    loop {
        let page = LookUp::Feed {
            key: Key::new(SLOT, ASSIGNMENTS),
            after,
            direction: Direction::Ascending,
            limit: PAGE,
        };
        let Some(Found::Feed(entries)) = store.read(&[page]).await?.pop() else {
            return Ok(ids);
        };
        let full = entries.len() == PAGE;
        after = entries.last().cloned();
        ids.extend(entries.into_iter().map(|entry| entry.id));
        if !full {
            return Ok(ids);
        }
    }
}

/// What the store keeps of each assignment, with its version; `None` where it keeps nothing.
///
/// # Errors
/// When the store does not answer, or holds something else there.
pub async fn leases(store: &dyn Store, assignments: &[String]) -> Result<Vec<Option<(u64, Lease)>>, StoreError> {
    let look_ups: Vec<_> = assignments
        .iter()
        .map(|assignment| LookUp::Record(Key::new(slot(assignment), LEASE)))
        .collect();
    let found = store.read(&look_ups).await?;
    let lease = |(assignment, found): (&String, Found)| match found {
        Found::Record(Some(stored)) => {
            let lease = Lease::decode(stored.bytes).map_err(|error| corrupt(assignment, LEASE, &error))?;
            Ok(Some((stored.version, lease)))
        }
        _ => Ok(None),
    };
    assignments.iter().zip(found).map(lease).collect()
}

/// What was seen of each assignment from `from` (inclusive) to `to` (exclusive), as known at `now`. Windows of more than six hours are read
/// by the hour, of more than eight days by the day: then the sums are those of all hours or days that the window touches.
///
/// # Errors
/// When the store does not answer, or holds something else there.
pub async fn covered(
    store: &dyn Store,
    assignments: &[String],
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Result<Vec<Covered>, StoreError> {
    let to = to.min(now);
    let buckets = buckets(from, to);
    let leases = leases(store, assignments).await?;
    let mut all = Vec::with_capacity(assignments.len());
    for (assignment, lease) in assignments.iter().zip(leases) {
        let look_ups: Vec<_> = buckets
            .iter()
            .map(|bucket| LookUp::Record(Key::new(slot(assignment), bucket.record())))
            .collect();
        let mut covered = Covered::default();
        let mut parts = Vec::new();
        for (bucket, found) in buckets.iter().zip(store.read(&look_ups).await?) {
            if let Found::Record(Some(stored)) = found {
                let seen = AssignmentCoverage::decode(stored.bytes)
                    .map_err(|error| corrupt(assignment, &bucket.record(), &error))?;
                add(&mut covered.coverage, &seen);
                parts.push((*bucket, seen.events));
            }
        }
        covered.coverage.assignment.clone_from(assignment);
        covered.coverage.source = source(assignment).to_owned();
        let open = lease.and_then(|(_, lease)| open(&lease, now));
        covered.coverage.gaps.extend(open);
        cut(&mut covered.coverage.gaps, assignment, from, to);
        covered.busy = busy(&parts, &covered.coverage.gaps, now);
        all.push(covered);
    }
    Ok(all)
}

/// Events a second in the least and the most busy of the buckets that no gap touches. The one that still goes on counts up to `now`.
fn busy(parts: &[(Bucket, u64)], gaps: &[Gap], now: Timestamp) -> Option<(f64, f64)> {
    let whole = |bucket: &Bucket| {
        let (start, end) = (bucket.start().micros(), bucket.end().micros());
        !gaps.iter().any(|gap| gap.from_us < end && gap.to_us > start)
    };
    let rate = |(bucket, events): &(Bucket, u64)| {
        let seconds = bucket.end().min(now).since(bucket.start()).as_secs_f64();
        *events as f64 / seconds.max(1.0)
    };
    let rates = parts.iter().filter(|(bucket, _)| whole(bucket)).map(rate);
    rates.fold(None, |busy, rate| {
        let (least, most) = busy.unwrap_or((rate, rate));
        Some((rate.min(least), rate.max(most)))
    })
}

/// The source that an assignment is a part of.
fn source(assignment: &str) -> &str {
    assignment.split_once('/').map_or(assignment, |(source, _)| source)
}

fn buckets(from: Timestamp, to: Timestamp) -> Vec<Bucket> {
    if from >= to {
        return Vec::new();
    }
    let grain = match to.since(from) {
        window if window <= BY_MINUTE => Grain::Minute,
        window if window <= BY_HOUR => Grain::Hour,
        _ => Grain::Day,
    };
    let (first, last) = (
        Bucket::around(grain, from).number,
        Bucket::around(grain, Timestamp::from_micros(to.micros() - 1)).number,
    );
    (first..=last).map(|number| Bucket { grain, number }).collect()
}

/// What is not seen of it at the moment: nobody is connected, or who was has fallen silent.
fn open(lease: &Lease, now: Timestamp) -> Option<Gap> {
    let assignment = lease.assignment.as_ref()?;
    let written = Timestamp::from_micros(lease.at_us);
    let from = match assignment.state() {
        AssignmentState::Connected if now.since(written) < SILENT => return None,
        AssignmentState::Connected => lease.at_us,
        _ => assignment.reached_us.or(assignment.since_us).unwrap_or(lease.at_us),
    };
    Some(Gap {
        assignment: assignment.id.clone(),
        from_us: from,
        to_us: now.micros(),
        cause: GapCause::Disconnected as i32,
        open: true,
    })
}

/// Leaves of the gaps what lies in the window, by their beginning, those that meet as one.
fn cut(gaps: &mut Vec<Gap>, assignment: &str, from: Timestamp, to: Timestamp) {
    for gap in &mut *gaps {
        assignment.clone_into(&mut gap.assignment);
        gap.from_us = gap.from_us.max(from.micros());
        gap.to_us = gap.to_us.min(to.micros());
    }
    gaps.retain(|gap| gap.from_us < gap.to_us);
    gaps.sort_by_key(|gap| (gap.from_us, gap.to_us));
    gaps.dedup_by(|next, gap| {
        let meet = next.from_us <= gap.to_us;
        if meet {
            gap.to_us = gap.to_us.max(next.to_us);
            gap.open |= next.open;
        }
        meet
    });
}

fn corrupt(assignment: &str, name: &str, error: &prost::DecodeError) -> StoreError {
    StoreError::Corrupt {
        key: format!("{}/{name}", slot(assignment)),
        reason: format!("it is nothing that a collector wrote ({error})"),
    }
}
