//! Whatever text and language come: every model answers within its ranges, or that it does not know, and never panics.
#![no_main]

use backtweet_sentiment::{Choice, Model, Text};
use std::sync::{Arc, LazyLock};

static MODELS: LazyLock<[Arc<dyn Model>; 2]> = LazyLock::new(|| Choice::ALL.map(Choice::load));

libfuzzer_sys::fuzz_target!(|input: (&str, Option<&str>)| {
    let (text, language) = input;
    for model in MODELS.iter() {
        for sentiment in model.score(&[Text { text, language }, Text { text, language: Some("en") }]) {
            assert!((-1.0..=1.0).contains(&sentiment.score) && (0.0..=1.0).contains(&sentiment.confidence), "{sentiment:?}");
        }
    }
});
