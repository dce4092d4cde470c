//! How the figures of a model are written: in words, as JSON and as a row of a table. What they mean is in `backtweet_sentiment::measure`.

use serde_json::{Value, json};

use backtweet_sentiment::measure::{ANSWERS, LABELS, Tally};

/// The figures in a line, for people.
pub fn summary(tally: &Tally) -> String {
    let [recall, f1, accuracy] = shown(tally);
    format!("macro recall {recall}  macro F1 {f1}  accuracy {accuracy}")
}

/// Macro recall, macro F1 and accuracy in percent, each with its interval.
pub fn shown(tally: &Tally) -> [String; 3] {
    let (own, (low, high)) = (tally.figures(), tally.interval());
    let shown =
        |own: f64, low: f64, high: f64| format!("{:.1} ({:.1} to {:.1})", 100.0 * own, 100.0 * low, 100.0 * high);
    [
        shown(own.macro_recall, low.macro_recall, high.macro_recall),
        shown(own.macro_f1, low.macro_f1, high.macro_f1),
        shown(own.accuracy, low.accuracy, high.accuracy),
    ]
}

/// The figures and how labels were read, as JSON.
pub fn figures_json(tally: &Tally) -> Value {
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

/// What stands above [`row`].
pub const HEADER: [&str; 27] = [
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

/// The same as a row of a table; `rate` in posts a second.
pub fn row(model: &str, language: &str, set: &str, tally: &Tally, rate: Option<f64>) -> [String; 27] {
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
