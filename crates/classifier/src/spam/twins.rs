//! Who posted the same text lately: the record that is kept for a text, and how it grows. Where it is stored, and what many twins mean, is not
//! decided here.
//!
//! A record is the same in whatever order its posts arrive and however often each does: of every author it keeps the latest time, of
//! all authors the latest few, and nothing that is older than the newest by more than [`LATELY`]. Whatever is left out can never come
//! to belong again.

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

/// Authors of one text, by hash, each with the time of their latest post; the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Twins {
    seen: Vec<(Timestamp, u64)>,
}

#[derive(Clone, PartialEq, Message)]
struct TwinsBytes {
    #[prost(fixed64, repeated, tag = "1")]
    authors: Vec<u64>,
    #[prost(sint64, repeated, tag = "2")]
    at_us: Vec<i64>,
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
/// of that.
pub fn remember(mut record: Twins, author: &AccountId, at: Timestamp) -> (Twins, usize) {
    let author = hash::of_text(&author.to_string());
    let known = record.seen.iter_mut().find(|(_, known)| *known == author);
    match known {
        Some((latest, _)) => *latest = at.max(*latest),
        None => record.seen.push((at, author)),
    }
    record.seen.sort_unstable_by(|one, two| two.cmp(one));
    let newest = record.seen.first().map_or(at, |(newest, _)| *newest);
    record.seen.retain(|(other, _)| near(*other, newest));
    record.seen.truncate(MOST);
    let others = record
        .seen
        .iter()
        .filter(|(other, known)| *known != author && near(*other, at));
    let twins = others.count();
    (record, twins)
}

fn near(one: Timestamp, two: Timestamp) -> bool {
    let apart = one.micros().abs_diff(two.micros());
    u128::from(apart) <= LATELY.as_micros()
}

impl Twins {
    /// Whether it holds as many authors as it can, all of them shortly before or after `at`: one more changes nothing that matters.
    pub(crate) fn is_full(&self, at: Timestamp) -> bool {
        let shortly = |other: Timestamp| u128::from(other.micros().abs_diff(at.micros())) <= LATELY.as_micros() / 2;
        self.seen.len() == MOST && self.seen.iter().all(|(other, _)| shortly(*other))
    }

    /// When the latest of its posts was made.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.seen.first().map(|(latest, _)| *latest)
    }

    /// The record as it is stored.
    pub fn encode(&self) -> Vec<u8> {
        let (at_us, authors) = self.seen.iter().map(|(at, author)| (at.micros(), *author)).unzip();
        TwinsBytes { authors, at_us }.encode_to_vec()
    }

    /// Reads what [`Twins::encode`] wrote; `None` for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let TwinsBytes { authors, at_us } = TwinsBytes::decode(bytes).ok()?;
        let fits = authors.len() == at_us.len() && authors.len() <= MOST;
        let seen = at_us.into_iter().map(Timestamp::from_micros).zip(authors).collect();
        fits.then_some(Self { seen })
    }
}

#[cfg(test)]
mod tests;
