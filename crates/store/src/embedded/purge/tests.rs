//! What was erased is looked for in the files themselves, byte by byte: what no read returns may still be there.
//!
//! Every text holds a marker of 48 bytes that no compression can shorten: LZ4 writes as it is what it has not seen before, but for some
//! bytes at either end, which may happen to go on like what was there before. That such a look sees into compressed blocks is shown by the
//! texts that stay, which it has to find.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use fjall::config::CompressionPolicy;
use fjall::{Database, KvSeparationOptions};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

use backtweet_domain::ManualClock;

use super::*;
use crate::port::{Batch, Collection, Found, Key, LookUp, Outcome, Park, Store, Stored, Waiter, Write};

const NOON: Timestamp = Timestamp::from_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_secs(3600);
/// How many posts there are, and how many of them to a slot.
const POSTS: u32 = 3_000;
const SLOT: u32 = 60;
/// How many wait, and for how many of them it is not long.
const WAITERS: u32 = 200;

/// What becomes of a post's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Replaced,
    Removed,
    Cleared,
    Expired,
}

fn fate(post: u32) -> Fate {
    match (post / SLOT, post % 10) {
        (7, _) => Fate::Cleared,
        (_, 1) => Fate::Replaced,
        (_, 2) => Fate::Removed,
        (_, 3) => Fate::Expired,
        _ => Fate::Kept,
    }
}

fn marker(text: u32) -> [u8; 48] {
    let mut marker = [0; 48];
    for (part, bytes) in marker.chunks_mut(16).enumerate() {
        bytes.copy_from_slice(&xxh3_128(format!("{part} of {text}").as_bytes()).to_le_bytes());
    }
    marker
}

fn text(number: u32) -> Bytes {
    let mut text = b"what people say of the update that broke their login, over and over: ".to_vec();
    text.extend(marker(number));
    text.extend(b" and so on and so on and so on");
    text.into()
}

fn key(post: u32) -> Key {
    Key::new(format!("subject:{}", post / SLOT), format!("post:{post}"))
}

fn put(post: u32, bytes: Bytes) -> Batch {
    let Key { slot, name } = key(post);
    let stored = Stored {
        version: 1,
        open: false,
        bytes,
    };
    let expires = (fate(post) == Fate::Expired).then_some(NOON);
    Batch {
        slot,
        writes: vec![Write::Put { name, stored, expires }],
        ..Batch::default()
    }
}

fn remove(post: u32) -> Batch {
    let Key { slot, name } = key(post);
    Batch {
        slot,
        writes: vec![Write::Remove { name }],
        ..Batch::default()
    }
}

async fn apply(store: &FjallStore, batches: Vec<Batch>) {
    for outcome in store.apply(&batches).await.unwrap() {
        assert_eq!(outcome, Outcome::Applied(Vec::new()));
    }
}

async fn record(store: &FjallStore, post: u32) -> Option<Bytes> {
    match &store.read(&[LookUp::Record(key(post))]).await.unwrap()[..] {
        [Found::Record(record)] => record.clone().map(|record| record.bytes),
        other => panic!("{other:?}"),
    }
}

/// Somebody waits with a text of their own: `number` past those of the posts.
fn waiter(number: u32) -> (Key, Park) {
    let soon = number.is_multiple_of(2);
    let park = Park {
        waiter: Waiter {
            id: format!("waiter:{number}"),
            bytes: text(POSTS + number),
        },
        expires: if soon { NOON } else { NOON.plus(HOUR) },
    };
    (Key::new(format!("parent:{number}"), "place"), park)
}

/// Puts in all posts, all who wait, and something of others who share the database.
async fn write(db: &Database, store: &FjallStore) {
    apply(store, (0..POSTS).map(|post| put(post, text(post))).collect()).await;
    for number in 0..WAITERS {
        let (key, park) = waiter(number);
        store.read(&[LookUp::ReadOrPark { key, park }]).await.unwrap();
    }
    let others = db.keyspace("log-others", KeyspaceCreateOptions::default).unwrap();
    others.insert("theirs", "kept").unwrap();
}

