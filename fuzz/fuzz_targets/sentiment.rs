//! Whatever text, language and name come: every model answers within its ranges, or that it does not know, and what is said about whom is found,
//! without a panic.
#![no_main]

use backtweet_sentiment::target::{own_words, towards};
use backtweet_sentiment::{Choice, Folders, Model, Text};
use std::sync::{Arc, LazyLock};

// Every model whose weights are here.
static MODELS: LazyLock<Vec<Arc<dyn Model>>> = LazyLock::new(|| {
    let folders = Folders::new(None);
    Choice::ALL.into_iter().filter_map(|choice| choice.load(&folders).ok()).collect()
});

libfuzzer_sys::fuzz_target!(|input: (&str, Option<&str>)| {
    let (text, language) = input;
    let own = own_words(text);
    let first = own.split_whitespace().next().unwrap_or_default();
    for names in [&["@acme", "#globex"][..], &[first], &[language.unwrap_or_default()]] {
        assert!(towards(&own, names).len() <= 2 * own.len() + 64);
    }
    for model in MODELS.iter() {
        for sentiment in model.score(&[Text { text, language }, Text { text, language: Some("en") }]) {
            assert!((-1.0..=1.0).contains(&sentiment.score) && (0.0..=1.0).contains(&sentiment.confidence), "{sentiment:?}");
        }
    }
});
