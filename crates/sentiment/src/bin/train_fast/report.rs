//! What a model comes to on texts that nothing was learned from, in figures that people compare, for people and for the program to show.

use std::io::{Result, Write};

use backtweet_domain::Label;
use backtweet_sentiment::corpus::Set;
use backtweet_sentiment::figures::Figure;
use backtweet_sentiment::measure::{LABELS, Tally};

/// Measures `answer` on a set; it answers the text with the language that the set is in.
pub fn measure(model: &str, set: &Set, answer: impl Fn(&str) -> Label) -> Figure {
    let pairs = set.texts.iter().map(|it| (it.label, answer(&it.text)));
    Figure {
        model: model.to_owned(),
        language: set.code().to_owned(),
        set: set.name.clone(),
        tally: Tally::of(pairs),
    }
}

/// Prints figures with their intervals, and the confusion.
pub fn print(figure: &Figure, out: &mut impl Write) -> Result<()> {
    let tally = &figure.tally;
    let (own, (low, high)) = (tally.figures(), tally.interval());
    let shown =
        |own: f64, low: f64, high: f64| format!("{:.1} ({:.1} to {:.1})", 100.0 * own, 100.0 * low, 100.0 * high);
    writeln!(
        out,
        "{:34} {:16} macro recall {}  macro F1 {}  accuracy {}  of {}, {} unknown",
        figure.model,
        figure.set,
        shown(own.macro_recall, low.macro_recall, high.macro_recall),
        shown(own.macro_f1, low.macro_f1, high.macro_f1),
        shown(own.accuracy, low.accuracy, high.accuracy),
        tally.texts(),
        tally.unknown(),
    )?;
    for (label, answers) in LABELS.into_iter().zip(tally.counts) {
        let [negative, neutral, positive, unknown] = answers;
        writeln!(
            out,
            "    {:9} read as negative {negative:5}  neutral {neutral:5}  positive {positive:5}  unknown {unknown:5}",
            label.name()
        )?;
    }
    out.flush()
}

/// How far confidences are from coming true, in [0, 1]: the mean gap over ten equal ranges of confidence (Naeini et al. 2015).
pub fn calibration_error(read: &[(f64, bool)]) -> f64 {
    let mut ranges = [(0.0, 0.0); 10];
    for (confidence, right) in read {
        let range = &mut ranges[((confidence * 10.0) as usize).min(9)];
        range.0 += confidence;
        range.1 += f64::from(u8::from(*right));
    }
    let gaps: f64 = ranges.iter().map(|(said, right)| (said - right).abs()).sum();
    gaps / read.len().max(1) as f64
}
