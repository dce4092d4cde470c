//! What one bucket's figures are made of: sums of integers that posts are added to and taken out of. Pure; where they are kept is
//! the fold's and the reports' business.

use std::borrow::Cow;

use backtweet_domain::{Intent, Kind, Label, Network, Role};
use backtweet_wire::v1;

use crate::fold::Impact;

/// A follower count above this is none: more than there are people, and sums of it would leave what the store keeps.
pub(crate) const MOST_FOLLOWERS: u64 = 10_000_000_000;

const REPOSTS: usize = 0;
const CITATIONS: usize = 1;
const AUTOMATIC: usize = 2;
const INDIRECT: usize = 3;
const ORIGINS: usize = 4;
const ANSWERS: usize = 5;
const IMPRESSIONS: usize = 6;
const IMPRESSIONS_UNKNOWN: usize = 7;
const SIGNAL_MILLI: usize = 8;
const KINDS: usize = 9;
const INTENTS: usize = KINDS + Kind::ALL.len();
const NETWORKS: usize = INTENTS + Intent::ALL.len();
const LABELS: usize = NETWORKS + Network::ALL.len();
const FIXED: usize = LABELS + Label::ALL.len();

/// What the sums are called in the store, where each stands a few times for every backtweet: never to be given to another.
const NAMES: [&str; FIXED] = [
    "r", "c", "a", "i", "o", "w", "f", "u", "g", // In the order of the constants above.
    "kr", "kq", "ky", "km", "kl", "kh", "kk", // Kinds.
    "ih", "ic", "ip", "iq", "is", "ix", "io", // Intents.
    "nb", "nm", "nx", "no", // Networks.
    "sp", "s0", "sn", "su", // Sentiments.
];
/// Begins the name of a language.
const LANGUAGE: &str = "l/";
/// Begins the name of a model.
const MODEL: &str = "m/";

/// Sums over posts. Also serves as a change of sums: then they may be negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    fixed: [i64; FIXED],
    /// By language, sorted; few in a bucket.
    languages: Vec<(String, i64)>,
    /// By the model that scored, sorted; fewer still.
    models: Vec<(String, i64)>,
}

/// What one post adds to sums, worked out once for all the buckets that it counts in.
#[derive(Debug)]
pub(crate) struct Terms<'a> {
    fixed: [(usize, i64); MOST_TERMS],
    many: usize,
    language: Option<&'a str>,
    model: Option<&'a str>,
}

/// How many sums one post adds to at most: reposts or citations, automatic, impressions, signal, an intent, a network, a label, every kind.
const MOST_TERMS: usize = 7 + Kind::ALL.len();

impl<'a> Terms<'a> {
    pub(crate) fn of(impact: &'a Impact) -> Self {
        let mut terms = Self {
            fixed: [(0, 0); MOST_TERMS],
            many: 0,
            language: None,
            model: None,
        };
        match impact.role() {
            Role::Indirect => terms.add(INDIRECT, 1),
            Role::Origin => terms.add(ORIGINS, 1),
            Role::Answer => terms.add(ANSWERS, 1),
            Role::Backtweet => terms.backtweet(impact),
        }
        terms
    }

    fn backtweet(&mut self, impact: &'a Impact) {
        let kinds = impact.kinds();
        let is_repost = kinds.contains(Kind::Repost);
        self.add(if is_repost { REPOSTS } else { CITATIONS }, 1);
        self.add(AUTOMATIC, i64::from(impact.automatic));
        match impact.followers.filter(|&followers| followers <= MOST_FOLLOWERS) {
            Some(followers) => self.add(IMPRESSIONS, followers.cast_signed()),
            None => self.add(IMPRESSIONS_UNKNOWN, 1),
        }
        self.add(SIGNAL_MILLI, impact.signal_milli);
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            self.add(KINDS + place, i64::from(kinds.contains(kind)));
        }
        self.add(INTENTS + place(&Intent::ALL, impact.intent()), 1);
        self.add(NETWORKS + place(&Network::ALL, impact.network()), 1);
        if let Some(label) = impact.label() {
            self.add(LABELS + place(&Label::ALL, label), 1);
        }
        self.language = Some(&impact.language);
        self.model = Some(impact.model.as_str()).filter(|model| !model.is_empty());
    }

    fn add(&mut self, place: usize, amount: i64) {
        if amount != 0 {
            self.fixed[self.many] = (place, amount);
            self.many += 1;
        }
    }
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            fixed: [0; FIXED],
            languages: Vec::new(),
            models: Vec::new(),
        }
    }
}

impl Sums {
    /// Adds a post `sign` times: 1 puts it in, -1 takes it out.
    pub(crate) fn add(&mut self, impact: &Impact, sign: i64) {
        self.add_terms(&Terms::of(impact), sign);
    }

    /// The same for a post whose terms are known.
    pub(crate) fn add_terms(&mut self, terms: &Terms<'_>, sign: i64) {
        for &(place, amount) in &terms.fixed[..terms.many] {
            self.fixed[place] += sign * amount;
        }
        if let Some(language) = terms.language {
            count_under(&mut self.languages, language, sign);
        }
        if let Some(model) = terms.model {
            count_under(&mut self.models, model, sign);
        }
    }

