//! `train-fast`: trains the default model on labelled tweets, measures it beside its peers, and writes weights and figures. The same data
//! give the same bytes.

mod calibrate;
mod data;
mod export;
mod fit;
mod recipe;
mod report;

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use backtweet_domain::{Label, Sentiment};
use backtweet_sentiment::corpus::Set;
use backtweet_sentiment::fast::features::{Block, Reader};
use backtweet_sentiment::fast::weights::Weights;
use backtweet_sentiment::figures::{Figure, written};
use backtweet_sentiment::labelled::LabelledError;
use backtweet_sentiment::measure::LABELS;
use backtweet_sentiment::{Fast, Model, Text, Vader};

use data::{Corpus, Example};
use recipe::{Fitted, Recipe};

/// Trains and measures the model that posts are scored with.
///
/// DATA is a folder with files that are no part of this project: en/train.tsv and en/dev.tsv, and the same two in multilingual/LL for en,
/// es, pt, fr, de, it, hi and ar. A line is an id, then negative, neutral or positive, then a text, divided by tabs. Nothing is learned from a
/// dev.tsv, nor from texts that say the same as one in it.
#[derive(Parser)]
#[command(name = "train-fast", version)]
struct Arguments {
    /// Folder that holds en/ and multilingual/
    data: PathBuf,
    /// Where the weights go, with measured.tsv beside them; without it they are only measured
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Measure the shipped recipe and the lexicon alone, not what each part brings
    #[arg(long)]
    brief: bool,
}

#[derive(Debug, thiserror::Error)]
enum TrainError {
    #[error(transparent)]
    Data(#[from] LabelledError),
    #[error("the weights do not read back: there is not one finite number for each row; train on other data")]
    Unreadable,
    #[error("{cause}: name a place to write to that exists")]
    Write {
        #[from]
        cause: std::io::Error,
    },
}

/// The model that is shipped.
const SHIPPED: Recipe = Recipe {
    name: "shipped: all of it",
    blocks: &Block::ALL,
    ratios: &[1.0],
    c: 0.01,
    neutral: 0.6,
    recent: 2.5,
    vader: 0.0,
    english: false,
    foreign: 1.0,
};

/// Beside it: what people would build first, and the shipped one without one part at a time.
const OTHERS: [Recipe; 6] = [
    Recipe {
        name: "peer: n-grams and VADER's scores",
        blocks: &[Block::Words, Block::Letters],
        ratios: &[0.0],
        neutral: 1.0,
        recent: 1.0,
        vader: 1.0,
        english: true,
        ..SHIPPED
    },
    Recipe {
        name: "English texts alone",
        english: true,
        ..SHIPPED
    },
    Recipe {
        name: "without letters",
        blocks: &[Block::Words, Block::Own, Block::Marks],
        ..SHIPPED
    },
    Recipe {
        name: "without marks",
        blocks: &[Block::Words, Block::Letters, Block::Own],
        ..SHIPPED
    },
    Recipe {
        name: "without words of one language",
        blocks: &[Block::Words, Block::Letters, Block::Marks],
        ..SHIPPED
    },
    Recipe {
        name: "without ratios",
        ratios: &[0.0],
        ..SHIPPED
    },
];

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell where even this fails.
            _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), TrainError> {
    let reader = Reader::new();
    let corpus = Corpus::read(&arguments.data, &reader)?;
    let mut out = stdout().lock();
    writeln!(
        out,
        "{} texts to train on; {} left out that say the same as others or as one to measure by",
        corpus.examples.len(),
        corpus.left_out
    )?;
    let all: Vec<&Example> = corpus.examples.iter().collect();
    let temperature = calibrate::temperatures(&SHIPPED, &corpus.examples);
    writeln!(out, "temperature by language: {temperature:?}")?;
    let file = export::file(&SHIPPED.make(&all), temperature);
    let fast = Fast::with(Weights::load(&file).ok_or(TrainError::Unreadable)?);
    let figures = shipped(&fast, &corpus.sets, &mut out)?;
    if !arguments.brief {
        for recipe in OTHERS {
            others(&recipe, &recipe.make(&all), &reader, &corpus.sets, &mut out)?;
        }
    }
    if let Some(path) = &arguments.out {
        std::fs::write(path, &file)?;
        std::fs::write(path.with_file_name("measured.tsv"), written(&figures))?;
    }
    Ok(())
}

/// Measures the shipped models as they answer posts: with the language declared, and with none.
fn shipped(fast: &Fast<'_>, sets: &[Set], out: &mut impl Write) -> Result<Vec<Figure>, TrainError> {
    let lexicon = Vader::new();
    let mut figures = Vec::new();
    for set in sets {
        let figure = report::measure(fast.name(), set, |text| fast.read(&declared(text, set)).label);
        report::print(&figure, out)?;
        figures.push(figure);
        let bare = report::measure("fast/1, nothing declared", set, |text| {
            fast.read(&Text { text, language: None }).label
        });
        report::print(&bare, out)?;
        let read: Vec<(f64, bool)> = set
            .texts
            .iter()
            .map(|it| (fast.read(&declared(&it.text, set)), it.label))
            .map(|(Sentiment { label, confidence, .. }, truth)| (confidence, label == truth))
            .collect();
        writeln!(out, "    calibration error {:.3}", report::calibration_error(&read))?;
        if set.code() == "en" {
            let figure = report::measure(lexicon.name(), set, |text| {
                let read = lexicon.score(&[declared(text, set)]);
                read.first().map_or(Label::Unknown, |it| it.label)
            });
            report::print(&figure, out)?;
            figures.push(figure);
        }
    }
    Ok(figures)
}

fn declared<'a>(text: &'a str, set: &Set) -> Text<'a> {
    Text {
        text,
        language: Some(set.code()),
    }
}

fn others(recipe: &Recipe, model: &Fitted, reader: &Reader, sets: &[Set], out: &mut impl Write) -> std::io::Result<()> {
    for set in sets.iter().filter(|set| !recipe.english || set.language == 0) {
        let figure = report::measure(recipe.name, set, |text| {
            let features = reader.read(text, set.language);
            features.map_or(Label::Unknown, |features| LABELS[model.class(&features)])
        });
        report::print(&figure, out)?;
    }
    Ok(())
}
