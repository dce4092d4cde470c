//! The words of Backtweet as types, and the pure rules on them. Nothing here does I/O or knows who runs it.

pub mod authority;
pub mod backtweet;
pub mod cascade;
pub mod entities;
pub mod event;
mod flag;
pub mod id;
pub mod link;
pub mod post;
pub mod query;
pub mod reach;
pub mod recurrence;
pub mod retention;
pub mod retry;
pub mod revision;
pub mod sentiment;
pub mod signal;
pub mod standing;
pub mod subject;
pub mod text;
pub mod time;

pub use authority::Authority;
pub use backtweet::{Classified, Edge, Finding, Intent, Kind, KindSet, Lineage, Role, Scored, Sighting, Version};
pub use entities::{Entities, Hashtag, Link, Mention, Span};
pub use event::{AccountChange, AccountState, Follow, PostEvent};
pub use flag::{Flag, Flags};
pub use id::{AccountId, IdError, Network, PostId, SubjectId};
pub use post::{Author, Engagement, Post, Reference, ReferenceKind};
pub use reach::{Audience, Estimate, Reach, Sketch};
pub use recurrence::{Occurrence, Recurrence};
pub use retention::Retention;
pub use retry::Retry;
pub use sentiment::{Label, Sentiment};
pub use standing::Standing;
pub use subject::{OwnedAccount, Subject};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
