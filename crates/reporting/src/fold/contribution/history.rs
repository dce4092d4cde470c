//! What was known of a post at an earlier time: the findings that it once rested on, without text and author. Pure.
//!
//! A post about which one sighting was heard, at its event time, and no state of its account but that it is active, keeps nothing here:
//! most posts are such posts.

use backtweet_domain::Version;
use bytes::Bytes;

use super::{Content, Contribution, Finding, Impact, State};

/// How many findings about the content of one post are kept, and how many states of its account: those that outrank the others, so that it
/// makes no difference in which order they come. Of a post that changed more often it is lost what it was before the earliest of these became
/// known, when nothing seems to have been known of it, and that it may have stood at another time than today's.
const MOST: usize = 32;

/// One finding about the content.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct Heard {
    #[prost(uint64, tag = "1")]
    generation: u64,
    #[prost(uint64, tag = "2")]
    revision: u64,
    #[prost(uint64, tag = "3")]
    lineage: u64,
    /// Event time of what led to the finding.
    #[prost(int64, tag = "4")]
    known_us: i64,
    /// At its own event time, without author, hashtags and links; absent for a retraction.
    #[prost(message, optional, tag = "5")]
    impact: Option<Impact>,
}

impl Heard {
    fn new(version: Version, known_us: i64, impact: Option<&Impact>) -> Self {
        let Version {
            generation,
            revision,
            lineage,
        } = version;
        Self {
            generation,
            revision,
            lineage,
            known_us,
            impact: impact.map(Impact::without_author),
        }
    }

    fn rank(&self) -> (u64, u64, u64, bool) {
        (self.generation, self.revision, self.lineage, self.impact.is_none())
    }
}

/// One state of the author's account.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct Stated {
    #[prost(uint64, tag = "1")]
    seq: u64,
    #[prost(enumeration = "State", tag = "2")]
    state: i32,
    #[prost(int64, tag = "3")]
    known_us: i64,
}

impl Contribution {
    /// What it added to the figures by what was known before a time; `None` where it added nothing.
    pub(crate) fn as_of(&self, before_us: i64) -> Option<Impact> {
        if self.state_as_of(before_us) != State::Active {
            return None;
        }
        let heard = self.heard();
        let by_then = || heard.iter().filter(|heard| heard.known_us < before_us);
        let impact = by_then().next_back()?.impact.clone()?;
        let seen = by_then().filter_map(|heard| heard.impact.as_ref());
        let first_us = seen.map(|impact| impact.at_us).min();
        let at_us = if heard.len() < MOST { first_us } else { self.first_us };
        Some(Impact {
            at_us: at_us?,
            ..impact
        })
    }

    /// It as it was known before a time, to be shown like one of today; `None` where it added nothing. Its author is there where it counts
    /// today, its event where that is besides what it rested on then, its place is today's.
    pub(crate) fn as_known(&self, before_us: i64) -> Option<Self> {
        let mut impact = self.as_of(before_us)?;
        let mut event = Bytes::new();
        if let Some(today) = self.effective() {
            impact.author.clone_from(&today.author);
            if self.rested_on_the_same(before_us) {
                event = self.event.clone();
            }
        }
        Some(Self {
            content: Content::Seen.into(),
            impact: Some(impact),
            event,
            place: self.place.clone(),
            ..Self::default()
        })
    }

    /// Whether the finding that counted before a time is today's.
    fn rested_on_the_same(&self, before_us: i64) -> bool {
        let heard = self.heard();
        let then = heard.iter().rfind(|heard| heard.known_us < before_us);
        then.map(Heard::rank) == heard.last().map(Heard::rank)
    }

    /// Event time of the last finding about it; `None` where it never was anything but what it is now.
    pub(crate) fn last_known_us(&self) -> Option<i64> {
        let was_seen = self.impact.is_some() || self.heard.iter().any(|heard| heard.impact.is_some());
        let was_away = self.states.iter().any(|stated| stated.state() != State::Active);
        let has_changed = was_away || self.known_us.is_some() || !self.heard.is_empty();
        if !was_seen || !has_changed {
            return None;
        }
        self.findings_us().max()
    }

