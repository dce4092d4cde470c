//! What the stage works on, and how it comes back from where it was parked.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;

use backtweet_domain::{
    AccountChange, AccountId, Edge, Network, Post, PostEvent, PostId, Reference, ReferenceKind, Timestamp,
};
use backtweet_store::Waiter;
use backtweet_stream::Poison;
use backtweet_wire::record::decode_post_event;

use crate::attribution::{self, Inferred, Name, Target};
use crate::index::{Match, SubjectIndex};
use crate::spam::twins;

/// One thing to do.
#[derive(Debug)]
pub enum Item {
    /// A post was made or changed, or one that it refers to was.
    Post(Box<PostItem>),
    /// A post was deleted.
    Deleted(Deletion),
    /// An account changed its state.
    Account(AccountChange),
    /// A post in a conversation has to learn its author's state, and to be found by its names.
    Member(Registration),
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
    /// What it points at without its network saying so.
    pub(crate) inferred: Vec<Inferred>,
    /// What its text is known by where others may have posted it too, of a post that points at a subject.
    pub(crate) copied: Option<u64>,
}

/// Why an event is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It comes from the log.
    First,
    /// It comes back from where it was parked.
    Woken,
    /// It comes from the log again, for subjects that it may have belonged to as they were before they were changed.
    Again,
}

/// A deletion.
#[derive(Debug)]
pub struct Deletion {
    pub(crate) id: PostId,
    pub(crate) revision: u64,
    pub(crate) at: Timestamp,
    pub(crate) index: Arc<SubjectIndex>,
}

/// A post that hears of its author's state and is found by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub(crate) post: PostId,
    pub(crate) author: AccountId,
    /// Event time of the post.
    pub(crate) at: Timestamp,
    /// Under which it may be looked for. None where it comes back from its author's account.
    pub(crate) names: Vec<Name>,
}

/// A post that another points at by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pointed<'a> {
    pub(crate) kind: ReferenceKind,
    pub(crate) edge: Edge,
    pub(crate) id: &'a PostId,
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
    pub(crate) fn of_event(event: PostEvent, bytes: &Bytes, index: Arc<SubjectIndex>, heard: Heard) -> Option<Self> {
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
        let mut matches = index.match_post(&post);
        let inferred = attribution::inferred(&post);
        attribution::add_matches(&post, &inferred, &index, &mut matches);
        let copied = (!matches.is_empty() && !post.is_repost()).then(|| twins::fingerprint(&post.text));
        let item = PostItem {
            copied: copied.flatten(),
            post,
            event: bytes.clone(),
            edited,
            woken: heard == Heard::Woken,
            index,
            matches,
            inferred,
        };
        let refers = item.pointed().next().is_some() || item.named().next().is_some();
        let is_open = edited || heard == Heard::Again;
        (is_open || !item.matches.is_empty() || refers).then(|| Item::Post(Box::new(item)))
    }

    /// What a waiter comes to.
    pub(crate) fn of_waiter(waiter: &Waiter, index: Arc<SubjectIndex>) -> Result<Option<Self>, Poison> {
        if waiter.id.starts_with(POST) {
            let event = decode_post_event(&waiter.bytes).map_err(|error| poison(&waiter.id, error))?;
            return Ok(Self::of_event(event, &waiter.bytes, index, Heard::Woken));
        }
        let registration = RegistrationBytes::decode(&*waiter.bytes).map_err(|error| poison(&waiter.id, error))?;
        Ok(Some(Item::Member(Registration {
            post: registration.post.parse().map_err(|error| poison(&waiter.id, error))?,
            author: registration.author.parse().map_err(|error| poison(&waiter.id, error))?,
            at: Timestamp::from_micros(registration.at_us),
            names: Vec::new(),
        })))
    }
}

fn poison(waiter: &str, error: impl std::fmt::Display) -> Poison {
    Poison {
        cause: format!("waiter `{waiter}` cannot be read: {error}"),
    }
}

impl PostItem {
    /// The posts that can give it a place, by id. A repost has no place but below what it reposts.
    pub(crate) fn pointed(&self) -> impl Iterator<Item = Pointed<'_>> {
        let mut is_first = true;
        let observed = self.counting().filter_map(move |it| {
            let edge = edge(self.post.id.network(), it.kind, std::mem::replace(&mut is_first, false));
            let (kind, id) = (it.kind, it.target.as_ref()?);
            Some(Pointed { kind, edge, id })
        });
        let inferred = self.inferred.iter().filter_map(|it| match &it.target {
            Some(Target::Post(id)) => Some(Pointed {
                kind: it.kind,
                edge: Edge::Inferred,
                id,
            }),
            _ => None,
        });
        observed.chain(inferred).filter(|it| *it.id != self.post.id)
    }

    /// The names by which it points at posts, and when what they stand for was made, where they tell.
    pub(crate) fn named(&self) -> impl Iterator<Item = (ReferenceKind, Name, Option<Timestamp>)> {
        self.inferred.iter().filter_map(|it| match it.target {
            Some(Target::Named(name, made)) => Some((it.kind, name, made)),
            _ => None,
        })
    }

    /// Whether it refers to a post that the network did not name yet, or to one that only a name tells: an earlier one may get that name.
    pub(crate) fn has_unnamed_reference(&self) -> bool {
        self.counting().any(|reference| reference.target.is_none()) || self.named().next().is_some()
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

    /// Registers the post with its author and under `names`.
    pub(crate) fn registration(&self, names: Vec<Name>) -> Registration {
        Registration {
            post: self.post.id.clone(),
            author: self.post.author.id.clone(),
            at: self.post.witnessed_at,
            names,
        }
    }
}

/// How it is known that a post hangs on another which its network names. Where a repost names several, the first is the one before it.
fn edge(network: Network, kind: ReferenceKind, is_first: bool) -> Edge {
    let flattens = matches!(network, Network::X | Network::Mastodon);
    match kind {
        ReferenceKind::Repost if flattens || !is_first => Edge::Flattened,
        _ => Edge::Observed,
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
