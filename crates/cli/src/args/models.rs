//! What `backtweet models` and the choice of a model take on the command line.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// A sentiment model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// Trained on labelled posts in eight languages
    Fast,
    /// Transformer mixed with the fast model: better, and hundreds of times slower
    Deep,
    /// The fast model where it is sure, the transformer elsewhere
    Auto,
    /// VADER's rated words and rules, English only
    Lexicon,
}

#[derive(Debug, clap::Args)]
pub struct Models {
    #[command(subcommand)]
    pub command: Option<ModelsCommand>,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Show the sentiment models and how good they were measured to be, by language
    List,
    /// Measure sentiment models on texts that people labelled
    Evaluate(Evaluate),
    /// Tell a running suite what a text really feels like
    Correct(Correct),
    /// Write all corrections as texts that people labelled, which `evaluate --labels` reads
    Corrections,
}

#[derive(Debug, clap::Args)]
pub struct Correct {
    /// The text's id, from `score --keep` or the suite's `SentimentService`
    pub id: String,
    /// What it feels like
    #[arg(value_enum)]
    pub label: Said,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// What a person says that a text feels like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Said {
    Negative,
    Neutral,
    Positive,
    /// Take the correction back, and forget the text
    None,
}

#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// Texts, one a line: an id, then negative, neutral or positive, then the text, divided by tabs; may be repeated
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub labels: Vec<PathBuf>,
    /// Which models, divided by commas; may be repeated
    #[arg(long = "model", value_enum, value_delimiter = ',', default_value = "fast")]
    pub models: Vec<Model>,
    /// Declare this language for every text, such as en, or one for each file; else each text has to tell its own
    #[arg(long = "language", value_name = "LANGUAGE", value_delimiter = ',')]
    pub languages: Vec<String>,
}
