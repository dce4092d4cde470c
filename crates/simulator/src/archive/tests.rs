//! What a measurement of reports may rely on.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Finding, Role};

use super::*;

fn archive() -> Archive {
    Archive {
        posts: 20_000,
        subjects: 7,
        seed: 5,
    }
}

#[test]
fn a_seed_means_the_same_archive() {
    let events: Vec<_> = archive().events().collect();
    assert_eq!(events, archive().events().collect::<Vec<_>>());
    let other = Archive { seed: 6, ..archive() };
    assert_ne!(events[0], other.events().next().unwrap());
}

#[test]
fn the_truth_is_what_the_events_say_and_ids_are_those_of_the_events() {
    let mut events = archive().events();
    let mut posts: BTreeMap<String, Scored> = BTreeMap::new();
    let (mut gone, mut changed) = (0, 0);
    for event in events.by_ref() {
        let id = event.classified.post.to_string();
        match event.classified.finding {
            Finding::Seen { .. } => changed += u32::from(posts.insert(id, event).is_some()),
            _ => gone += u32::from(posts.remove(&id).is_some()),
        }
    }
    assert!(gone > 100 && changed > 100, "{gone} gone, {changed} changed");
    let truth = events.truth();
    let mut told = BTreeSet::new();
    for subject in 0..7 {
        for fact in truth.of(subject, 0..i64::MAX) {
            let id = truth.post_id(subject, fact);
            let Finding::Seen { sighting, .. } = &posts[&id].classified.finding else {
                panic!("{id} is no sighting");
            };
            assert_eq!(
                truth.author_id(subject, fact.author()),
                sighting.post.author.id.to_string()
            );
            assert_eq!(
                (fact.role, fact.at_us),
                (sighting.role, sighting.post.witnessed_at.micros())
            );
            assert_eq!(Some(u64::from(fact.followers)), sighting.post.author.followers);
            told.insert(id);
        }
    }
    assert_eq!(told.len(), posts.len());
}

#[test]
fn the_large_cascade_is_as_large_as_it_is_said_to_be_and_most_posts_are_backtweets() {
    let (root, size) = archive().cascade();
    let events: Vec<_> = archive().events().collect();
    let sightings = || {
        events.iter().filter_map(|event| match &event.classified.finding {
            Finding::Seen { sighting, .. } => Some(sighting),
            _ => None,
        })
    };
    let within = sightings().filter(|sighting| sighting.lineage.root == root);
    assert_eq!((within.count() as u64, size), (2_001, 2_001));
    let backtweets = sightings().filter(|sighting| sighting.role == Role::Backtweet).count();
    assert!(backtweets * 10 > sightings().count() * 9);
}
