//! That the models stay as good as `docs/models/` and `models/measured.tsv` say. Needs the labelled tweets, and says so where they are absent.

use std::path::Path;

use backtweet_sentiment::figures::measured;
use backtweet_sentiment::labelled::read;
use backtweet_sentiment::measure::Tally;
use backtweet_sentiment::{Choice, Folders, LoadError, Text};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sentiment");

#[test]
fn the_published_accuracy_holds() {
    for choice in Choice::ALL {
        let model = match choice.load(&Folders::new(None)) {
            Ok(model) => model,
            Err(LoadError::Missing { name, .. }) => {
                eprintln!("skipped: {} needs {name}, which is not here", choice.name());
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let own = measured().into_iter().filter(|figure| figure.model == model.name());
        for figure in own {
            let file = Path::new(DATA).join(&figure.set).join("dev.tsv");
            let Ok(texts) = read(&file) else {
                eprintln!("skipped: the labelled tweets are not here");
                return;
            };
            let language = Some(&*figure.language);
            let inputs: Vec<_> = texts
                .iter()
                .map(|it| Text {
                    text: &it.text,
                    language,
                })
                .collect();
            let answers = model.score(&inputs).into_iter().map(|answer| answer.label);
            let tally = Tally::of(texts.iter().map(|it| it.label).zip(answers));
            let (now, then) = (tally.figures().macro_recall, figure.tally.figures().macro_recall);
            // Sums of floats may differ in their last place between machines.
            assert!(
                (now - then).abs() < 0.003,
                "{} on {}: {now:.4}, not {then:.4}",
                figure.model,
                figure.set
            );
        }
    }
}

#[test]
fn the_default_model_is_the_better_one_in_english() {
    let recall = |choice: Choice| {
        let figures = measured();
        let model = choice.load(&Folders::new(None)).ok()?;
        let own = figures
            .iter()
            .find(|figure| figure.model == model.name() && figure.set == "en");
        own.map(|figure| figure.tally.figures().macro_recall)
    };
    assert!(recall(Choice::default()) > recall(Choice::Lexicon));
}
