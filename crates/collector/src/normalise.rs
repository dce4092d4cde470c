//! From a network's own wire to the suite's events: what every wire shares. One file a wire; nothing here does I/O, waits or counts.

pub mod jetstream;
pub mod mastodon;
pub mod post;
pub mod x;

mod checks;
mod lenient;
mod spans;

use std::borrow::Cow;

use serde::Deserialize;

use backtweet_domain::{AccountId, PostEvent, PostId, ReferenceKind, Timestamp};

pub(crate) use checks::settle;

/// Longest line that is read, in bytes.
pub const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// Longest text that a post may have, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Which wire a line is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Bluesky's Jetstream, v1.
    Jetstream,
    /// Mastodon: statuses, WebSocket frames, or the lines of a server-sent-event stream.
    Mastodon,
    /// X API v2, filtered stream.
    X,
    /// The suite's own JSON form of events and posts.
    Post,
}

impl Wire {
    /// Its name in metrics and dead letters.
    pub const fn name(self) -> &'static str {
        match self {
            Wire::Jetstream => "jetstream",
            Wire::Mastodon => "mastodon",
            Wire::X => "x",
            Wire::Post => "post",
        }
    }
}

/// What one line comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Normalised {
    /// What happened, in order: what a post refers to stands before it.
    pub events: Vec<PostEvent>,
    /// Things that the suite does not keep: likes, private posts, keep-alives, messages of unknown kind.
    pub ignored: u64,
    /// Values that were wrong and were dropped or corrected so that the rest could be kept.
    pub repaired: u64,
    /// What the line says about ids that are local to a Mastodon instance.
    pub local: LocalFacts,
    /// Accounts that may have another handle now.
    pub renamed: Vec<AccountId>,
}

impl Normalised {
    /// A line that says nothing the suite keeps.
    fn nothing() -> Self {
        Self {
            ignored: 1,
            ..Self::default()
        }
    }

    /// Takes an event in once it has passed the checks that hold for every wire.
    fn keep(&mut self, mut event: PostEvent, received: Timestamp) -> Result<(), Refused> {
        self.repaired += settle(&mut event, received)?;
        self.events.push(event);
        Ok(())
    }
}

/// An id that means something on one Mastodon instance only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, Deserialize)]
pub struct LocalId {
    /// Host of the instance, lower case.
    pub instance: String,
    /// What the instance calls the status.
    pub id: String,
}

/// What a line says about ids that are local to an instance, and what it leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalFacts {
    /// Statuses seen, with what their instance calls them.
    pub seen: Vec<SeenStatus>,
    /// References whose target is known by its local id alone.
    pub awaited: Vec<Awaited>,
    /// Statuses taken back, known by their local id alone.
    pub gone: Vec<Gone>,
}

/// A status and what its instance calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenStatus {
    /// On its instance.
    pub id: LocalId,
    /// Everywhere.
    pub post: PostId,
    /// Who made it.
    pub author: AccountId,
    /// That author's handle.
    pub handle: Option<String>,
}

/// A reference whose target is known by its local id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaited {
    /// Place in [`Normalised::events`] of the post that refers.
    pub event: usize,
    /// Which of its references.
    pub kind: ReferenceKind,
    /// What it points at.
    pub id: LocalId,
}

/// A status taken back, known by its local id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Which status.
    pub id: LocalId,
    /// When.
    pub at: Timestamp,
}

/// Why a line is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Refused {
    /// Path to the value at fault; `line` where it is the line as a whole.
    pub field: String,
    /// What is wrong, with the value (clipped) and the remedy.
    pub reason: String,
}

impl Refused {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }

    fn line(reason: impl Into<String>) -> Self {
        Self::new("line", reason)
    }
}

/// The beginning of a value, for messages.
pub(crate) fn clip(text: &str) -> Cow<'_, str> {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The line as text without the white space around it, where it is of a sane size and UTF-8.
fn text_of(line: &[u8]) -> Result<&str, Refused> {
    if line.len() > MAX_LINE_BYTES {
        return Err(Refused::line(format!(
            "has {} bytes, and {MAX_LINE_BYTES} is the most: send one object a line",
            line.len()
        )));
    }
    std::str::from_utf8(line).map(str::trim).map_err(|error| {
        Refused::line(format!(
            "is not UTF-8 from byte {} on: send it as UTF-8",
            error.valid_up_to()
        ))
    })
}

/// Reads one JSON object; `what` names what it should have been.
fn object<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Refused> {
    if !text.starts_with('{') {
        return Err(Refused::line(format!(
            "`{}` is not {what}: send one whole JSON object a line",
            clip(text)
        )));
    }
    serde_json::from_str(text).map_err(|error| {
        let error = error.to_string();
        Refused::line(format!(
            "`{}` is not {what}: {}; send one whole JSON object a line",
            clip(text),
            clip(&error)
        ))
    })
}

#[cfg(test)]
mod tests;
