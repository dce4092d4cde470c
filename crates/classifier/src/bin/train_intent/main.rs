//! `train-intent`: measures the model of complaints on labelled tweets, and writes its weights. The same data give the same bytes.

mod data;
mod export;
mod fit;
mod measure;
mod polarity;
mod recipe;
mod report;

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use backtweet_classifier::intent::features::{Block, Features};

use data::{DataError, complaints, groups, sentiments};
use measure::Corpus;
use recipe::{Recipe, Weighing};

/// Every division of the data into parts follows from this.
const SEED: u64 = 7;

/// Measures and trains the model that tells complaints from other posts.
///
/// DATA is a folder with two files, neither of which is part of this project: complaints/train.tsv (id, 1 for a complaint and else 0, domain,
/// text) and sentiment/en/train.tsv (id, negative, neutral or positive, text), divided by tabs.
#[derive(Parser)]
#[command(name = "train-intent", version)]
struct Arguments {
    /// Folder that holds complaints/train.tsv and sentiment/en/train.tsv
    data: PathBuf,
    /// Where the weights go; without it they are only measured
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Skip the cross-validations, and only train
    #[arg(long)]
    unmeasured: bool,
    /// Measure only the recipes whose name holds this
    #[arg(long, value_name = "PART", default_value = "")]
    only: String,
}

#[derive(Debug, thiserror::Error)]
enum TrainError {
    #[error(transparent)]
    Data(#[from] DataError),
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
    weighing: Weighing::Ratio,
    three: true,
};

/// Everything but what the hand-written cues say, which were written with a view to these tweets.
const CLEAN: Recipe = Recipe {
    name: "no cues",
    blocks: &[
        Block::Words,
        Block::Letters,
        Block::Handles,
        Block::Marks,
        Block::Polarity,
    ],
    ..SHIPPED
};

const RECIPES: [Recipe; 10] = [
    SHIPPED,
    CLEAN,
    Recipe {
        name: "peer: words of 1 to 3, by rarity, two classes",
        blocks: &[Block::Words],
        weighing: Weighing::Rarity,
        three: false,
    },
    Recipe {
        name: "no cues, two classes",
        three: false,
        ..CLEAN
    },
    Recipe {
        name: "no cues, no polarity",
        blocks: &[Block::Words, Block::Letters, Block::Handles, Block::Marks],
        ..SHIPPED
    },
    Recipe {
        name: "no cues, no letters of handles",
        blocks: &[Block::Words, Block::Letters, Block::Marks, Block::Polarity],
        ..SHIPPED
    },
    Recipe {
        name: "peer: words and letters, by rarity, two classes",
        blocks: &[Block::Words, Block::Letters],
        weighing: Weighing::Rarity,
        three: false,
    },
    Recipe {
        name: "no cues, no marks",
        blocks: &[Block::Words, Block::Letters, Block::Handles, Block::Polarity],
        ..SHIPPED
    },
    Recipe {
        name: "no cues, by rarity",
        weighing: Weighing::Rarity,
        ..CLEAN
    },
    Recipe {
        name: "no cues, no letters",
        blocks: &[Block::Words, Block::Handles, Block::Marks, Block::Polarity],
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
    let tweets = complaints(&arguments.data.join("complaints/train.tsv"))?;
    let sentiments = sentiments(&arguments.data.join("sentiment/en/train.tsv"))?;
    let mut out = stdout().lock();
    let groups = groups(&tweets);
    let strangers = polarity::strangers(&sentiments, &tweets);
    writeln!(
        out,
        "{} tweets, {} of them complaints; polarity from {} others",
        tweets.len(),
        tweets.iter().filter(|tweet| tweet.complaint).count(),
        strangers.len()
    )?;
    let heads = polarity::learn(&strangers);
    let mut features: Vec<_> = tweets.iter().map(|tweet| Features::of(&tweet.text)).collect();
    features.iter_mut().for_each(|text| heads.mark(text));
    let corpus = Corpus {
        tweets: &tweets,
        features: &features,
        groups: &groups,
    };
    if !arguments.unmeasured {
        for recipe in RECIPES.iter().filter(|recipe| recipe.name.contains(&arguments.only)) {
            report::print(recipe.name, &corpus, &corpus.cross_validate(recipe, SEED), &mut out)?;
        }
    }
    if let Some(path) = &arguments.out {
        let all: Vec<_> = (0..tweets.len()).collect();
        let (choice, threshold) = corpus.choose(&SHIPPED, &all, 10, SEED);
        let model = corpus.make(&SHIPPED, &all, choice);
        writeln!(out, "chosen: {choice:?}, threshold {threshold:.2}")?;
        std::fs::write(path, export::file(&model, &heads, threshold))?;
    }
    Ok(())
}
