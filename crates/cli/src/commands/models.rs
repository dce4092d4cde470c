//! `backtweet models`: which sentiment models there are, how good they were measured to be, how good one is on texts of one's own, and what
//! people say where one is wrong.

mod corrections;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use backtweet_sentiment::figures::{Figure, measured};
use backtweet_sentiment::labelled::{Labelled, read};
use backtweet_sentiment::measure::{ANSWERS, LABELS, Tally};
use backtweet_sentiment::{Choice, Text};

use crate::args::{Evaluate, Format, Model, Models, ModelsCommand};
use crate::output;

/// Texts scored at once.
const BATCH: usize = 256;

/// Runs `backtweet models`.
pub async fn run(models: Models, endpoint: &str, format: Format) -> Result<ExitCode> {
    match models.command {
        None | Some(ModelsCommand::List) => list(format)?,
        Some(ModelsCommand::Evaluate(evaluate)) => self::evaluate(&evaluate, format)?,
        Some(ModelsCommand::Correct(correct)) => corrections::correct(correct, endpoint, format).await?,
        Some(ModelsCommand::Corrections) => corrections::list(endpoint, format).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The model that was asked for on the command line.
pub fn chosen(model: Model) -> Choice {
    match model {
        Model::Fast => Choice::Fast,
        Model::Lexicon => Choice::Lexicon,
    }
}

fn list(format: Format) -> Result<()> {
    let figures = measured();
    match format {
        Format::Text => text_list(&figures),
        Format::Json => {
            let models = Choice::ALL.map(|choice| {
                let name = choice.load().name().to_owned();
                let own = figures.iter().filter(|figure| figure.model == name);
                json!({
                    "model": choice.name(),
                    "version": name,
                    "default": choice == Choice::default(),
                    "about": choice.about(),
                    "languages": choice.languages(),
                    "measured": own.map(|it| {
                        let mut figures = figures_json(&it.tally);
                        figures["language"] = json!(it.language);
                        figures["set"] = json!(it.set);
                        figures
                    }).collect::<Vec<_>>(),
                })
            });
            output::json(&models)?;
        }
        Format::Csv => output::csv(
            HEADER,
            figures
                .iter()
                .map(|it| row(&it.model, &it.language, &it.set, &it.tally, None)),
        )?,
    }
    Ok(())
}

fn text_list(figures: &[Figure]) {
    for choice in Choice::ALL {
        let name = choice.load().name().to_owned();
        let default = if choice == Choice::default() {
            ", the default"
        } else {
            ""
        };
        output::line(format!(
            "{}  {name}{default}: {}",
            output::styled(output::HEADING, choice.name()),
            choice.about()
        ));
        for figure in figures.iter().filter(|figure| figure.model == name) {
            output::line(format!(
                "  {:3} {}  {}",
                figure.language,
                summary(&figure.tally),
                output::styled(
                    output::FAINT,
                    format!("on {} texts of {}", figure.tally.texts(), figure.set)
                )
            ));
        }
    }
}

fn evaluate(evaluate: &Evaluate, format: Format) -> Result<()> {
    let sets = evaluate
        .labels
        .iter()
        .map(|path| Ok((path.display().to_string(), read(path)?)));
    let sets = sets.collect::<Result<Vec<_>>>()?;
    let model = chosen(evaluate.model).load();
    let language = evaluate.language.as_deref();
    let mut measured = Vec::new();
    for (name, texts) in &sets {
        let inputs: Vec<_> = texts
            .iter()
            .map(|it| Text {
                text: &it.text,
                language,
            })
            .collect();
        let start = Instant::now();
        let read: Vec<_> = inputs.chunks(BATCH).flat_map(|batch| model.score(batch)).collect();
        let rate = inputs.len() as f64 / start.elapsed().as_secs_f64().max(1e-9);
        let pair = |(text, read): (&Labelled, backtweet_domain::Sentiment)| (text.label, read.label);
        measured.push((name, Tally::of(texts.iter().zip(read).map(pair)), rate));
    }
    match format {
        Format::Text => measured
            .iter()
            .for_each(|(name, tally, rate)| print(model.name(), name, tally, *rate)),
        Format::Json => {
            let files = measured.iter().map(|(name, tally, rate)| {
                let mut figures = figures_json(tally);
                figures["file"] = json!(name);
                figures["model"] = json!(model.name());
                figures["posts_per_second"] = json!(rate.round());
                figures
            });
            output::json(&files.collect::<Vec<_>>())?;
        }
        Format::Csv => output::csv(
            HEADER,
            measured
                .iter()
                .map(|(name, tally, rate)| row(model.name(), language.unwrap_or_default(), name, tally, Some(*rate))),
        )?,
    }
    Ok(())
}

/// One set for people: figures, then how labels of people (rows) were read (columns).
fn print(model: &str, name: &str, tally: &Tally, rate: f64) {
    output::line(output::styled(output::HEADING, format!("{name}, by {model}")));
    output::line(format!("  {}", summary(tally)));
    output::line(format!("  {} texts, {rate:.0} a second on one core", tally.texts()));
    let heads = ANSWERS.map(|answer| format!("{:>9}", answer.name())).concat();
    output::line(output::styled(output::FAINT, format!("  {:9}{heads}", "read as")));
    for (label, answers) in LABELS.into_iter().zip(tally.counts) {
        let counts = answers.map(|count| format!("{count:>9}")).concat();
        output::line(format!("  {:9}{counts}", label.name()));
    }
}

fn summary(tally: &Tally) -> String {
    let (own, (low, high)) = (tally.figures(), tally.interval());
    let shown =
        |own: f64, low: f64, high: f64| format!("{:.1} ({:.1} to {:.1})", 100.0 * own, 100.0 * low, 100.0 * high);
    format!(
        "macro recall {}  macro F1 {}  accuracy {}",
        shown(own.macro_recall, low.macro_recall, high.macro_recall),
        shown(own.macro_f1, low.macro_f1, high.macro_f1),
        shown(own.accuracy, low.accuracy, high.accuracy),
    )
}

fn figures_json(tally: &Tally) -> Value {
    let (own, (low, high)) = (tally.figures(), tally.interval());
    let confusion = LABELS.into_iter().zip(tally.counts).map(|(label, answers)| {
        let answers = ANSWERS.into_iter().zip(answers);
        let answers = answers.map(|(answer, count)| (answer.name().to_owned(), json!(count)));
        (label.name().to_owned(), Value::Object(answers.collect()))
    });
    json!({
        "texts": tally.texts(),
        "unknown": tally.unknown(),
        "macro_recall": own.macro_recall,
        "macro_recall_interval": [low.macro_recall, high.macro_recall],
        "macro_f1": own.macro_f1,
        "macro_f1_interval": [low.macro_f1, high.macro_f1],
        "accuracy": own.accuracy,
        "accuracy_interval": [low.accuracy, high.accuracy],
        "confusion": Value::Object(confusion.collect()),
    })
}

const HEADER: [&str; 27] = [
    "model",
    "language",
    "set",
    "texts",
    "unknown",
    "macro_recall",
    "macro_recall_low",
    "macro_recall_high",
    "macro_f1",
    "macro_f1_low",
    "macro_f1_high",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "negative_as_negative",
    "negative_as_neutral",
    "negative_as_positive",
    "negative_as_unknown",
    "neutral_as_negative",
    "neutral_as_neutral",
    "neutral_as_positive",
    "neutral_as_unknown",
    "positive_as_negative",
    "positive_as_neutral",
    "positive_as_positive",
    "positive_as_unknown",
    "posts_per_second",
];

fn row(model: &str, language: &str, set: &str, tally: &Tally, rate: Option<f64>) -> [String; 27] {
    let (own, (low, high)) = (tally.figures(), tally.interval());
    let figures = [
        own.macro_recall,
        low.macro_recall,
        high.macro_recall,
        own.macro_f1,
        low.macro_f1,
        high.macro_f1,
        own.accuracy,
        low.accuracy,
        high.accuracy,
    ];
    let words = [model, language, set].into_iter().map(str::to_owned);
    let mut fields = words
        .chain([tally.texts().to_string(), tally.unknown().to_string()])
        .chain(figures.map(|figure| format!("{figure:.4}")))
        .chain(tally.counts.as_flattened().iter().map(u64::to_string))
        .chain([rate.map_or(String::new(), |rate| format!("{rate:.0}"))]);
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}
