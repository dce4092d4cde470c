//! What a report keeps of the posts of some feeds, brought up to date from the feed of changes, so that the next question costs what
//! changed since. What is kept of a post is the report's.

use backtweet_store::StoreError;

use super::changes::{At, each_of};
use super::reads::Reads;
use crate::fold::{Contribution, Head};

/// What is kept of posts.
pub(crate) trait Rows {
    /// As it was before anything was taken in.
    fn clear(&mut self);

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
    /// Up to which change the rows are; `None` where they were not read yet, or reading broke off.
    at: Option<At>,
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
        // Broken off below, it is read anew the next time.
        let at = match self.at.take().filter(|at| at.is_near(&head, self.rows.size())) {
            Some(at) => at,
            None => {
                self.read(reads).await?;
                At::of(&head)
            }
        };
        let rows = &mut self.rows;
        self.at = Some(at.follow(reads, &head, |id, post| rows.take(id, post)).await?);
        Ok(head)
    }

    /// Reads the feeds. What changes meanwhile is met again among the changes.
    async fn read(&mut self, reads: Reads<'_>) -> Result<(), StoreError> {
        self.rows.clear();
        for feed in self.rows.feeds() {
            each_of(reads, &feed, |id, post| self.rows.take(id, post)).await?;
        }
        Ok(())
    }
}
