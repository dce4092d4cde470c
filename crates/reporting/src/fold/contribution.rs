//! What one post adds to one subject's figures, and how findings change it. Every rule of precedence lives here; pure.
//!
//! A contribution has two parts that know nothing of each other. The content goes by its version: a higher one replaces, an equal or
//! lower one changes nothing, and a retraction outranks a sighting of the same version. The author's state goes by its sequence
//! number alone, but that a deletion is final: content that was erased could not come back, so a state that is heard after it cannot
//! bring it back either, in whichever order the two arrive.

use backtweet_domain::{AccountState, Intent, Kind, KindSet, Label, Network, Role, Version};
use bytes::Bytes;

use self::history::{Heard, Stated};
use super::place::Place;
use crate::sample;

/// What a post adds to the figures: little, and cheap to read, so that it can be taken out again without reading the post.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Impact {
    /// Event time.
    #[prost(int64, tag = "1")]
    pub at_us: i64,
    /// `network:native`; empty once erased.
    #[prost(string, tag = "2")]
    pub author: String,
    #[prost(uint32, tag = "3")]
    pub(super) role: u32,
    /// One bit a kind.
    #[prost(uint32, tag = "4")]
    pub(super) kinds: u32,
    /// Whether it points back only through what the network put there by itself.
    #[prost(bool, tag = "5")]
    pub automatic: bool,
    #[prost(uint32, tag = "6")]
    pub(super) intent: u32,
    #[prost(uint32, tag = "7")]
    pub(super) network: u32,
    #[prost(string, tag = "8")]
    pub language: String,
    #[prost(uint32, optional, tag = "9")]
    pub(super) sentiment: Option<u32>,
    #[prost(uint64, optional, tag = "10")]
    pub followers: Option<u64>,
    #[prost(sint64, tag = "11")]
    pub signal_milli: i64,
    /// Name and version of the model that scored it; empty where none did, and where it was folded before this was kept.
    #[prost(string, tag = "12")]
    pub model: String,
    /// Folded, each once.
    #[prost(string, repeated, tag = "20")]
    pub hashtags: Vec<String>,
    /// Canonical, each once.
    #[prost(string, repeated, tag = "21")]
    pub links: Vec<String>,
    /// Whether it hangs on a post by somebody else. Never where it was folded before this was kept.
    #[prost(bool, tag = "40")]
    pub passes_on: bool,
    /// Whether it is praise that can be shown again. Never where it was folded before this was kept.
    #[prost(bool, tag = "41")]
    pub is_praise: bool,
    /// The links, and accounts as `profile` writes them, by which it points at the subject, each once, among others of the same kind. None where it
    /// was folded before this was kept.
    #[prost(string, repeated, tag = "42")]
    pub pages: Vec<String>,
    /// The accounts other than its author's that it points at, each once. None where it was folded before this was kept.
    #[prost(string, repeated, tag = "43")]
    pub points_at: Vec<String>,
}

/// The parts of an [`Impact`] that are enumerations.
pub(crate) struct Dimensions {
    pub role: Role,
    pub kinds: KindSet,
    pub intent: Intent,
    pub network: Network,
    pub label: Option<Label>,
}

pub(super) const ROLES: [Role; 4] = [Role::Backtweet, Role::Indirect, Role::Origin, Role::Answer];

impl Impact {
    /// An impact with these dimensions and nothing else.
    pub(crate) fn new(dimensions: &Dimensions) -> Self {
        let kinds = Kind::ALL.iter().enumerate();
        Self {
            role: index(&ROLES, dimensions.role),
            kinds: kinds
                .map(|(bit, &kind)| u32::from(dimensions.kinds.contains(kind)) << bit)
                .sum(),
            intent: index(&Intent::ALL, dimensions.intent),
            network: index(&Network::ALL, dimensions.network),
            sentiment: dimensions.label.map(|label| index(&Label::ALL, label)),
            ..Self::default()
        }
    }

    /// Leaves nothing of who wrote it and what the text says.
    fn erase(&mut self) {
        self.author.clear();
        self.hashtags.clear();
        self.links.clear();
        self.pages.clear();
        self.points_at.clear();
    }

