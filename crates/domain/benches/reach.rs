//! How long unique reach takes over ten million follower records: from the records themselves, and from kept sketches of a thousand
//! amplifiers.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;

use backtweet_domain::reach::{Sketch, marginal};
use backtweet_domain::{AccountId, Network};
use criterion::{Criterion, criterion_group, criterion_main};

const RECORDS: u64 = 10_000_000;
const AMPLIFIERS: u64 = 1_000;

/// The hash of the follower in that record; audiences overlap by half.
fn hash(record: u64) -> u64 {
    let mut bits = (record / 2).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^ bits >> 31
}

fn sketch(records: std::ops::Range<u64>) -> Sketch {
    let mut sketch = Sketch::default();
    sketch.extend(records.map(hash));
    sketch
}

fn reach(criterion: &mut Criterion) {
    let each = RECORDS / AMPLIFIERS;
    let sketches: Vec<_> = (0..AMPLIFIERS)
        .map(|who| sketch(who * each..(who + 1) * each))
        .collect();
    let kept: Vec<_> = sketches.iter().map(Sketch::to_bytes).collect();
    let mut group = criterion.benchmark_group(format!("{RECORDS} follower records"));
    group.sample_size(10);
    let name = |number: u64| AccountId::new(Network::Bluesky, format!("did:plc:{number:024}")).unwrap();
    let followers: Vec<_> = (0..RECORDS / 10).map(name).collect();
    group.bench_function("hashed, folded in and estimated", |bench| {
        bench.iter(|| {
            let mut sketch = Sketch::default();
            let records = followers.iter().cycle().take(RECORDS as usize);
            records.for_each(|follower| sketch.insert(follower));
            black_box(sketch.estimate())
        });
    });
    group.bench_function(
        format!("{AMPLIFIERS} kept sketches read, merged and estimated"),
        |bench| {
            bench.iter(|| {
                let read: Vec<_> = kept.iter().map(|bytes| Sketch::from_bytes(bytes).unwrap()).collect();
                black_box(Sketch::union(&read).estimate())
            });
        },
    );
    let all: Vec<_> = sketches.iter().collect();
    group.bench_function(format!("marginal reach of {AMPLIFIERS} amplifiers"), |bench| {
        bench.iter(|| black_box(marginal(&all)));
    });
}

criterion_group!(benches, reach);
criterion_main!(benches);
