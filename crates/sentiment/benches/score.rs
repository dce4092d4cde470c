//! How many texts a second the default model reads on one core: `cargo bench -p backtweet-sentiment`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use backtweet_sentiment::{Text, default_model};

const TWEETS: [&str; 4] = [
    "@acme I've been waiting for THREE weeks and still no answer!!! Worst support ever. #fail https://acme.example/ticket/42",
    "Loving the new release, the dark mode is gorgeous 😍 thanks so much to the whole team at @acme",
    "The museum opens at nine on Saturday, and tickets are sold at the entrance or on its website.",
    "not bad at all, but I'd hoped for a bit more battery life... oh well :/",
];

fn score(criterion: &mut Criterion) {
    let model = default_model();
    let mut group = criterion.benchmark_group("score");
    for (name, language) in [("declared", Some("en")), ("undeclared", None)] {
        let texts: Vec<_> = TWEETS
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

criterion_group!(benches, score);
criterion_main!(benches);
