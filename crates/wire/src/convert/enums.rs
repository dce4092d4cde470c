//! Enumerations. Numbers that name nothing, and the unspecified 0, are refused.

use backtweet_domain::{AccountState, Edge, Flag, Intent, Kind, Label, Network, ReferenceKind, Role};

use crate::{WireError, v1};

/// A domain enumeration that travels as a number.
pub trait WireEnum: Sized {
    /// Reads the number of an enumeration field.
    ///
    /// # Errors
    /// When the number is 0 (unspecified) or names no value.
    fn from_number(number: i32) -> Result<Self, WireError>;
}

macro_rules! wire_enum {
    ($name:ident, $what:literal: $($value:ident),+) => {
        impl From<$name> for v1::$name {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$value => v1::$name::$value),+
                }
            }
        }

        impl TryFrom<v1::$name> for $name {
            type Error = WireError;

            fn try_from(wire: v1::$name) -> Result<Self, WireError> {
                match wire {
                    $(v1::$name::$value => Ok($name::$value),)+
                    v1::$name::Unspecified => {
                        Err(WireError::new("", concat!("is unspecified: name the ", $what)))
                    }
                }
            }
        }

        impl WireEnum for $name {
            fn from_number(number: i32) -> Result<Self, WireError> {
                v1::$name::try_from(number)
                    .map_err(|_| WireError::new("", format!(concat!("{} is no ", $what, ": use one from the protocol"), number)))?
                    .try_into()
            }
        }
    };
}

wire_enum!(Network, "network": Bluesky, Mastodon, X, Other);
wire_enum!(ReferenceKind, "kind of reference": Repost, Quote, Reply);
wire_enum!(AccountState, "state of an account": Active, Hidden, Deleted);
wire_enum!(Kind, "kind of backtweet": Repost, Quote, Reply, Mention, Link, Hashtag, Keyword);
wire_enum!(Intent, "intent": HelpRequest, Complaint, Praise, Question, Share, Spam, Other);
wire_enum!(Flag, "flag": DuplicateText, NewAccount, LinkFarm, TagStuffing, FollowBait, Automated);
wire_enum!(Role, "role": Backtweet, Indirect, Origin, Answer);
wire_enum!(Edge, "kind of edge": Observed, Inferred, Flattened);
wire_enum!(Label, "sentiment label": Negative, Neutral, Positive, Unknown);
