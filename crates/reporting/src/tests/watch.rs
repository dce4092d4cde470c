//! Watchers at any pace, with or without interruption, end up knowing exactly what counts.

use std::collections::BTreeMap;

use proptest::prelude::*;

use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use backtweet_wire::v1::watch_response::Change;

use super::order::run;
use super::world::{fold, new_subject, whole_feed_of};
use crate::FoldStage;
use crate::report::watch::Cursor;

/// What one watcher heard so far.
struct Heard {
    cursor: Cursor,
    posts: BTreeMap<String, v1::FeedItem>,
    token: String,
}

impl Heard {
    async fn start(store: &dyn Store, subject: &str, resume_token: &str) -> Self {
        let request = v1::WatchRequest {
            subject: subject.to_owned(),
            resume_token: resume_token.to_owned(),
        };
        let cursor = Cursor::start(store, &request).await.unwrap();
        Self {
            cursor,
            posts: BTreeMap::new(),
            token: resume_token.to_owned(),
        }
    }

    /// Hears all there is. The same thing said of a post twice would be a repeat.
    async fn listen(&mut self, store: &dyn Store) -> Result<(), TestCaseError> {
        loop {
            let responses = self.cursor.advance(store).await.unwrap();
            if responses.is_empty() {
                return Ok(());
            }
            for response in responses {
                self.token = response.resume_token;
                match response.change {
                    Some(Change::Item(item)) => {
                        let post = item.sighting.as_ref().unwrap().post.as_ref().unwrap().id.clone();
                        prop_assert_ne!(self.posts.insert(post, item.clone()), Some(item));
                    }
                    Some(Change::Gone(post)) => _ = self.posts.remove(&post),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }
}

#[test]
fn a_watcher_misses_nothing_and_hears_nothing_twice_however_slow_or_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    run(100, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            let mut quick = Heard::start(&store, subject.as_str(), "").await;
            let mut slow = Heard::start(&store, subject.as_str(), "").await;
            let mut interrupted = Heard::start(&store, subject.as_str(), "").await;
            for batch in case.shuffled(&subject).chunks(case.batch) {
                fold(&store, &FoldStage::default(), batch).await;
                quick.listen(&store).await?;
                interrupted.listen(&store).await?;
                if !interrupted.token.is_empty() {
                    let posts = std::mem::take(&mut interrupted.posts);
                    interrupted = Heard::start(&store, subject.as_str(), &interrupted.token).await;
                    interrupted.posts = posts;
                }
            }
            slow.listen(&store).await?;
            let expected = whole_feed_of(&store, subject.as_str()).await;
            for heard in [quick, slow, interrupted] {
                prop_assert_eq!(&heard.posts, &expected);
            }
            Ok(())
        })
    });
}
