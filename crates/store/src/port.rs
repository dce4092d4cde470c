//! The `Store` port: a handful of collection types, read in batches and written in guarded atomic batches.
//!
//! Every key lives in a *slot* (a subject, a post, an account). What one batch touches lies in one slot, so that a cluster keeps it
//! on one node. Whoever changes figures reads first, works out what changes as a pure function, and applies it under a [`Guard`]:
//! where somebody else was faster the batch is refused whole ([`Outcome::Conflict`]) and the caller reads again. That one rule makes
//! every write safe to repeat after a broken connection.

use std::borrow::Cow;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use backtweet_domain::{Retry, Timestamp};

/// Where a collection lives: its slot, and its name within the slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What is kept on one node and can be cleared as a whole; not empty, holds no `{`, `}` or NUL.
    pub slot: String,
    /// The collection within the slot; not empty, holds no NUL. A name is used with one collection type only.
    pub name: String,
}

impl Key {
    /// The collection `name` of `slot`.
    pub fn new(slot: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            slot: slot.into(),
            name: name.into(),
        }
    }
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What a [`Guard`] compares.
    pub version: u64,
    /// Whether the record may still change in a way that those who read it must hear of: readers of an open record park as well.
    pub open: bool,
    /// The caller's own encoding.
    pub bytes: Bytes,
}

/// Something left at a record's key, to be handed to whoever writes that record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Names the waiter: parking the same id again replaces it.
    pub id: String,
    /// The caller's own encoding.
    pub bytes: Bytes,
}

/// What [`LookUp::ReadOrPark`] leaves behind where the record is absent or open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Park {
    /// Who waits.
    pub waiter: Waiter,
    /// Event time past which the waiter may be dropped by [`Store::expire`].
    pub expires: Timestamp,
}

/// Which end of a feed is read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Lowest order first, ties by id.
    Ascending,
    /// Highest order first, ties by id descending.
    Descending,
}

/// One entry of an ordered feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// What the feed is ordered by, a time or a sequence number.
    pub order: i64,
    /// Tells entries of the same order apart; holds no NUL.
    pub id: String,
}

/// One thing to read. A batch of them is one round trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// All fields of a set of counters, without those that stand at zero: [`Found::Counters`]. A set has some dozens of fields; what
    /// may grow without bound is a membership.
    Counters(Key),
    /// The `limit` members of a ranked set with the highest scores; ties order by member, ascending: [`Found::Ranked`].
    Top {
        /// The ranked set.
        key: Key,
        /// How many members at most.
        limit: usize,
    },
    /// All members of a reference-counted membership with their counts, by member: [`Found::Members`].
    Members(Key),
    /// One member of a reference-counted membership with its count, none where it is no member: [`Found::Members`].
    Member {
        /// The membership.
        key: Key,
        /// Which member.
        member: String,
    },
    /// How many members a reference-counted membership has: [`Found::Size`].
    Size(Key),
    /// A page of a feed: [`Found::Feed`].
    Feed {
        /// The feed.
        key: Key,
        /// Start behind this entry (exclusive, whether or not it still exists); from the end that `direction` names where absent.
        after: Option<FeedEntry>,
        /// Which end comes first.
        direction: Direction,
        /// How many entries at most.
        limit: usize,
    },
    /// One record: [`Found::Record`].
    Record(Key),
    /// In one atomic step: the record, and, where it is absent or open, a waiter left at its key: [`Found::Record`].
    ReadOrPark {
        /// The record's key.
        key: Key,
        /// What is left there.
        park: Park,
    },
}

/// The answer to the [`LookUp`] at the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Field and value, by field.
    Counters(Vec<(String, i64)>),
    /// Member and score, best first.
    Ranked(Vec<(String, i64)>),
    /// Member and count, by member.
    Members(Vec<(String, i64)>),
    /// A number of members.
    Size(u64),
    /// Entries in the order asked for.
    Feed(Vec<FeedEntry>),
    /// The record, where there is one.
    Record(Option<Stored>),
}

/// A type of collection that sums are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// A set of counters.
    Counters,
    /// A ranked set.
    Ranked,
    /// A reference-counted membership.
    Members,
}

