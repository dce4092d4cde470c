//! The transformer, for those who would rather wait for a better answer than have one at once: a small BERT, trained on labelled posts,
//! mixed language by language with the fast model. Its weights are a file of their own, too large for the program. Figures:
//! `docs/models/sentiment-deep.md`.

mod attention;
mod encoder;
mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod lanes;
mod matrix;
pub mod tokens;

use std::collections::HashMap;

use backtweet_domain::Sentiment;

use self::encoder::Encoder;
pub use self::file::FileError;
use self::tokens::Tokenizer;
use crate::Fast;
use crate::fast::LANGUAGES;
use crate::fast::features::Language;
use crate::fast::weights::softmax;
use crate::model::{Model, Text, felt};

/// What the fast model finds less likely than this is mixed in as if it were this likely, as in training.
const LEAST: f32 = 1e-4;

/// The model. What it says about a text does not depend on the texts beside it. The transformer's part is the same to the bit on every
/// machine; the fast model's part, and what both are turned into, may differ in the last bit between machines. Costs a tenth of a second
/// to make and some 55 MB; share it.
pub struct Deep {
    name: String,
    fast: Fast<'static>,
    tokenizer: Tokenizer,
    encoder: Encoder,
    languages: HashMap<String, Dials>,
    sure: f64,
}

/// How the answer for a language is put together.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
pub struct Dials {
    /// How much the fast model's logarithms count, from 0 to 1. At 1 the transformer is not asked.
    pub blend: f32,
    /// What logarithms are divided by so that shares come true; above 0.
    pub temperature: f32,
}

impl Dials {
    fn are_sound(&self) -> bool {
        (0.0..=1.0).contains(&self.blend) && self.temperature.is_normal() && self.temperature > 0.0
    }

    /// Shares of negative, neutral and positive out of the transformer's scores and the fast model's shares.
    fn mix(self, scores: [f32; 3], quick: [f32; 3]) -> [f32; 3] {
        let Self { blend, temperature } = self;
        let both = std::array::from_fn(|at| {
            let (deep, quick) = (scores[at], quick[at].max(LEAST).ln());
            ((1.0 - blend) * deep + blend * quick) / temperature
        });
        softmax(both)
    }
}

impl Deep {
    /// A model with the weights of a file.
    ///
    /// # Errors
    /// When the file is not a whole one of the format that this program reads.
    pub fn read(file: &[u8]) -> Result<Self, FileError> {
        let file::Content {
            about,
            encoder,
            vocabulary,
        } = file::read(file)?;
        let tokenizer = Tokenizer::new(&vocabulary).ok_or_else(|| FileError::Weight {
            name: "vocabulary".to_owned(),
            wanted: "a list of word pieces with [CLS], [SEP] and [UNK]".to_owned(),
        })?;
        Ok(Self {
            name: about.name,
            fast: Fast::new(),
            tokenizer,
            encoder,
            languages: about.languages,
            sure: about.sure,
        })
    }

    /// The fast model that it is mixed with.
    pub fn fast(&self) -> &Fast<'static> {
        &self.fast
    }

    /// From which confidence on the fast model's answer is as good as its own.
    pub fn sure(&self) -> f64 {
        self.sure
    }

    /// How to answer one text, and what the fast model says; `None` where it is not to be read.
    fn plan(&self, (shares, language): &(Option<[f32; 3]>, Language)) -> Option<Plan> {
        let code = LANGUAGES.get(language.place?)?;
        let dials = *self.languages.get(*code)?;
        Some(Plan {
            dials,
            quick: (*shares)?,
        })
    }
}

/// How one text is answered.
#[derive(Clone, Copy)]
struct Plan {
    dials: Dials,
    /// What the fast model says.
    quick: [f32; 3],
}

impl Plan {
    fn asks_the_transformer(self) -> bool {
        self.dials.blend < 1.0
    }
}

impl Model for Deep {
    fn name(&self) -> &str {
        &self.name
    }

    fn score(&self, texts: &[Text<'_>]) -> Vec<Sentiment> {
        let readings: Vec<_> = texts.iter().map(|text| self.fast.shares(text)).collect();
        let plans: Vec<_> = readings.iter().map(|reading| self.plan(reading)).collect();
        let asking = texts
            .iter()
            .zip(&plans)
            .filter(|(_, plan)| plan.is_some_and(Plan::asks_the_transformer));
        let pieces: Vec<_> = asking.map(|(text, _)| self.tokenizer.tokens(text.text)).collect();
        let mut scores = self.encoder.scores(&pieces).into_iter();
        let mut shares = |plan: Plan| {
            let scores = if plan.asks_the_transformer() {
                scores.next()?
            } else {
                [0.0; 3]
            };
            let shares = plan.dials.mix(scores, plan.quick);
            shares.iter().all(|share| share.is_finite()).then_some(shares)
        };
        let answers = readings.into_iter().zip(plans);
        answers
            .map(|((_, language), plan)| felt(&self.name, language.code, plan.and_then(&mut shares)))
            .collect()
    }
}

#[cfg(test)]
mod tests;
