//! What a model is: texts in, sentiments out, in batches. Which models there are is in the files beside.

use backtweet_domain::{Label, Sentiment};

use crate::measure::LABELS;

/// One text to score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    /// What it says.
    pub text: &'a str,
    /// BCP 47 language that its network or author declared.
    pub language: Option<&'a str>,
}

/// Reads texts. The same text gives the same sentiment in every run, on every machine: a replay repeats itself.
pub trait Model: Send + Sync + 'static {
    /// Its name and version, as [`Sentiment::model`] has them: `vader/1`.
    fn name(&self) -> &str;

    /// One sentiment for each text, in order. Whatever the texts are, this never panics; a text that the model cannot read is
    /// [`Label::Unknown`].
    fn score(&self, texts: &[Text<'_>]) -> Vec<Sentiment>;
}

/// What `model` says about a text that it cannot read.
pub fn unknown(model: &str, language: Option<String>) -> Sentiment {
    Sentiment {
        label: Label::Unknown,
        score: 0.0,
        confidence: 0.0,
        language,
        model: model.to_owned(),
    }
}

/// What `model` says about a text whose labels it takes to be as probable as `shares` says, in the order of [`LABELS`]; a text without
/// any cannot be read.
pub fn felt(model: &str, language: Option<String>, shares: Option<[f32; 3]>) -> Sentiment {
    let Some(shares) = shares else {
        return unknown(model, language);
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
        language,
        model: model.to_owned(),
    }
}