    /// What is left of it once erased.
    pub(crate) fn without_author(&self) -> Self {
        let mut impact = self.clone();
        impact.erase();
        impact
    }

    /// A number of 40 bits that follows from all of it, so that the sum over some posts tells whether any of them is another.
    pub(crate) fn check(&self) -> i64 {
        (sample::hash(&prost::Message::encode_to_vec(self)) >> 24).cast_signed()
    }

    pub(crate) fn role(&self) -> Role {
        at(&ROLES, self.role).unwrap_or(Role::Indirect)
    }

    pub(crate) fn kinds(&self) -> KindSet {
        let kinds = Kind::ALL.into_iter().enumerate();
        kinds
            .filter(|(bit, _)| self.kinds & (1 << bit) != 0)
            .map(|(_, kind)| kind)
            .collect()
    }

    pub(crate) fn intent(&self) -> Intent {
        at(&Intent::ALL, self.intent).unwrap_or(Intent::Other)
    }

    pub(crate) fn network(&self) -> Network {
        at(&Network::ALL, self.network).unwrap_or(Network::Other)
    }

    pub(crate) fn label(&self) -> Option<Label> {
        self.sentiment.and_then(|label| at(&Label::ALL, label))
    }
}

pub(super) fn index<T: PartialEq>(all: &[T], value: T) -> u32 {
    all.iter()
        .zip(0..)
        .find(|(one, _)| **one == value)
        .map_or(u32::MAX, |(_, index)| index)
}

pub(super) fn at<T: Copy>(all: &[T], index: u32) -> Option<T> {
    all.get(usize::try_from(index).ok()?).copied()
}

/// What is known of a post's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Content {
    /// Nothing yet.
    Unknown = 0,
    /// It came too late to count.
    Refused = 1,
    /// It belongs to the conversation.
    Seen = 2,
    /// It is gone, or points at the subject no more.
    Retracted = 3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
enum State {
    Active = 0,
    Hidden = 1,
    Deleted = 2,
}

impl From<AccountState> for State {
    fn from(state: AccountState) -> Self {
        match state {
            AccountState::Active => State::Active,
            AccountState::Hidden => State::Hidden,
            AccountState::Deleted => State::Deleted,
        }
    }
}

impl State {
    /// What is said under the highest number counts, but that a deletion is final.
    fn rank(self, seq: u64) -> (bool, u64, State) {
        (self == State::Deleted, seq, self)
    }
}

/// All that is kept about one post and one subject.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Contribution {
    #[prost(enumeration = "Content", tag = "1")]
    content: i32,
    #[prost(uint64, tag = "2")]
    generation: u64,
    #[prost(uint64, tag = "3")]
    revision: u64,
    #[prost(uint64, tag = "4")]
    lineage: u64,
    /// Kept, without its author and what its text says, when the content is erased.
    #[prost(message, optional, tag = "5")]
    impact: Option<Impact>,
    /// The scored event as it arrived; empty once erased.
    #[prost(bytes = "bytes", tag = "6")]
    pub event: Bytes,
    #[prost(enumeration = "State", tag = "7")]
    state: i32,
    #[prost(uint64, tag = "8")]
    state_seq: u64,
    /// Where the post stands in the feed of changes; 0 where it is not in it.
    #[prost(int64, tag = "9")]
    pub sequence: i64,
    /// When the post was first witnessed: the earliest event time of all its sightings.
    #[prost(int64, optional, tag = "10")]
    first_us: Option<i64>,
    /// Of its author's id, once that is erased: so that the author can be told what was.
    #[prost(fixed64, optional, tag = "42")]
    fingerprint: Option<u64>,
    /// Where the post stands in a cascade, or stood before it went.
    #[prost(message, optional, tag = "30")]
    pub place: Option<Place>,
    /// When the one finding that the content rests on was known: only of a retraction, and of a sighting later than its event time.
    #[prost(int64, optional, tag = "39")]
    known_us: Option<i64>,
    /// The findings about the content, lowest version first; none while there was only one.
    #[prost(message, repeated, tag = "40")]
    heard: Vec<Heard>,
    /// The states of the author's account, in order of precedence.
    #[prost(message, repeated, tag = "41")]
    states: Vec<Stated>,
}

