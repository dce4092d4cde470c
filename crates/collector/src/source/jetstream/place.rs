//! Where a source has come to in Jetstream, and the cursor to go on there. What is asked of a server besides is in `ask.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use backtweet_domain::Timestamp;

use crate::normalise::clip;
use crate::source::{Position, Trouble};

/// How far behind the last event a source goes on: events do not come strictly in order of their times.
const MARGIN: Duration = Duration::from_secs(5);
/// The same on another server, which may have witnessed the same events somewhat later or earlier.
const MARGIN_ELSEWHERE: Duration = Duration::from_secs(30);
/// How far apart the events are whose numbers are kept to go on from.
const STEP: Duration = Duration::from_secs(1);
/// Cursors below this are numbers of events, not microseconds.
const FIRST_TIME: i64 = 1_000_000_000_000_000;

/// How far a source has come; before the first event, since when it is read. As a [`Position`] it is JSON: `{"server":"wss://host","time_us":1783175888085434,"seq":42}`, where `time_us` is
/// the latest time seen at which an event was witnessed, in microseconds since 1970, and `seq` is v2's number of an event a few seconds
/// before it, which means something on that server only; v1 has none. Either wire goes on where the other stopped. Before the first event `server` is
/// empty, and `time_us` is of this machine's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) server: String,
    pub(super) time_us: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
}

/// A cursor as the server is asked with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Microseconds since 1970.
    Time(u64),
    /// v2's number of an event; inclusive.
    Seq(u64),
}

impl Cursor {
    pub(super) fn value(self) -> u64 {
        match self {
            Cursor::Time(value) | Cursor::Seq(value) => value,
        }
    }
}

impl Place {
    /// Where a source stands that was not read before `now`. No server has told the time yet, so that it is gone back from here as from
    /// another server's.
    pub(super) fn first(now: Timestamp) -> Self {
        Self {
            server: String::new(),
            time_us: now.micros(),
            seq: None,
        }
    }

    /// Reads a stored position.
    pub(super) fn read(position: &Position) -> Result<Self, Trouble> {
        serde_json::from_str(&position.0).map_err(|error| Trouble::Unusable {
            reason: format!(
                "the stored position `{}` is none of Jetstream's ({error}): remove the source, and add it under another id",
                clip(&position.0)
            ),
        })
    }

    /// As it is stored.
    pub(super) fn position(&self) -> Position {
        Position(serde_json::json!(self).to_string())
    }

    pub(super) fn time(&self) -> Timestamp {
        Timestamp::from_micros(self.time_us)
    }

    /// The cursor that every server understands.
    pub(super) fn by_time(&self, server: &str) -> Cursor {
        let margin = if server == self.server {
            MARGIN
        } else {
            MARGIN_ELSEWHERE
        };
        let time = self.time().minus(margin).micros().max(FIRST_TIME);
        Cursor::Time(time.unsigned_abs())
    }

    /// v2's number, where it is one of that server's.
    pub(super) fn by_number(&self, server: &str) -> Option<Cursor> {
        self.seq.filter(|_| server == self.server).map(Cursor::Seq)
    }
}

/// v2's numbers of the last seconds' events, so that a source can go on behind the last one.
#[derive(Default)]
pub(super) struct Trail(VecDeque<(Timestamp, u64)>);

impl Trail {
    /// A trail that begins with the number that the server was asked with; `latest` is the latest time seen before.
    pub(super) fn from(latest: Timestamp, seq: u64) -> Self {
        Self(VecDeque::from([(latest.minus(MARGIN), seq)]))
    }

    /// An event came; `latest` is the latest time of any.
    pub(super) fn add(&mut self, at: Timestamp, seq: u64, latest: Timestamp) {
        if self.0.back().is_none_or(|(last, _)| *last <= at.minus(STEP)) {
            self.0.push_back((at, seq));
        }
        let behind = latest.minus(MARGIN);
        while self.0.get(1).is_some_and(|(second, _)| *second <= behind) {
            self.0.pop_front();
        }
    }

    /// The number to go on from; `None` as long as none lies far enough behind the latest time.
    pub(super) fn start(&self, latest: Timestamp) -> Option<u64> {
        let (at, seq) = self.0.front()?;
        (*at <= latest.minus(MARGIN)).then_some(*seq)
    }
}
