//! How long ago a consumer was last polled: what tells a busy consumer from a stuck one. A poll that waits for records counts as now.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// Shared between who polls and who watches.
#[derive(Debug)]
pub(crate) struct PollAge(Mutex<Since>);

#[derive(Debug)]
enum Since {
    /// A poll is under way.
    Polling,
    /// None has been since.
    Left(Instant),
}

/// A poll under way; ends when dropped, as a cancelled future does.
pub(crate) struct Polling<'a>(&'a PollAge);

impl PollAge {
    /// Nothing polled yet: counts from now.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Since::Left(Instant::now())))
    }

    /// A poll begins.
    pub(crate) fn begin(&self) -> Polling<'_> {
        self.set(Since::Polling);
        Polling(self)
    }

    /// How long nobody has polled.
    pub(crate) fn age(&self) -> Duration {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Since::Polling => Duration::ZERO,
            Since::Left(at) => at.elapsed(),
        }
    }

    fn set(&self, since: Since) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.0.set(Since::Left(Instant::now()));
    }
}
