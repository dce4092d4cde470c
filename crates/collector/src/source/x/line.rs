//! What one line of the stream is to the source: a post that counts, a message, an ending, or nothing. What a post says is the
//! normaliser's.

use backtweet_domain::{Network, PostId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::normalise::clip;
use crate::source::Trouble;

/// One line.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// A keep-alive.
    Nothing,
    /// A post.
    Post(Post),
    /// Anything else; the normaliser sees to it.
    Message,
    /// Nothing more will come.
    Ending(Trouble),
}

/// What is read here of a post.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Post {
    /// The time inside its id.
    pub(super) made: Option<Timestamp>,
    /// The id of its first edition, by which all editions are known.
    pub(super) first: Option<u64>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<Id<'a>>,
    #[serde(default)]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
struct Id<'a> {
    id: Option<std::borrow::Cow<'a, str>>,
    #[serde(default)]
    edit_history_tweet_ids: Vec<String>,
}

pub(super) fn read(line: &[u8]) -> Line {
    if line.trim_ascii().is_empty() {
        return Line::Nothing;
    }
    // What cannot be read is refused by the normaliser, with its reason.
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line) else {
        return Line::Message;
    };
    if let Some(data) = envelope.data {
        let first = data.edit_history_tweet_ids.first().map(String::as_str);
        let first = first.or(data.id.as_deref()).and_then(|id| id.parse().ok());
        let id = data.id.and_then(|id| PostId::new(Network::X, id).ok());
        let made = id.and_then(|id| id.time());
        return Line::Post(Post { made, first });
    }
    let ends = |error: &&Value| {
        error["disconnect_type"].is_string()
            || matches!(
                error["title"].as_str(),
                Some("operational-disconnect" | "ConnectionException")
            )
    };
    match envelope.errors.iter().find(ends) {
        Some(error) => Line::Ending(Trouble::Lost {
            reason: format!(
                "the server ends the stream: {}, {}",
                clip(error["title"].as_str().unwrap_or_default()),
                clip(error["detail"].as_str().unwrap_or_default())
            ),
        }),
        None => Line::Message,
    }
}
