//! The labelled collections that models are trained on and measured by, without texts that stand in both. Nothing is learned here, and
//! nothing of them is part of this project.

use std::collections::HashSet;
use std::path::Path;

use crate::fast::LANGUAGES;
use crate::labelled::{Labelled, LabelledError, read};

/// Texts of one language that nothing is learned from.
#[derive(Debug, Clone)]
pub struct Set {
    /// What it is called: `en`, `multilingual/de`.
    pub name: String,
    /// Place in [`LANGUAGES`].
    pub language: usize,
    /// Its texts.
    pub texts: Vec<Labelled>,
}

impl Set {
    /// The language, as BCP 47 has it.
    pub fn code(&self) -> &'static str {
        LANGUAGES[self.language]
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// What is trained on, with the place of its language in [`LANGUAGES`].
    pub training: Vec<(usize, Labelled)>,
    /// What is measured by.
    pub sets: Vec<Set>,
    /// How many texts were left out of training since another, or one to measure by, has the same words.
    pub left_out: usize,
}

impl Corpus {
    /// Reads `en/train.tsv`, `en/dev.tsv`, and the same of every language in `multilingual/`.
    ///
    /// # Errors
    /// When one of the files cannot be read.
    pub fn read(folder: &Path) -> Result<Self, LabelledError> {
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
        Ok(Self {
            left_out: all - training.len(),
            training,
            sets,
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
