//! What the stage works on, and how it comes back from where it was parked.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use backtweet_domain::{AccountChange, AccountId, Post, PostEvent, PostId, Reference, ReferenceKind, Timestamp};
use backtweet_store::Waiter;
use backtweet_stream::Poison;
use backtweet_wire::record::decode_post_event;

use crate::index::{Match, SubjectIndex};

/// One thing to do.
#[derive(Debug)]
pub enum Item {
    /// A post was made or changed, or one that it refers to was.
    Post(Box<PostItem>),
    /// A post was deleted.
    Deleted(Deletion),
    /// An account changed its state.
    Account(AccountChange),
    /// A post in a conversation has to learn its author's state.
    Author(Registration),
}

/// A post as it was at one revision. It keeps the index that it was matched with, so that look-ups and processing agree.
#[derive(Debug)]
pub struct PostItem {
    pub(crate) post: Post,
    /// The event as it came, for parking.
    pub(crate) event: Bytes,
    /// Whether it was announced as a change of a post.
    pub(crate) edited: bool,
    /// Whether it comes back from where it was parked.
    pub(crate) woken: bool,
    pub(crate) index: Arc<SubjectIndex>,
    pub(crate) matches: Vec<Match>,
}

/// A deletion.
#[derive(Debug)]
pub struct Deletion {
    pub(crate) id: PostId,
    pub(crate) revision: u64,
    pub(crate) at: Timestamp,
    pub(crate) index: Arc<SubjectIndex>,
}

/// A post that hears of its author's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub(crate) post: PostId,
    pub(crate) author: AccountId,
    /// Event time of the post.
    pub(crate) at: Timestamp,
}

/// What the ids of the two sorts of waiters begin with.
const POST: &str = "post ";
const AUTHOR: &str = "author ";

#[derive(Clone, PartialEq, Message)]
struct RegistrationBytes {
    #[prost(string, tag = "1")]
    post: String,
    #[prost(string, tag = "2")]
    author: String,
    #[prost(int64, tag = "3")]
    at_us: i64,
}

impl Item {
    /// What an event comes to; `None` where it cannot concern any subject.
    pub(crate) fn of_event(event: PostEvent, bytes: &Bytes, index: Arc<SubjectIndex>, woken: bool) -> Option<Self> {
        let (post, edited) = match event {
            PostEvent::Created { post } => (*post, false),
            PostEvent::Edited { post } => (*post, true),
            PostEvent::Deleted { id, revision, at } => {
                return Some(Item::Deleted(Deletion {
                    id,
                    revision,
                    at,
                    index,
                }));
            }
            PostEvent::Account(change) => return Some(Item::Account(change)),
            PostEvent::Engagement { .. } | PostEvent::Follow(_) => return None,
        };
        let matches = index.match_post(&post);
        let item = PostItem {
            post,
            event: bytes.clone(),
            edited,
            woken,
            index,
            matches,
        };
        (edited || !item.matches.is_empty() || item.references().next().is_some()).then(|| Item::Post(Box::new(item)))
    }

    /// What a waiter comes to.
    pub(crate) fn of_waiter(waiter: &Waiter, index: Arc<SubjectIndex>) -> Result<Option<Self>, Poison> {
        if waiter.id.starts_with(POST) {
            let event = decode_post_event(&waiter.bytes).map_err(|error| poison(&waiter.id, error))?;
            return Ok(Self::of_event(event, &waiter.bytes, index, true));
        }
        let registration = RegistrationBytes::decode(&*waiter.bytes).map_err(|error| poison(&waiter.id, error))?;
        Ok(Some(Item::Author(Registration {
            post: registration.post.parse().map_err(|error| poison(&waiter.id, error))?,
            author: registration.author.parse().map_err(|error| poison(&waiter.id, error))?,
            at: Timestamp::from_micros(registration.at_us),
        })))
    }
}

fn poison(waiter: &str, error: impl std::fmt::Display) -> Poison {
    Poison {
        cause: format!("waiter `{waiter}` cannot be read: {error}"),
    }
}

impl PostItem {
    /// The references that can give it a place, with their targets. A repost has no place but below what it reposts.
    pub(crate) fn references(&self) -> impl Iterator<Item = (ReferenceKind, &PostId)> {
        let named = self.counting().filter_map(|it| Some((it.kind, it.target.as_ref()?)));
        named.filter(|(_, target)| **target != self.post.id)
    }

    /// Whether it refers to a post that the network did not name yet.
    pub(crate) fn has_unnamed_reference(&self) -> bool {
        self.counting().any(|reference| reference.target.is_none())
    }

    fn counting(&self) -> impl Iterator<Item = &Reference> {
        let repost = self.post.is_repost();
        self.post
            .references
            .iter()
            .filter(move |it| !repost || it.kind == ReferenceKind::Repost)
    }

    /// What is left at the posts that it refers to. Each revision waits by itself, so that a later one never takes an earlier one's
    /// place, nor the other way round.
    pub(crate) fn waiter(&self) -> Waiter {
        Waiter {
            id: format!("{POST}{} {}", self.post.id, self.post.revision),
            bytes: self.event.clone(),
        }
    }

    /// Registers the post with its author.
    pub(crate) fn registration(&self) -> Registration {
        Registration {
            post: self.post.id.clone(),
            author: self.post.author.id.clone(),
            at: self.post.witnessed_at,
        }
    }
}

impl Registration {
    /// What is left at the author's account.
    pub(crate) fn waiter(&self) -> Waiter {
        let bytes = RegistrationBytes {
            post: self.post.to_string(),
            author: self.author.to_string(),
            at_us: self.at.micros(),
        };
        Waiter {
            id: format!("{AUTHOR}{}", self.post),
            bytes: bytes.encode_to_vec().into(),
        }
    }
}
