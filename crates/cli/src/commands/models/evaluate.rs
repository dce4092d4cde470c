//! `backtweet models evaluate`: how good models are on texts that people labelled, each model on each file.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use backtweet_sentiment::labelled::{Labelled, read};
use backtweet_sentiment::measure::{ANSWERS, Figures, LABELS, Tally};
use backtweet_sentiment::{Folders, Model, Text};

use super::figures::{HEADER, figures_json, row, shown};
use crate::args::{Evaluate, Format};
use crate::output;

/// Texts scored at once.
const BATCH: usize = 256;

/// A file of labelled texts.
struct Set {
    name: String,
    /// What is declared for each of its texts.
    language: Option<String>,
    texts: Vec<Labelled>,
}

/// How one model did on one set.
struct Measured {
    model: String,
    tally: Tally,
    took: Duration,
}

impl Measured {
    /// Posts a second.
    fn rate(&self) -> f64 {
        self.tally.texts() as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

/// Measures every model on every file, and shows it.
pub fn run(evaluate: &Evaluate, folders: &Folders, format: Format, quiet: bool) -> Result<()> {
    let sets = sets(evaluate)?;
    let models = evaluate.models.iter().map(|model| super::chosen(*model).load(folders));
    let models = models.collect::<Result<Vec<_>, _>>()?;
    let bar = bar(
        sets.iter().map(|set| set.texts.len()).sum::<usize>() * models.len(),
        quiet,
    );
    let on = |set: &Set| -> Vec<Measured> { models.iter().map(|model| measure(&**model, set, &bar)).collect() };
    let measured: Vec<_> = sets.iter().map(|set| (set, on(set))).collect();
    bar.finish_and_clear();
    match format {
        Format::Text => print(&measured),
        Format::Json => {
            let figures = each(&measured).map(|(set, it)| {
                let mut figures = figures_json(&it.tally);
                figures["file"] = json!(set.name);
                figures["language"] = json!(set.language);
                figures["model"] = json!(it.model);
                figures["posts_per_second"] = json!(it.rate().round());
                figures
            });
            output::json(&figures.collect::<Vec<_>>())?;
        }
        Format::Csv => output::csv(
            HEADER,
            each(&measured).map(|(set, it)| {
                let language = set.language.as_deref().unwrap_or_default();
                row(&it.model, language, &set.name, &it.tally, Some(it.rate()))
            }),
        )?,
    }
    Ok(())
}

fn sets(evaluate: &Evaluate) -> Result<Vec<Set>> {
    let (files, languages) = (evaluate.labels.len(), evaluate.languages.len());
    if languages > 1 && languages != files {
        bail!("{languages} languages for {files} file(s): declare one for all of them, one for each, or none");
    }
    let language = |at: usize| evaluate.languages.get(if languages == 1 { 0 } else { at }).cloned();
    let set = |(at, path): (usize, &std::path::PathBuf)| {
        Ok(Set {
            name: path.display().to_string(),
            language: language(at),
            texts: read(path)?,
        })
    };
    evaluate.labels.iter().enumerate().map(set).collect()
}

fn measure(model: &dyn Model, set: &Set, bar: &ProgressBar) -> Measured {
    bar.set_message(format!("{} on {}", model.name(), set.name));
    let start = Instant::now();
    let mut pairs = Vec::with_capacity(set.texts.len());
    for batch in set.texts.chunks(BATCH) {
        let texts = batch.iter().map(|it| Text {
            text: &it.text,
            language: set.language.as_deref(),
        });
        let texts: Vec<_> = texts.collect();
        let answers = model.score(&texts).into_iter().map(|answer| answer.label);
        pairs.extend(batch.iter().map(|it| it.label).zip(answers));
        bar.inc(batch.len() as u64);
    }
    Measured {
        model: model.name().to_owned(),
        took: start.elapsed(),
        tally: Tally::of(pairs),
    }
}

fn bar(texts: usize, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(texts as u64);
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{msg}  {wide_bar}  {human_pos} of {human_len} texts, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn each<'a>(measured: &'a [(&'a Set, Vec<Measured>)]) -> impl Iterator<Item = (&'a Set, &'a Measured)> {
    measured.iter().flat_map(|(set, all)| all.iter().map(|it| (*set, it)))
}

/// A table for each file, then the means where there are several.
fn print(measured: &[(&Set, Vec<Measured>)]) {
    for (set, all) in measured {
        output::line(output::styled(
            output::HEADING,
            format!("{}, {} texts", set.name, set.texts.len()),
        ));
        let mut table = table(&["model", "macro recall", "macro F1", "accuracy", "posts/s", &read_as()]);
        for it in all {
            let [recall, f1, accuracy] = shown(&it.tally);
            table.add_row([
                &it.model,
                &recall,
                &f1,
                &accuracy,
                &format!("{:.0}", it.rate()),
                &confusion(&it.tally),
            ]);
        }
        output::line(format!("{table}\n"));
    }
    if measured.len() > 1 {
        means(measured);
    }
}

/// The mean of each figure over all files, a row a model.
fn means(measured: &[(&Set, Vec<Measured>)]) {
    output::line(output::styled(
        output::HEADING,
        format!("mean of {} files", measured.len()),
    ));
    let mut table = table(&["model", "macro recall", "macro F1", "accuracy", "posts/s"]);
    for at in 0..measured.first().map_or(0, |(_, all)| all.len()) {
        let own: Vec<&Measured> = measured.iter().filter_map(|(_, all)| all.get(at)).collect();
        let mean = |figure: fn(&Figures) -> f64| {
            let sum: f64 = own.iter().map(|it| figure(&it.tally.figures())).sum();
            format!("{:.1}", 100.0 * sum / own.len() as f64)
        };
        let texts: u64 = own.iter().map(|it| it.tally.texts()).sum();
        let took: Duration = own.iter().map(|it| it.took).sum();
        table.add_row([
            own[0].model.clone(),
            mean(|it| it.macro_recall),
            mean(|it| it.macro_f1),
            mean(|it| it.accuracy),
            format!("{:.0}", texts as f64 / took.as_secs_f64().max(1e-9)),
        ]);
    }
    output::line(table);
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table
}

/// What stands above [`confusion`].
fn read_as() -> String {
    let heads = ANSWERS.map(|answer| format!("{:>9}", answer.name())).concat();
    format!("{:9}{heads}", "read as")
}

/// How labels of people (rows) were read (columns).
fn confusion(tally: &Tally) -> String {
    let line = |(label, answers): (backtweet_domain::Label, [u64; 4])| {
        let counts = answers.map(|count| format!("{count:>9}")).concat();
        format!("{:9}{counts}", label.name())
    };
    LABELS
        .into_iter()
        .zip(tally.counts)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
