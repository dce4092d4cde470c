//! Ids that are the same in every replay: network and native id, nothing made up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Where a post was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Bluesky and whatever else speaks the AT protocol.
    Bluesky,
    /// Mastodon and what speaks its client API.
    Mastodon,
    /// X, formerly Twitter.
    X,
    /// Pushed by a client of the suite, from anywhere.
    Other,
}

impl Network {
    /// Every network, in the order reports list them.
    pub const ALL: [Network; 4] = [Network::Bluesky, Network::Mastodon, Network::X, Network::Other];

    /// Its name in ids, files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Network::Bluesky => "bluesky",
            Network::Mastodon => "mastodon",
            Network::X => "x",
            Network::Other => "other",
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The part before the first colon names no network.
    #[error("`{text}` does not start with a network: write bluesky:, mastodon:, x: or other: and the native id")]
    Network {
        /// What was given.
        text: String,
    },
    /// An id is too short, too long, or holds a control character or a brace.
    #[error("`{text}` is no id: it needs 1 to 1024 characters, none of them a control character, `{{` or `}}`")]
    Native {
        /// What was given.
        text: String,
    },
    /// A subject's id is not a plain word.
    #[error(
        "`{text}` is no subject id: use 1 to 64 lower-case letters, digits, `-`, `_` or `.`, starting with a letter or digit"
    )]
    Subject {
        /// What was given.
        text: String,
    },
}

impl FromStr for Network {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Network::ALL
            .into_iter()
            .find(|network| network.name() == text)
            .ok_or_else(|| IdError::Network { text: clip(text) })
    }
}

fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}

fn native_id(native: String) -> Result<String, IdError> {
    let fits = (1..=1024).contains(&native.len()) && !native.chars().any(|c| c.is_control() || c == '{' || c == '}');
    if fits {
        Ok(native)
    } else {
        Err(IdError::Native { text: clip(&native) })
    }
}

macro_rules! network_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            network: Network,
            native: String,
        }

        impl $name {
            /// The id that `network` calls `native`.
            ///
            /// # Errors
            /// When the native id is empty, longer than 1024 bytes, or holds a control character or a brace.
            pub fn new(network: Network, native: impl Into<String>) -> Result<Self, IdError> {
                Ok(Self { network, native: native_id(native.into())? })
            }

            /// The network it belongs to.
            pub fn network(&self) -> Network {
                self.network
            }

            /// What the network itself calls it.
            pub fn native(&self) -> &str {
                &self.native
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}:{}", self.network, self.native)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let (network, native) = text.split_once(':').ok_or_else(|| IdError::Network { text: clip(text) })?;
                Self::new(network.parse().map_err(|_| IdError::Network { text: clip(text) })?, native)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

network_id! {
    /// A post: `bluesky:at://did/collection/rkey`, `mastodon:` and the status's `uri`, `x:` and the first id of its edit history.
    PostId
}

network_id! {
    /// An account: `bluesky:` and the DID, `mastodon:` and the profile's `url` (the same on every instance), `x:` and the numeric user id.
    AccountId
}

impl PostId {
    /// When the post was made, where its own id tells: Bluesky record keys and X ids carry their time.
    pub fn time(&self) -> Option<Timestamp> {
        match self.network {
            Network::Bluesky => tid_time(self.native.rsplit('/').next()?),
            Network::X => snowflake_time(self.native.parse().ok()?),
            Network::Mastodon | Network::Other => None,
        }
    }
}

/// The time inside a TID, the AT protocol's sortable id: 13 characters of base 32, 53 bits of microseconds above 10 of a clock id; `None`
/// where the text is none.
pub fn tid_time(tid: &str) -> Option<Timestamp> {
    Some(Timestamp::from_micros(i64::try_from(tid_value(tid)? >> 10).ok()?))
}

/// A TID as a number that orders as the TID does; `None` where the text is none.
pub fn tid_value(tid: &str) -> Option<u64> {
    const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    if tid.len() != 13 {
        return None;
    }
    tid.bytes().try_fold(0u64, |value, byte| {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        value.checked_mul(32)?.checked_add(digit as u64)
    })
}

/// The time inside an X id: milliseconds since 2010-11-04T01:42:54.657Z above 22 other bits. Ids from before that scheme have none.
fn snowflake_time(id: u64) -> Option<Timestamp> {
    const EPOCH_MS: i64 = 1_288_834_974_657;
    const FIRST: u64 = 29_700_859_247;
    (id >= FIRST).then(|| Timestamp::from_millis(i64::try_from(id >> 22).unwrap_or(0) + EPOCH_MS))
}

/// What somebody calls a tracked subject: a short lower-case word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubjectId(String);

impl SubjectId {
    /// A subject's id.
    ///
    /// # Errors
    /// When the text is not 1 to 64 lower-case letters, digits, `-`, `_` or `.`, starting with a letter or digit.
    pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
        let text = text.into();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = text.len() <= 64
            && text.starts_with(plain)
            && text.chars().all(|c| plain(c) || matches!(c, '-' | '_' | '.'));
        if fits {
            Ok(Self(text))
        } else {
            Err(IdError::Subject { text: clip(&text) })
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SubjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl TryFrom<String> for SubjectId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl From<SubjectId> for String {
    fn from(id: SubjectId) -> String {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_time_inside_an_id_is_read_where_there_is_one() {
        let post = |text: &str| text.parse::<PostId>().unwrap().time();
        assert_eq!(
            post("x:1460323737035677698").unwrap().to_string(),
            "2021-11-15T19:08:05.069Z"
        );
        let bluesky = post("bluesky:at://did:plc:a/app.bsky.feed.post/3jzfcijpj2z2a").unwrap();
        assert_eq!(bluesky.to_string().get(..4), Some("2023"));
        assert_eq!(post("x:20"), None);
        assert_eq!(post("bluesky:at://did:plc:a/app.bsky.feed.post/self"), None);
        assert_eq!(post("mastodon:https://a.example/1"), None);
    }

    proptest! {
        #[test]
        fn every_id_reads_back_as_written(native in "[a-z0-9:/@._-]{1,60}") {
            for network in Network::ALL {
                let id = PostId::new(network, native.clone()).unwrap();
                prop_assert_eq!(id.to_string().parse::<PostId>().unwrap(), id);
            }
        }

        #[test]
        fn no_text_makes_reading_an_id_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<PostId>().map(|id| id.time());
            let _ = text.parse::<SubjectId>();
        }
    }
}
