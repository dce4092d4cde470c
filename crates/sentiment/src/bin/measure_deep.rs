//! `measure-deep DATA`: what the transformer and the cascade come to on the labelled collections, as the table that the program shows. Nothing is
//! learned here.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use clap::Parser;

use backtweet_sentiment::corpus::Corpus;
use backtweet_sentiment::figures::{Figure, written};
use backtweet_sentiment::measure::Tally;
use backtweet_sentiment::{Choice, Folders, Text};

/// Writes how often each label of people met each answer of the deep and the auto model, set by set.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of labelled texts, as `deep-tokens` reads it.
    data: PathBuf,
    /// Folder of the weights.
    #[arg(long, default_value = "models")]
    models: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Args { data, models } = Args::parse();
    let sets = Corpus::read(&data)?.sets;
    let folders = Folders::only([models]);
    let mut figures = Vec::new();
    for choice in [Choice::Deep, Choice::Auto] {
        let model = choice.load(&folders)?;
        for set in &sets {
            let text = |text| Text {
                text,
                language: Some(set.code()),
            };
            let texts: Vec<_> = set.texts.iter().map(|it| text(&it.text)).collect();
            let answers = model.score(&texts).into_iter().map(|answer| answer.label);
            figures.push(Figure {
                model: model.name().to_owned(),
                language: set.code().to_owned(),
                set: set.name.clone(),
                tally: Tally::of(set.texts.iter().map(|it| it.label).zip(answers)),
            });
        }
    }
    std::io::stdout().write_all(written(&figures).as_bytes())?;
    Ok(())
}
