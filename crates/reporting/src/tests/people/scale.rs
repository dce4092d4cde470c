//! How long a subject with 100,000 backtweets by 10,000 amplifiers takes, to whom ten million follower records lead. Measures, and asserts nothing:
//! `cargo test --release -p backtweet-reporting people::scale -- --ignored --nocapture`.

use std::time::Instant;

use backtweet_domain::reach::{Sketch, marginal};
use backtweet_domain::{AccountId, Finding, Network, Role};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;

use super::super::suite::generation;
use super::super::world::{fold, mix, new_subject, seen};
use super::{Cache, NOW, people, reach};
use crate::FoldStage;
use crate::audience::put_sketch;
use crate::report::crowd::{Crowd, Which};
use crate::report::reach::Known;
use crate::report::reads::Reads;
use crate::window::Window;

const AMPLIFIERS: u64 = 10_000;
const POSTS_EACH: u64 = 10;
const FOLLOWERS: u64 = 1_000;
/// So many people there are: a follower record of ten falls on somebody new.
const PEOPLE: u64 = 4_000_000;

fn amplifier(number: u64) -> AccountId {
    AccountId::new(Network::Bluesky, format!("did:plc:{number:024}")).unwrap()
}

fn time<T>(what: &str, started: Instant, found: T) -> T {
    eprintln!("{what:<60} {:>9.1} ms", started.elapsed().as_secs_f64() * 1_000.0);
    found
}

#[tokio::test]
#[ignore = "measures; takes minutes without --release"]
async fn scale() {
    let folder = tempfile::tempdir().unwrap();
    let store: &dyn Store = &FjallStore::open_at(folder.path()).unwrap();
    // Some have ten times as many followers as most: those are kept as registers.
    let many = |number: u64| {
        if number.is_multiple_of(19) {
            10 * FOLLOWERS
        } else {
            FOLLOWERS / 2
        }
    };
    let sketches: Vec<Sketch> = (0..AMPLIFIERS)
        .map(|number| {
            (0..many(number))
                .map(|fan| mix(&[1, mix(&[number, fan]) % PEOPLE]))
                .collect()
        })
        .collect();
    let records: u64 = (0..AMPLIFIERS).map(many).sum();
    eprintln!("{AMPLIFIERS} amplifiers, {records} follower records");
    let started = Instant::now();
    let union = time("union of the sketches in memory", started, Sketch::union(&sketches));
    eprintln!("{:?}", union.estimate());
    let started = Instant::now();
    let all: Vec<_> = sketches.iter().collect();
    time("marginal reach of each, in memory", started, marginal(&all));

    let subject = new_subject();
    for posts in (0..AMPLIFIERS * POSTS_EACH).collect::<Vec<_>>().chunks(4_000) {
        let backtweet = |&post: &u64| {
            let number = post % AMPLIFIERS;
            let mut event = seen(&subject, 1, post, generation(1));
            if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
                sighting.role = Role::Backtweet;
                sighting.post.author.id = amplifier(number);
                sighting.post.author.followers = Some(many(number) / 2);
            }
            event
        };
        let events: Vec<_> = posts.iter().map(backtweet).collect();
        fold(store, &FoldStage::default(), &events).await;
    }
    for (number, sketch) in (0..).zip(&sketches) {
        store.apply(&[put_sketch(&amplifier(number), sketch)]).await.unwrap();
    }
    let cache = Cache::default();
    let reads = Reads {
        store,
        subject: subject.as_str(),
    };
    let started = Instant::now();
    let live = cache.get(subject.to_string(), |_| Crowd::default());
    let mut crowd = live.lock().await;
    crowd.catch_up(reads).await.unwrap();
    time("reading the crowd", started, ());
    let started = Instant::now();
    crowd.refresh();
    time("authority of all, from nothing", started, ());
    let started = Instant::now();
    let tallies = crowd.tallies(Window::default(), Which::Backtweets);
    time("counting what each author's posts come to", started, tallies.len());
    let started = Instant::now();
    let known = time(
        "reading the audiences",
        started,
        Known::read(store, &tallies).await.unwrap(),
    );
    let started = Instant::now();
    time("reach", started, known.reach());
    let started = Instant::now();
    time("counts", started, known.counts());
    let started = Instant::now();
    time("marginals", started, known.marginals().len());
    drop(crowd);
    for what in ["first", "second", "third"] {
        let request = v1::ReachRequest {
            subject: subject.to_string(),
            ..v1::ReachRequest::default()
        };
        let started = Instant::now();
        let found = time(
            &format!("Reach from the store, {what} time"),
            started,
            reach(store, &cache, request).await.unwrap(),
        );
        eprintln!("{:?}", found.reach);
        let request = v1::PeopleRequest {
            subject: subject.to_string(),
            ..v1::PeopleRequest::default()
        };
        let started = Instant::now();
        let found = people(store, &cache, request, NOW).await.unwrap();
        time(&format!("People from the store, {what} time"), started, found.authors);
    }
}
