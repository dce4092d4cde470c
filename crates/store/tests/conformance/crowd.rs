//! Many tasks on several threads at once: nothing is lost, and nobody sees half of a batch.

use backtweet_store::{Found, Key, LookUp, Outcome};
use futures::future::join_all;

use crate::support::*;

async fn version(store: &Shared, slot: &str) -> Option<u64> {
    match look_up(store, LookUp::Record(Key::new(slot, GUARD))).await {
        Found::Record(record) => record.map(|record| record.version),
        other => panic!("a record was asked for: {other:?}"),
    }
}

pub async fn no_addition_is_lost_among_many_writers(store: &Shared) {
    const WRITERS: usize = 12;
    const EACH: i64 = 25;
    let tasks = (0..WRITERS).map(|name| tokio::spawn(write_each(store.clone(), format!("writer-{name}"), EACH)));
    for task in join_all(tasks).await {
        task.unwrap();
    }
    let total = EACH * WRITERS as i64;
    assert_counters(store, "s", "c", &[("n", total)]).await;
    assert_eq!(
        look_up(store, LookUp::Size(Key::new("s", "m"))).await,
        Found::Size(WRITERS as u64)
    );
    assert_eq!(version(store, "s").await, Some(total as u64 - 1));
}

async fn write_each(store: Shared, member: String, times: i64) {
    for _ in 0..times {
        loop {
            let from = version(&store, "s").await;
            let writes = vec![add("c", "n", 1), rank("r", &member, 2), count("m", &member, 1)];
            if store.apply(&[guarded("s", from, writes)]).await.unwrap() != [Outcome::Conflict] {
                break;
            }
        }
    }
}

pub async fn look_ups_of_one_slot_are_one_moment(store: &Shared) {
    const ROUNDS: u64 = 200;
    let (writer, reader, parking) = (store.clone(), store.clone(), store.clone());
    let writer = tokio::spawn(async move {
        for from in 0..ROUNDS {
            let writes = vec![add("a", "n", 1), add("b", "n", 1)];
            applied(&writer, guarded("s", from.checked_sub(1), writes)).await;
        }
    });
    let counters = |name| LookUp::Counters(Key::new("s", name));
    let reader = tokio::spawn(async move {
        for _ in 0..ROUNDS {
            let found = reader.read(&[counters("a"), counters("b")]).await.unwrap();
            assert_eq!(found[0], found[1]);
        }
    });
    let parking = tokio::spawn(async move {
        for _ in 0..ROUNDS {
            let parks = read_or_park("s", "absent", waiter("w", b""), at(1));
            let found = parking.read(&[counters("a"), parks, counters("b")]).await.unwrap();
            assert_eq!(found[0], found[2]);
        }
    });
    for task in [writer, reader, parking] {
        task.await.unwrap();
    }
}
