//! Measures VADER, and how sure it may be, on labelled tweets: `cargo run --release -p backtweet-sentiment --example measure -- FILE.tsv [LANGUAGE]`.
//! A line is `id<TAB>negative|neutral|positive<TAB>text`; the language is what is declared for every text, `en` unless said, `-` for none.

use std::io::{Error, Result, Write, stdout};
use std::time::Instant;

use backtweet_domain::{Label, Sentiment};
use backtweet_sentiment::{Model, Text, Vader};

const GOLD: [Label; 3] = [Label::Negative, Label::Neutral, Label::Positive];
const BOUNDS: [f64; 7] = [0.0, 0.05, 0.3, 0.5, 0.7, 0.85, 0.95];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .ok_or_else(|| Error::other("name a file of labelled tweets"))?;
    let declared = arguments.next().unwrap_or_else(|| "en".to_owned());
    let language = (declared != "-").then_some(&*declared);

    let content = std::fs::read_to_string(&file)?;
    let tweets: Vec<(Label, &str)> = content.lines().filter_map(tweet).collect();
    let texts: Vec<_> = tweets.iter().map(|(_, text)| Text { text, language }).collect();
    let model = Vader::new();
    let start = Instant::now();
    let read = model.score(&texts);
    let rate = texts.len() as f64 / start.elapsed().as_secs_f64();

    let pairs: Vec<(Label, Sentiment)> = tweets.iter().map(|(gold, _)| *gold).zip(read).collect();
    writeln!(
        stdout(),
        "{}: {} texts, {rate:.0} a second on one core",
        model.name(),
        pairs.len()
    )?;
    report(&pairs)
}

fn tweet(line: &str) -> Option<(Label, &str)> {
    let mut fields = line.splitn(3, '\t').skip(1);
    let label = fields.next()?;
    Some((GOLD.into_iter().find(|gold| gold.name() == label)?, fields.next()?))
}

fn report(pairs: &[(Label, Sentiment)]) -> Result<()> {
    let count = |gold: Label, label: Label| {
        pairs
            .iter()
            .filter(|(g, read)| *g == gold && read.label == label)
            .count() as f64
    };
    let mut recalls = Vec::new();
    for gold in GOLD {
        let of: f64 = Label::ALL.into_iter().map(|label| count(gold, label)).sum();
        let taken: f64 = GOLD.into_iter().map(|other| count(other, gold)).sum();
        let (recall, precision) = (count(gold, gold) / of, count(gold, gold) / taken);
        let unknown = count(gold, Label::Unknown) / of;
        writeln!(
            stdout(),
            "{:9} recall {recall:.3}  precision {precision:.3}  unknown {unknown:.3}",
            gold.name()
        )?;
        recalls.push(recall);
    }
    writeln!(
        stdout(),
        "macro recall {:.1}",
        100.0 * recalls.iter().sum::<f64>() / 3.0
    )?;

    writeln!(stdout(), "share of right labels, by label and |score| from:")?;
    for label in GOLD {
        for (index, low) in BOUNDS.into_iter().enumerate() {
            let high = BOUNDS.get(index + 1).copied().unwrap_or(2.0);
            let within = |read: &Sentiment| read.label == label && (low..high).contains(&read.score.abs());
            let all: Vec<_> = pairs.iter().filter(|(_, read)| within(read)).collect();
            let right = all.iter().filter(|(gold, _)| *gold == label).count();
            if !all.is_empty() {
                writeln!(
                    stdout(),
                    "  {:9} {low:.2}  {:.3} of {}",
                    label.name(),
                    right as f64 / all.len() as f64,
                    all.len()
                )?;
            }
        }
    }
    Ok(())
}
