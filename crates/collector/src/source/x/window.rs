//! How often something may be done in 15 minutes. What is done is not known here.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// X counts every limit over so long.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The calls of the last 15 minutes, and how many there may be.
#[derive(Debug)]
pub(super) struct Window {
    calls: VecDeque<Instant>,
    most: usize,
}

impl Window {
    pub(super) fn new(most: usize) -> Self {
        Self {
            calls: VecDeque::new(),
            most,
        }
    }

    /// Counts one more call.
    ///
    /// # Errors
    /// When there were too many: how long until it may be made.
    pub(super) fn take(&mut self) -> Result<(), Duration> {
        let now = self.pass();
        if self.calls.len() >= self.most {
            return Err(self.calls.front().map_or(WINDOW, |&first| WINDOW - (now - first)));
        }
        self.calls.push_back(now);
        Ok(())
    }

    /// How many more may be made now.
    pub(super) fn left(&mut self) -> usize {
        self.pass();
        self.most.saturating_sub(self.calls.len())
    }

    /// Forgets what is older than the window; returns the present time.
    fn pass(&mut self) -> Instant {
        let now = Instant::now();
        while self.calls.front().is_some_and(|&first| now - first >= WINDOW) {
            self.calls.pop_front();
        }
        now
    }
}