async fn erase(store: &FjallStore) {
    let batches = (0..POSTS).filter_map(|post| match fate(post) {
        Fate::Replaced => Some(put(post, Bytes::from_static(b"nothing"))),
        Fate::Removed => Some(remove(post)),
        _ => None,
    });
    apply(store, batches.collect()).await;
    let clear = Batch {
        slot: key(7 * SLOT).slot,
        writes: vec![Write::Clear],
        ..Batch::default()
    };
    apply(store, vec![clear]).await;
    store
        .expire(NOON.plus(Duration::from_secs(1)), usize::MAX)
        .await
        .unwrap();
}

/// Which texts stay.
fn kept() -> BTreeSet<u32> {
    let posts = (0..POSTS).filter(|post| fate(*post) == Fate::Kept);
    let waiters = (0..WAITERS).filter(|number| !number.is_multiple_of(2));
    posts.chain(waiters.map(|number| POSTS + number)).collect()
}

fn gone() -> BTreeSet<u32> {
    let kept = kept();
    (0..POSTS + WAITERS).filter(|text| !kept.contains(text)).collect()
}

/// Everything is as it should be to those who read.
async fn assert_unharmed(db: &Database, store: &FjallStore) {
    for post in 0..POSTS {
        let expected = match fate(post) {
            Fate::Kept => Some(text(post)),
            Fate::Replaced => Some(Bytes::from_static(b"nothing")),
            _ => None,
        };
        assert_eq!(record(store, post).await, expected, "post {post}");
    }
    for number in 0..WAITERS {
        let (Key { slot, name }, park) = waiter(number);
        let expected = if number.is_multiple_of(2) {
            vec![]
        } else {
            vec![park.waiter]
        };
        assert_eq!(waiters::at(store, &slot, &name).unwrap(), expected, "waiter {number}");
    }
    let others = db.keyspace("log-others", KeyspaceCreateOptions::default).unwrap();
    assert_eq!(others.get("theirs").unwrap().as_deref(), Some(&b"kept"[..]));
}

/// Which texts stand in the files under a folder whose names end like this.
fn texts_in(folder: &Path, ending: &str) -> BTreeSet<u32> {
    let middle = |text| marker(text)[8..40].to_vec();
    let texts: FxHashMap<Vec<u8>, u32> = (0..POSTS + WAITERS).map(|text| (middle(text), text)).collect();
    let beginnings: FxHashMap<&[u8], (&[u8], u32)> =
        texts.iter().map(|(all, text)| (&all[..8], (&all[..], *text))).collect();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts_in(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            for at in bytes.windows(32) {
                found.extend(
                    beginnings
                        .get(&at[..8])
                        .filter(|(all, _)| at == *all)
                        .map(|(_, text)| text),
                );
            }
        }
    }
    found
}

/// Exactly these texts stand in the files.
fn assert_texts(folder: &Path, expected: &BTreeSet<u32>, when: &str) {
    let found = texts_in(folder, "");
    let (more, fewer): (Vec<_>, Vec<_>) = (
        found.difference(expected).collect(),
        expected.difference(&found).collect(),
    );
    assert!(
        more.is_empty() && fewer.is_empty(),
        "{when}: too many are {more:?}, missing {fewer:?}"
    );
}

fn open(folder: &Path, clock: &Arc<ManualClock>) -> (Database, FjallStore) {
    let db = Database::builder(folder).open().unwrap();
    let store = FjallStore::open_with(&db, Arc::clone(clock) as _).unwrap();
    (db, store)
}

/// Keyspaces that were made in advance are as they were made.
fn uncompressed(folder: &Path) {
    let db = Database::builder(folder).open().unwrap();
    let options = || KeyspaceCreateOptions::default().data_block_compression_policy(CompressionPolicy::disabled());
    let values = KvSeparationOptions::default()
        .separation_threshold(1)
        .compression(fjall::CompressionType::None);
    db.keyspace("store-data", options).unwrap();
    db.keyspace("store-waiters", || options().with_kv_separation(Some(values)))
        .unwrap();
}

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

/// A copy of a folder.
fn image(folder: &Path) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                std::fs::create_dir(&to).unwrap();
                copy(&entry.path(), &to);
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    let image = tempfile::tempdir().unwrap();
    copy(folder, image.path());
    image
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
