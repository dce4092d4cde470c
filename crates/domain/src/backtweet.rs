//! What the classifier finds: which posts point back at a subject, how, and where in which cascade.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::AccountState;
use crate::flag::Flags;
use crate::id::{PostId, SubjectId};
use crate::post::{Post, ReferenceKind};
use crate::sentiment::Sentiment;
use crate::time::Timestamp;

/// One way of pointing back at a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// Duplicates a post of the subject's own accounts.
    Repost = 0,
    /// Cites it with words of its own.
    Quote = 1,
    /// Answers it.
    Reply = 2,
    /// Names an owned account.
    Mention = 3,
    /// Links to a tracked page or domain.
    Link = 4,
    /// Uses a tracked hashtag.
    Hashtag = 5,
    /// Uses a tracked word.
    Keyword = 6,
}

impl Kind {
    /// Every kind, in the order reports list them.
    pub const ALL: [Kind; 7] = [
        Kind::Repost,
        Kind::Quote,
        Kind::Reply,
        Kind::Mention,
        Kind::Link,
        Kind::Hashtag,
        Kind::Keyword,
    ];

    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Repost => "repost",
            Kind::Quote => "quote",
            Kind::Reply => "reply",
            Kind::Mention => "mention",
            Kind::Link => "link",
            Kind::Hashtag => "hashtag",
            Kind::Keyword => "keyword",
        }
    }
}

/// The kinds that hold for one backtweet: several may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KindSet(u8);

impl KindSet {
    /// No kind.
    pub const EMPTY: KindSet = KindSet(0);

    /// This set and `kind`.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: KindSet) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: KindSet) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `kind` holds.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether nothing holds.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds that hold, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |&kind| self.contains(kind))
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Debug for KindSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What the author wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Asks for help with something that does not work.
    HelpRequest,
    /// Says that something is wrong.
    Complaint,
    /// Says that something is good.
    Praise,
    /// Wants to know something.
    Question,
    /// Passes something on.
    Share,
    /// Sells or lures.
    Spam,
    /// None of these.
    Other,
}

impl Intent {
    /// Every intent, in the order reports list them.
    pub const ALL: [Intent; 7] = [
        Intent::HelpRequest,
        Intent::Complaint,
        Intent::Praise,
        Intent::Question,
        Intent::Share,
        Intent::Spam,
        Intent::Other,
    ];

    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Intent::HelpRequest => "help_request",
            Intent::Complaint => "complaint",
            Intent::Praise => "praise",
            Intent::Question => "question",
            Intent::Share => "share",
            Intent::Spam => "spam",
            Intent::Other => "other",
        }
    }
}

/// What a post is to a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Points back at the subject itself.
    Backtweet,
    /// Grew from a cascade of the subject but names nobody; counted apart.
    Indirect,
    /// A post by an owned account.
    Origin,
    /// A reply by an owned account: never a new root.
    Answer,
}

impl Role {
    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Backtweet => "backtweet",
            Role::Indirect => "indirect",
            Role::Origin => "origin",
            Role::Answer => "answer",
        }
    }
}

/// How a place in a cascade is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The network says so.
    Observed,
    /// Worked out by a rule, from a link to the parent or from its words.
    Inferred,
    /// The network says so, but names the origin of a chain of reposts whatever the post was passed on from: there may have been steps
    /// between. X and Mastodon always do; Bluesky names the repost before, which is the parent where it was seen.
    Flattened,
}

impl Edge {
    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Edge::Observed => "observed",
            Edge::Inferred => "inferred",
            Edge::Flattened => "flattened",
        }
    }
}

/// A post's place in a cascade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// The post that the cascade grew from; the post itself where it is a root.
    pub root: PostId,
    /// What it hangs on; `None` for a root.
    pub parent: Option<PostId>,
    /// Steps from the root; 0 for a root.
    pub depth: u32,
    /// How the step to the parent is known.
    pub edge: Edge,
    /// How the post points at its parent; `None` for a root.
    #[serde(default)]
    pub by: Option<ReferenceKind>,
}

/// Orders everything that is ever said about one post and one subject: subject generation, then post revision, then how often the
/// post's place in its cascade was worked out anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Version {
    /// [`crate::Subject::generation`].
    pub generation: u64,
    /// [`Post::revision`].
    pub revision: u64,
    /// Grows whenever the lineage changes.
    pub lineage: u64,
}

/// One finding about one post and one subject: a record of the `classified` topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classified {
    /// For whom.
    pub subject: SubjectId,
    /// About which post.
    pub post: PostId,
    /// Event time of what led to this finding.
    pub at: Timestamp,
    /// What was found.
    pub finding: Finding,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The post belongs to the subject's conversation.
    Seen {
        /// Orders it against other `Seen` and `Retracted` findings.
        version: Version,
        /// How it belongs there.
        sighting: Box<Sighting>,
    },
    /// The post is gone or points at the subject no more.
    Retracted {
        /// Takes out every lower version.
        version: Version,
    },
    /// The author's account changed its state; independent of the version.
    Account {
        /// What it is now.
        state: AccountState,
        /// Orders the states of one account.
        seq: u64,
    },
}

/// A post in a subject's conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// The post itself.
    pub post: Post,
    /// What it is to the subject.
    pub role: Role,
    /// How it points back.
    pub kinds: KindSet,
    /// Those of the kinds that rest on nothing but what the network puts in front of every reply by itself.
    pub automatic: KindSet,
    /// Where in which cascade.
    pub lineage: Lineage,
    /// What the author wants.
    pub intent: Intent,
    /// How sure that is, in [0, 1].
    pub intent_confidence: f64,
    /// What speaks for its being spam or a program's; none in records from before there were flags.
    #[serde(default)]
    pub flags: Flags,
    /// The words by which it names the subject: handles, hashtags and links as it writes them, keywords as they are looked for. None where it
    /// only answers or cites the subject, and in records from before this was told.
    #[serde(default)]
    pub named: Vec<String>,
}

/// A finding with its sentiment: a record of the `scored` topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The finding.
    pub classified: Classified,
    /// What the text feels like; `None` where there is nothing to score (reposts, the subject's own posts, retractions).
    pub sentiment: Option<Sentiment>,
}

impl Serialize for KindSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for KindSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Kind>::deserialize(deserializer)?.into_iter().collect())
    }
}
