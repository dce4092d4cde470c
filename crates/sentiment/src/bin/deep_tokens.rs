//! `deep-tokens DATA VOCABULARY`: the labelled collections as the deep model reads them, one text a line, for the training program in `training/`.
//! So that training and scoring see the same, there is one tokenizer. Nothing is learned here.

use std::error::Error;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;

use backtweet_sentiment::corpus::Corpus;
use backtweet_sentiment::deep::tokens::Tokenizer;
use backtweet_sentiment::fast::LANGUAGES;
use backtweet_sentiment::labelled::Labelled;
use backtweet_sentiment::measure::LABELS;
use backtweet_sentiment::{Fast, Text};

/// Writes set, language, label, id, what the fast model says (negative, neutral, positive) and tokens of every text, divided by tabs.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of labelled texts: `en/train.tsv`, `en/dev.tsv`, `multilingual/LL/train.tsv`, `multilingual/LL/dev.tsv`.
    data: PathBuf,
    /// The word pieces, one a line.
    vocabulary: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Args { data, vocabulary } = Args::parse();
    let pieces = std::fs::read_to_string(&vocabulary).map_err(|error| format!("{}: {error}", vocabulary.display()))?;
    let tokenizer = Tokenizer::new(&pieces)
        .ok_or_else(|| format!("{}: [CLS], [SEP] and [UNK] are missing", vocabulary.display()))?;
    let corpus = Corpus::read(&data)?;
    let fast = Fast::new();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = |set: &str, language: usize, text: &Labelled| -> Result<(), Box<dyn Error>> {
        let label = LABELS.iter().position(|label| *label == text.label).unwrap_or_default();
        let language = LANGUAGES[language];
        let (shares, _) = fast.shares(&Text {
            text: &text.text,
            language: Some(language),
        });
        let [negative, neutral, positive] = shares.unwrap_or([1.0 / 3.0; 3]);
        let tokens: Vec<String> = tokenizer.tokens(&text.text).iter().map(u32::to_string).collect();
        let id = &text.id;
        let tokens = tokens.join(" ");
        writeln!(
            out,
            "{set}\t{language}\t{label}\t{id}\t{negative:.5} {neutral:.5} {positive:.5}\t{tokens}"
        )?;
        Ok(())
    };
    for (language, text) in &corpus.training {
        line("train", *language, text)?;
    }
    for set in &corpus.sets {
        for text in &set.texts {
            line(&set.name, set.language, text)?;
        }
    }
    Ok(())
}
