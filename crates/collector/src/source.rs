//! What every live source is to the collector: connect, read, say where it stands, fetch what was missed. One file a source below. Who
//! reads which source, how often it is tried again, and what becomes of its lines is not known here.

pub mod files;
pub mod jetstream;
pub mod mastodon;
mod whole_lines;
pub mod x;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use backtweet_domain::Timestamp;

use crate::Wire;

/// Where a source has come to, in its own words. Kept in the store with the assignment, so that whoever reads on starts there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position(pub String);

/// One assignment's stream, as one replica reads it. A source keeps no tasks of its own: dropping it ends its connection.
#[async_trait]
pub trait Source: Send {
    /// Connects, and asks for everything behind `position`; for what happens from now on where there is none.
    ///
    /// # Errors
    /// A [`Trouble`]: the caller pauses as [`Source::pause`] says, and connects again.
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble>;

    /// What comes next: as much as is at hand, and waits where nothing is. Safe to cancel: nothing is lost with a dropped future.
    ///
    /// # Errors
    /// A [`Trouble`]: the connection is of no use any more.
    async fn read(&mut self) -> Result<Read, Trouble>;

    /// Fetches what can still be had of a gap by other means, a page at a time: called again and again, with what is left of the gap, until
    /// the answer's [`Backfilled::left`] is `None` or nothing more can be had.
    ///
    /// # Errors
    /// A [`Trouble`]: it is tried again after a pause, while the stream is read on.
    async fn backfill(&mut self, gap: &Gap) -> Result<Backfilled, Trouble> {
        Ok(Backfilled {
            read: Read::default(),
            left: Some(gap.clone()),
            more: false,
        })
    }

    /// How long to wait before the next try, after `in_a_row` troubles without anything read in between (the first is 1): the network's own
    /// table.
    fn pause(&self, trouble: &Trouble, in_a_row: u32) -> Duration;
}

/// Lines as the network sent them, and what they say about the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Read {
    /// In order; empty for a sign of life.
    pub lines: Vec<Bytes>,
    /// Where the source stands behind these lines. Stored once they are durable.
    pub position: Option<Position>,
    /// Event time of the last of them, where it is known without reading them whole.
    pub reached: Option<Timestamp>,
    /// Parts of the stream that the source knows it did not get.
    pub gaps: Vec<Gap>,
    /// Frames that came and could not be read as any line, such as one compressed with a dictionary that nobody has.
    pub unreadable: u64,
    /// Posts that a budget or a limit left out.
    pub left_out: u64,
    /// Look-ups of posts that were due and not made in time, so that a deletion may have gone unseen.
    pub unchecked: u64,
}

/// What a backfill brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backfilled {
    /// What was fetched. Its position is not stored: the stream is read on beside it.
    pub read: Read,
    /// What is still missing of the gap.
    pub left: Option<Gap>,
    /// Whether asking again can bring more of it.
    pub more: bool,
}

/// A part of a stream that was not seen, by event time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// From here on, exclusive.
    pub from: Timestamp,
    /// Up to here, exclusive.
    pub to: Timestamp,
    /// Why.
    pub cause: GapCause,
}

pub use backtweet_runtime::coverage::GapCause;

/// Why a source cannot be read at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The connection could not be made, broke, or fell silent for longer than a living one does.
    #[error("the connection is lost: {reason}")]
    Lost {
        /// What the driver said.
        reason: String,
    },
    /// The server answered with an error of its own.
    #[error("the server answers {status}: {reason}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// What it said, clipped.
        reason: String,
    },
    /// The server wants to be left alone for a while.
    #[error("the server limits requests: {reason}")]
    Limited {
        /// How long, where it said.
        after: Option<Duration>,
        /// What it said, clipped.
        reason: String,
    },
    /// Trying again helps only once somebody changes something: a token, an address, a rule.
    #[error("{reason}")]
    Unusable {
        /// What is wrong, with the remedy. Never holds a secret.
        reason: String,
    },
}

/// How the lines of a source are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Their wire.
    pub wire: Wire,
    /// The Mastodon instance that they come from.
    pub instance: Option<String>,
}
