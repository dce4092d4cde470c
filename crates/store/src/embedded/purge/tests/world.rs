//! Some thousand texts, what becomes of each, and how to find them in files.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fjall::config::CompressionPolicy;
use fjall::{Database, KeyspaceCreateOptions, KvSeparationOptions};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

use backtweet_domain::{ManualClock, Timestamp};

use crate::FjallStore;
use crate::embedded::waiters;
use crate::port::{Batch, Found, Key, LookUp, Outcome, Park, Store, Stored, Waiter, Write};

pub(super) const NOON: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
/// How many posts there are, and how many of them to a slot.
pub(super) const POSTS: u32 = 3_000;
pub(super) const SLOT: u32 = 60;
/// How many wait, and for how many of them it is not long.
pub(super) const WAITERS: u32 = 200;

/// What becomes of a post's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Kept,
    Replaced,
    Removed,
    Cleared,
    Expired,
}

pub(super) fn fate(post: u32) -> Fate {
    match (post / SLOT, post % 10) {
        (7, _) => Fate::Cleared,
        (_, 1) => Fate::Replaced,
        (_, 2) => Fate::Removed,
        (_, 3) => Fate::Expired,
        _ => Fate::Kept,
    }
}

pub(super) fn marker(text: u32) -> [u8; 48] {
    let mut marker = [0; 48];
    for (part, bytes) in marker.chunks_mut(16).enumerate() {
        bytes.copy_from_slice(&xxh3_128(format!("{part} of {text}").as_bytes()).to_le_bytes());
    }
    marker
}

pub(super) fn text(number: u32) -> Bytes {
    let mut text = b"what people say of the update that broke their login, over and over: ".to_vec();
    text.extend(marker(number));
    text.extend(b" and so on and so on and so on");
    text.into()
}

pub(super) fn key(post: u32) -> Key {
    Key::new(format!("subject:{}", post / SLOT), format!("post:{post}"))
}

pub(super) fn put(post: u32, bytes: Bytes) -> Batch {
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

pub(super) fn remove(post: u32) -> Batch {
    let Key { slot, name } = key(post);
    Batch {
        slot,
        writes: vec![Write::Remove { name }],
        ..Batch::default()
    }
}

pub(super) async fn apply(store: &FjallStore, batches: Vec<Batch>) {
    for outcome in store.apply(&batches).await.unwrap() {
        assert_eq!(outcome, Outcome::Applied(Vec::new()));
    }
}

pub(super) async fn record(store: &FjallStore, post: u32) -> Option<Bytes> {
    match &store.read(&[LookUp::Record(key(post))]).await.unwrap()[..] {
        [Found::Record(record)] => record.clone().map(|record| record.bytes),
        other => panic!("{other:?}"),
    }
}

/// Somebody waits with a text of their own: `number` past those of the posts.
pub(super) fn waiter(number: u32) -> (Key, Park) {
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
pub(super) async fn write(db: &Database, store: &FjallStore) {
    apply(store, (0..POSTS).map(|post| put(post, text(post))).collect()).await;
    for number in 0..WAITERS {
        let (key, park) = waiter(number);
        store.read(&[LookUp::ReadOrPark { key, park }]).await.unwrap();
    }
    let others = db.keyspace("log-others", KeyspaceCreateOptions::default).unwrap();
    others.insert("theirs", "kept").unwrap();
}

pub(super) async fn erase(store: &FjallStore) {
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
pub(super) fn kept() -> BTreeSet<u32> {
    let posts = (0..POSTS).filter(|post| fate(*post) == Fate::Kept);
    let waiters = (0..WAITERS).filter(|number| !number.is_multiple_of(2));
    posts.chain(waiters.map(|number| POSTS + number)).collect()
}

pub(super) fn gone() -> BTreeSet<u32> {
    let kept = kept();
    (0..POSTS + WAITERS).filter(|text| !kept.contains(text)).collect()
}

/// Everything is as it should be to those who read.
pub(super) async fn assert_unharmed(db: &Database, store: &FjallStore) {
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
pub(super) fn texts_in(folder: &Path, ending: &str) -> BTreeSet<u32> {
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
pub(super) fn assert_texts(folder: &Path, expected: &BTreeSet<u32>, when: &str) {
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

pub(super) fn open(folder: &Path, clock: &Arc<ManualClock>) -> (Database, FjallStore) {
    let db = Database::builder(folder).open().unwrap();
    let store = FjallStore::open_with(&db, Arc::clone(clock) as _).unwrap();
    (db, store)
}

/// Keyspaces that were made in advance are as they were made.
pub(super) fn uncompressed(folder: &Path) {
    let db = Database::builder(folder).open().unwrap();
    let options = || KeyspaceCreateOptions::default().data_block_compression_policy(CompressionPolicy::disabled());
    let values = KvSeparationOptions::default()
        .separation_threshold(1)
        .compression(fjall::CompressionType::None);
    db.keyspace("store-data", options).unwrap();
    db.keyspace("store-waiters", || options().with_kv_separation(Some(values)))
        .unwrap();
}

/// A copy of a folder.
pub(super) fn image(folder: &Path) -> tempfile::TempDir {
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
