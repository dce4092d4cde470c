//! The default model: a linear model over hashed words, letters and marks of a text, trained on labelled tweets in eight languages. What it
//! sees of a text is in `features`, what that weighs in `weights`; `train-fast` makes the weights. Figures:
//! `docs/models/sentiment-fast.md`.

pub mod features;
pub(crate) mod letters;
mod marks;
mod negation;
mod phrases;
mod tokens;
pub mod weights;

use backtweet_domain::{Label, Sentiment};

use self::features::{Language, Reader};
use self::weights::Weights;
use crate::measure::LABELS;
use crate::model::{Model, Text, unknown};

/// The languages that the model reads, as BCP 47 has them.
pub const LANGUAGES: [&str; 8] = ["en", "es", "pt", "fr", "de", "it", "hi", "ar"];

const NAME: &str = "fast/1";

/// The weights that are part of the program.
const SHIPPED: &[u8] = include_bytes!("../models/fast-1.bin");

/// The model. Costs a few milliseconds to make; share it.
pub struct Fast<'a> {
    reader: Reader,
    /// `None` where the file is not what this program reads, which a test rules out: then every text is unknown.
    weights: Option<Weights<'a>>,
}

impl Fast<'static> {
    /// The model that is part of the program.
    pub fn new() -> Self {
        Self {
            reader: Reader::new(),
            weights: Weights::load(SHIPPED),
        }
    }
}

impl<'a> Fast<'a> {
    /// A model with other weights.
    pub fn with(weights: Weights<'a>) -> Self {
        Self {
            reader: Reader::new(),
            weights: Some(weights),
        }
    }

    /// Its name and version.
    #[allow(clippy::unused_self, reason = "a model is asked for its name")]
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// What it says about a text.
    pub fn read(&self, text: &Text<'_>) -> Sentiment {
        let Language { code, place } = self.reader.language(text);
        let shares = place.and_then(|place| {
            let features = self.reader.read(text.text, place)?;
            Some(self.weights.as_ref()?.shares(&features, place))
        });
        let Some(shares) = shares else {
            return unknown(NAME, code);
        };
        let [negative, _, positive] = shares.map(f64::from);
        let (label, confidence) = LABELS
            .into_iter()
            .zip(shares)
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((Label::Unknown, 0.0));
        Sentiment {
            label,
            score: positive - negative,
            confidence: f64::from(confidence),
            language: code,
            model: NAME.to_owned(),
        }
    }
}

impl Default for Fast<'static> {
    fn default() -> Self {
        Self::new()
    }
}

impl Model for Fast<'static> {
    fn name(&self) -> &str {
        NAME
    }

    fn score(&self, texts: &[Text<'_>]) -> Vec<Sentiment> {
        texts.iter().map(|text| self.read(text)).collect()
    }
}

#[cfg(test)]
mod tests;
