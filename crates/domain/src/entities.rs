//! Mentions, hashtags and links in a post, and finding them in plain text for networks that send none.

use serde::{Deserialize, Serialize};

mod chars;
mod extract;
mod find_links;
mod repair;
mod tld;

#[cfg(test)]
mod tests;

pub use extract::extract;
pub use repair::repair;

use crate::id::AccountId;
use crate::link;

/// A part of a text: offsets in UTF-8 bytes, end exclusive, always on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// An account named in a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The account, where the network says which.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Its handle, lower case, without `@`; with its host on Mastodon.
    #[serde(default)]
    pub handle: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub span: Option<Span>,
    /// Whether the network put it in front of a reply by itself.
    #[serde(default)]
    pub automatic: bool,
}

/// A hashtag (or cashtag) in a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashtag {
    /// As written, without `#` (or `$`).
    pub tag: String,
    /// Where it stands.
    #[serde(default)]
    pub span: Option<Span>,
}

/// A link in a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// As the network gave it, resolved as far as the network resolved it.
    pub url: String,
    /// The canonical form, by [`crate::link::canonical`], of the page that it leads to as far as shortened links were followed; the url itself
    /// where it has none.
    pub canonical: String,
    /// Where it stands.
    #[serde(default)]
    pub span: Option<Span>,
}

impl Link {
    /// A link to `url`, with its canonical form.
    pub fn new(url: impl Into<String>, span: Option<Span>) -> Self {
        let url = url.into();
        let canonical = link::canonical(&url).unwrap_or_else(|| url.clone());
        Self { url, canonical, span }
    }
}

/// What is named, tagged and linked in a post.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entities {
    /// Accounts named.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Hashtags.
    #[serde(default)]
    pub hashtags: Vec<Hashtag>,
    /// Cashtags, such as `$ACME`.
    #[serde(default)]
    pub cashtags: Vec<Hashtag>,
    /// Links.
    #[serde(default)]
    pub links: Vec<Link>,
}
