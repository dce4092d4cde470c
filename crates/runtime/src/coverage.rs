//! What was seen of each source, and what was not: written by collectors, read by reports. Where it lies in the store and how it is added
//! up is decided here; how it is measured is not known.
//!
//! A bucket of an assignment is what was seen of it in one minute, hour or day of event time, as an [`AssignmentCoverage`] with the gaps
//! that begin in it. Only who holds the assignment writes its buckets.

mod bounds;
mod read;

use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{self, AssignmentCoverage};

pub use bounds::{Bounds, bounds};
pub use read::{Covered, assignments, covered, leases};

/// The slot of what all collectors share.
pub const SLOT: &str = "collect";
/// In [`SLOT`]: the feed of all assignments that anybody ever held.
pub const ASSIGNMENTS: &str = "assignments";
/// In an assignment's slot: who holds it, and where it stands.
pub const LEASE: &str = "lease";

/// The slot of an assignment.
pub fn slot(assignment: &str) -> String {
    format!("{SLOT}:{assignment}")
}

/// Why a part of a stream was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapCause {
    /// Nobody was connected, and the network keeps nothing to read again.
    Disconnected,
    /// The network no longer had what was asked for again.
    CursorTooOld,
    /// The network limits how much can be fetched again.
    RateLimited,
    /// A budget was used up.
    Budget,
    /// The server dropped a reader that was too slow.
    TooSlow,
}

impl GapCause {
    /// As it is written in the contract.
    pub fn to_wire(self) -> v1::GapCause {
        match self {
            GapCause::Disconnected => v1::GapCause::Disconnected,
            GapCause::CursorTooOld => v1::GapCause::CursorTooOld,
            GapCause::RateLimited => v1::GapCause::RateLimited,
            GapCause::Budget => v1::GapCause::Budget,
            GapCause::TooSlow => v1::GapCause::TooSlow,
        }
    }

    /// Reads what [`GapCause::to_wire`] wrote; a cause that only a later version knows is the plainest.
    pub fn of_wire(cause: v1::GapCause) -> Self {
        match cause {
            v1::GapCause::CursorTooOld => GapCause::CursorTooOld,
            v1::GapCause::RateLimited => GapCause::RateLimited,
            v1::GapCause::Budget => GapCause::Budget,
            v1::GapCause::TooSlow => GapCause::TooSlow,
            v1::GapCause::Disconnected | v1::GapCause::Unspecified => GapCause::Disconnected,
        }
    }
}

/// How finely coverage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    /// Kept for two days.
    Minute,
    /// Kept for 90 days.
    Hour,
    /// Kept for good.
    Day,
}

impl Grain {
    /// All of them, the finest first.
    pub const ALL: [Grain; 3] = [Grain::Minute, Grain::Hour, Grain::Day];

    /// Its length.
    pub const fn length(self) -> Duration {
        match self {
            Grain::Minute => Duration::from_secs(60),
            Grain::Hour => Duration::from_secs(3600),
            Grain::Day => Duration::from_secs(24 * 3600),
        }
    }

    /// How long its buckets are kept after their end.
    pub const fn kept(self) -> Option<Duration> {
        match self {
            Grain::Minute => Some(Duration::from_secs(48 * 3600)),
            Grain::Hour => Some(Duration::from_secs(90 * 24 * 3600)),
            Grain::Day => None,
        }
    }

    fn micros(self) -> i64 {
        self.length().as_micros() as i64
    }

    fn name(self) -> &'static str {
        match self {
            Grain::Minute => "minute",
            Grain::Hour => "hour",
            Grain::Day => "day",
        }
    }
}

/// A minute, an hour or a day of event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket {
    /// How long it is.
    pub grain: Grain,
    /// Which one, counted from 1970.
    pub number: i64,
}

impl Bucket {
    /// The one around `at`.
    pub fn around(grain: Grain, at: Timestamp) -> Self {
        Self {
            grain,
            number: at.micros().div_euclid(grain.micros()),
        }
    }

    /// Its record's name in the assignment's slot.
    pub fn record(self) -> String {
        format!("{}:{}", self.grain.name(), self.number)
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_micros(self.number * self.grain.micros())
    }

    /// When it is over.
    pub fn end(self) -> Timestamp {
        self.start().plus(self.grain.length())
    }
}

/// Adds what was seen in `more` to `sum`: everything adds up but the lag, of which the worst counts.
pub fn add(sum: &mut AssignmentCoverage, more: &AssignmentCoverage) {
    sum.wanted_seconds += more.wanted_seconds;
    sum.connected_seconds += more.connected_seconds;
    sum.lines += more.lines;
    sum.events += more.events;
    sum.refused += more.refused;
    sum.limited += more.limited;
    sum.left_out += more.left_out;
    sum.unchecked += more.unchecked;
    sum.lag_ms = sum.lag_ms.max(more.lag_ms);
    sum.gaps.extend(more.gaps.iter().cloned());
}

#[cfg(test)]
mod tests;
