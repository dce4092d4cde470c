//! Dropping what the store keeps past its event time: posts that waited in vain, places that nobody hangs on any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use backtweet_domain::{Clock, Timestamp};
use backtweet_store::{Store, StoreError};

/// How often.
const EVERY: Duration = Duration::from_secs(30);
/// How far partitions may be apart in event time without one's posts expiring before their turn.
const SLACK: Duration = Duration::from_secs(3600);
/// How much is dropped at a time.
const AT_ONCE: usize = 1_000;

/// The latest event time that was seen.
#[derive(Debug)]
pub struct Watermark(AtomicI64);

impl Default for Watermark {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl Watermark {
    /// Moves the mark to `time`, unless it is past it.
    pub fn reach(&self, time: Timestamp) {
        self.0.fetch_max(time.micros(), Ordering::Relaxed);
    }

    /// The mark; nothing before the first event.
    pub fn get(&self) -> Option<Timestamp> {
        Some(self.0.load(Ordering::Relaxed))
            .filter(|&micros| micros != i64::MIN)
            .map(Timestamp::from_micros)
    }
}

/// Drops what has expired, now and again, until `shutdown`. A store that does not answer is asked again the next time.
pub(crate) async fn expire(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    watermark: Arc<Watermark>,
    shutdown: CancellationToken,
) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        // An event from the future must not clear the present.
        let Some(time) = watermark.get().map(|time| time.min(clock.now())) else {
            continue;
        };
        match sweep(store.as_ref(), time.minus(SLACK)).await {
            Ok(evicted) => metrics::counter!("backtweet_classifier_evicted_total").increment(evicted as u64),
            Err(error) => tracing::warn!(%error, "what has expired stays for now"),
        }
    }
}

async fn sweep(store: &dyn Store, before: Timestamp) -> Result<usize, StoreError> {
    let mut evicted = 0;
    loop {
        let dropped = store.expire(before, AT_ONCE).await?;
        evicted += dropped;
        if dropped < AT_ONCE {
            return Ok(evicted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_only_moves_forward() {
        let mark = Watermark::default();
        assert_eq!(mark.get(), None);
        mark.reach(Timestamp::from_seconds(5));
        mark.reach(Timestamp::from_seconds(3));
        assert_eq!(mark.get(), Some(Timestamp::from_seconds(5)));
    }
}
