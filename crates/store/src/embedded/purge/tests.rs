//! What was erased is looked for in the files themselves, byte by byte: what no read returns may still be there.
//!
//! Every text holds a marker of 48 bytes that no compression can shorten: LZ4 writes as it is what it has not seen before, but for some
//! bytes at either end, which may happen to go on like what was there before. That such a look sees into compressed blocks is shown by the
//! texts that stay, which it has to find.

mod world;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backtweet_domain::ManualClock;

use super::*;
use crate::port::{Batch, Collection, LookUp, Store, Write};

use world::{
    HOUR, NOON, POSTS, apply, assert_texts, assert_unharmed, erase, gone, image, kept, open, put, record, remove, text,
    texts_in, uncompressed, waiter, write,
};

#[tokio::test]
async fn what_was_erased_is_in_no_file_after_a_purge_and_all_else_is_where_it_was() {
    for is_compressed in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        if !is_compressed {
            uncompressed(folder.path());
        }
        let clock = Arc::new(ManualClock::at(NOON));
        let (db, store) = open(folder.path(), &clock);
        write(&db, &store).await;
        // As after some time: all is in tables, compressed where they are.
        store.flush_all().unwrap();
        store.data.major_compact().unwrap();
        erase(&store).await;
        assert_unharmed(&db, &store).await;
        assert!(texts_in(folder.path(), ".jnl").is_superset(&gone()));
        assert!(texts_in(&folder.path().join("keyspaces"), "").is_superset(&gone()));

        let purged = store.purge().unwrap().unwrap();
        assert_eq!(purged.since, NOON);
        assert_texts(folder.path(), &kept(), "compressed or not");
        assert_unharmed(&db, &store).await;
        assert_eq!((store.erased_since(), store.purge().unwrap()), (None, None));

        drop((db, store));
        let (db, store) = open(folder.path(), &clock);
        assert_unharmed(&db, &store).await;
        assert_eq!(store.erased_since(), None);
        assert_texts(folder.path(), &kept(), "compressed or not");
    }
}

#[tokio::test]
async fn a_store_that_nothing_was_erased_from_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    write(&db, &store).await;
    store.flush_all().unwrap();
    let before = (store.journals().unwrap(), tables(&store.data), db.seqno());
    clock.set(NOON.plus(100 * HOUR));
    assert_eq!(store.purge_due().unwrap(), None);
    assert_eq!(store.purge().unwrap(), None);
    assert_eq!((store.journals().unwrap(), tables(&store.data), db.seqno()), before);
}

#[tokio::test]
async fn whatever_is_removed_is_marked_and_what_is_added_is_not() {
    let drop = Write::Drop {
        name: "figures".to_owned(),
        collection: Collection::Counters,
    };
    let batch = |write| Batch {
        slot: "s".to_owned(),
        writes: vec![write],
        ..Batch::default()
    };
    for what in ["record", "collection", "slot", "expired record", "expired waiter"] {
        let folder = tempfile::tempdir().unwrap();
        let (_db, store) = open(folder.path(), &Arc::new(ManualClock::at(NOON)));
        let (key, park) = waiter(0);
        let expiring = put(3, text(3));
        match what {
            "expired record" => apply(&store, vec![expiring]).await,
            "expired waiter" => {
                store.read(&[LookUp::ReadOrPark { key, park }]).await.unwrap();
            }
            _ => apply(&store, vec![put(1, text(1)), put(1, text(2))]).await,
        }
        assert_eq!(store.expire(NOON, usize::MAX).await.unwrap(), 0);
        assert_eq!(store.erased_since(), None, "{what}");
        match what {
            "record" => apply(&store, vec![remove(1)]).await,
            "collection" => apply(&store, vec![batch(drop.clone())]).await,
            "slot" => apply(&store, vec![batch(Write::Clear)]).await,
            _ => assert_eq!(store.expire(NOON.plus(HOUR), usize::MAX).await.unwrap(), 1),
        }
        assert_eq!(store.erased_since(), Some(NOON), "{what}");
    }
}

#[tokio::test]
async fn an_erasure_is_due_by_the_clock_whatever_restarts_in_between() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    apply(&store, vec![put(1, text(1)), put(2, text(2)), remove(1)]).await;
    clock.set(NOON.plus(5 * HOUR));
    apply(&store, vec![remove(2)]).await;
    drop((db, store));

    let (_db, store) = open(folder.path(), &clock);
    assert_eq!(store.erased_since(), Some(NOON));
    clock.set(Timestamp::from_micros(NOON.plus(DUE).micros() - 1));
    assert_eq!(store.purge_due().unwrap(), None);
    assert!(!texts_in(folder.path(), "").is_empty());
    clock.set(NOON.plus(DUE));
    assert_eq!(store.purge_due().unwrap().map(|purged| purged.since), Some(NOON));
    assert_eq!(texts_in(folder.path(), ""), BTreeSet::new());
    assert!(DUE < PURGED_WITHIN);
}