/// A finding as the fold needs it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Finding {
    /// The post belongs to the conversation.
    Seen {
        version: Version,
        impact: Box<Impact>,
        place: Box<Place>,
        event: Bytes,
    },
    /// It does no more.
    Retracted { version: Version },
    /// Its author's account changed.
    Account { state: AccountState, seq: u64 },
}

impl Contribution {
    /// What it adds to the figures now; `None` where it adds nothing.
    pub(crate) fn effective(&self) -> Option<&Impact> {
        let counts = self.content() == Content::Seen && self.state() == State::Active;
        self.impact.as_ref().filter(|_| counts)
    }

    /// What is known of the content.
    pub(crate) fn known(&self) -> Content {
        self.content()
    }

    /// Takes in a finding of this event time.
    pub(crate) fn take(&mut self, finding: &Finding, known_us: i64) {
        self.remember(finding, known_us);
        match finding {
            Finding::Seen {
                version,
                impact,
                place,
                event,
            } => {
                Place::raise(&mut self.place, *version, place);
                if self.raise(*version, Content::Seen) {
                    self.impact = Some(Impact::clone(impact));
                    self.event = event.clone();
                }
                // An edit keeps the time at which the post was first witnessed, in whichever order the two come.
                let first = self.first_us.map_or(impact.at_us, |first| first.min(impact.at_us));
                self.first_us = Some(first);
                if let Some(impact) = &mut self.impact {
                    impact.at_us = first;
                }
            }
            Finding::Retracted { version } => _ = self.raise(*version, Content::Retracted),
            Finding::Account { state, seq } => self.change_state(*state, *seq),
        }
        if self.is_erased() {
            let said = match finding {
                Finding::Seen { impact, .. } => Some(&impact.author),
                _ => self.impact.as_ref().map(|impact| &impact.author),
            };
            if let Some(author) = said.filter(|author| !author.is_empty()) {
                self.fingerprint = Some(sample::hash(author.as_bytes()));
            }
            self.erase();
        } else {
            self.fingerprint = None;
        }
    }

    /// Under which fingerprint of its author it is told as erased, and the event time of the last finding about it, if that is known.
    pub(crate) fn erasure(&self) -> Option<(u64, i64)> {
        Some((self.fingerprint?, self.last_known_us().unwrap_or(i64::MIN)))
    }

    /// Whether nothing is kept of its text and author, for good or until a higher version is seen.
    pub(crate) fn is_erased(&self) -> bool {
        self.content() == Content::Retracted || self.state() == State::Deleted
    }

    /// Remembers that the content of this version, of a post of this event time, came too late, so that it is counted once.
    pub(crate) fn refuse(&mut self, version: Version, at_us: i64) {
        if self.raise(version, Content::Refused) {
            self.known_us = Some(at_us);
        }
    }

    /// Moves the content to a higher version; `false` where it is not higher. At one version a retraction outranks a sighting.
    fn raise(&mut self, version: Version, content: Content) -> bool {
        let Version {
            generation,
            revision,
            lineage,
        } = version;
        let rank = |content: Content| content == Content::Retracted;
        let now = (self.generation, self.revision, self.lineage, rank(self.content()));
        if self.content() != Content::Unknown && (generation, revision, lineage, rank(content)) <= now {
            return false;
        }
        (self.generation, self.revision, self.lineage) = (generation, revision, lineage);
        self.set_content(content);
        true
    }

    fn change_state(&mut self, state: AccountState, seq: u64) {
        let state = State::from(state);
        if state.rank(seq) > self.state().rank(self.state_seq) {
            self.set_state(state);
            self.state_seq = seq;
        }
    }

    fn erase(&mut self) {
        self.event = Bytes::new();
        if let Some(impact) = &mut self.impact {
            impact.erase();
        }
    }
}

mod history;
#[cfg(test)]
mod tests;
