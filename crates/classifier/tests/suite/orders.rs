//! Whatever order, partitions, duplicates, crashes and rivals: the same conversations.

use std::collections::BTreeSet;

use backtweet_domain::{PostEvent, Reference, ReferenceKind};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use crate::driver::{Run, run};
use crate::oracle::truth;
use crate::world::{World, post, post_id};

fn check(world: &World, events: &[PostEvent], how: &Run, seed: u64) {
    let found = run(&world.subjects, events, how, &mut SmallRng::seed_from_u64(seed));
    let truth = truth(world);
    let differs = |key: &_| found.get(key) != truth.get(key);
    let keys: BTreeSet<_> = found.keys().chain(truth.keys()).filter(|key| differs(key)).collect();
    let differences: Vec<_> = keys.iter().map(|&key| (key, found.get(key), truth.get(key))).collect();
    assert!(
        differences.is_empty(),
        "found and true: {differences:#?} in {:#?}",
        world.events
    );
}

fn shuffled(world: &World, seed: u64, twice: bool) -> Vec<PostEvent> {
    let mut events = world.events.clone();
    if twice {
        events.extend(world.events.clone());
    }
    events.shuffle(&mut SmallRng::seed_from_u64(seed));
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_stream_in_order_gives_the_true_conversations(seed: u64, subjects in 1usize..=2) {
        let world = World::random(seed, 14, subjects);
        check(&world, &world.events, &Run { partitions: 1, crashes: 0 }, seed);
    }

    #[test]
    fn any_order_on_any_partitions_gives_the_true_conversations(seed: u64, subjects in 1usize..=2, many: bool) {
        let world = World::random(seed, 14, subjects);
        let partitions = if many { 16 } else { 1 };
        check(&world, &shuffled(&world, seed, false), &Run { partitions, crashes: 0 }, seed);
    }

    #[test]
    fn duplicates_and_crashes_between_any_two_steps_change_nothing(seed: u64, subjects in 1usize..=2, many: bool) {
        let world = World::random(seed, 12, subjects);
        let partitions = if many { 16 } else { 3 };
        check(&world, &shuffled(&world, seed, true), &Run { partitions, crashes: 15 }, seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn posts_that_refer_to_each_other_in_a_circle_come_to_an_end(seed: u64, length in 1usize..5) {
        let mut world = World::random(seed, 0, 1);
        for number in 0..length {
            let mut post = post(number, "ann", ["acme", "hello"][number % 2]);
            post.references = vec![Reference {
                kind: ReferenceKind::Reply,
                target: Some(post_id((number + 1) % length)),
                author: None,
                author_handle: None,
 included: false,
            }];
            world.events.push(PostEvent::Created { post: Box::new(post) });
        }
        run(&world.subjects, &shuffled(&world, seed, true), &Run { partitions: 4, crashes: 0 }, &mut SmallRng::seed_from_u64(seed));
    }
}
