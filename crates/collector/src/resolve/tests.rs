//! Local ids, in every order of arrival, over the embedded store.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use backtweet_domain::{ManualClock, Post};
use backtweet_runtime::Ports;
use backtweet_store::FjallStore;
use backtweet_wire::topics;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::{MemoryLog, received};
use crate::{Intake, Wire};

/// An intake that nobody used yet, and the log behind it.
struct Suite {
    intake: Intake,
    log: Arc<MemoryLog>,
    instance: String,
}

impl Suite {
    /// Opening a store takes long, so all share one and keep apart by their instance.
    fn start() -> Self {
        static STORE: LazyLock<(Arc<FjallStore>, tempfile::TempDir)> = LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            (Arc::new(FjallStore::open_at(folder.path()).unwrap()), folder)
        });
        static SUITES: AtomicU32 = AtomicU32::new(0);
        let log = Arc::new(MemoryLog::default());
        let clock = Arc::new(ManualClock::at(received()));
        let ports = Ports {
            log: log.clone(),
            store: STORE.0.clone(),
            clock,
        };
        let instance = format!("home{}.example", SUITES.fetch_add(1, Ordering::Relaxed));
        Self {
            intake: Intake::new(ports),
            log,
            instance,
        }
    }

    async fn take(&self, lines: &[Value]) {
        let lines: Vec<_> = lines.iter().map(|line| Bytes::from(line.to_string())).collect();
        let taken = self
            .intake
            .take_lines(Wire::Mastodon, Some(&self.instance), 1, &lines)
            .await
            .unwrap();
        assert_eq!(taken.refused, []);
    }

    /// What stands at the end: of each post its highest revision, without those deleted.
    fn standing(&self) -> BTreeMap<String, Post> {
        let mut posts = BTreeMap::<String, Post>::new();
        let events = self.log.events();
        for event in &events {
            if let PostEvent::Created { post } | PostEvent::Edited { post } = event {
                let best = posts.entry(post.id.to_string()).or_insert_with(|| (**post).clone());
                if post.revision > best.revision {
                    *best = (**post).clone();
                }
            }
        }
        for event in &events {
            if let PostEvent::Deleted { id, revision, .. } = event {
                assert_eq!(*revision, u64::MAX);
                posts.remove(&id.to_string());
            }
        }
        posts
    }
}

fn status(id: &str, more: Value) -> Value {
    let mut status = json!({
        "id": id, "uri": format!("https://home.example/s/{id}"), "visibility": "public", "content": "hi",
        "created_at": "2026-07-01T12:00:00.000Z", "account": {"id": id, "acct": format!("u{id}"), "url": format!("https://home.example/@u{id}")},
    });
    for (key, value) in more.as_object().unwrap() {
        status[key] = value.clone();
    }
    status
}

fn delete(id: &str) -> Value {
    json!({"stream": ["public"], "event": "delete", "payload": id})
}

fn target(post: &Post, kind: ReferenceKind) -> Option<String> {
    post.reference(kind)
        .unwrap()
        .target
        .as_ref()
        .map(|id| id.native().to_owned())
}

#[tokio::test]
async fn a_reply_is_published_at_once_and_again_when_its_parent_turns_up() {
    let suite = Suite::start();
    suite.take(&[status("2", json!({"in_reply_to_id": "1"}))]).await;
    let first = suite.log.events();
    assert_eq!(first.len(), 1, "nobody waits for a parent that may never come");
    let first_revision = rank(&first[0]);
    suite.take(&[status("1", json!({}))]).await;
    let reply = &suite.standing()["mastodon:https://home.example/s/2"];
    assert_eq!(
        target(reply, ReferenceKind::Reply).as_deref(),
        Some("https://home.example/s/1")
    );
    assert_eq!(
        reply.reference(ReferenceKind::Reply).unwrap().author_handle.as_deref(),
        Some("u1@home.example")
    );
    assert_eq!(reply.revision, revision::with_references(first_revision));
}

#[tokio::test]
async fn a_deletion_that_overtakes_its_status_still_takes_it_back() {
    let suite = Suite::start();
    suite.take(&[delete("1")]).await;
    assert_eq!(suite.log.events(), []);
    suite.take(&[status("1", json!({}))]).await;
    assert_eq!(suite.standing().len(), 0);
}

