//! Clearing a slot, and expiry by event time.

use backtweet_store::{Collection, Direction, Found, Guard, Key, LookUp};

use crate::support::*;

async fn fill(store: &Shared, slot: &str) {
    let writes = vec![
        add("c", "n", 1),
        rank("r", "m", 2),
        count("m", "k", 3),
        enter("f", 4, "x"),
        put_until("kept", stored(1, false, b"kept"), at(50)),
        put_until("gone", stored(1, false, b"gone"), at(50)),
    ];
    applied(store, guarded(slot, None, writes)).await;
    look_up(store, read_or_park(slot, "awaited", waiter("w", b""), at(50))).await;
}

/// Everything that [`fill`] wrote, as it reads now.
async fn contents(store: &Shared, slot: &str) -> Vec<Found> {
    let key = |name: &str| Key::new(slot, name);
    let feed = LookUp::Feed {
        key: key("f"),
        after: None,
        direction: Direction::Ascending,
        limit: 9,
    };
    let top = LookUp::Top {
        key: key("r"),
        limit: 9,
    };
    let (members, size) = (LookUp::Members(key("m")), LookUp::Size(key("m")));
    let mut look_ups = vec![LookUp::Counters(key("c")), top, members, size, feed];
    look_ups.extend([GUARD, "kept", "gone", "new"].map(|name| LookUp::Record(key(name))));
    store.read(&look_ups).await.unwrap()
}

fn nothing() -> Vec<Found> {
    let mut found = vec![
        Found::Counters(vec![]),
        Found::Ranked(vec![]),
        Found::Members(vec![]),
        Found::Size(0),
        Found::Feed(vec![]),
    ];
    found.extend(vec![Found::Record(None); 4]);
    found
}

pub async fn a_dropped_collection_is_as_if_it_had_never_been(store: &Shared) {
    let drop_it = |name: &str, collection| backtweet_store::Write::Drop {
        name: name.into(),
        collection,
    };
    fill(store, "d").await;
    applied(
        store,
        guarded("d", Some(0), vec![count("m2", "k", 3), add("c2", "n", 1)]),
    )
    .await;
    let drops = vec![
        add("c", "before", 1),
        drop_it("c", Collection::Counters),
        drop_it("r", Collection::Ranked),
        drop_it("m", Collection::Members),
        drop_it("never", Collection::Members),
        count("m", "behind", 2),
    ];
    applied(store, guarded("d", Some(1), drops)).await;
    let found = contents(store, "d").await;
    let behind = Found::Members(vec![("behind".into(), 2)]);
    assert_eq!(found[..3], [Found::Counters(vec![]), Found::Ranked(vec![]), behind]);
    assert_eq!(found[3], Found::Size(1));
    assert!(matches!(&found[4], Found::Feed(entries) if entries.len() == 1));
    assert_counters(store, "d", "c2", &[("n", 1)]).await;
}

pub async fn clearing_a_slot_leaves_its_guarded_and_new_records_only(store: &Shared) {
    fill(store, "s").await;
    let new = stored(5, true, b"new");
    let mut clearing = batch(
        "s",
        vec![
            put("new", new.clone()),
            wake("awaited"),
            backtweet_store::Write::Clear,
            wake("awaited"),
        ],
    );
    clearing.guards.push(Guard {
        name: "kept".into(),
        version: Some(1),
    });
    assert_eq!(
        applied(store, clearing).await,
        [waiter("w", b"")],
        "waiters are read before they go"
    );

    let mut expected = nothing();
    expected[6] = Found::Record(Some(stored(1, false, b"kept")));
    expected[8] = Found::Record(Some(new));
    assert_eq!(contents(store, "s").await, expected);
    assert_eq!(applied(store, batch("s", vec![wake("awaited")])).await, []);
    assert_eq!(
        store.expire(at(100), 100).await.unwrap(),
        1,
        "of what expires, `kept` is left"
    );
}

pub async fn clearing_a_slot_leaves_other_slots_alone(store: &Shared) {
    let slots = ["s", "s2", "s:", "t"];
    for slot in slots {
        fill(store, slot).await;
    }
    let full = contents(store, "t").await;
    applied(store, batch("s", vec![backtweet_store::Write::Clear])).await;
    assert_eq!(contents(store, "s").await, nothing());
    for slot in &slots[1..] {
        assert_eq!(contents(store, slot).await, full, "{slot}");
    }
    applied(store, batch("s", vec![backtweet_store::Write::Clear])).await;
    fill(store, "s").await;
    assert_eq!(contents(store, "s").await, full, "a cleared slot starts anew");
}

