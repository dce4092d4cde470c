//! What an error says about trying again. Errors carry this hint, so that to retry or to give up is decided by their type.

use std::time::Duration;

/// Whether, and how soon, the operation that failed may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// A passing fault (a broker restarts, a connection broke): try again with growing, jittered pauses, for as long as it takes.
    Backoff,
    /// The other side said when to come back.
    After(Duration),
    /// The same input will fail again: give it up, and say so.
    Never,
}

impl Retry {
    /// Whether trying again can help at all.
    pub fn is_retryable(self) -> bool {
        self != Retry::Never
    }
}
