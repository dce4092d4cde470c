//! How many posts a second one core reads for mentions, hashtags and links: real ones where they are at hand, else made ones, and texts made to
//! slow it down.

use std::hint::black_box;

use backtweet_domain::entities;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const POSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sentiment/en/dev.tsv");

/// Bytes of a text made to slow it down: the most that a post may have.
const LONGEST: usize = 64 * 1024;

fn posts() -> Vec<String> {
    let made = || {
        let post = |number| format!("@user{number} it works, see https://acme.com/a/{number} … #tag{number} 日本語。");
        (0..1000).map(post).collect()
    };
    std::fs::read_to_string(POSTS).map_or_else(
        |_| made(),
        |table| {
            let texts = table.lines().filter_map(|line| line.rsplit('\t').next());
            texts.map(str::to_owned).collect()
        },
    )
}

fn extracting(criterion: &mut Criterion) {
    let posts = posts();
    let bare: Vec<_> = (posts.iter())
        .filter(|post| !post.contains(['@', '#', '$', '.']))
        .cloned()
        .collect();
    let hostile = ["(", "@", "http://", "a.co/(", "é.", "x.com_中b."].map(|part| part.repeat(LONGEST / part.len()));

    let mut group = criterion.benchmark_group("extract");
    for (name, texts) in [
        ("posts", &posts[..]),
        ("posts_that_name_nothing", &bare),
        ("hostile_texts_of_64_kib", &hostile),
    ] {
        group.throughput(Throughput::Elements(texts.len() as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                texts
                    .iter()
                    .map(|text| entities::extract(black_box(text)).links.len())
                    .sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, extracting);
criterion_main!(benches);