/// One change, within a [`Batch`]'s slot; `name` is [`Key::name`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Adds to counters of one set; one that comes to zero is gone. Counters stay within ±9.2e18; a batch that would leave that is refused.
    Add {
        /// The set of counters.
        name: String,
        /// Which counters, and how much to each, of either sign.
        deltas: Vec<(Cow<'static, str>, i64)>,
    },
    /// Adds to a member's score; one that comes to zero leaves the ranking.
    Rank {
        /// The ranked set.
        name: String,
        /// Whose score.
        member: String,
        /// How much, of either sign. Scores stay within ±2^53; a batch that would leave that is refused.
        delta: i64,
    },
    /// Adds to a member's reference count; one that comes to zero is no member any more.
    Count {
        /// Whether the membership's size is kept at hand for [`LookUp::Size`], which costs each batch one more write: the same in all of its
        /// writes. Otherwise its members are counted when it is asked for.
        sized: bool,
        /// The membership.
        name: String,
        /// Which member.
        member: String,
        /// How much, of either sign.
        delta: i64,
    },
    /// Puts an entry into a feed; one that is there already stays.
    Enter {
        /// The feed.
        name: String,
        /// What comes in.
        entry: FeedEntry,
    },
    /// Takes an entry out of a feed; nothing happens where it is absent.
    Leave {
        /// The feed.
        name: String,
        /// What goes.
        entry: FeedEntry,
    },
    /// Writes a record.
    Put {
        /// The record.
        name: String,
        /// Its new content; its version is what later guards compare.
        stored: Stored,
        /// Event time past which [`Store::expire`] may drop it; kept for good where absent.
        expires: Option<Timestamp>,
    },
    /// Removes a record; its waiters stay.
    Remove {
        /// The record.
        name: String,
    },
    /// Empties one collection, which need not exist. What the batch adds to it before is gone, what it adds behind stays.
    Drop {
        /// The collection.
        name: String,
        /// Its type.
        collection: Collection,
    },
    /// Reads all waiters of a record into [`Outcome::Applied`]. They stay until they expire, so that a replay finds them again.
    Wake {
        /// The record.
        name: String,
    },
    /// Empties the slot of everything, waiters included, but the records named by the batch's guards and what the batch itself puts.
    /// What the batch adds before it is gone, what it adds behind it stays.
    Clear,
}

/// What must still hold for a batch to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// The record looked at.
    pub name: String,
    /// The version it was read at; `None`: it was absent.
    pub version: Option<u64>,
}

/// Changes that are applied together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The slot of everything in it.
    pub slot: String,
    /// What must still hold.
    pub guards: Vec<Guard>,
    /// The changes, applied in order. [`Write::Add`], [`Write::Rank`] and [`Write::Count`] come only with a guard whose record the
    /// batch puts at another version; a batch without is refused as [`StoreError::Unguarded`], since it could not be repeated safely.
    pub writes: Vec<Write>,
}

/// What became of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It stands. Carries each waiter that a [`Write::Wake`] read: in the order of the wakes, and by id for each.
    Applied(Vec<Waiter>),
    /// A guard did not hold, and nothing was changed: read again.
    Conflict,
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The server is down, restarting, failing over or too slow.
    #[error("the store does not answer: {reason}; it is waited for")]
    Unavailable {
        /// What the driver said.
        reason: String,
    },
    /// A batch changes figures without a guard.
    #[error("a batch of slot `{slot}` changes figures without a guard whose record it puts anew")]
    Unguarded {
        /// The slot.
        slot: String,
    },
    /// A key, or what is stored there, is not what it should be.
    #[error(
        "`{key}` in the store is not usable: {reason}; remove it, or point the configuration at a store of this suite's own"
    )]
    Corrupt {
        /// The key as the adapter writes it.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store was opened or configured in a way that cannot work.
    #[error("the store cannot be used: {reason}")]
    Unusable {
        /// What is wrong, with its remedy.
        reason: String,
    },
}

impl StoreError {
    /// Whether trying again can help.
    pub fn retry(&self) -> Retry {
        match self {
            StoreError::Unavailable { .. } => Retry::Backoff,
            StoreError::Unguarded { .. } | StoreError::Corrupt { .. } | StoreError::Unusable { .. } => Retry::Never,
        }
    }
}

/// Collections that survive restarts. Cheap to clone behind an `Arc`; every method may be called from many tasks at once.
#[async_trait]
pub trait Store: Send + Sync {
    /// Answers each look-up, in order. Look-ups of one slot are one snapshot, those of different slots are not.
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError>;

    /// Applies each batch by itself, in order, and says what became of each. When this returns an error, any of them may or may not
    /// have been applied: repeat them all.
    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError>;

    /// Drops at most `limit` records and waiters whose expiry lies before `before`, in event time. Returns how many went; when that is
    /// `limit`, there may be more.
    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Counts the moments after which writes that were acknowledged may be missing (a reconnect to a server that keeps its last second
    /// in memory). Whoever wrote from a log goes back a margin when this number has moved. Always 0 for the embedded store.
    fn losses(&self) -> u64;

    /// Within how long something that was removed is gone from the store's files as well, which no read comes to; `None` where the store
    /// does not say. It holds where whoever opened the store sees to it.
    fn purged_within(&self) -> Option<Duration> {
        None
    }

    /// Whether the store answers, for health checks.
    async fn ping(&self) -> Result<(), StoreError>;
}
