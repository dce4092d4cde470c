//! The signs of a program in a scored event, read without the rest of it.

use bytes::Bytes;
use prost::Message;

use backtweet_wire::v1::Flag;

/// What speaks for a program in one post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Glance {
    /// Its author's account says that it is a program's.
    pub(super) declared: bool,
    pub(super) automated: bool,
    pub(super) duplicate: bool,
}

impl Glance {
    /// Nothing where the event cannot be read.
    pub(super) fn of(event: &Bytes) -> Self {
        let event = Event::decode(event.clone()).ok();
        let sighting = event.and_then(|event| event.classified?.seen?.sighting);
        let Some(Sighting { post, flags }) = sighting else {
            return Self::default();
        };
        let is_flagged = |flag: Flag| flags.contains(&flag.into());
        Self {
            declared: post.and_then(|post| post.author).is_some_and(|author| author.bot),
            automated: is_flagged(Flag::Automated),
            duplicate: is_flagged(Flag::DuplicateText),
        }
    }
}

// The messages of `classified.proto` and `post.proto` with these fields alone: all others are skipped where they stand.

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(message, optional, tag = "1")]
    classified: Option<Classified>,
}

#[derive(Clone, PartialEq, Message)]
struct Classified {
    #[prost(message, optional, tag = "4")]
    seen: Option<Seen>,
}

#[derive(Clone, PartialEq, Message)]
struct Seen {
    #[prost(message, optional, tag = "2")]
    sighting: Option<Sighting>,
}

#[derive(Clone, PartialEq, Message)]
struct Sighting {
    #[prost(message, optional, tag = "1")]
    post: Option<Post>,
    #[prost(int32, repeated, tag = "8")]
    flags: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct Post {
    #[prost(message, optional, tag = "3")]
    author: Option<Author>,
}

#[derive(Clone, PartialEq, Message)]
struct Author {
    #[prost(bool, tag = "5")]
    bot: bool,
}