#[tokio::test]
async fn what_is_erased_during_a_purge_is_owed_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    apply(&store, vec![put(1, text(1)), put(2, text(2)), remove(1)]).await;
    assert_eq!(store.begin().unwrap(), Some(NOON));
    clock.set(NOON.plus(HOUR));
    apply(&store, vec![remove(2)]).await;
    assert_eq!(store.erased_since(), Some(NOON));
    store.erased.end().unwrap();
    assert_eq!(store.erased_since(), Some(NOON.plus(HOUR)));

    drop((db, store));
    let (_db, store) = open(folder.path(), &clock);
    assert_eq!(store.erased_since(), Some(NOON.plus(HOUR)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_and_erased_during_a_purge_is_kept_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    let store = Arc::new(store);
    write(&db, &store).await;
    erase(&store).await;
    clock.set(NOON.plus(HOUR));
    let through = Arc::new(AtomicBool::new(false));
    let purge = tokio::task::spawn_blocking({
        let (store, through) = (Arc::clone(&store), Arc::clone(&through));
        move || {
            let purged = store.purge();
            through.store(true, Ordering::Release);
            purged
        }
    });
    let mut rounds = 0;
    while !through.load(Ordering::Acquire) {
        // Past the posts that were there before, each is written, read, and every other one removed again.
        let post = POSTS + rounds;
        apply(&store, vec![put(post, text(post))]).await;
        assert_eq!(record(&store, post).await, Some(text(post)));
        if post.is_multiple_of(2) {
            apply(&store, vec![remove(post)]).await;
        }
        rounds += 1;
    }
    assert_eq!(purge.await.unwrap().unwrap().unwrap().since, NOON);
    assert!(rounds > 1, "{rounds}");
    assert_eq!(store.erased_since(), Some(NOON.plus(HOUR)));

    drop((db, store));
    let (db, store) = open(folder.path(), &clock);
    assert_unharmed(&db, &store).await;
    for post in POSTS..POSTS + rounds {
        let expected = (!post.is_multiple_of(2)).then(|| text(post));
        assert_eq!(record(&store, post).await, expected, "post {post}");
    }
    assert_eq!(store.erased_since(), Some(NOON.plus(HOUR)));
}

#[tokio::test]
async fn a_purge_that_is_cut_short_anywhere_loses_nothing_and_is_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    write(&db, &store).await;
    store.flush_all().unwrap();
    erase(&store).await;

    // The files as they are in between are what a kill leaves.
    let mut left = vec![image(folder.path())];
    assert_eq!(store.begin().unwrap(), Some(NOON));
    left.push(image(folder.path()));
    let values = store.renew_waiters().unwrap();
    left.push(image(folder.path()));
    store.fill_journal().unwrap();
    left.push(image(folder.path()));
    store.seal_journal().unwrap();
    left.push(image(folder.path()));
    store.merge_tables(values).unwrap();
    left.push(image(folder.path()));
    drop((db, store));

    clock.set(NOON.plus(DUE));
    for (step, folder) in left.iter().enumerate() {
        let (db, store) = open(folder.path(), &clock);
        assert_unharmed(&db, &store).await;
        assert_eq!(store.erased_since(), Some(NOON), "step {step}");
        store.purge_due().unwrap().unwrap();
        assert_unharmed(&db, &store).await;
        assert_texts(folder.path(), &kept(), &format!("step {step}"));
    }
}

/// What `fjall` does not see to by itself: the number that a journal waits for goes with the last removal.
#[tokio::test]
async fn topics_that_were_emptied_and_lie_idle_do_not_hold_back_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let (db, store) = open(folder.path(), &clock);
    let topic = |number| db.keyspace(&format!("log-topic{number}"), KeyspaceCreateOptions::default);
    let topics: Vec<_> = (0..20).map(|number| topic(number).unwrap()).collect();
    // So often that tables are merged.
    for _ in 0..5 {
        store.flush_all().unwrap();
        for topic in &topics {
            topic.insert("record", "bytes").unwrap();
            topic.remove("record").unwrap();
        }
    }
    apply(&store, vec![put(1, text(1)), remove(1)]).await;
    assert!(store.purge().unwrap().is_some());
    assert_eq!(texts_in(folder.path(), ""), BTreeSet::new());
    assert!(topics.iter().all(|topic| topic.is_empty().unwrap()));
}
