//! The labelled texts as the model sees them, ready to train on. Nothing is learned here.

use std::path::Path;

use backtweet_sentiment::corpus::{self, Set};
use backtweet_sentiment::fast::features::{Features, Reader};
use backtweet_sentiment::labelled::LabelledError;
use backtweet_sentiment::measure::LABELS;

/// The first id of 2015 (2 January) on X.
const RECENT: u64 = 551_000_000_000_000_000;

/// A text ready to train on.
pub struct Example {
    /// Place in [`backtweet_sentiment::fast::LANGUAGES`].
    pub language: usize,
    /// Place in [`LABELS`].
    pub class: usize,
    /// Whether it was posted in 2015 or later, where its id says so.
    pub recent: bool,
    pub features: Features,
}

/// All of it.
pub struct Corpus {
    pub examples: Vec<Example>,
    pub sets: Vec<Set>,
    /// How many texts were left out of training.
    pub left_out: usize,
}

impl Corpus {
    /// Reads the collections in `folder`.
    pub fn read(folder: &Path, reader: &Reader) -> Result<Self, LabelledError> {
        let corpus::Corpus {
            training,
            sets,
            left_out,
        } = corpus::Corpus::read(folder)?;
        let examples = training.iter().filter_map(|(language, text)| {
            Some(Example {
                language: *language,
                class: LABELS.iter().position(|label| *label == text.label)?,
                recent: text.id.parse().is_ok_and(|id: u64| id >= RECENT),
                features: reader.read(&text.text, *language)?,
            })
        });
        Ok(Self {
            examples: examples.collect(),
            sets,
            left_out,
        })
    }
}
