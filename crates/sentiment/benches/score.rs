//! How many texts a second each model reads on one core, and how long the default one takes to start: `cargo bench -p
//! backtweet-sentiment`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use backtweet_sentiment::{Choice, Text};

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
        let model = choice.load();
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
                .take(1_000)
                .map(|text| Text { text, language })
                .collect();
            group.throughput(Throughput::Elements(texts.len() as u64));
            group.bench_function(name, |bencher| bencher.iter(|| model.score(&texts)));
        }
        group.finish();
    }
}

fn start(criterion: &mut Criterion) {
    criterion.bench_function("start", |bencher| bencher.iter(|| Choice::Fast.load()));
}

criterion_group!(benches, score, start);
criterion_main!(benches);
