//! What happens to posts and accounts: the records of the `posts` topic.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Network, PostId};
use crate::post::{Engagement, Post};
use crate::time::Timestamp;

/// One thing that happened on a network. The suite's own JSON form is this type, tagged by `event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PostEvent {
    /// A post was made.
    Created {
        /// The post.
        post: Box<Post>,
    },
    /// A post was changed; the whole post as it is now, at a higher revision.
    Edited {
        /// The post.
        post: Box<Post>,
    },
    /// A post, or a repost, was taken back.
    Deleted {
        /// Which post.
        id: PostId,
        /// Takes back every revision up to this one. Networks whose deletions are final say `u64::MAX`.
        #[serde(default = "final_revision")]
        revision: u64,
        /// When.
        at: Timestamp,
    },
    /// Reactions were counted anew.
    Engagement {
        /// Of which post.
        id: PostId,
        /// The counts.
        engagement: Engagement,
        /// When.
        at: Timestamp,
    },
    /// An account follows another, or no longer does.
    Follow(Follow),
    /// An account was hidden, brought back or deleted.
    Account(AccountChange),
}

fn final_revision() -> u64 {
    u64::MAX
}

/// A follow edge, made or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Names the edge: networks take it back by this alone.
    pub key: String,
    /// Who follows.
    pub follower: AccountId,
    /// Who is followed; absent where the edge is taken back by its key.
    #[serde(default)]
    pub followed: Option<AccountId>,
    /// Orders what happens to one edge.
    pub revision: u64,
    /// Whether the edge stands after this event.
    pub active: bool,
    /// When.
    pub at: Timestamp,
}

/// What an account's state does to its posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// Its posts are public.
    #[default]
    Active,
    /// Suspended, deactivated or taken down: its posts are hidden until it comes back.
    Hidden,
    /// Gone: its posts are erased.
    Deleted,
}

/// An account's new state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChange {
    /// Which account.
    pub account: AccountId,
    /// What it is now.
    pub state: AccountState,
    /// Orders the states of one account.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
}

impl PostEvent {
    /// The key of its record: the post's id; the account's for account and follow events.
    pub fn key(&self) -> String {
        match self {
            PostEvent::Created { post } | PostEvent::Edited { post } => post.id.to_string(),
            PostEvent::Deleted { id, .. } | PostEvent::Engagement { id, .. } => id.to_string(),
            PostEvent::Follow(follow) => follow.follower.to_string(),
            PostEvent::Account(change) => change.account.to_string(),
        }
    }

    /// Event time.
    pub fn at(&self) -> Timestamp {
        match self {
            PostEvent::Created { post } | PostEvent::Edited { post } => post.witnessed_at,
            PostEvent::Deleted { at, .. } | PostEvent::Engagement { at, .. } => *at,
            PostEvent::Follow(follow) => follow.at,
            PostEvent::Account(change) => change.at,
        }
    }

    /// The network it happened on.
    pub fn network(&self) -> Network {
        match self {
            PostEvent::Created { post } | PostEvent::Edited { post } => post.id.network(),
            PostEvent::Deleted { id, .. } | PostEvent::Engagement { id, .. } => id.network(),
            PostEvent::Follow(follow) => follow.follower.network(),
            PostEvent::Account(change) => change.account.network(),
        }
    }
}
