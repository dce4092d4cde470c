//! VADER for English: a lexicon and a handful of rules, after Hutto and Gilbert (2014), "VADER: A Parsimonious Rule-based Model for
//! Sentiment Analysis of Social Media Text". The lexicon is that of the crate `vader_sentiment`; the rules are in `rules`, written
//! anew after the authors' own program, since that crate's rules depend on the order of its hash maps. Figures: `docs/models/vader.md`.

mod lexicon;
mod rules;

use backtweet_domain::{Label, Sentiment};

use self::lexicon::Lexicon;
pub(crate) use self::rules::Scores;
use crate::language;
use crate::model::{Model, Text, unknown};
use crate::prepare;

/// Past this compound score, either way, a text takes a side. The authors' own threshold.
const THRESHOLD: f64 = 0.05;

/// The model. Costs a few milliseconds to make; share it.
pub struct Vader {
    lexicon: Lexicon,
}

impl Vader {
    /// Reads the lexicon in.
    pub fn new() -> Self {
        Self {
            lexicon: Lexicon::new(),
        }
    }

    /// Its four scores of `words`, plain as [`prepare::plain`] makes them.
    pub(crate) fn scores(&self, words: &str) -> Scores {
        rules::scores(&self.lexicon, words)
    }

    /// What an emoji shows, in words.
    pub(crate) fn emoji(&self, letter: char) -> Option<&'static str> {
        self.lexicon.emoji(letter)
    }

    /// Whether `word`, lower case, is in the lexicon.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.lexicon.knows(word)
    }

    fn read(&self, text: &Text<'_>) -> Sentiment {
        let words = prepare::plain(text.text, |letter| self.lexicon.emoji(letter));
        let language = language::identify(&words, text.language, |word| self.lexicon.knows(word));
        if language.as_deref() != Some("en") || words.trim().is_empty() {
            return unknown(self.name(), language);
        }
        let score = rules::scores(&self.lexicon, &words).compound;
        let label = match score {
            score if score >= THRESHOLD => Label::Positive,
            score if score <= -THRESHOLD => Label::Negative,
            _ => Label::Neutral,
        };
        Sentiment {
            label,
            score,
            confidence: confidence(label, score),
            language,
            model: self.name().to_owned(),
        }
    }
}

impl Default for Vader {
    fn default() -> Self {
        Self::new()
    }
}

impl Model for Vader {
    fn name(&self) -> &str {
        "vader/1"
    }

    fn score(&self, texts: &[Text<'_>]) -> Vec<Sentiment> {
        texts.iter().map(|text| self.read(text)).collect()
    }
}

/// Of the training tweets that got this label with about this score, the share that people had given the same label. By bounds of
/// |score|, from below: measured by `examples/measure.rs`.
fn confidence(label: Label, score: f64) -> f64 {
    let shares: &[(f64, f64)] = match label {
        Label::Positive => &[
            (0.05, 0.33),
            (0.3, 0.44),
            (0.5, 0.59),
            (0.7, 0.74),
            (0.85, 0.88),
            (0.95, 0.98),
        ],
        Label::Negative => &[(0.05, 0.29), (0.3, 0.36), (0.5, 0.47), (0.7, 0.62), (0.85, 0.77)],
        Label::Neutral => &[(0.0, 0.66)],
        Label::Unknown => &[],
    };
    let reached = shares.iter().rev().find(|(bound, _)| score.abs() >= *bound);
    reached.map_or(0.0, |(_, share)| *share)
}

#[cfg(test)]
mod tests;
