//! Who posted the same text lately: the record that is kept for a text, and how it grows. Where it is stored, and what many twins mean, is not
//! decided here.
//!
//! Whom a record holds is the same in whatever order posts arrive and however often each does: of every author it keeps the latest time, of
//! all authors the latest few, and nothing that is older than the newest by more than [`LATELY`]. Whatever is left out can never come
//! to belong again. How many were there before an author is noted with the author, in one step: so those who write at the same time agree on
//! who came first, and whoever asks again is told the same.

use std::time::Duration;

use backtweet_domain::{AccountId, Timestamp};
use prost::Message;

use crate::hash;

/// Posts further apart than this in event time are no twins.
pub const LATELY: Duration = Duration::from_secs(24 * 3_600);
/// A record keeps so many authors; more twins than that count as that many.
pub const MOST: usize = 16;
/// Texts of fewer words than this are everybody's own: `thank you so much`.
const FEWEST_WORDS: usize = 5;

/// Authors of one text, each with their latest post; the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Twins {
    seen: Vec<Seen>,
}

/// An author's latest post of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    at: Timestamp,
    /// By hash.
    author: u64,
    /// How many others had posted it when this was heard.
    twins: u32,
}

#[derive(Clone, PartialEq, Message)]
struct TwinsBytes {
    #[prost(fixed64, repeated, tag = "1")]
    authors: Vec<u64>,
    #[prost(sint64, repeated, tag = "2")]
    at_us: Vec<i64>,
    /// None in records from before they were noted.
    #[prost(uint32, repeated, tag = "3")]
    twins: Vec<u32>,
}

/// What two texts have in common that differ only in links, names, capitals, punctuation and white space: the name of their record. `None`
/// for a text with too few words to be anybody's in particular.
pub fn fingerprint(text: &str) -> Option<u64> {
    let (mut fingerprint, mut words) = (hash::seed(), 0);
    for word in text.split_whitespace() {
        let named = word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@');
        if word.contains("://") || word.starts_with("www.") || named.starts_with('@') {
            continue;
        }
        let normal = crate::text::normalise(word);
        let mut letters = normal.chars().filter(|c| c.is_alphanumeric()).peekable();
        if letters.peek().is_none() {
            continue;
        }
        words += 1;
        fingerprint = letters.fold(fingerprint, |hash, c| hash::stir(hash, u64::from(c)));
        fingerprint = hash::stir(fingerprint, u64::from(' '));
    }
    (words >= FEWEST_WORDS).then_some(fingerprint)
}

/// The record with a post of `author` at event time `at` in it, and how many other authors in it posted the text within [`LATELY`]
/// of that: when the post was noted, where it is the latest of its author.
pub fn remember(mut record: Twins, author: &AccountId, at: Timestamp) -> (Twins, u32) {
    if let Some(twins) = record.noted(author, at) {
        return (record, twins);
    }
    let author = hash::of_text(&author.to_string());
    let newest = record.seen.first().map_or(at, |seen| at.max(seen.at));
    record.seen.retain(|seen| near(seen.at, newest));
    let others = record
        .seen
        .iter()
        .filter(|seen| seen.author != author && near(seen.at, at));
    let twins = u32::try_from(others.count()).unwrap_or(u32::MAX);
    match record.seen.iter_mut().find(|seen| seen.author == author) {
        Some(seen) if seen.at < at => (seen.at, seen.twins) = (at, twins),
        Some(_) => {}
        None => record.seen.push(Seen { at, author, twins }),
    }
    record.seen.sort_unstable_by(|one, two| two.cmp(one));
    record.seen.retain(|seen| near(seen.at, newest));
    record.seen.truncate(MOST);
    (record, twins)
}

fn near(one: Timestamp, two: Timestamp) -> bool {
    let apart = one.micros().abs_diff(two.micros());
    u128::from(apart) <= LATELY.as_micros()
}

impl Twins {
    /// How many twins a post was noted with; `None` where it is not the latest of its author in the record.
    fn noted(&self, author: &AccountId, at: Timestamp) -> Option<u32> {
        let author = hash::of_text(&author.to_string());
        let mut seen = self.seen.iter().filter(|seen| (seen.at, seen.author) == (at, author));
        seen.next().map(|seen| seen.twins)
    }

    /// Whether a post may have been noted and is not any more: then nothing here tells how many twins it had.
    pub(crate) fn may_have_forgotten(&self, author: &AccountId, at: Timestamp) -> bool {
        let hash = hash::of_text(&author.to_string());
        let is_later = |seen: &Seen| seen.author == hash && seen.at > at;
        let is_past = self.latest().is_none_or(|latest| latest > at && !near(latest, at));
        self.noted(author, at).is_none() && (is_past || self.seen.len() == MOST || self.seen.iter().any(is_later))
    }

    /// Whether it holds as many authors as it can, all of them shortly before or after `at`: one more changes nothing that matters.
    pub(crate) fn is_full(&self, at: Timestamp) -> bool {
        let shortly = |other: Timestamp| u128::from(other.micros().abs_diff(at.micros())) <= LATELY.as_micros() / 2;
        self.seen.len() == MOST && self.seen.iter().all(|seen| shortly(seen.at))
    }

    /// When the latest of its posts was made.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.seen.first().map(|seen| seen.at)
    }

    /// The record as it is stored.
    pub fn encode(&self) -> Vec<u8> {
        let seen = || self.seen.iter();
        let bytes = TwinsBytes {
            authors: seen().map(|seen| seen.author).collect(),
            at_us: seen().map(|seen| seen.at.micros()).collect(),
            twins: seen().map(|seen| seen.twins).collect(),
        };
        bytes.encode_to_vec()
    }

    /// Reads what [`Twins::encode`] wrote; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let TwinsBytes {
            authors,
            at_us,
            mut twins,
        } = TwinsBytes::decode(bytes).ok()?;
        twins.resize(authors.len(), 0);
        let fits = authors.len() == at_us.len() && authors.len() <= MOST;
        let seen = at_us.into_iter().zip(authors).zip(twins);
        let seen = seen.map(|((at, author), twins)| Seen {
            at: Timestamp::from_micros(at),
            author,
            twins,
        });
        fits.then(|| Self { seen: seen.collect() })
    }
}

#[cfg(test)]
mod tests;
