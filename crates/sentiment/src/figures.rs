//! What the shipped models were measured to be: figures that the training programs write. Measuring is done elsewhere.

use crate::measure::Tally;

/// How a model did on one set of labelled texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Name and version of the model.
    pub model: String,
    /// BCP 47 language of the texts, which was declared for each.
    pub language: String,
    /// Which texts: none of them was trained on.
    pub set: String,
    /// What came out.
    pub tally: Tally,
}

/// Written by `train-fast`, and by `measure-deep`.
const MEASURED: [&str; 2] = [
    include_str!("../models/measured.tsv"),
    include_str!("../models/measured-deep.tsv"),
];

/// What the shipped models were measured to be.
pub fn measured() -> Vec<Figure> {
    MEASURED.into_iter().flat_map(parse).collect()
}

/// The lines that [`written`] writes; others are left out.
fn parse(table: &str) -> Vec<Figure> {
    let line = |line: &str| {
        let mut fields = line.split('\t');
        let mut text = || fields.next().map(str::to_owned);
        let (model, language, set) = (text()?, text()?, text()?);
        let mut tally = Tally::default();
        for count in tally.counts.as_flattened_mut() {
            *count = fields.next()?.parse().ok()?;
        }
        Some(Figure {
            model,
            language,
            set,
            tally,
        })
    };
    table.lines().filter_map(line).collect()
}

/// Figures as a table: model, language, set, then how often each label of people met each answer, divided by tabs.
pub fn written(figures: &[Figure]) -> String {
    let mut table = String::from("model\tlanguage\tset");
    for label in crate::measure::LABELS {
        for answer in crate::measure::ANSWERS {
            table.push_str(&format!("\t{} read as {}", label.name(), answer.name()));
        }
    }
    table.push('\n');
    for figure in figures {
        table.push_str(&format!("{}\t{}\t{}", figure.model, figure.language, figure.set));
        for count in figure.tally.counts.as_flattened() {
            table.push_str(&format!("\t{count}"));
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_is_shown_as_it_was_written() {
        let figures = measured();
        for model in ["fast/1", "deep/1", "auto/1"] {
            assert!(figures.iter().any(|figure| figure.model == model), "{model}");
        }
        for table in MEASURED {
            assert_eq!(written(&parse(table)), table);
        }
        for figure in figures {
            assert!(figure.tally.texts() > 0, "{figure:?}");
        }
    }
}
