//! What a stage did and where its time went: counters that anybody may read, and the same as metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// One step of a batch's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Understanding the records.
    Decode,
    /// Reading from the store.
    LookUp,
    /// The stage's own work.
    Process,
    /// Writing to the store.
    Apply,
    /// Appending to the log.
    Append,
}

impl Phase {
    /// All of them, in the order in which a batch meets them.
    pub const ALL: [Phase; 5] = [
        Phase::Decode,
        Phase::LookUp,
        Phase::Process,
        Phase::Apply,
        Phase::Append,
    ];

    /// As metrics and benches name it.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Decode => "decode",
            Phase::LookUp => "look_up",
            Phase::Process => "process",
            Phase::Apply => "apply",
            Phase::Append => "append",
        }
    }
}

/// Running sums over all partitions of one stage since it started. Share it through [`RunnerOptions::stats`](super::RunnerOptions::stats).
#[derive(Debug, Default)]
pub struct StageStats {
    records_in: AtomicU64,
    records_out: AtomicU64,
    dead_letters: AtomicU64,
    batches: AtomicU64,
    conflicts: AtomicU64,
    retries: AtomicU64,
    woken: AtomicU64,
    poisoned_waiters: AtomicU64,
    phase_nanos: [AtomicU64; Phase::ALL.len()],
}

/// [`StageStats`] at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageFigures {
    /// Records read and done with.
    pub records_in: u64,
    /// Records appended, dead letters apart.
    pub records_out: u64,
    /// Records given up.
    pub dead_letters: u64,
    /// Batches done with.
    pub batches: u64,
    /// Rounds repeated because a guard did not hold.
    pub conflicts: u64,
    /// Tries repeated because a dependency did not answer.
    pub retries: u64,
    /// Waiters that writes woke.
    pub woken: u64,
    /// Waiters that could not be understood.
    pub poisoned_waiters: u64,
    phases: [Duration; Phase::ALL.len()],
}

impl StageFigures {
    /// Time spent in `phase`, summed over partitions that work side by side.
    pub fn spent(&self, phase: Phase) -> Duration {
        self.phases[phase as usize]
    }
}

impl StageStats {
    /// The sums as they stand.
    pub fn figures(&self) -> StageFigures {
        StageFigures {
            records_in: self.records_in.load(Relaxed),
            records_out: self.records_out.load(Relaxed),
            dead_letters: self.dead_letters.load(Relaxed),
            batches: self.batches.load(Relaxed),
            conflicts: self.conflicts.load(Relaxed),
            retries: self.retries.load(Relaxed),
            woken: self.woken.load(Relaxed),
            poisoned_waiters: self.poisoned_waiters.load(Relaxed),
            phases: Phase::ALL.map(|phase| Duration::from_nanos(self.phase_nanos[phase as usize].load(Relaxed))),
        }
    }
}

/// Counts for one stage, both ways.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    pub(super) stage: &'static str,
    pub(super) stats: Arc<StageStats>,
}

impl Meter {
    /// A batch is done with.
    pub(super) fn batch(&self, records: usize) {
        self.stats.batches.fetch_add(1, Relaxed);
        self.stats.records_in.fetch_add(records as u64, Relaxed);
        metrics::counter!("backtweet_stage_batches_total", "stage" => self.stage).increment(1);
        metrics::counter!("backtweet_stage_records_in_total", "stage" => self.stage).increment(records as u64);
    }

    /// Outputs are in the log.
    pub(super) fn appended(&self, records: usize) {
        self.stats.records_out.fetch_add(records as u64, Relaxed);
        metrics::counter!("backtweet_stage_records_out_total", "stage" => self.stage).increment(records as u64);
    }

    /// A record was given up.
    pub(super) fn dead_letter(&self) {
        self.stats.dead_letters.fetch_add(1, Relaxed);
        metrics::counter!("backtweet_stage_dead_letters_total", "stage" => self.stage).increment(1);
    }

    /// A guard did not hold.
    pub(super) fn conflict(&self) {
        self.stats.conflicts.fetch_add(1, Relaxed);
        metrics::counter!("backtweet_stage_conflicts_total", "stage" => self.stage).increment(1);
    }

    /// A dependency did not answer.
    pub(super) fn retry(&self) {
        self.stats.retries.fetch_add(1, Relaxed);
        metrics::counter!("backtweet_stage_retries_total", "stage" => self.stage).increment(1);
    }

    /// Waiters were woken.
    pub(super) fn woken(&self, waiters: usize) {
        self.stats.woken.fetch_add(waiters as u64, Relaxed);
        metrics::counter!("backtweet_stage_woken_total", "stage" => self.stage).increment(waiters as u64);
    }

    /// A waiter could not be understood.
    pub(super) fn poisoned_waiter(&self) {
        self.stats.poisoned_waiters.fetch_add(1, Relaxed);
        metrics::counter!("backtweet_stage_poisoned_waiters_total", "stage" => self.stage).increment(1);
    }

    /// A step took from `since` until now.
    pub(super) fn spent(&self, phase: Phase, since: Instant) {
        let spent = since.elapsed();
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.stats.phase_nanos[phase as usize].fetch_add(nanos, Relaxed);
        metrics::histogram!("backtweet_stage_phase_seconds", "stage" => self.stage, "phase" => phase.name())
            .record(spent.as_secs_f64());
    }
}
