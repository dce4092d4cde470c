//! What a text feels like.

use serde::{Deserialize, Serialize};

/// The side that a text takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// Against.
    Negative,
    /// Neither.
    Neutral,
    /// For.
    Positive,
    /// The model does not know the language, or there is no text: never a silent neutral.
    Unknown,
}

impl Label {
    /// Every label, in the order reports list them.
    pub const ALL: [Label; 4] = [Label::Positive, Label::Neutral, Label::Negative, Label::Unknown];

    /// Its name in files and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Label::Negative => "negative",
            Label::Neutral => "neutral",
            Label::Positive => "positive",
            Label::Unknown => "unknown",
        }
    }
}

/// A model's reading of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// Which side.
    pub label: Label,
    /// How far, in [-1, 1]; 0 where unknown.
    pub score: f64,
    /// How sure the model is, in [0, 1]; 0 where unknown.
    pub confidence: f64,
    /// BCP 47 language that the text was taken for.
    pub language: Option<String>,
    /// Name and version of the model.
    pub model: String,
}
