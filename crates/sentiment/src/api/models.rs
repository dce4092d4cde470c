//! `ListModels`: which models there are, as they were measured.

use backtweet_wire::v1;

use crate::figures::{Figure, measured};
use crate::measure::Figures;
use crate::{Choice, Folders};

/// Every model; `in_use` is the one that this service scores with. Takes a while: the intervals are drawn.
pub(super) fn list(in_use: Choice, folders: &Folders) -> Vec<v1::SentimentModel> {
    let figures = measured();
    let model = |choice: Choice| {
        let (version, unavailable) = match choice.load(folders) {
            Ok(model) => (model.name().to_owned(), None),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        let own = figures.iter().filter(|figure| figure.model == version);
        v1::SentimentModel {
            choice: choice.name().to_owned(),
            about: choice.about().to_owned(),
            languages: choice.languages().iter().map(|&language| language.to_owned()).collect(),
            default: choice == Choice::default(),
            in_use: choice == in_use,
            unavailable,
            measured: own.map(accuracy).collect(),
            version,
        }
    };
    Choice::ALL.into_iter().map(model).collect()
}

fn accuracy(figure: &Figure) -> v1::MeasuredAccuracy {
    let (value, (low, high)) = (figure.tally.figures(), figure.tally.interval());
    let estimate = |of: fn(&Figures) -> f64| {
        Some(v1::Estimate {
            value: of(&value),
            low: of(&low),
            high: of(&high),
        })
    };
    v1::MeasuredAccuracy {
        language: figure.language.clone(),
        set: figure.set.clone(),
        texts: figure.tally.texts(),
        unknown: figure.tally.unknown(),
        macro_recall: estimate(|it| it.macro_recall),
        macro_f1: estimate(|it| it.macro_f1),
        accuracy: estimate(|it| it.accuracy),
    }
}
