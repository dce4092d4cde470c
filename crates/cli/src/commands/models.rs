//! `backtweet models`: which sentiment models there are, and how good they were measured to be. How good one is on texts of one's own is in
//! `evaluate`, what people say where one is wrong in `corrections`.

mod corrections;
mod evaluate;
mod figures;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use backtweet_sentiment::figures::{Figure, measured};
use backtweet_sentiment::{Choice, Folders};

use self::figures::{HEADER, figures_json, row, summary};
use crate::args::{Format, Model, Models, ModelsCommand};
use crate::output;

/// Runs `backtweet models`; weights are looked for in the folder `weights` first, corrections in the suite at `endpoint`.
pub async fn run(
    models: Models,
    weights: Option<&Path>,
    endpoint: &str,
    format: Format,
    quiet: bool,
) -> Result<ExitCode> {
    let folders = Folders::new(weights);
    match models.command {
        None | Some(ModelsCommand::List) => list(&folders, format)?,
        Some(ModelsCommand::Evaluate(evaluate)) => evaluate::run(&evaluate, &folders, format, quiet)?,
        Some(ModelsCommand::Correct(correct)) => corrections::correct(correct, endpoint, format).await?,
        Some(ModelsCommand::Corrections) => corrections::list(endpoint, format).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The model that was asked for on the command line.
pub fn chosen(model: Model) -> Choice {
    match model {
        Model::Fast => Choice::Fast,
        Model::Deep => Choice::Deep,
        Model::Auto => Choice::Auto,
        Model::Lexicon => Choice::Lexicon,
    }
}

fn list(folders: &Folders, format: Format) -> Result<()> {
    let figures = measured();
    match format {
        Format::Text => Choice::ALL
            .into_iter()
            .for_each(|choice| show(choice, folders, &figures)),
        Format::Json => output::json(&Choice::ALL.map(|choice| model_json(choice, folders, &figures)))?,
        Format::Csv => output::csv(
            HEADER,
            figures
                .iter()
                .map(|it| row(&it.model, &it.language, &it.set, &it.tally, None)),
        )?,
    }
    Ok(())
}

fn model_json(choice: Choice, folders: &Folders, figures: &[Figure]) -> Value {
    let mut shown = json!({
        "model": choice.name(),
        "default": choice == Choice::default(),
        "about": choice.about(),
        "languages": choice.languages(),
    });
    match choice.load(folders) {
        Ok(model) => {
            let own = figures.iter().filter(|figure| figure.model == model.name());
            let measured = own.map(|it| {
                let mut figures = figures_json(&it.tally);
                figures["language"] = json!(it.language);
                figures["set"] = json!(it.set);
                figures
            });
            shown["version"] = json!(model.name());
            shown["measured"] = Value::Array(measured.collect());
        }
        Err(error) => shown["not_installed"] = json!(error.to_string()),
    }
    shown
}

fn show(choice: Choice, folders: &Folders, figures: &[Figure]) {
    let default = if choice == Choice::default() {
        ", the default"
    } else {
        ""
    };
    let (heading, about) = (output::styled(output::HEADING, choice.name()), choice.about());
    let model = match choice.load(folders) {
        Ok(model) => model,
        Err(error) => {
            output::line(format!("{heading}  not installed: {about}"));
            output::line(output::styled(output::FAINT, format!("  {error}")));
            return;
        }
    };
    output::line(format!("{heading}  {}{default}: {about}", model.name()));
    for figure in figures.iter().filter(|figure| figure.model == model.name()) {
        let set = format!("on {} texts of {}", figure.tally.texts(), figure.set);
        output::line(format!(
            "  {:3} {}  {}",
            figure.language,
            summary(&figure.tally),
            output::styled(output::FAINT, set)
        ));
    }
}