pub async fn a_batch_writes_on_after_its_clearing(store: &Shared) {
    fill(store, "s").await;
    let writes = vec![
        add("c", "n", 10),
        enter("f", 9, "lost"),
        backtweet_store::Write::Clear,
        add("c", "n", 5),
        rank("r", "m", 6),
        count("m", "k", 7),
        count("m", "l", 1),
        enter("f", 4, "x"),
        enter("f", 5, "y"),
        leave("f", 5, "y"),
        remove("gone"),
    ];
    applied(store, guarded("s", Some(0), writes)).await;
    assert_counters(store, "s", "c", &[("n", 5)]).await;
    assert_top(store, "s", "r", 9, &[("m", 6)]).await;
    assert_members(store, "s", "m", &[("k", 7), ("l", 1)]).await;
    let all = LookUp::Feed {
        key: Key::new("s", "f"),
        after: None,
        direction: Direction::Ascending,
        limit: 9,
    };
    assert_eq!(feed(store, all).await, [entry(4, "x")]);
    assert_record(store, "s", GUARD, Some(stored(1, false, b""))).await;
    assert_record(store, "s", "gone", None).await;

    applied(store, batch("s", vec![backtweet_store::Write::Clear])).await;
    assert_eq!(
        contents(store, "s").await,
        nothing(),
        "what came in after a clearing is cleared by the next"
    );
}

pub async fn what_expired_goes_and_the_rest_stays(store: &Shared) {
    let record = || stored(1, false, b"x");
    for slot in ["a", "b", "c"] {
        let writes = vec![
            put_until("early", record(), at(10)),
            put_until("edge", record(), at(20)),
            put_until("late", record(), at(30)),
            put("forever", record()),
            put_until("ancient", record(), at(-5)),
        ];
        applied(store, batch(slot, writes)).await;
        look_up(store, read_or_park(slot, "parent", waiter("early", b"1"), at(10))).await;
        look_up(store, read_or_park(slot, "parent", waiter("late", b"2"), at(30))).await;
    }
    assert_eq!(store.expire(at(20), 1000).await.unwrap(), 9);
    assert_eq!(store.expire(at(20), 1000).await.unwrap(), 0);
    for slot in ["a", "b", "c"] {
        for (name, stays) in [
            ("early", false),
            ("edge", true),
            ("late", true),
            ("forever", true),
            ("ancient", false),
        ] {
            assert_record(store, slot, name, stays.then(record)).await;
        }
        assert_eq!(
            applied(store, batch(slot, vec![wake("parent")])).await,
            [waiter("late", b"2")]
        );
    }
    assert_eq!(store.expire(at(1000), 1000).await.unwrap(), 9);
    assert_record(store, "a", "forever", Some(record())).await;
}

pub async fn an_extended_record_outlives_its_first_expiry(store: &Shared) {
    let versions = |version| stored(version, false, b"x");
    applied(
        store,
        batch(
            "s",
            vec![
                put_until("later", versions(1), at(10)),
                put_until("never", versions(1), at(10)),
            ],
        ),
    )
    .await;
    applied(
        store,
        batch(
            "s",
            vec![put_until("later", versions(2), at(30)), put("never", versions(2))],
        ),
    )
    .await;
    let mut refused = batch("s", vec![put_until("later", versions(9), at(99))]);
    refused.guards.push(Guard {
        name: "later".into(),
        version: Some(8),
    });
    store.apply(&[refused]).await.unwrap();

    assert_eq!(store.expire(at(20), 100).await.unwrap(), 0);
    assert_record(store, "s", "later", Some(versions(2))).await;
    assert_eq!(store.expire(at(31), 100).await.unwrap(), 1);
    assert_record(store, "s", "later", None).await;
    assert_record(store, "s", "never", Some(versions(2))).await;
}

pub async fn a_record_put_to_expire_sooner_goes_sooner(store: &Shared) {
    applied(
        store,
        batch("s", vec![put_until("record", stored(1, false, b""), at(50))]),
    )
    .await;
    applied(
        store,
        batch("s", vec![put_until("record", stored(2, false, b""), at(10))]),
    )
    .await;
    applied(
        store,
        batch(
            "s",
            vec![put_until("removed", stored(1, false, b""), at(10)), remove("removed")],
        ),
    )
    .await;
    assert_eq!(store.expire(at(20), 100).await.unwrap(), 1);
    assert_record(store, "s", "record", None).await;
    applied(store, batch("s", vec![put("record", stored(3, false, b""))])).await;
    assert_eq!(
        store.expire(at(99), 100).await.unwrap(),
        0,
        "a record written anew is not dropped by its former expiry"
    );
}

pub async fn expiry_stops_at_its_limit(store: &Shared) {
    const RECORDS: usize = 700;
    let batches: Vec<_> = (0..RECORDS)
        .map(|number| {
            batch(
                &format!("slot-{number}"),
                vec![put_until("r", stored(1, false, b""), at(10))],
            )
        })
        .collect();
    store.apply(&batches).await.unwrap();
    assert_eq!(store.expire(at(20), 0).await.unwrap(), 0);
    assert_eq!(store.expire(at(20), 1).await.unwrap(), 1);
    assert_eq!(store.expire(at(20), 600).await.unwrap(), 600);
    assert_eq!(store.expire(at(20), 600).await.unwrap(), RECORDS - 601);
}
