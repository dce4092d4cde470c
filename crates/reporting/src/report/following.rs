//! What a report keeps of the posts of some feeds, brought up to date from the feed of changes, so that the next question costs what
//! changed since. What is kept of a post is the report's.

use backtweet_store::{Direction, FeedEntry, StoreError};

use super::reads::Reads;
use crate::fold::{Contribution, Head};
use crate::slot;

/// How many entries are read at once.
const CHUNK: usize = 1_000;
/// Where more changes than this, and more than is kept of posts, were missed, all of it is read anew.
const MOST_MISSED: i64 = 10_000;

/// What is kept of posts.
pub(crate) trait Rows {
    /// As it was before anything was taken in.
    fn clear(&mut self);

    /// Posts that are taken in whether or not they are in a feed.
    fn first(&self) -> Vec<String> {
        Vec::new()
    }

    /// The feeds whose posts are taken in.
    fn feeds(&self) -> Vec<String>;

    /// Takes in what is kept of a post now, which may be nothing, and may be none of these posts' business.
    fn take(&mut self, post: &str, contribution: &Contribution);

    /// How many posts are kept.
    fn size(&self) -> u64;
}

/// Rows as of one change of their subject.
pub(crate) struct Following<R> {
    rows: R,
    /// The subject's life and its last change that is in the rows; `None` where they were not read yet, or reading broke off.
    at: Option<(Option<u64>, i64)>,
}

impl<R: Rows> Following<R> {
    pub(crate) fn new(rows: R) -> Self {
        Self { rows, at: None }
    }

    pub(crate) fn rows(&self) -> &R {
        &self.rows
    }

    pub(crate) fn rows_mut(&mut self) -> &mut R {
        &mut self.rows
    }

    /// Takes in what changed since it was last asked; reads all of it where it was not read yet.
    pub(crate) async fn catch_up(&mut self, reads: Reads<'_>) -> Result<Head, StoreError> {
        let head = reads.head().await?;
        let most = MOST_MISSED.max(self.rows.size().cast_signed());
        let is_near = |(life, sequence): &(Option<u64>, i64)| {
            *life == head.deleted_generation && (0..=most).contains(&(head.sequence - sequence))
        };
        // Broken off below, it is read anew the next time.
        let sequence = match self.at.take().filter(is_near) {
            Some((_, sequence)) => sequence,
            None => {
                self.read(reads).await?;
                head.sequence
            }
        };
        let sequence = self.follow(reads, sequence).await?.max(head.sequence);
        self.at = Some((head.deleted_generation, sequence));
        Ok(head)
    }

    /// Reads the feeds. What changes meanwhile is met again among the changes.
    async fn read(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        self.rows.clear();
        let first = self.rows.first();
        self.take(reads, &first.iter().map(String::as_str).collect::<Vec<_>>())
            .await?;
        for feed in self.rows.feeds() {
            let mut after = None;
            loop {
                let entries = reads.feed(&feed, after, Direction::Ascending, CHUNK).await?;
                self.take(reads, &ids(&entries)).await?;
                if entries.len() < CHUNK {
                    break;
                }
                after = entries.into_iter().next_back();
            }
        }
        Ok(())
    }

    /// Takes in the changes behind `sequence`, and says which was the last.
    async fn follow(&mut self, reads: Reads<'_>, mut sequence: i64) -> Result<i64, StoreError> {
        loop {
            // Ids are never empty: this stands before everything of the next sequence number.
            let after = FeedEntry {
                order: sequence + 1,
                id: String::new(),
            };
            let entries = reads
                .feed(slot::CHANGES, Some(after), Direction::Ascending, CHUNK)
                .await?;
            self.take(reads, &ids(&entries)).await?;
            sequence = entries.last().map_or(sequence, |entry| entry.order);
            if entries.len() < CHUNK {
                return Ok(sequence);
            }
        }
    }

    /// Takes in what is kept of these posts now.
    pub(crate) async fn take(&mut self, reads: Reads<'_>, ids: &[&str]) -> Result<(), StoreError> {
        let posts = reads.posts_by_id(ids).await?;
        ids.iter().zip(&posts).for_each(|(id, post)| self.rows.take(id, post));
        Ok(())
    }
}

fn ids(entries: &[FeedEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}
