//! Mentions, hashtags and links in a post, and finding them in plain text for networks that send none.

use std::ops::Range;

use serde::{Deserialize, Serialize};

mod chars;
mod extract;
mod find_links;
mod find_mention;
mod repair;
mod rules;
mod tail;
mod tld;

#[cfg(test)]
mod tests;

pub use extract::{extract, extract_on};
pub use repair::repair;
use rules::Rules;

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

impl Span {
    /// What stands there in `text`; `None` where that is no part of it on character boundaries.
    pub fn part_of(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }

    /// The same part of `text` in code points, in which X and its published rules count; `None` as in [`Span::part_of`].
    pub fn code_points(self, text: &str) -> Option<Range<usize>> {
        let start = text.get(..self.start as usize)?.chars().count();
        Some(start..start + self.part_of(text)?.chars().count())
    }
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
    /// Where it stands; found in plain text, `@user/list` stands on the whole.
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
