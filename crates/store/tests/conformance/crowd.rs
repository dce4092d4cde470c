//! Many tasks on several threads at once: nothing is lost, and nobody sees half of a batch.

use backtweet_store::{Found, Guard, Key, LookUp, Outcome};
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

pub async fn what_is_extended_while_others_expire_stays(store: &Shared) {
    const RECORDS: usize = 250;
    let slots: Vec<_> = (0..RECORDS).map(|number| format!("slot-{number}")).collect();
    for round in 0..4 {
        let start: Vec<_> = slots
            .iter()
            .map(|slot| batch(slot, vec![put_until("r", stored(1, false, b""), at(10))]))
            .collect();
        store.apply(&start).await.unwrap();
        let sweeper = store.clone();
        let sweep = tokio::spawn(async move { sweeper.expire(at(20), 2 * RECORDS).await.unwrap() });
        let mut extended = vec![];
        // From the far end, so that the two meet.
        for slot in slots.iter().rev() {
            let mut extend = batch(slot, vec![put_until("r", stored(2, false, b""), at(1_000))]);
            extend.guards.push(Guard {
                name: "r".into(),
                version: Some(1),
            });
            if store.apply(&[extend]).await.unwrap() != [Outcome::Conflict] {
                extended.push(slot);
            }
        }
        let swept = sweep.await.unwrap();
        assert_eq!(
            swept + extended.len(),
            RECORDS,
            "round {round}: {} were extended",
            extended.len()
        );
        for slot in extended {
            assert_record(store, slot, "r", Some(stored(2, false, b""))).await;
        }
        assert!(store.expire(at(2_000), RECORDS).await.unwrap() <= RECORDS);
    }
}
