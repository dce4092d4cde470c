//! Authors where there are too many to be counted in time: how far an estimate is off, and that whoever leaves is in it no more.

use std::collections::BTreeSet;

use backtweet_domain::{AccountId, Finding, Role, Scored, SubjectId, Version};
use backtweet_store::{FjallStore, Store};

use super::world::{MINUTE_US, START_US, fold, new_subject, retracted, seen};
use crate::FoldStage;
use crate::report::distinct::{Authors, authors};
use crate::report::reads::Reads;
use crate::window::{Bucket, Cover};

const POSTS: u64 = 4_000;
const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

/// A backtweet by one of many authors.
fn backtweet(subject: &SubjectId, post: u64) -> Scored {
    let mut event = seen(subject, 5, post, VERSION);
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        let author = format!("author-{}", post * 7 % 3_001);
        sighting.role = Role::Backtweet;
        sighting.post.author.id = AccountId::new(sighting.post.id.network(), author).unwrap();
    }
    event
}

/// Two weeks less some minutes, and one of the hours in them.
fn sets() -> Vec<Vec<Bucket>> {
    let start = START_US / MINUTE_US;
    let days: Vec<_> = (start / 1_440 - 20..start / 1_440 + 20).collect();
    let cover = |minutes| Cover::of(minutes).buckets(&days);
    vec![cover(start - 12_000..start + 5_001), cover(start + 61..start + 119)]
}

async fn ask(store: &dyn Store, subject: &SubjectId, budget: u64) -> Vec<Authors> {
    let reads = Reads {
        store,
        subject: subject.as_str(),
    };
    authors(reads, &sets(), budget).await.unwrap()
}

#[tokio::test]
async fn an_estimate_is_as_good_as_it_says_and_forgets_whoever_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let (subject, other) = (new_subject(), new_subject());
    let all: Vec<_> = (0..POSTS).map(|post| backtweet(&subject, post)).collect();
    fold(&store, &FoldStage::default(), &all).await;

    let different: BTreeSet<_> = (0..POSTS)
        .map(|post| match backtweet(&subject, post).classified.finding {
            Finding::Seen { sighting, .. } => sighting.post.author.id.to_string(),
            other => panic!("{other:?} is no sighting"),
        })
        .collect();
    let counted = ask(&store, &subject, 100_000).await;
    assert_eq!((counted[0].count, counted[0].error), (different.len() as u64, None));
    let estimated = ask(&store, &subject, 1_000).await;
    let error = estimated[0].error.unwrap();
    let off = estimated[0].count as f64 / counted[0].count as f64 - 1.0;
    assert!((0.01..0.1).contains(&error) && off.abs() < 4.0 * error, "{estimated:?}");
    assert_eq!(estimated[1], counted[1]);

    let gone: Vec<_> = (0..POSTS)
        .step_by(2)
        .map(|post| retracted(&subject, post, VERSION))
        .collect();
    fold(&store, &FoldStage::default(), &gone).await;
    let left: Vec<_> = (1..POSTS).step_by(2).map(|post| backtweet(&other, post)).collect();
    fold(&store, &FoldStage::default(), &left).await;
    for budget in [100_000, 1_000, 300] {
        assert_eq!(ask(&store, &subject, budget).await, ask(&store, &other, budget).await);
    }
}
