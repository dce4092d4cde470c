//! Signs that a post was made to be counted rather than read. Which post bears which is found by the classifier.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sign that a post was made to be counted rather than read. A flag takes nothing out of any figure by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Flag {
    /// Several other accounts posted the same text lately.
    DuplicateText = 0,
    /// Its account was made a short time before it.
    NewAccount = 1,
    /// It holds many links, or hardly more than links.
    LinkFarm = 2,
    /// It holds so many hashtags that it is made to be found by them.
    TagStuffing = 3,
    /// It begs for being followed or passed on.
    FollowBait = 4,
    /// The account, or the post, says that a program wrote it.
    Automated = 5,
}

impl Flag {
    /// Every flag, by number.
    pub const ALL: [Flag; 6] = [
        Flag::DuplicateText,
        Flag::NewAccount,
        Flag::LinkFarm,
        Flag::TagStuffing,
        Flag::FollowBait,
        Flag::Automated,
    ];

    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Flag::DuplicateText => "duplicate_text",
            Flag::NewAccount => "new_account",
            Flag::LinkFarm => "link_farm",
            Flag::TagStuffing => "tag_stuffing",
            Flag::FollowBait => "follow_bait",
            Flag::Automated => "automated",
        }
    }
}

/// The flags that one post bears: several may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flags(u8);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);

    /// These and `flag`.
    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | 1 << flag as u8)
    }

    /// Whether it bears `flag`.
    pub const fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether it bears none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many it bears.
    pub const fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The flags, in the order of [`Flag::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |&flag| self.contains(flag))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Flags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Flag>::deserialize(deserializer)?.into_iter().collect())
    }
}
