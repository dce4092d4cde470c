//! What a plan of the fake X API allows, and how often it was used in the last 15 minutes. What is asked for is not known here.

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use serde_json::json;

use super::Refusal;

const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What a plan allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub connections: u32,
    /// Rules.
    pub rules: usize,
    /// Characters of a rule.
    pub rule_length: usize,
    /// Connections made in 15 minutes.
    pub connects: usize,
    /// Reads of the rules in 15 minutes.
    pub rule_reads: usize,
    /// Writes of the rules in 15 minutes.
    pub rule_writes: usize,
    /// Minutes that can be asked for again.
    pub backfill_minutes: u32,
}

impl Default for Limits {
    /// Pay-per-use.
    fn default() -> Self {
        Self {
            connections: 1,
            rules: 1_000,
            rule_length: 1_024,
            connects: 50,
            rule_reads: 450,
            rule_writes: 100,
            backfill_minutes: 0,
        }
    }
}

/// When each kind of call was made.
#[derive(Debug, Default)]
pub(super) struct Windows {
    connects: VecDeque<Instant>,
    rule_reads: VecDeque<Instant>,
    rule_writes: VecDeque<Instant>,
}

impl Windows {
    pub(super) fn connect(&mut self, limits: &Limits) -> Result<(), Refusal> {
        take(&mut self.connects, limits.connects)
    }

    pub(super) fn read(&mut self, limits: &Limits) -> Result<(), Refusal> {
        take(&mut self.rule_reads, limits.rule_reads)
    }

    pub(super) fn write(&mut self, limits: &Limits) -> Result<(), Refusal> {
        take(&mut self.rule_writes, limits.rule_writes)
    }
}

fn take(calls: &mut VecDeque<Instant>, most: usize) -> Result<(), Refusal> {
    let now = Instant::now();
    while calls.front().is_some_and(|&first| now - first >= WINDOW) {
        calls.pop_front();
    }
    if calls.len() < most {
        calls.push_back(now);
        return Ok(());
    }
    let left = calls.front().map_or(WINDOW, |&first| WINDOW - (now - first));
    let reset = SystemTime::now() + left;
    let seconds = reset.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Err(Refusal {
        status: StatusCode::TOO_MANY_REQUESTS.as_u16(),
        reset: i64::try_from(seconds).ok(),
        retry_after: None,
        body: json!({"title": "Too Many Requests", "status": 429, "detail": "Too Many Requests"}).to_string(),
    })
}
