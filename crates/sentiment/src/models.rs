//! Which models there are, by the names that people choose them by.

use std::sync::Arc;

use crate::{Fast, Model, Vader};

/// A model that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The trained linear model.
    #[default]
    Fast,
    /// VADER's lexicon and rules.
    Lexicon,
}

impl Choice {
    /// Every model, the default one first.
    pub const ALL: [Self; 2] = [Self::Fast, Self::Lexicon];

    /// What it is chosen by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Lexicon => "lexicon",
        }
    }

    /// What it is, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Fast => "linear model over words and letters, trained on labelled tweets",
            Self::Lexicon => "VADER: rated words and rules about what stands around them",
        }
    }

    /// The languages that it reads, as BCP 47 has them.
    pub const fn languages(self) -> &'static [&'static str] {
        match self {
            Self::Fast => &crate::fast::LANGUAGES,
            Self::Lexicon => &["en"],
        }
    }

    /// Makes the model. Costs a few milliseconds; share what comes back.
    pub fn load(self) -> Arc<dyn Model> {
        match self {
            Self::Fast => Arc::new(Fast::new()),
            Self::Lexicon => Arc::new(Vader::new()),
        }
    }
}