#[tokio::test]
async fn ids_of_one_instance_say_nothing_about_another() {
    let suite = Suite::start();
    suite.take(&[status("1", json!({}))]).await;
    let reply = Bytes::from(status("2", json!({"in_reply_to_id": "1"})).to_string());
    suite
        .intake
        .take_lines(Wire::Mastodon, Some("far.example"), 1, &[reply])
        .await
        .unwrap();
    assert_eq!(
        target(
            &suite.standing()["mastodon:https://home.example/s/2"],
            ReferenceKind::Reply
        ),
        None
    );
}

#[tokio::test]
async fn a_popular_status_wakes_its_waiters_once_however_often_it_is_seen() {
    let suite = Suite::start();
    suite.take(&[status("2", json!({"in_reply_to_id": "1"}))]).await;
    for _ in 0..5 {
        suite.take(&[status("1", json!({}))]).await;
    }
    assert_eq!(
        suite.log.events().len(),
        1 + 5 + 1,
        "the reply, the status as often as seen, the reply resolved"
    );
}

#[tokio::test]
async fn what_was_not_published_before_a_crash_is_published_when_the_lines_come_again() {
    let suite = Suite::start();
    suite.take(&[status("2", json!({"in_reply_to_id": "1"}))]).await;
    suite.log.fail_for_good(topics::POSTS);
    let parent = [Bytes::from(status("1", json!({})).to_string())];
    suite
        .intake
        .take_lines(Wire::Mastodon, Some(&suite.instance), 1, &parent)
        .await
        .unwrap_err();
    suite.log.mend();
    suite.take(&[status("1", json!({}))]).await;
    let reply = &suite.standing()["mastodon:https://home.example/s/2"];
    assert_eq!(
        target(reply, ReferenceKind::Reply).as_deref(),
        Some("https://home.example/s/1")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_and_a_reply_that_arrive_at_the_same_moment_never_miss_each_other() {
    let suite = Suite::start();
    for pair in 0..200 {
        let (parent, reply) = (format!("p{pair}"), format!("r{pair}"));
        let replies = [status(&reply, json!({"in_reply_to_id": parent}))];
        let parents = [status(&parent, json!({}))];
        tokio::join!(suite.take(&parents), suite.take(&replies));
    }
    let standing = suite.standing();
    let open = standing
        .values()
        .filter(|post| post.references.iter().any(|reference| reference.target.is_none()));
    assert_eq!((standing.len(), open.count()), (400, 0));
}

/// A thread with every kind of local id: replies, an edit, a quote that is a reply too, a boost, a deletion.
fn thread() -> Vec<Value> {
    vec![
        status("1", json!({})),
        status("2", json!({"in_reply_to_id": "1"})),
        status("3", json!({"in_reply_to_id": "2"})),
        status(
            "3",
            json!({"in_reply_to_id": "2", "edited_at": "2026-07-01T13:00:00Z", "content": "edited"}),
        ),
        status(
            "4",
            json!({"in_reply_to_id": "3", "quote": {"state": "accepted", "quoted_status_id": "1"}}),
        ),
        status("5", json!({"reblog": status("2", json!({"in_reply_to_id": "1"}))})),
        status("6", json!({"in_reply_to_id": "4"})),
        delete("6"),
        status("7", json!({"in_reply_to_id": "never-seen"})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_order_and_the_repeats_the_same_stands_at_the_end(
        order in Just((0..thread().len()).collect::<Vec<_>>()).prop_shuffle(),
        again in proptest::collection::vec(0..thread().len(), 0..6),
        cut in 1usize..5,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let straight = Suite::start();
            straight.take(&thread()).await;
            let shuffled = Suite::start();
            let lines: Vec<_> = order.iter().chain(&again).map(|&place| thread()[place].clone()).collect();
            for batch in lines.chunks(cut) {
                shuffled.take(batch).await;
            }
            let expected = straight.standing();
            assert_eq!(expected.len(), 6);
            let quote = &expected["mastodon:https://home.example/s/4"];
            assert_eq!(target(quote, ReferenceKind::Quote).as_deref(), Some("https://home.example/s/1"));
            assert_eq!(target(quote, ReferenceKind::Reply).as_deref(), Some("https://home.example/s/3"));
            assert_eq!(shuffled.standing(), expected);
        });
    }
}
