//! Backtweets as they come in, change or go. Every watcher reads the feed of changes at its own pace, from its own place: nothing is
//! sent to it that it has not room for, so nobody waits for a slow one. A post has one entry there, at its last change; whoever falls
//! behind skips what was overtaken and misses no post.

use backtweet_store::{Direction, FeedEntry, Store, StoreError};
use backtweet_wire::v1;

use super::reads::Reads;
use super::{ReportError, feed_item};
use crate::fold::{Contribution, Head};
use crate::slot;
use crate::token::{Token, digest};

/// How many changes are read at once.
const CHUNK: usize = 256;

/// Where a watcher stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    subject: String,
    /// [`Head::deleted_generation`]: which life of the subject.
    life: Option<u64>,
    /// The last change that was handed out.
    sequence: i64,
}

impl Cursor {
    /// Where a request begins: behind its token, or now.
    pub(crate) async fn start(store: &dyn Store, request: &v1::WatchRequest) -> Result<Self, ReportError> {
        let subject = request.subject.clone();
        match Token::read(&request.resume_token, "resume_token", bound_to(&subject))? {
            Some(token) => Ok(Self {
                subject,
                life: token.life,
                sequence: token.order,
            }),
            None => {
                let head = Reads {
                    store,
                    subject: &subject,
                }
                .head()
                .await?;
                Ok(Self {
                    life: head.deleted_generation,
                    sequence: head.sequence,
                    subject,
                })
            }
        }
    }

    /// What changed since, oldest first; empty where nothing did. Moves behind all of it.
    pub(crate) async fn advance(&mut self, store: &dyn Store) -> Result<Vec<v1::WatchResponse>, StoreError> {
        let subject = self.subject.clone();
        let reads = Reads {
            store,
            subject: &subject,
        };
        loop {
            let head = reads.head().await?;
            if head.deleted_generation != self.life || head.sequence < self.sequence {
                return Ok(vec![self.start_anew(&head)]);
            }
            if head.sequence == self.sequence {
                return Ok(Vec::new());
            }
            let before = self.sequence;
            let responses = self.changes(reads, head.sequence).await?;
            if !responses.is_empty() {
                return Ok(responses);
            }
            if self.sequence == before {
                // Only a damaged store has a head ahead of its changes: do not look for them for ever.
                self.sequence = head.sequence;
            }
        }
    }

    async fn changes(&mut self, reads: Reads<'_>, last: i64) -> Result<Vec<v1::WatchResponse>, StoreError> {
        // Ids are never empty: this stands before everything of the next sequence number.
        let after = FeedEntry {
            order: self.sequence + 1,
            id: String::new(),
        };
        let entries = reads
            .feed(slot::CHANGES, Some(after), Direction::Ascending, CHUNK)
            .await?;
        let mut responses = Vec::with_capacity(entries.len());
        for (entry, post) in entries.iter().zip(reads.posts(&entries).await?) {
            self.sequence = entry.order;
            // Changed again since: its entry has moved on, and is met there.
            if post.sequence == entry.order {
                responses.push(self.response(change(reads.subject, entry, &post)?, last));
            }
        }
        Ok(responses)
    }

    /// The subject began another life, or the store lost what this watcher has seen already.
    fn start_anew(&mut self, head: &Head) -> v1::WatchResponse {
        self.life = head.deleted_generation;
        self.sequence = head.sequence;
        let reason =
            "the subject's figures started anew, and what happened in between is not kept: read the feed again";
        self.response(v1::watch_response::Change::Behind(reason.to_owned()), head.sequence)
    }

    /// One response where the subject's last change is `last`.
    fn response(&self, change: v1::watch_response::Change, last: i64) -> v1::WatchResponse {
        let Self {
            subject,
            life,
            sequence,
        } = self;
        let token = Token {
            request: bound_to(subject),
            life: *life,
            order: *sequence,
            id: String::new(),
        };
        v1::WatchResponse {
            resume_token: token.write(),
            change: Some(change),
            waiting: u64::try_from(last - *sequence).unwrap_or(0),
        }
    }
}

fn bound_to(subject: &str) -> u64 {
    digest(
        "Watch",
        &v1::WatchRequest {
            subject: subject.to_owned(),
            resume_token: String::new(),
        },
    )
}

fn change(subject: &str, entry: &FeedEntry, post: &Contribution) -> Result<v1::watch_response::Change, StoreError> {
    Ok(match feed_item(subject, &entry.id, post)? {
        Some(item) => v1::watch_response::Change::Item(item),
        None => v1::watch_response::Change::Gone(entry.id.clone()),
    })
}
