//! What only shows from outside the runner's loop: how far behind a stage is, and how long ago it polled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::poll_age::PollAge;
use crate::port::Log;

/// How often the gauges are set.
const EVERY: Duration = Duration::from_secs(5);

/// Where a runner stands.
pub(super) struct Progress {
    pub(super) polls: PollAge,
    /// The next offset to do, of each partition assigned.
    next: Mutex<BTreeMap<u32, u64>>,
}

impl Progress {
    /// Nothing is assigned yet.
    pub(super) fn new() -> Self {
        Self {
            polls: PollAge::new(),
            next: Mutex::default(),
        }
    }

    /// Everything before `next` is done.
    pub(super) fn reached(&self, partition: u32, next: u64) {
        self.next
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(partition, next);
    }

    /// The partition is somebody else's.
    pub(super) fn gone(&self, partition: u32) {
        self.next
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&partition);
    }

    fn lag(&self, ends: &[u64]) -> u64 {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let behind =
            |(partition, next): (&u32, &u64)| ends.get(*partition as usize).map(|end| end.saturating_sub(*next));
        next.iter().filter_map(behind).sum()
    }
}

/// Sets the gauges until dropped.
pub(super) fn watch(
    stage: &'static str,
    topic: &'static str,
    log: Arc<dyn Log>,
    progress: Arc<Progress>,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            metrics::gauge!("backtweet_stage_last_poll_age_seconds", "stage" => stage)
                .set(progress.polls.age().as_secs_f64());
            // A log that does not answer is told of where it is needed.
            if let Ok(ends) = log.ends(topic).await {
                metrics::gauge!("backtweet_stage_lag_records", "stage" => stage).set(progress.lag(&ends) as f64);
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_counts_assigned_partitions_only() {
        let progress = Progress::new();
        progress.reached(0, 7);
        progress.reached(2, 5);
        assert_eq!(progress.lag(&[10, 100, 5]), 3);
        progress.gone(0);
        assert_eq!(progress.lag(&[10, 100, 9]), 4);
    }
}
