//! Read-or-park, and waking: what keeps a reply that came before its parent.

use backtweet_store::{Found, Key, LookUp, Outcome};

use crate::support::*;

pub async fn readers_of_absent_and_open_records_are_parked_and_woken(store: &Shared) {
    let park = |id, bytes| read_or_park("s", "parent", waiter(id, bytes), at(100));
    assert_eq!(look_up(store, park("first", b"\0\xff1")).await, Found::Record(None));
    let open = stored(1, true, b"open");
    let woken = applied(store, batch("s", vec![put("parent", open.clone()), wake("parent")])).await;
    assert_eq!(woken, [waiter("first", b"\0\xff1")]);

    assert_eq!(look_up(store, park("second", b"2")).await, Found::Record(Some(open)));
    let settled = stored(2, false, b"settled");
    let woken = applied(store, batch("s", vec![put("parent", settled.clone()), wake("parent")])).await;
    assert_eq!(woken, [waiter("first", b"\0\xff1"), waiter("second", b"2")]);

    assert_eq!(look_up(store, park("third", b"3")).await, Found::Record(Some(settled)));
    let woken = applied(store, batch("s", vec![wake("parent"), wake("nobody"), wake("parent")])).await;
    assert_eq!(
        woken,
        [waiter("first", b"\0\xff1"), waiter("second", b"2")],
        "a reader of a settled record parks nowhere"
    );
}

pub async fn waking_keeps_the_waiters_for_a_replay(store: &Shared) {
    look_up(store, read_or_park("s", "parent", waiter("w", b"1"), at(100))).await;
    look_up(store, read_or_park("s", "other", waiter("v", b"2"), at(100))).await;
    for _ in 0..2 {
        let woken = applied(store, batch("s", vec![wake("parent"), wake("other")])).await;
        assert_eq!(woken, [waiter("w", b"1"), waiter("v", b"2")]);
    }
    applied(
        store,
        batch("s", vec![put("parent", stored(1, false, b"")), remove("parent")]),
    )
    .await;
    assert_eq!(
        applied(store, batch("s", vec![wake("parent")])).await,
        [waiter("w", b"1")]
    );
    let conflict = guarded("s", Some(8), vec![wake("parent")]);
    assert_eq!(store.apply(&[conflict]).await.unwrap(), [Outcome::Conflict]);
}

pub async fn parking_again_replaces_the_waiter(store: &Shared) {
    let look_ups = [
        read_or_park("s", "parent", waiter("w", b"old"), at(10)),
        LookUp::Record(Key::new("s", "parent")),
        read_or_park("s", "parent", waiter("w", b"new"), at(30)),
        read_or_park("s", "other", waiter("w", b"beside"), at(30)),
        read_or_park("t", "parent", waiter("w", b"elsewhere"), at(30)),
    ];
    assert_eq!(store.read(&look_ups).await.unwrap(), vec![Found::Record(None); 5]);
    assert_eq!(store.expire(at(20), 100).await.unwrap(), 0, "the later expiry counts");
    assert_eq!(
        applied(store, batch("s", vec![wake("parent"), wake("other")])).await,
        [waiter("w", b"new"), waiter("w", b"beside")],
        "it waits at each record by itself"
    );
    assert_eq!(store.expire(at(31), 100).await.unwrap(), 3);
    assert_eq!(applied(store, batch("s", vec![wake("parent")])).await, []);
}

/// Readers and a writer race: whoever reads before the record is there must be among those whom the writer wakes.
pub async fn nobody_falls_between_reading_and_parking(store: &Shared) {
    for round in 0..100 {
        let slot = format!("race-{round}");
        let readers = ["a", "b", "c"].map(|id| {
            let (store, look_up) = (store.clone(), read_or_park(&slot, "parent", waiter(id, b""), at(100)));
            tokio::spawn(async move {
                (
                    id,
                    crate::support::look_up(&store, look_up).await == Found::Record(None),
                )
            })
        });
        let woken = applied(
            store,
            batch(&slot, vec![put("parent", stored(1, false, b"")), wake("parent")]),
        )
        .await;
        let mut parked = vec![];
        for reader in readers {
            let (id, absent) = reader.await.unwrap();
            parked.extend(absent.then_some(id));
        }
        let woken: Vec<_> = woken.iter().map(|waiter| waiter.id.as_str()).collect();
        assert_eq!(parked, woken, "round {round}");
    }
}
