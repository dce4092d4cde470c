//! Watchers at any pace, with or without interruption, end up knowing exactly what counts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use proptest::prelude::*;

use backtweet_domain::{Scored, Timestamp};
use backtweet_store::{Batch, FjallStore, Found, LookUp, Outcome, Store, StoreError};
use backtweet_wire::v1;
use backtweet_wire::v1::watch_response::Change;

use super::asked::whole_feed_of;
use super::order::run;
use super::world::{fold, new_subject};
use crate::FoldStage;
use crate::report::watch::Cursor;

/// What one watcher heard so far.
struct Heard {
    cursor: Cursor,
    posts: BTreeMap<String, v1::FeedItem>,
    token: String,
    changes: BTreeSet<String>,
    /// How many changes there were behind the last one.
    waiting: u64,
    /// Whether a post may be shown again as it was: it went and came back before it was looked at, and only the coming back is told.
    may_return: bool,
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
            changes: BTreeSet::new(),
            waiting: 0,
            may_return: false,
        }
    }

    /// Hears all there is. The same change told twice would be a repeat, and so would be the same thing said of a post.
    async fn listen(&mut self, store: &dyn Store) -> Result<(), TestCaseError> {
        loop {
            let responses = self.cursor.advance(store).await.unwrap();
            if responses.is_empty() {
                prop_assert_eq!(self.waiting, 0, "all was heard");
                return Ok(());
            }
            for response in responses {
                prop_assert!(self.changes.insert(response.resume_token.clone()));
                self.token = response.resume_token;
                self.waiting = response.waiting;
                match response.change {
                    Some(Change::Item(item)) => {
                        let post = item.sighting.as_ref().unwrap().post.as_ref().unwrap().id.clone();
                        let before = self.posts.insert(post, item.clone());
                        prop_assert!(self.may_return || before.as_ref() != Some(&item), "{:?}", item);
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

/// A store in which something is folded whenever somebody has just read a feed, and before they read the posts in it.
struct Restless {
    store: Arc<FjallStore>,
    batches: Mutex<VecDeque<Vec<Scored>>>,
}

#[async_trait]
impl Store for Restless {
    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        let found = self.store.read(look_ups).await?;
        if matches!(look_ups, [LookUp::Feed { .. }]) {
            let batch = self.batches.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            fold(self.store.as_ref(), &FoldStage::default(), &batch.unwrap_or_default()).await;
        }
        Ok(found)
    }

    async fn apply(&self, batches: &[Batch]) -> Result<Vec<Outcome>, StoreError> {
        self.store.apply(batches).await
    }

    async fn expire(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.store.expire(before, limit).await
    }

    fn losses(&self) -> u64 {
        self.store.losses()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }
}

#[test]
fn what_changes_while_it_is_read_is_heard_once() {
    let folder = tempfile::tempdir().unwrap();
    let shared = Arc::new(FjallStore::open_at(folder.path()).unwrap());
    let store = shared.as_ref();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    run(100, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            let mut heard = Heard::start(store, subject.as_str(), "").await;
            heard.may_return = case.hides_accounts();
            let events = case.shuffled(&subject);
            let mut batches: VecDeque<_> = events.chunks(case.batch).map(<[Scored]>::to_vec).collect();
            fold(store, &FoldStage::default(), &batches.pop_front().unwrap_or_default()).await;
            let restless = Restless {
                store: Arc::clone(&shared),
                batches: Mutex::new(batches),
            };
            heard.listen(&restless).await?;
            // Batches that show nothing leave the watcher idle with others still to come.
            for batch in restless.batches.into_inner().unwrap_or_else(PoisonError::into_inner) {
                fold(store, &FoldStage::default(), &batch).await;
            }
            heard.listen(store).await?;
            prop_assert_eq!(&heard.posts, &whole_feed_of(store, subject.as_str()).await);
            Ok(())
        })
    });
}
