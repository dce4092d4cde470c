//! Counts what is seen of one assignment, bucket by bucket. What is kept of a bucket is written whole each time, so that a write may be
//! repeated; what is not known of it yet is read first.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::Timestamp;
use backtweet_runtime::coverage::{self, Bucket, Grain};
use backtweet_store::{StoreError, Stored, Write};
use backtweet_wire::v1::{AssignmentCoverage, Gap};
use prost::Message;

use super::Seen;
use crate::share::Lease;

/// How many buckets are remembered once they are written.
const REMEMBERED: usize = 64;

/// A gap that goes, and one that comes.
type Change = (Option<Gap>, Option<Gap>);

/// The meter of an assignment.
#[derive(Debug)]
pub(super) struct Meter {
    /// Whether time counts as connected.
    pub(super) connected: bool,
    /// Up to when time has been counted.
    passed: Timestamp,
    /// What comes on top of what the store has.
    pending: BTreeMap<Bucket, AssignmentCoverage>,
    gaps: Vec<Change>,
    /// Buckets as the store has them, or will have once the write at hand stands.
    known: BTreeMap<Bucket, AssignmentCoverage>,
    /// Those of them that the store may not have yet.
    unwritten: BTreeSet<Bucket>,
}

impl Meter {
    /// A meter that counts time from `began` on.
    pub(super) fn new(began: Timestamp) -> Self {
        Self {
            connected: false,
            passed: began,
            pending: BTreeMap::new(),
            gaps: Vec::new(),
            known: BTreeMap::new(),
            unwritten: BTreeSet::new(),
        }
    }

    /// Counts the time up to `now`, in every bucket that it touches and that is kept for long enough to matter.
    pub(super) fn pass(&mut self, now: Timestamp) {
        if now <= self.passed {
            return;
        }
        for grain in Grain::ALL {
            let oldest = grain.kept().map_or(self.passed, |kept| now.minus(kept));
            let mut at = self.passed.max(oldest);
            while at < now {
                let bucket = Bucket::around(grain, at);
                let until = bucket.end().min(now);
                let seconds = until.since(at).as_secs_f64();
                let seen = self.pending.entry(bucket).or_default();
                seen.wanted_seconds += seconds;
                seen.connected_seconds += if self.connected { seconds } else { 0.0 };
                at = until;
            }
        }
        self.passed = now;
    }

    /// Counts lines where the last of them belongs, by event time.
    pub(super) fn seen(&mut self, seen: &Seen, now: Timestamp) {
        let at = seen.reached.unwrap_or(now).min(now);
        let more = AssignmentCoverage {
            lines: seen.lines,
            events: seen.events,
            refused: seen.refused,
            left_out: seen.left_out,
            unchecked: seen.unchecked,
            lag_ms: u64::try_from(now.since(at).as_millis()).unwrap_or(u64::MAX),
            ..AssignmentCoverage::default()
        };
        self.add(at, &more);
    }

    /// The network asked to be left alone.
    pub(super) fn limited(&mut self, now: Timestamp) {
        let more = AssignmentCoverage {
            limited: 1,
            ..AssignmentCoverage::default()
        };
        self.add(now, &more);
    }

    /// A gap was noticed, or became smaller, or is no more.
    pub(super) fn gap(&mut self, gone: Option<Gap>, come: Option<Gap>) {
        self.gaps.push((gone, come));
    }

    fn add(&mut self, at: Timestamp, more: &AssignmentCoverage) {
        for grain in Grain::ALL {
            coverage::add(self.pending.entry(Bucket::around(grain, at)).or_default(), more);
        }
    }

    /// What has to be written with the lease, up to `now`.
    pub(super) async fn writes(&mut self, lease: &mut Lease, now: Timestamp) -> Result<Vec<Write>, StoreError> {
        self.pass(now);
        let touched = self.pending.keys().copied().chain(self.gaps.iter().flat_map(buckets));
        let unknown: BTreeSet<Bucket> = touched.filter(|bucket| !self.known.contains_key(bucket)).collect();
        for (bucket, found) in lease.buckets(&unknown).await? {
            self.known.insert(bucket, found);
        }
        for (bucket, more) in std::mem::take(&mut self.pending) {
            coverage::add(self.known.entry(bucket).or_default(), &more);
            self.unwritten.insert(bucket);
        }
        for (gone, come) in std::mem::take(&mut self.gaps) {
            for (bucket, gap) in gone.iter().flat_map(of_gap) {
                self.known.entry(bucket).or_default().gaps.retain(|it| it != gap);
                self.unwritten.insert(bucket);
            }
            for (bucket, gap) in come.iter().flat_map(of_gap) {
                self.known.entry(bucket).or_default().gaps.push(gap.clone());
                self.unwritten.insert(bucket);
            }
        }
        let write = |bucket: &Bucket| {
            let seen = self.known.get(bucket)?;
            Some(Write::Put {
                name: bucket.record(),
                stored: Stored {
                    version: 1,
                    open: false,
                    bytes: seen.encode_to_vec().into(),
                },
                expires: bucket.grain.kept().map(|kept| bucket.end().plus(kept)),
            })
        };
        Ok(self.unwritten.iter().filter_map(write).collect())
    }

    /// What was to be written stands.
    pub(super) fn wrote(&mut self) {
        self.unwritten.clear();
        while self.known.len() > REMEMBERED {
            self.known.pop_first();
        }
    }
}

fn buckets((gone, come): &Change) -> impl Iterator<Item = Bucket> {
    gone.iter().chain(come).flat_map(of_gap).map(|(bucket, _)| bucket)
}

/// The buckets in which a gap begins.
fn of_gap(gap: &Gap) -> impl Iterator<Item = (Bucket, &Gap)> {
    let from = Timestamp::from_micros(gap.from_us);
    Grain::ALL
        .into_iter()
        .map(move |grain| (Bucket::around(grain, from), gap))
}
