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
    /// A post, with the time inside its id.
    Post(Option<Timestamp>),
    /// Anything else; the normaliser sees to it.
    Message,
    /// Nothing more will come.
    Ending(Trouble),
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
        let id = data.id.and_then(|id| PostId::new(Network::X, id).ok());
        return Line::Post(id.and_then(|id| id.time()));
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
