//! Whose rules hold for a text.

use crate::id::Network;

/// What is a mention, a hashtag, a cashtag or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// Those of twitter-text as published, to the letter.
    X,
    /// The same, with the handles of other networks, and more careful where people leave out the space behind a sentence.
    Open,
}

impl Rules {
    pub(super) fn of(network: Network) -> Self {
        match network {
            Network::X => Rules::X,
            Network::Bluesky | Network::Mastodon | Network::Other => Rules::Open,
        }
    }

    /// Whether `top`, a known top-level domain, makes a host of what comes before it without a scheme. `the end.It was` is a link on X only.
    pub(super) fn trusts(self, top: &str) -> bool {
        let mixed = top.contains(|c: char| c.is_ascii_uppercase()) && top.contains(|c: char| c.is_ascii_lowercase());
        self == Rules::X || !mixed
    }
}
