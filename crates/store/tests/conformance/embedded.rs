//! The embedded adapter, and what only it promises: one database shared, reopened, and killed.

use backtweet_store::{FjallStore, Key, LookUp, StoreError};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::support::*;

macro_rules! on_embedded {
    ($($module:ident: $check:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                let folder = tempfile::tempdir().unwrap();
                crate::$module::$check(&open(folder.path())).await;
            }
        )*
    };
}
crate::every_check!(on_embedded);

fn open(folder: impl AsRef<Path>) -> Shared {
    Arc::new(FjallStore::open_at(folder).unwrap())
}

async fn write_some(store: &Shared) {
    let writes = vec![
        add("c", "n", 3),
        rank("r", "m", 4),
        count("m", "k", 5),
        enter("f", 6, "x"),
    ];
    applied(store, guarded("s", None, writes)).await;
    look_up(store, read_or_park("s", "parent", waiter("w", b"bytes"), at(10))).await;
}

async fn assert_some(store: &Shared) {
    assert_counters(store, "s", "c", &[("n", 3)]).await;
    assert_top(store, "s", "r", 9, &[("m", 4)]).await;
    assert_members(store, "s", "m", &[("k", 5)]).await;
    assert_record(store, "s", GUARD, Some(stored(0, false, b""))).await;
    assert_eq!(
        applied(store, batch("s", vec![wake("parent")])).await,
        [waiter("w", b"bytes")]
    );
}

#[tokio::test]
async fn a_reopened_store_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    store.persist().unwrap();
    let store: Shared = Arc::new(store);
    write_some(&store).await;
    drop(store);
    let store = open(folder.path());
    assert_some(&store).await;
    assert_eq!(store.expire(at(11), 9).await.unwrap(), 1);
    assert_eq!(store.losses(), 0);
}

#[tokio::test]
async fn a_database_is_shared_with_others_and_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = fjall::Database::builder(folder.path()).open().unwrap();
    let others = db.keyspace("log-other", fjall::KeyspaceCreateOptions::default).unwrap();
    let shared = || -> Shared { Arc::new(FjallStore::open(&db).unwrap()) };
    others.insert("key", "value").unwrap();
    write_some(&shared()).await;
    assert_some(&shared()).await;
    assert_eq!(others.len().unwrap(), 1);

    let refused = FjallStore::open_at(folder.path()).map(drop);
    assert!(
        matches!(&refused, Err(StoreError::Unusable { reason }) if reason.contains("another process")),
        "{refused:?}"
    );
}

/// Names the folder to the child process of [`what_was_acknowledged_survives_a_kill`].
const FOLDER: &str = "BACKTWEET_STORE_TEST_FOLDER";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return count_until_killed(&open(folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "embedded::what_was_acknowledged_survives_a_kill",
            "--nocapture",
        ])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let numbers = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok());
    let mut killed = false;
    let mut acknowledged = 0;
    for number in numbers {
        acknowledged = number;
        if number > 500 && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself after {acknowledged}");

    let store = open(folder.path());
    let backtweet_store::Found::Record(Some(guard)) = look_up(&store, LookUp::Record(Key::new("s", GUARD))).await
    else {
        panic!("the record is gone");
    };
    let written = guard.version + 1;
    assert!(
        written > acknowledged,
        "version {acknowledged} was acknowledged, and {written} records are left"
    );
    assert_counters(&store, "s", "c", &[("n", written as i64)]).await;
    assert_members(&store, "s", "m", &[("k", written as i64)]).await;
}

async fn count_until_killed(store: &Shared) {
    let mut lines = std::io::stdout();
    for version in 0..10_000_000_u64 {
        applied(
            store,
            guarded("s", version.checked_sub(1), vec![add("c", "n", 1), count("m", "k", 1)]),
        )
        .await;
        // Not by `println`, which the test harness would hold back.
        lines.write_all(format!("acknowledged {version}\n").as_bytes()).unwrap();
    }
}