    /// The name and value of every sum that is not zero.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Cow<'static, str>, i64)> {
        let fixed = NAMES.into_iter().zip(self.fixed).map(|(name, sum)| (name.into(), sum));
        let languages = self.languages.iter().map(|(name, sum)| (LANGUAGE, name, *sum));
        let models = self.models.iter().map(|(name, sum)| (MODEL, name, *sum));
        let named = languages.chain(models);
        let named = named.map(|(prefix, name, sum)| (format!("{prefix}{name}").into(), sum));
        fixed.chain(named).filter(|(_, sum)| *sum != 0)
    }

    /// Adds what the store keeps of a bucket. A name that is not known was written by a later version, and is left out.
    pub(crate) fn add_fields<N: AsRef<str>>(&mut self, fields: impl IntoIterator<Item = (N, i64)>) {
        for (name, sum) in fields {
            let name = name.as_ref();
            if let Some(place) = NAMES.iter().position(|known| *known == name) {
                self.fixed[place] += sum;
            } else if let Some(language) = name.strip_prefix(LANGUAGE) {
                count_under(&mut self.languages, language, sum);
            } else if let Some(model) = name.strip_prefix(MODEL) {
                count_under(&mut self.models, model, sum);
            }
        }
    }

    /// As a report shows it, beside the number of different authors.
    pub(crate) fn to_wire(&self, authors: u64) -> v1::Figures {
        // What was known at an earlier time is put together from several reads: a post that goes between them must not wrap around.
        let one = |place: usize| self.fixed[place].max(0).cast_unsigned();
        let backtweets = one(REPOSTS) + one(CITATIONS);
        v1::Figures {
            backtweets,
            reposts: one(REPOSTS),
            citations: one(CITATIONS),
            automatic: one(AUTOMATIC),
            indirect: one(INDIRECT),
            origins: one(ORIGINS),
            answers: one(ANSWERS),
            kinds: self.breakdown(KINDS, Kind::ALL.map(Kind::name)),
            intents: self.breakdown(INTENTS, Intent::ALL.map(Intent::name)),
            networks: self.breakdown(NETWORKS, Network::ALL.map(Network::name)),
            languages: ranked(&self.languages),
            sentiments: self.breakdown(LABELS, Label::ALL.map(Label::name)),
            net_sentiment: self.net_sentiment(),
            impressions: one(IMPRESSIONS),
            impressions_unknown: one(IMPRESSIONS_UNKNOWN),
            // Those who only joined since do not count in what was known at an earlier time.
            authors: authors.min(backtweets),
            signal_milli: self.fixed[SIGNAL_MILLI],
            models: ranked(&self.models),
            authors_error: None,
        }
    }

    fn breakdown<const N: usize>(&self, start: usize, names: [&str; N]) -> Vec<v1::Count> {
        let counted = names.into_iter().zip(&self.fixed[start..]).filter(|(_, sum)| **sum > 0);
        counted.map(|(name, &sum)| count(name, sum)).collect()
    }

    /// (P - N) / (P + N).
    fn net_sentiment(&self) -> Option<f64> {
        let of = |label: Label| self.fixed[LABELS + place(&Label::ALL, label)];
        let (positive, negative) = (of(Label::Positive), of(Label::Negative));
        (positive + negative > 0).then(|| (positive - negative) as f64 / (positive + negative) as f64)
    }
}

fn place<T: PartialEq>(all: &[T], value: T) -> usize {
    all.iter().position(|one| *one == value).unwrap_or(0)
}

fn count_under(sums: &mut Vec<(String, i64)>, name: &str, amount: i64) {
    match sums.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
        Ok(place) => sums[place].1 += amount,
        Err(place) => sums.insert(place, (name.to_owned(), amount)),
    }
}

/// The most frequent first, ties by name.
fn ranked(sums: &[(String, i64)]) -> Vec<v1::Count> {
    let mut counts: Vec<_> = sums.iter().filter(|(_, sum)| *sum > 0).collect();
    counts.sort_by_key(|(name, sum)| (std::cmp::Reverse(*sum), name));
    counts.into_iter().map(|(name, sum)| count(name, *sum)).collect()
}

fn count(name: &str, sum: i64) -> v1::Count {
    v1::Count {
        name: name.to_owned(),
        count: sum.cast_unsigned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sum_is_stored_under_a_name_of_its_own() {
        let different: std::collections::BTreeSet<_> = NAMES.into_iter().collect();
        assert_eq!(different.len(), FIXED);
        let stored = |start: usize| NAMES[start];
        let first = (stored(KINDS), stored(INTENTS), stored(NETWORKS), stored(LABELS));
        assert_eq!((first, NAMES[SIGNAL_MILLI]), (("kr", "ih", "nb", "sp"), "g"));
        assert!(
            NAMES
                .iter()
                .all(|name| !name.starts_with(LANGUAGE) && !name.starts_with(MODEL))
        );
    }

    #[test]
    fn figures_read_from_the_store_are_those_that_were_written() {
        let mut sums = Sums::default();
        sums.add_fields(NAMES.into_iter().zip(0..));
        sums.add_fields([("l/en", 7), ("m/fast/1", 5), ("invented later", 9)]);
        let mut again = Sums::default();
        again.add_fields(sums.fields());
        assert_eq!(again, sums);
        assert!(!sums.fields().any(|(name, _)| name == "invented later"));
        assert_eq!(sums.to_wire(0).models, [count("fast/1", 5)]);
    }
}
