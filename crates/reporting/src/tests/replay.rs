//! Crashes at every point between reading a batch and storing its offset, late posts, and deleted generations.

use std::time::Duration;

use backtweet_domain::{Scored, SubjectId, Timestamp, Version};
use backtweet_store::{FjallStore, Outcome, Store};
use backtweet_stream::Effects;

use super::asked::ask;
use super::naive;
use super::world::{MINUTE_US, START_US, effects, fold, items, new_subject, seen};
use crate::FoldStage;
use crate::fold::Head;

fn version(revision: u64) -> Version {
    Version {
        generation: 1,
        revision,
        lineage: 0,
    }
}

fn events(subject: &SubjectId) -> Vec<Scored> {
    (0..20)
        .map(|number| seen(subject, 7, number % 9, version(number / 9)))
        .collect()
}

fn seen_at(subject: &SubjectId, post: u64, minute: i64) -> Scored {
    let mut scored = seen(subject, 1, post, version(0));
    let backtweet_domain::Finding::Seen { sighting, .. } = &mut scored.classified.finding else {
        unreachable!()
    };
    sighting.post.witnessed_at = Timestamp::from_micros(START_US + minute * MINUTE_US);
    scored
}

#[tokio::test]
async fn a_batch_that_is_delivered_again_after_a_crash_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let stage = FoldStage::default();
    let (first, second) = (new_subject(), new_subject());
    let batch: Vec<_> = events(&first)
        .into_iter()
        .zip(events(&second))
        .flat_map(|(a, b)| [a, b])
        .collect();
    let items = items(&batch);

    let Effects { writes, .. } = effects(&store, &stage, &items).await;
    assert_eq!(writes.len(), 2);
    // The process dies with one subject written; another, which read before that, comes too late for it.
    store.apply(&writes[..1]).await.unwrap();
    let outcomes = store.apply(&writes).await.unwrap();
    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Applied(Vec::new())]);
    let again = effects(&store, &stage, &items).await;
    assert_eq!(again, Effects::default());
    for subject in [first, second] {
        assert_eq!(ask(&store, &subject).await, naive::answers(&subject, &events(&subject)));
    }
}

#[tokio::test]
async fn the_same_batch_on_the_same_store_makes_the_same_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let items = items(&events(&new_subject()));
    let stage = FoldStage::default();
    assert_eq!(
        effects(&store, &stage, &items).await,
        effects(&store, &stage, &items).await
    );
}

#[tokio::test]
async fn old_posts_count_unless_a_retention_is_set_and_then_each_refused_one_counts_as_too_late_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let stage = FoldStage {
        retention: Some(Duration::from_secs(3_600)),
        ..FoldStage::default()
    };
    let (bounded, unbounded) = (new_subject(), new_subject());
    for _ in 0..2 {
        fold(&store, &stage, &[seen_at(&bounded, 0, 600), seen_at(&bounded, 1, 550)]).await;
        fold(&store, &stage, &[seen_at(&bounded, 2, 539)]).await;
        fold(&store, &FoldStage::default(), &[seen_at(&unbounded, 0, 600)]).await;
        fold(&store, &FoldStage::default(), &[seen_at(&unbounded, 2, -3_000_000)]).await;
    }
    let coverage = |answers: &super::asked::Answers| answers.summaries[0].coverage.clone().unwrap();
    let answers = ask(&store, &bounded).await;
    assert_eq!(coverage(&answers).too_late, 1);
    assert_eq!(coverage(&answers).first_us, Some(START_US + 550 * MINUTE_US));
    let answers = ask(&store, &unbounded).await;
    assert_eq!(coverage(&answers).too_late, 0);
    assert_eq!(coverage(&answers).first_us, Some(START_US - 3_000_000 * MINUTE_US));
}

#[tokio::test]
async fn findings_of_a_deleted_generation_are_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let head = Head {
        deleted_generation: Some(1),
        ..Head::default()
    };
    let batch = backtweet_store::Batch {
        slot: crate::slot::of(subject.as_str()),
        guards: Vec::new(),
        writes: vec![head.put(None)],
    };
    store.apply(&[batch]).await.unwrap();
    let later = seen(
        &subject,
        3,
        1,
        Version {
            generation: 2,
            ..version(0)
        },
    );
    fold(
        &store,
        &FoldStage::default(),
        &[seen(&subject, 3, 0, version(0)), later.clone()],
    )
    .await;
    assert_eq!(ask(&store, &subject).await, naive::answers(&subject, &[later]));
}
