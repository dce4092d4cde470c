//! That the transformer which is shipped says what people would. Needs its file of weights, and says so where that is absent.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use backtweet_domain::Label;
use backtweet_sentiment::{Choice, Folders, LoadError, Model, Text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

fn shipped(choice: Choice) -> Option<Arc<dyn Model>> {
    match choice.load(&Folders::only([folder()])) {
        Ok(model) => Some(model),
        Err(LoadError::Missing { name, .. }) => {
            eprintln!("skipped: {name} is not here");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

const CASES: [(&str, &str, Label); 8] = [
    ("I love this so much, thank you!", "en", Label::Positive),
    ("This is the worst service ever, I am so angry", "en", Label::Negative),
    ("The museum opens at nine on Saturday.", "en", Label::Neutral),
    ("not happy with the new update", "en", Label::Negative),
    ("not bad at all, I would buy it again", "en", Label::Positive),
    ("Me encanta, muchas gracias por todo", "es", Label::Positive),
    ("So ein Mist, das nervt total", "de", Label::Negative),
    ("Olen tänään hyvin onnellinen täällä", "fi", Label::Unknown),
];

#[test]
fn what_people_mean_plainly_is_read_as_they_mean_it() {
    for choice in [Choice::Deep, Choice::Auto] {
        let Some(model) = shipped(choice) else { return };
        let text = |&(text, language, _): &(&'static str, &'static str, Label)| Text {
            text,
            language: Some(language),
        };
        let texts: Vec<_> = CASES.iter().map(text).collect();
        let answers = model.score(&texts);
        for ((text, _, label), answer) in CASES.iter().zip(&answers) {
            assert_eq!(answer.label, *label, "{} on `{text}`: {answer:?}", choice.name());
        }
        let alone = texts.iter().flat_map(|text| model.score(std::slice::from_ref(text)));
        assert_eq!(
            alone.collect::<Vec<_>>(),
            answers,
            "a replay in other batches says something else"
        );
    }
}

#[test]
fn the_file_stays_small_enough_to_be_fetched_with_the_project() {
    if shipped(Choice::Deep).is_some() {
        let file = std::fs::metadata(folder().join("deep-1.safetensors")).unwrap();
        assert!(file.len() <= 30_000_000, "{} bytes", file.len());
    }
}
