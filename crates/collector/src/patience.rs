//! Waiting for a port that does not answer, for as long as its errors say that it may come back.

use std::fmt::Display;
use std::future::Future;

use backtweet_domain::Retry;
use backtweet_store::StoreError;
use backtweet_stream::{Backoff, LogError};

/// An error that says whether trying again can help.
pub(crate) trait Hint: Display {
    fn hint(&self) -> Retry;
}

impl Hint for LogError {
    fn hint(&self) -> Retry {
        self.retry()
    }
}

impl Hint for StoreError {
    fn hint(&self) -> Retry {
        self.retry()
    }
}

/// Does it until it succeeds or fails for good. Whatever is done must be safe to repeat.
pub(crate) async fn patiently<T, E, F>(backoff: Backoff, mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: Hint,
    F: Future<Output = Result<T, E>>,
{
    let mut tries = 0;
    loop {
        let error = match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let pause = match error.hint() {
            Retry::Never => return Err(error),
            Retry::After(pause) => pause,
            Retry::Backoff => backoff.pause(tries),
        };
        tries = tries.saturating_add(1);
        tracing::warn!(%error, tries, "waiting");
        metrics::counter!("backtweet_collector_retries_total").increment(1);
        tokio::time::sleep(pause).await;
    }
}
