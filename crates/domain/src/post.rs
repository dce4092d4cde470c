//! One public post of any network, normalised, with its author and what it refers to.

use serde::{Deserialize, Serialize};

use crate::entities::Entities;
use crate::id::{AccountId, PostId};
use crate::time::Timestamp;

/// One public post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Which post it is, the same in every replay and for every edit of it.
    pub id: PostId,
    /// Orders the edits of one post, and how complete the record of each is, by [`crate::revision`]; a later edit has a higher number. What
    /// counts the edits is the network's own affair.
    #[serde(default)]
    pub revision: u64,
    /// Who made it.
    pub author: Author,
    /// What it says, as plain text. Empty for a repost.
    #[serde(default)]
    pub text: String,
    /// BCP 47 language that the network or the author declared.
    #[serde(default)]
    pub language: Option<String>,
    /// When the author says it was made; may be made up.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Event time: when the network witnessed it. Every window and bucket goes by this.
    pub witnessed_at: Timestamp,
    /// What it reposts, quotes or replies to. A repost that was found through another repost names that one first, without its author: it
    /// passes on what it reposts all the same.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// Mentions, hashtags and links in it.
    #[serde(default)]
    pub entities: Entities,
    /// How often it was reacted to, as the network last said.
    #[serde(default)]
    pub engagement: Engagement,
    /// Where a person can look at it.
    #[serde(default)]
    pub url: Option<String>,
    /// Whether it carries pictures, video or sound.
    #[serde(default)]
    pub has_media: bool,
}

impl Post {
    /// The reference of the given kind, where there is one.
    pub fn reference(&self, kind: ReferenceKind) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.kind == kind)
    }

    /// Whether it duplicates another post instead of saying something itself.
    pub fn is_repost(&self) -> bool {
        self.reference(ReferenceKind::Repost).is_some()
    }
}

/// Who made a post, as far as the network told together with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Which account.
    pub id: AccountId,
    /// Its handle, lower case, without `@`; with its host on Mastodon. Bluesky's stream has none.
    #[serde(default)]
    pub handle: Option<String>,
    /// Display name.
    #[serde(default)]
    pub name: Option<String>,
    /// Followers when the post was made.
    #[serde(default)]
    pub followers: Option<u64>,
    /// Whether the network says it is a bot.
    #[serde(default)]
    pub bot: bool,
    /// When the account was made.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// How one post points at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceKind {
    /// Passes it on unchanged.
    Repost,
    /// Passes it on with words of its own.
    Quote,
    /// Answers it.
    Reply,
}

/// One post's pointing at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// How it points.
    pub kind: ReferenceKind,
    /// What it points at; `None` where the network named it in a way not known yet (a Mastodon id that is local to its instance).
    #[serde(default)]
    pub target: Option<PostId>,
    /// Who made the post that it points at, where that is known.
    #[serde(default)]
    pub author: Option<AccountId>,
    /// That author's handle, lower case, without `@`, where only that is known.
    #[serde(default)]
    pub author_handle: Option<String>,
    /// Whether the network sent the target along, so that it is in the stream as well, however old it is.
    #[serde(default)]
    pub included: bool,
}

/// How often a post was reacted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Engagement {
    /// Reposts.
    #[serde(default)]
    pub reposts: Option<u64>,
    /// Quotes.
    #[serde(default)]
    pub quotes: Option<u64>,
    /// Replies.
    #[serde(default)]
    pub replies: Option<u64>,
    /// Likes or favourites.
    #[serde(default)]
    pub likes: Option<u64>,
    /// How often it was shown.
    #[serde(default)]
    pub views: Option<u64>,
}
