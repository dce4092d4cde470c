//! How many texts a second each model reads on one core, in batches of 256, and how long it takes to start: `cargo bench -p
//! backtweet-sentiment --bench score`. Models whose weights are not here are left out. Beside them stands the peer that most people would take, Python's
//! `vaderSentiment`, where `python3` has it.

use std::process::Command;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use backtweet_sentiment::{Choice, Folders, Text};

/// Texts scored at once.
const BATCH: usize = 256;

const TWEETS: [&str; 4] = [
    "@acme I've been waiting for THREE weeks and still no answer!!! Worst support ever. #fail https://acme.example/ticket/42",
    "Loving the new release, the dark mode is gorgeous 😍 thanks so much to the whole team at @acme",
    "The museum opens at nine on Saturday, and tickets are sold at the entrance or on its website.",
    "not bad at all, but I'd hoped for a bit more battery life... oh well :/",
];
const GERMAN: [&str; 2] = [
    "Das ist leider schon wieder kaputt, und beim Kundendienst geht seit Stunden niemand ans Telefon @acme",
    "Vielen Dank für die schnelle Hilfe, ich bin wirklich begeistert 😍",
];

fn score(criterion: &mut Criterion) {
    for choice in Choice::ALL {
        let Ok(model) = choice.load(&Folders::new(None)) else {
            continue;
        };
        let mut group = criterion.benchmark_group(choice.name());
        let sets: [(&str, &[&str], Option<&str>); 3] = [
            ("declared", &TWEETS, Some("en")),
            ("undeclared", &TWEETS, None),
            ("german", &GERMAN, Some("de")),
        ];
        for (name, tweets, language) in sets {
            let texts: Vec<_> = tweets
                .iter()
                .cycle()
                .take(BATCH)
                .map(|text| Text { text, language })
                .collect();
            group.throughput(Throughput::Elements(texts.len() as u64));
            group.bench_function(name, |bencher| bencher.iter(|| model.score(&texts)));
        }
        group.finish();
    }
}

/// Scores each text, which are its arguments behind the number of rounds, and says how many seconds that took.
const PEER: &str = "
import sys, time
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
score = SentimentIntensityAnalyzer().polarity_scores
start = time.perf_counter()
for _ in range(int(sys.argv[1])):
    for text in sys.argv[2:]:
        score(text)
print(time.perf_counter() - start)
";

/// How long the peer takes for so many rounds of [`TWEETS`]; `None` where it is not here.
fn peer_takes(rounds: u64) -> Option<Duration> {
    let rounds = rounds.to_string();
    let output = Command::new("python3")
        .args(["-c", PEER, &rounds])
        .args(TWEETS)
        .output();
    let said = String::from_utf8(output.ok()?.stdout).ok()?;
    said.trim().parse().ok().map(Duration::from_secs_f64)
}

fn peer(criterion: &mut Criterion) {
    if peer_takes(1).is_none() {
        return;
    }
    let mut group = criterion.benchmark_group("peer");
    group.sample_size(10);
    group.throughput(Throughput::Elements(TWEETS.len() as u64));
    group.bench_function("python-vader", |bencher| {
        bencher.iter_custom(|rounds| peer_takes(rounds).unwrap_or_default());
    });
    group.finish();
}

fn start(criterion: &mut Criterion) {
    let folders = Folders::new(None);
    let mut group = criterion.benchmark_group("start");
    for choice in Choice::ALL.into_iter().filter(|choice| choice.load(&folders).is_ok()) {
        group.bench_function(choice.name(), |bencher| bencher.iter(|| choice.load(&folders)));
    }
    group.finish();
}

criterion_group!(benches, peer, score, start);
criterion_main!(benches);
