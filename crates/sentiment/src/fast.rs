//! The default model: a linear model over hashed words, letters and marks of a text, trained on labelled tweets in eight languages. What it
//! sees of a text is in `features`, what that weighs in `weights`; `train-fast` makes the weights. Figures:
//! `docs/models/sentiment-fast.md`.

pub mod features;
pub(crate) mod letters;
mod marks;
mod negation;
mod phrases;
pub(crate) mod tokens;
pub mod weights;

use backtweet_domain::Sentiment;

use self::features::{Language, Reader};
use self::weights::Weights;
use crate::model::{Model, Text, felt};

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

    /// How probable each of [`LABELS`](crate::measure::LABELS) is, `None` where the text cannot be read; and its language.
    pub fn shares(&self, text: &Text<'_>) -> (Option<[f32; 3]>, Language) {
        let language = self.reader.language(text);
        let shares = language.place.and_then(|place| {
            let features = self.reader.read(text.text, place)?;
            Some(self.weights.as_ref()?.shares(&features, place))
        });
        (shares, language)
    }

    /// What it says about a text.
    pub fn read(&self, text: &Text<'_>) -> Sentiment {
        let (shares, Language { code, .. }) = self.shares(text);
        felt(NAME, code, shares)
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
