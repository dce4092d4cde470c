//! The Redis adapter on one server, and what it promises when that server fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use backtweet_domain::Retry;
use backtweet_store::{Found, Key, LookUp, Outcome, RedisConfig, RedisStore, StoreError, Write};

use crate::server::{Lease, Server};
use crate::support::*;

macro_rules! on_redis {
    ($($module:ident: $check:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                let Some(lease) = Lease::take() else { return };
                crate::$module::$check(&connect(lease.config.clone()).await).await;
            }
        )*
    };
}
crate::every_check!(on_redis);

async fn connect(config: RedisConfig) -> Shared {
    Arc::new(RedisStore::connect(config).await.unwrap())
}

/// Repeats `batch` for as long as the server does not answer, as every caller does.
pub async fn applied_in_the_end(store: &Shared, batch: backtweet_store::Batch) -> Outcome {
    let start = Instant::now();
    loop {
        match store.apply(std::slice::from_ref(&batch)).await {
            Ok(mut outcomes) => return outcomes.remove(0),
            Err(error) => assert_eq!(error.retry(), Retry::Backoff, "{error}"),
        }
        assert!(start.elapsed() < DEADLINE, "the server is not found again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Adds 1 to a counter, `times` times, through whatever happens to the server.
pub async fn count_through(store: Shared, slot: String, times: u64) {
    for version in 0..times {
        let batch = guarded(&slot, version.checked_sub(1), vec![add("c", "n", 1)]);
        // A conflict is our own write, whose answer was lost.
        applied_in_the_end(&store, batch).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_in_the_middle_is_waited_for_and_nothing_is_lost_or_doubled() {
    let Some(mut server) = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]) else {
        return;
    };
    let store = connect(server.config()).await;
    let writers: Vec<_> = (0..4)
        .map(|slot| tokio::spawn(count_through(store.clone(), format!("s{slot}"), 400)))
        .collect();
    for _ in 0..2 {
        let before = progress(&server);
        eventually("the writers go on", async || progress(&server) > before + 50).await;
        server.kill();
        let error = store.ping().await.unwrap_err();
        assert_eq!(error.retry(), Retry::Backoff);
        server.run();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    for slot in 0..4 {
        assert_counters(&store, &format!("s{slot}"), "c", &[("n", 400)]).await;
    }
    assert!(store.losses() >= 2, "both falls count: {}", store.losses());
}

fn progress(server: &Server) -> u64 {
    let stats: redis::InfoDict = server.tell(&["INFO", "stats"]);
    stats.get("total_commands_processed").unwrap()
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time_and_found_again() {
    let Some(server) = Server::start(&[]) else { return };
    let store = connect(RedisConfig {
        response_timeout: Duration::from_millis(200),
        ..server.config()
    })
    .await;
    server.signal("STOP");
    let hung = store.apply(&[batch("s", vec![enter("f", 1, "x")])]).await;
    let refused = store.ping().await;
    server.signal("CONT");
    assert!(matches!(hung, Err(StoreError::Unavailable { .. })), "{hung:?}");
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    assert_eq!(
        applied_in_the_end(&store, batch("s", vec![enter("f", 1, "x")])).await,
        Outcome::Applied(vec![])
    );
    assert!(store.losses() >= 1);
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_told_them_again() {
    let Some(server) = Server::start(&[]) else { return };
    let store = connect(server.config()).await;
    for version in 0..3_u64 {
        server.tell::<()>(&["SCRIPT", "FLUSH"]);
        let writes = vec![add("c", "n", 1), put_until("r", stored(version, false, b""), at(1))];
        applied(&store, guarded("s", version.checked_sub(1), writes)).await;
        look_up(&store, read_or_park("s", "p", waiter("w", b""), at(1))).await;
        assert_counters(&store, "s", "c", &[("n", version as i64 + 1)]).await;
    }
    server.tell::<()>(&["SCRIPT", "FLUSH"]);
    assert_eq!(store.expire(at(2), 9).await.unwrap(), 2);
    assert_eq!(store.losses(), 0);
}

#[tokio::test]
async fn a_server_without_memory_takes_nothing_by_halves() {
    let Some(server) = Server::start(&["--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let store = connect(server.config()).await;
    applied(
        &store,
        guarded(
            "s",
            None,
            vec![add("c", "n", 1), put_until("old", stored(1, false, b""), at(1))],
        ),
    )
    .await;
    server.tell::<()>(&["CONFIG", "SET", "maxmemory", "1"]);
    let writes = vec![Write::Clear, remove("old"), add("c", "n", 1)];
    let refused = store.apply(&[guarded("s", Some(0), writes)]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    assert_counters(&store, "s", "c", &[("n", 1)]).await;
    assert_eq!(store.expire(at(2), 9).await.unwrap(), 1, "what frees memory goes on");
    server.tell::<()>(&["CONFIG", "SET", "maxmemory", "0"]);
    applied(&store, guarded("s", Some(0), vec![add("c", "n", 1)])).await;
}

#[tokio::test]
async fn a_demoted_server_is_waited_for() {
    let Some(server) = Server::start(&[]) else { return };
    let store = connect(server.config()).await;
    server.tell::<()>(&["REPLICAOF", "127.0.0.1", "1"]);
    let refused = store.apply(&[batch("s", vec![enter("f", 1, "x")])]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    server.tell::<()>(&["REPLICAOF", "NO", "ONE"]);
    applied(&store, batch("s", vec![enter("f", 1, "x")])).await;
}

#[tokio::test]
async fn keys_of_somebody_else_are_named_and_nothing_is_written() {
    let Some(server) = Server::start(&[]) else { return };
    let config = server.config();
    let store = connect(config.clone()).await;
    let key = |name: &str| format!("{}:{{s}}:{name}", config.prefix);
    server.tell::<()>(&["LPUSH", &key("list"), "x"]);
    server.tell::<()>(&["HSET", &key("text"), "n", "many"]);
    server.tell::<()>(&["SET", &key("note"), "hello"]);
    for foreign in [
        add("list", "n", 1),
        rank("list", "n", 1),
        enter("list", 1, "x"),
        put("list", stored(1, false, b"")),
        add("text", "n", 1),
    ] {
        let refused = store
            .apply(&[guarded(
                "s",
                None,
                vec![Write::Clear, add("c", "n", 1), foreign.clone()],
            )])
            .await;
        assert!(
            matches!(refused, Err(StoreError::Corrupt { .. })),
            "{foreign:?}: {refused:?}"
        );
    }
    for look_up in [
        LookUp::Counters(Key::new("s", "text")),
        LookUp::Record(Key::new("s", "note")),
        LookUp::Size(Key::new("s", "list")),
    ] {
        let refused = store.read(std::slice::from_ref(&look_up)).await;
        assert!(
            matches!(refused, Err(StoreError::Corrupt { .. })),
            "{look_up:?}: {refused:?}"
        );
    }
    assert_counters(&store, "s", "c", &[]).await;
    assert_record(&store, "s", GUARD, None).await;
}

#[tokio::test]
async fn nothing_is_left_behind_when_everything_is_gone() {
    let Some(lease) = Lease::take() else { return };
    let store = connect(lease.config.clone()).await;
    let fill = || {
        vec![
            add("c", "n", 1),
            rank("r", "m", 1),
            count("m", "k", 1),
            enter("f", 1, "x"),
        ]
    };
    applied(&store, guarded("zeroed", None, fill())).await;
    let undo = vec![
        add("c", "n", -1),
        rank("r", "m", -1),
        count("m", "k", -1),
        leave("f", 1, "x"),
    ];
    applied(&store, guarded("zeroed", Some(0), undo)).await;
    applied(&store, batch("zeroed", vec![remove(GUARD)])).await;

    applied(&store, guarded("cleared", None, fill())).await;
    look_up(&store, read_or_park("cleared", "p", waiter("w", b""), at(1))).await;
    applied(&store, batch("cleared", vec![Write::Clear])).await;

    applied(
        &store,
        batch("expired", vec![put_until("r", stored(1, false, b""), at(1))]),
    )
    .await;
    look_up(&store, read_or_park("expired", "p", waiter("w", b""), at(1))).await;
    assert!(!lease.keys().is_empty());
    assert_eq!(store.expire(at(2), 100).await.unwrap(), 2);
    assert_eq!(lease.keys(), [""; 0]);
}

#[tokio::test]
async fn a_wrong_password_is_said_at_once_and_never_shown() {
    let Some(server) = Server::start(&["--requirepass", "right-secret"]) else {
        return;
    };
    let with = |password: &str| RedisConfig {
        urls: vec![format!("redis://:{password}@127.0.0.1:{}", server.port)],
        ..server.config()
    };
    let refused = RedisStore::connect(with("wrong-secret")).await.map(drop);
    assert!(
        matches!(&refused, Err(StoreError::Unusable { reason }) if !reason.contains("secret")),
        "{refused:?}"
    );
    let store = connect(with("right-secret")).await;
    assert_eq!(look_up(&store, LookUp::Size(Key::new("s", "m"))).await, Found::Size(0));
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_can_be_waited_for() {
    let Some(mut server) = Server::start(&[]) else { return };
    server.kill();
    let refused = RedisStore::connect(server.config()).await.map(drop);
    assert!(
        matches!(&refused, Err(error) if error.retry() == Retry::Backoff),
        "{refused:?}"
    );
    let clustered = RedisConfig {
        cluster: true,
        ..server.config()
    };
    server.run();
    let refused = RedisStore::connect(clustered).await.map(drop);
    assert!(
        matches!(&refused, Err(StoreError::Unusable { reason }) if reason.contains("cluster")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn of_many_look_ups_the_one_at_fault_is_named() {
    let Some(server) = Server::start(&["--appendonly", "no"]) else {
        return;
    };
    let config = server.config();
    let culprit = format!("{}:{{slot-50}}:record", config.prefix);
    let store = connect(config).await;
    let _: i64 = server.tell(&["HSET", &culprit, "field", "value"]);
    let look_ups: Vec<_> = (0..100)
        .map(|slot| LookUp::Record(Key::new(format!("slot-{slot}"), "record")))
        .collect();
    match store.read(&look_ups).await {
        Err(StoreError::Corrupt { key, .. }) => assert_eq!(key, culprit),
        other => panic!("expected the foreign key to be refused: {other:?}"),
    }
}
