//! Cascades as they were known at an earlier time against a fresh tree of what had been found by then.

use backtweet_domain::{Scored, Timestamp};
use backtweet_store::FjallStore;
use backtweet_wire::v1;
use proptest::prelude::*;

use super::{VERSION, as_of, each_folded, known_before};
use crate::FoldStage;
use crate::report::cascade::{Cache, cascade};
use crate::tests::cascade::calls::repost;
use crate::tests::cascade::{ROOTS, ask, ask_as_of, expected, fresh, fresh_of};
use crate::tests::naive;
use crate::tests::world::{MINUTE_US, NOW_US, START_US, fold, new_subject, post_id, retracted};

/// Times between findings, and those at which something was found or right before.
fn times(events: &[Scored], seed: u64) -> Vec<i64> {
    let found = events.iter().take(4).map(|event| event.classified.at.micros());
    let between = (0..4).map(|number| as_of(seed, number));
    found.flat_map(|at| [at - 1, at]).chain(between).collect()
}

#[test]
fn a_cascade_as_of_a_time_is_what_a_fresh_tree_of_what_had_been_found_by_then_says() {
    each_folded(60, async |case, store, subject, events| {
        let live = Cache::default();
        for root in (0..ROOTS).map(post_id) {
            for at in times(events, case.seed) {
                let then = naive::effective(&known_before(events, at + 1));
                let then = expected(&fresh_of(events, &then, &root));
                let answer = ask_as_of(store, &live, subject, &root, Some(at)).await;
                prop_assert_eq!(answer, then, "{} as of {}", root, at);
            }
            let now = ask(store, &live, subject, &root).await;
            prop_assert_eq!(now, expected(&fresh(events, &root)), "left as it was");
        }
        Ok(())
    });
}

#[tokio::test]
async fn a_chain_that_is_all_gone_is_there_as_it_was_without_its_authors() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let (subject, cache) = (new_subject(), Cache::default());
    let chain: Vec<_> = (0..5)
        .map(|post: u64| repost(&subject, post, post.saturating_sub(1), post as i64))
        .collect();
    let gone: Vec<_> = (0..5)
        .map(|post| {
            let mut event = retracted(&subject, post, VERSION);
            event.classified.at = Timestamp::from_micros(START_US + 100 * MINUTE_US);
            event
        })
        .collect();
    fold(&store, &FoldStage::default(), &chain).await;
    fold(&store, &FoldStage::default(), &gone).await;
    let ask = async |minute: i64| {
        let request = v1::CascadeRequest {
            subject: subject.to_string(),
            root: post_id(0).to_string(),
            as_of_us: Some(START_US + minute * MINUTE_US),
            with_nodes: true,
            ..Default::default()
        };
        cascade(&store, &cache, Timestamp::from_micros(NOW_US), request).await
    };
    let then = ask(99).await.unwrap();
    assert_eq!(then.figures.unwrap().breadth, [1; 5]);
    assert_eq!((then.changed_since, then.root_seen), (5, true));
    assert!(
        then.nodes
            .iter()
            .all(|node| node.author.is_none() && node.followers == Some(100))
    );
    let half = ask(2).await.unwrap();
    assert_eq!((half.figures.unwrap().breadth, half.changed_since), (vec![1; 3], 3));
    for minute in [100, -1] {
        let error = ask(minute).await.unwrap_err().to_string();
        assert!(error.contains("began no cascade"), "{error}");
    }
}

#[tokio::test]
async fn what_hung_on_a_post_that_had_gone_before_hangs_on_the_nearest_that_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let chain: Vec<_> = (0..4)
        .map(|post: u64| repost(&subject, post, post.saturating_sub(1), post as i64))
        .collect();
    let gone = [(2, 10), (3, 100)].map(|(post, minute)| {
        let mut event = retracted(&subject, post, VERSION);
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        event
    });
    fold(&store, &FoldStage::default(), &chain).await;
    fold(&store, &FoldStage::default(), &gone).await;
    let at = |minute: i64| START_US + minute * MINUTE_US;
    let request = |as_of_us: i64| v1::CascadeRequest {
        subject: subject.to_string(),
        root: post_id(0).to_string(),
        as_of_us: Some(as_of_us),
        with_nodes: true,
        ..Default::default()
    };
    let cache = Cache::default();
    let now = Timestamp::from_micros(NOW_US);
    let then = cascade(&store, &cache, now, request(at(50))).await.unwrap();
    let hangs = |node: &v1::CascadeNode| (node.id.clone(), node.parent.clone());
    let expected = |post: u64, parent: u64| (post_id(post).to_string(), Some(post_id(parent).to_string()));
    assert_eq!(
        then.nodes.iter().skip(1).map(hangs).collect::<Vec<_>>(),
        [expected(1, 0), expected(3, 1)]
    );
    let before = cascade(&store, &cache, now, request(at(9))).await.unwrap();
    assert_eq!(before.figures.unwrap().breadth, [1; 4]);
}
