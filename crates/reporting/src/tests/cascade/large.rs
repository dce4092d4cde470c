//! How long a cascade of 100,000 posts takes to be read, and to be asked for again.

use std::time::Instant;

use backtweet_store::FjallStore;
use backtweet_wire::v1;

use super::super::naive;
use super::super::world::{fold, mix, new_subject, post_id, retracted};
use super::NOW;
use super::calls::repost;
use crate::FoldStage;
use crate::report::cascade::{Cache, cascade};

const POSTS: u64 = 100_000;

#[tokio::test]
#[ignore = "a measurement: run it in release, with --nocapture"]
async fn a_cascade_of_100_000_posts_is_read_once_and_then_costs_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let (subject, stage, cache) = (new_subject(), FoldStage::default(), Cache::default());
    let posts: Vec<u64> = (0..POSTS).collect();
    for posts in posts.chunks(4_000) {
        let parent = |post: u64| {
            if mix(&[post]).is_multiple_of(3) {
                0
            } else {
                mix(&[post, 1]) % post.max(1)
            }
        };
        let posts = posts
            .iter()
            .map(|&post| repost(&subject, post, parent(post), post as i64 / 60));
        fold(&store, &stage, &posts.collect::<Vec<_>>()).await;
    }
    let request = v1::CascadeRequest {
        subject: subject.to_string(),
        root: post_id(0).to_string(),
        ..Default::default()
    };
    let ask = async |what: &str| {
        let start = Instant::now();
        let response = cascade(&store, &cache, NOW, request.clone()).await.unwrap();
        eprintln!("{what}: {:?}", start.elapsed());
        response.figures.unwrap().size
    };
    assert_eq!(ask("read for the first time").await, POSTS);
    assert_eq!(ask("asked again").await, POSTS);
    fold(&store, &stage, &[retracted(&subject, 1, naive::FINAL)]).await;
    assert_eq!(ask("asked again behind a retraction").await, POSTS - 1);
}