    /// When the post was first witnessed; `None` where it never was.
    pub(crate) fn seen_us(&self) -> Option<i64> {
        self.first_us.or(self.impact.as_ref().map(|impact| impact.at_us))
    }

    /// The event time from which on its days are counted: the post's own, else that of the last finding about it. `None` where nothing is
    /// kept, and where that was before these times were.
    pub(crate) fn aged_from(&self) -> Option<i64> {
        self.seen_us().or_else(|| self.findings_us().max())
    }

    /// The event times that are kept of findings about it.
    fn findings_us(&self) -> impl Iterator<Item = i64> {
        let heard = self.heard.iter().map(|heard| heard.known_us);
        let stated = self.states.iter().map(|stated| stated.known_us);
        heard.chain(stated).chain(self.known_us)
    }

    /// Keeps what a finding says, before it is taken in.
    pub(super) fn remember(&mut self, finding: &Finding, known_us: i64) {
        match finding {
            Finding::Seen { version, impact, .. } => self.hear(*version, known_us, Some(impact)),
            Finding::Retracted { version } => self.hear(*version, known_us, None),
            Finding::Account { state, seq } => {
                let mut stated = Stated {
                    seq: *seq,
                    known_us,
                    ..Stated::default()
                };
                stated.set_state((*state).into());
                let rank = |stated: &Stated| stated.state().rank(stated.seq);
                insert(&mut self.states, stated, rank, |stated| &mut stated.known_us);
            }
        }
    }

    fn hear(&mut self, version: Version, known_us: i64, impact: Option<&Impact>) {
        // Nothing is known of a post before it is there.
        let known_us = impact.map_or(known_us, |impact| known_us.max(impact.at_us));
        let mut heard = self.heard();
        if heard.is_empty() {
            return self.rest_on(known_us, impact);
        }
        let said = Heard::new(version, known_us, impact);
        insert(&mut heard, said, Heard::rank, |heard| &mut heard.known_us);
        match heard.as_slice() {
            [only] => self.rest_on(only.known_us, only.impact.as_ref()),
            _ => (self.known_us, self.heard) = (None, heard),
        }
    }

    /// Keeps of the only finding what the content does not say.
    fn rest_on(&mut self, known_us: i64, impact: Option<&Impact>) {
        let is_told = impact.is_some_and(|impact| known_us == impact.at_us);
        self.known_us = (!is_told).then_some(known_us);
    }

    /// The findings about the content, the one that counts last. Retractions that were taken in before this was kept were always known.
    fn heard(&self) -> Vec<Heard> {
        if !self.heard.is_empty() {
            return self.heard.clone();
        }
        let impact = match self.content() {
            Content::Unknown | Content::Refused => return Vec::new(),
            Content::Seen => self.impact.as_ref(),
            Content::Retracted => None,
        };
        let version = Version {
            generation: self.generation,
            revision: self.revision,
            lineage: self.lineage,
        };
        let known_us = self.known_us.or(impact.map(|impact| impact.at_us));
        vec![Heard::new(version, known_us.unwrap_or(i64::MIN), impact)]
    }

    /// The state that counted. One that was taken in before this was kept always did.
    fn state_as_of(&self, before_us: i64) -> State {
        if self.states.is_empty() {
            return self.state();
        }
        let mut by_then = self.states.iter().filter(|stated| stated.known_us < before_us);
        by_then.next_back().map_or(State::Active, Stated::state)
    }
}

/// Puts `one` in its place in a list in order of rank, where the same thing that is said again was known since the first time.
fn insert<T, R: Ord>(all: &mut Vec<T>, mut one: T, rank: impl Fn(&T) -> R, known_us: impl Fn(&mut T) -> &mut i64) {
    match all.binary_search_by_key(&rank(&one), &rank) {
        Ok(place) => {
            let (known, again) = (known_us(&mut all[place]), *known_us(&mut one));
            *known = again.min(*known);
        }
        Err(place) => all.insert(place, one),
    }
    if all.len() > MOST {
        all.remove(0);
    }
}
