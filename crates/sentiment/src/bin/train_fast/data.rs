//! The labelled texts that are trained on and measured by, without those that stand in both. Nothing is learned here.

use std::collections::HashSet;
use std::path::Path;

use backtweet_sentiment::fast::LANGUAGES;
use backtweet_sentiment::fast::features::{Features, Reader};
use backtweet_sentiment::labelled::{Labelled, LabelledError, read};
use backtweet_sentiment::measure::LABELS;

/// The first id of 2015 (2 January) on X.
const RECENT: u64 = 551_000_000_000_000_000;

/// A text ready to train on.
pub struct Example {
    /// Place in [`LANGUAGES`].
    pub language: usize,
    /// Place in [`LABELS`].
    pub class: usize,
    /// Whether it was posted in 2015 or later, where its id says so.
    pub recent: bool,
    pub features: Features,
}

/// Texts of one language that nothing is learned from.
pub struct Set {
    pub name: String,
    pub language: usize,
    pub texts: Vec<Labelled>,
}

impl Set {
    /// The language, as BCP 47 has it.
    pub fn code(&self) -> &'static str {
        LANGUAGES[self.language]
    }
}

/// All of it.
pub struct Corpus {
    pub examples: Vec<Example>,
    pub sets: Vec<Set>,
    /// How many texts were left out of training since a set to measure by has the same words.
    pub left_out: usize,
}

impl Corpus {
    /// Reads `en/train.tsv`, `en/dev.tsv`, and the same of every language in `multilingual/`.
    pub fn read(folder: &Path, reader: &Reader) -> Result<Self, LabelledError> {
        let mut sets = vec![Set {
            name: "en".to_owned(),
            language: 0,
            texts: read(&folder.join("en/dev.tsv"))?,
        }];
        let mut training: Vec<(usize, Labelled)> = Vec::new();
        training.extend(read(&folder.join("en/train.tsv"))?.into_iter().map(|text| (0, text)));
        for (language, code) in LANGUAGES.into_iter().enumerate() {
            let own = folder.join("multilingual").join(code);
            sets.push(Set {
                name: format!("multilingual/{code}"),
                language,
                texts: read(&own.join("dev.tsv"))?,
            });
            training.extend(read(&own.join("train.tsv"))?.into_iter().map(|text| (language, text)));
        }
        let mut known: HashSet<String> = sets
            .iter()
            .flat_map(|set| &set.texts)
            .map(|it| words(&it.text))
            .collect();
        let all = training.len();
        // What is learned once more only weighs twice, so the same words are taken once.
        training.retain(|(_, text)| known.insert(words(&text.text)));
        let left_out = all - training.len();
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

/// The letters and digits of a text without links and handles.
fn words(text: &str) -> String {
    let plain = text.replace("\\u002c", ",").replace("\\u2019", "'");
    plain
        .split_whitespace()
        .filter(|word| !word.contains("://") && !word.starts_with('@') && *word != "http")
        .flat_map(str::chars)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
