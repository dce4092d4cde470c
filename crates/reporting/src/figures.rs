//! What one bucket's figures are made of: sums of integers that posts are added to and taken out of. Pure; where they are kept is
//! the fold's and the reports' business.

use std::collections::BTreeMap;

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

/// The names of the sums in the store. Breakdowns stand in the order of their `ALL`.
const NAMES: [&str; FIXED] = [
    "reposts",
    "citations",
    "automatic",
    "indirect",
    "origins",
    "answers",
    "impressions",
    "impressions_unknown",
    "signal_milli",
    "kind/repost",
    "kind/quote",
    "kind/reply",
    "kind/mention",
    "kind/link",
    "kind/hashtag",
    "kind/keyword",
    "intent/help_request",
    "intent/complaint",
    "intent/praise",
    "intent/question",
    "intent/share",
    "intent/spam",
    "intent/other",
    "network/bluesky",
    "network/mastodon",
    "network/x",
    "network/other",
    "sentiment/positive",
    "sentiment/neutral",
    "sentiment/negative",
    "sentiment/unknown",
];
const LANGUAGE: &str = "language/";
const MODEL: &str = "model/";

/// Sums over posts. Also serves as a change of sums: then they may be negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    fixed: [i64; FIXED],
    /// By language, few in a bucket.
    languages: BTreeMap<String, i64>,
    /// By the model that scored, fewer still.
    models: BTreeMap<String, i64>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            fixed: [0; FIXED],
            languages: BTreeMap::new(),
            models: BTreeMap::new(),
        }
    }
}

impl Sums {
    /// Adds a post `sign` times: 1 puts it in, -1 takes it out.
    pub(crate) fn add(&mut self, impact: &Impact, sign: i64) {
        let mut add = |place: usize, amount: i64| self.fixed[place] += sign * amount;
        match impact.role() {
            Role::Indirect => return add(INDIRECT, 1),
            Role::Origin => return add(ORIGINS, 1),
            Role::Answer => return add(ANSWERS, 1),
            Role::Backtweet => {}
        }
        let kinds = impact.kinds();
        add(
            if kinds.contains(Kind::Repost) {
                REPOSTS
            } else {
                CITATIONS
            },
            1,
        );
        add(AUTOMATIC, i64::from(impact.automatic));
        match impact.followers.filter(|&followers| followers <= MOST_FOLLOWERS) {
            Some(followers) => add(IMPRESSIONS, followers.cast_signed()),
            None => add(IMPRESSIONS_UNKNOWN, 1),
        }
        add(SIGNAL_MILLI, impact.signal_milli);
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            add(KINDS + place, i64::from(kinds.contains(kind)));
        }
        add(INTENTS + place(&Intent::ALL, impact.intent()), 1);
        add(NETWORKS + place(&Network::ALL, impact.network()), 1);
        if let Some(label) = impact.label() {
            add(LABELS + place(&Label::ALL, label), 1);
        }
        count_under(&mut self.languages, &impact.language, sign);
        if !impact.model.is_empty() {
            count_under(&mut self.models, &impact.model, sign);
        }
    }

    /// The name and value of every sum that is not zero.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (String, i64)> {
        let fixed = NAMES
            .iter()
            .zip(self.fixed)
            .map(|(name, sum)| ((*name).to_owned(), sum));
        let languages = self
            .languages
            .iter()
            .map(|(name, &sum)| (format!("{LANGUAGE}{name}"), sum));
        let models = self.models.iter().map(|(name, &sum)| (format!("{MODEL}{name}"), sum));
        fixed.chain(languages).chain(models).filter(|(_, sum)| *sum != 0)
    }

    /// Adds what the store keeps of a bucket. A name that is not known was written by a later version, and is left out.
    pub(crate) fn add_fields(&mut self, fields: Vec<(String, i64)>) {
        for (name, sum) in fields {
            if let Some(place) = NAMES.iter().position(|known| *known == name) {
                self.fixed[place] += sum;
            } else if let Some(language) = name.strip_prefix(LANGUAGE) {
                *self.languages.entry(language.to_owned()).or_default() += sum;
            } else if let Some(model) = name.strip_prefix(MODEL) {
                *self.models.entry(model.to_owned()).or_default() += sum;
            }
        }
    }

    /// As a report shows it, beside the number of different authors.
    pub(crate) fn to_wire(&self, authors: u64) -> v1::Figures {
        // What was known at an earlier time is put together from several reads: a post that goes between them must not wrap around.
        let one = |place: usize| self.fixed[place].max(0).cast_unsigned();
        let backtweets = one(REPOSTS) + one(CITATIONS);
        let list = |start: usize, length: usize| self.breakdown(start, length);
        v1::Figures {
            backtweets,
            reposts: one(REPOSTS),
            citations: one(CITATIONS),
            automatic: one(AUTOMATIC),
            indirect: one(INDIRECT),
            origins: one(ORIGINS),
            answers: one(ANSWERS),
            kinds: list(KINDS, Kind::ALL.len()),
            intents: list(INTENTS, Intent::ALL.len()),
            networks: list(NETWORKS, Network::ALL.len()),
            languages: ranked(&self.languages),
            sentiments: list(LABELS, Label::ALL.len()),
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

    fn breakdown(&self, start: usize, length: usize) -> Vec<v1::Count> {
        let places = start..start + length;
        let counted = places.filter(|&place| self.fixed[place] > 0);
        counted
            .map(|place| {
                count(
                    NAMES[place].split_once('/').map_or("", |parts| parts.1),
                    self.fixed[place],
                )
            })
            .collect()
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

fn count_under(sums: &mut BTreeMap<String, i64>, name: &str, sign: i64) {
    match sums.get_mut(name) {
        Some(sum) => *sum += sign,
        None => _ = sums.insert(name.to_owned(), sign),
    }
}

/// The most frequent first, ties by name.
fn ranked(sums: &BTreeMap<String, i64>) -> Vec<v1::Count> {
    let mut counts: Vec<_> = sums.iter().filter(|(_, sum)| **sum > 0).collect();
    counts.sort_by_key(|(name, sum)| (std::cmp::Reverse(**sum), *name));
    counts.into_iter().map(|(name, &sum)| count(name, sum)).collect()
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
    fn every_sum_is_stored_under_the_name_of_what_it_counts() {
        let named = |start: usize, prefix: &str, names: Vec<&str>| {
            for (place, name) in names.into_iter().enumerate() {
                assert_eq!(NAMES[start + place], format!("{prefix}/{name}"));
            }
        };
        named(KINDS, "kind", Kind::ALL.map(Kind::name).to_vec());
        named(INTENTS, "intent", Intent::ALL.map(Intent::name).to_vec());
        named(NETWORKS, "network", Network::ALL.map(Network::name).to_vec());
        named(LABELS, "sentiment", Label::ALL.map(Label::name).to_vec());
        assert_eq!(NAMES[SIGNAL_MILLI], "signal_milli");
    }

    #[test]
    fn figures_read_from_the_store_are_those_that_were_written() {
        let mut sums = Sums::default();
        sums.add_fields(
            NAMES
                .iter()
                .enumerate()
                .map(|(place, name)| ((*name).to_owned(), place as i64))
                .collect(),
        );
        sums.add_fields(vec![
            ("language/en".into(), 7),
            ("model/fast/1".into(), 5),
            ("invented later".into(), 9),
        ]);
        let mut again = Sums::default();
        again.add_fields(sums.fields().collect());
        assert_eq!(again, sums);
        assert!(!sums.fields().any(|(name, _)| name == "invented later"));
        assert_eq!(sums.to_wire(0).models, [count("fast/1", 5)]);
    }
}
