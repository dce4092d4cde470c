//! Keeps what was read of a subject up to date: all of a feed first, then the feed of changes. What is kept is known to `cascade::live` and
//! `crowd`.

use backtweet_store::{Direction, FeedEntry, StoreError};

use super::reads::Reads;
use crate::fold::{Contribution, Head};
use crate::slot;

/// How many entries are read at once.
const CHUNK: usize = 1_000;
/// Where more changes than this, and more than there are posts, were missed, all is read anew.
const MOST_MISSED: i64 = 10_000;

/// A subject's life, how often posts were taken away from it, and the last of its changes that was taken in.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    life: Option<u64>,
    forgotten: u64,
    sequence: i64,
}

impl At {
    /// Where a subject stands now.
    pub(super) fn of(head: &Head) -> Self {
        Self {
            life: head.deleted_generation,
            forgotten: head.forgotten,
            sequence: head.sequence,
        }
    }

    /// Whether it costs less to take in what changed since than to read all of so many `posts` anew.
    pub(super) fn is_near(&self, head: &Head, posts: u64) -> bool {
        let most = MOST_MISSED.max(posts.cast_signed());
        let is_same = (self.life, self.forgotten) == (head.deleted_generation, head.forgotten);
        is_same && (0..=most).contains(&(head.sequence - self.sequence))
    }

    /// Hands the posts that changed since to `take`, as they are now, and says which change was the last.
    pub(super) async fn follow(
        self,
        reads: Reads<'_>,
        head: &Head,
        take: impl FnMut(&str, &Contribution),
    ) -> Result<Self, StoreError> {
        // Ids are never empty: this stands before everything of the next sequence number.
        let after = FeedEntry {
            order: self.sequence + 1,
            id: String::new(),
        };
        let last = behind(reads, slot::CHANGES, Some(after), take).await?;
        let last = last.filter(|entry| !entry.id.is_empty());
        let sequence = last.map_or(self.sequence, |entry| entry.order);
        Ok(Self {
            life: head.deleted_generation,
            forgotten: head.forgotten,
            sequence: sequence.max(head.sequence),
        })
    }
}

/// Hands each post of a feed to `take`, as it is now.
pub(super) async fn each_of(
    reads: Reads<'_>,
    feed: &str,
    take: impl FnMut(&str, &Contribution),
) -> Result<(), StoreError> {
    behind(reads, feed, None, take).await.map(drop)
}

/// Hands each post of a feed behind `after` to `take`; the last of them, or `after` where there is none.
async fn behind(
    reads: Reads<'_>,
    feed: &str,
    mut after: Option<FeedEntry>,
    mut take: impl FnMut(&str, &Contribution),
) -> Result<Option<FeedEntry>, StoreError> {
    loop {
        let entries = reads.feed(feed, after.clone(), Direction::Ascending, CHUNK).await?;
        let posts = reads.posts(&entries).await?;
        for (entry, post) in entries.iter().zip(&posts) {
            take(&entry.id, post);
        }
        let is_end = entries.len() < CHUNK;
        after = entries.into_iter().next_back().or(after);
        if is_end {
            return Ok(after);
        }
    }
}
