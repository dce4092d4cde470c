//! How long a cascade of 100,000 posts takes: to be built, to be changed by one post, and to be asked for all of its figures.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;

use backtweet_domain::cascade::{Forecast, Growth, Node, Passing, Reproduction, Tree, View};
use backtweet_domain::{Edge, Network, PostId, Role, Timestamp};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const POSTS: u64 = 100_000;

fn id(number: u64) -> PostId {
    PostId::new(
        Network::Bluesky,
        format!("at://did:plc:{number:024}/app.bsky.feed.repost/{number:013}"),
    )
    .unwrap()
}

/// A post hangs on the origin, or on one of those before it: depths of some tens.
fn node(number: u64) -> Node {
    let chance = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let parent = if chance.is_multiple_of(3) {
        0
    } else {
        chance % number.max(1)
    };
    Node {
        parent: (number > 0).then(|| id(parent)),
        edge: Edge::Observed,
        at: Timestamp::from_seconds(1_782_864_000 + number.cast_signed()),
        followers: Some(chance % 10_000),
        passing: Passing::Repost,
        role: Role::Backtweet,
    }
}

fn tree() -> Tree {
    let mut tree = Tree::new(id(0));
    for number in 0..POSTS {
        tree.insert(&id(number), node(number));
    }
    tree
}

fn cascade(criterion: &mut Criterion) {
    let tree = tree();
    let depth = tree.shape().depth();
    let mut group = criterion.benchmark_group(format!("cascade of {POSTS} posts, {depth} deep"));
    group.sample_size(10);
    group.bench_function("built", |bench| bench.iter(self::tree));
    let mut changed = tree.clone();
    let (last, node) = (id(POSTS - 1), node(POSTS - 1));
    group.bench_function("one post out and in", |bench| {
        bench.iter(|| {
            changed.remove(&last);
            changed.insert(&last, node.clone());
        });
    });
    let now = Timestamp::from_seconds(1_792_864_000);
    group.bench_function("all figures", |bench| {
        bench.iter(|| {
            let view = View::of(&tree, None);
            let growth = Growth::of(&view);
            let reproduction = Reproduction::of(&view, &growth, now);
            black_box((
                view.totals(),
                view.time_to(50),
                growth,
                reproduction,
                Forecast::of(&view, now),
            ))
        });
    });
    let half = Timestamp::from_seconds(1_782_864_000 + (POSTS / 2).cast_signed());
    group.bench_function("laid out as of half of its time", |bench| {
        bench.iter_batched(
            || (),
            |()| black_box(View::of(&tree, Some(half)).shape().size()),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, cascade);
criterion_main!(benches);
