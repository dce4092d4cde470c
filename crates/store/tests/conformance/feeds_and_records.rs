//! Ordered feeds, records, and look-ups at large.

use backtweet_store::{Direction, FeedEntry, Found, Guard, Key, LookUp, StoreError};

use crate::support::*;

fn page(name: &str, after: Option<FeedEntry>, direction: Direction, limit: usize) -> LookUp {
    LookUp::Feed {
        key: Key::new("s", name),
        after,
        direction,
        limit,
    }
}

async fn ids(store: &Shared, look_up: LookUp) -> Vec<String> {
    feed(store, look_up).await.into_iter().map(|entry| entry.id).collect()
}

pub async fn feeds_are_paged_from_either_end(store: &Shared) {
    let entries = [(2, "b"), (1, "z"), (2, "a"), (-5, "old"), (3, "c"), (2, "ab")];
    let writes = entries.map(|(order, id)| enter("f", order, id)).to_vec();
    applied(store, batch("s", writes)).await;
    applied(
        store,
        batch(
            "s",
            vec![enter("f", 2, "a"), enter("g", 0, "other"), leave("f", 9, "absent")],
        ),
    )
    .await;

    use Direction::{Ascending, Descending};
    assert_eq!(
        ids(store, page("f", None, Ascending, 99)).await,
        ["old", "z", "a", "ab", "b", "c"]
    );
    assert_eq!(
        ids(store, page("f", None, Descending, 99)).await,
        ["c", "b", "ab", "a", "z", "old"]
    );
    assert_eq!(ids(store, page("f", None, Ascending, 2)).await, ["old", "z"]);
    assert_eq!(
        ids(store, page("f", Some(entry(1, "z")), Ascending, 3)).await,
        ["a", "ab", "b"]
    );
    assert_eq!(
        ids(store, page("f", Some(entry(2, "ab")), Descending, 2)).await,
        ["a", "z"]
    );
    assert_eq!(
        ids(store, page("f", Some(entry(2, "aa")), Ascending, 2)).await,
        ["ab", "b"]
    );
    assert_eq!(
        ids(store, page("f", Some(entry(2, "aa")), Descending, 2)).await,
        ["a", "z"]
    );
    assert_eq!(ids(store, page("f", None, Descending, 0)).await, [""; 0]);

    applied(
        store,
        batch("s", vec![leave("f", 2, "ab"), leave("f", 1, "a"), enter("f", 4, "c")]),
    )
    .await;
    assert_eq!(
        ids(store, page("f", None, Ascending, 99)).await,
        ["old", "z", "a", "b", "c", "c"]
    );
}

pub async fn the_extreme_orders_of_a_feed_keep_their_places(store: &Shared) {
    let orders = [
        i64::MAX,
        -1,
        i64::MIN,
        0,
        (1 << 53) + 1,
        1 << 53,
        i64::MIN + 1,
        i64::MAX - 1,
    ];
    applied(store, batch("s", orders.map(|order| enter("f", order, "id")).to_vec())).await;
    let mut sorted = orders;
    sorted.sort_unstable();
    let found = feed(store, page("f", None, Direction::Ascending, 99)).await;
    assert_eq!(found, sorted.map(|order| entry(order, "id")));
    let found = feed(store, page("f", Some(entry(i64::MAX, "id")), Direction::Descending, 2)).await;
    assert_eq!(found, [entry(i64::MAX - 1, "id"), entry((1 << 53) + 1, "id")]);
    assert_eq!(
        feed(store, page("f", Some(entry(i64::MAX, "id")), Direction::Ascending, 2)).await,
        []
    );
    assert_eq!(
        feed(store, page("f", Some(entry(i64::MIN, "id")), Direction::Descending, 2)).await,
        []
    );
}

pub async fn records_come_back_as_written(store: &Shared) {
    let records = [
        ("plain", stored(1, false, b"text")),
        ("open", stored(2, true, b"")),
        ("binary", stored(u64::MAX, false, b"\0\r\n\xff 1 0 -\n")),
        ("a name with: colons, {braces} and \u{1f426}", stored(0, true, b"{}")),
    ];
    applied(
        store,
        batch("s", records.clone().map(|(name, stored)| put(name, stored)).to_vec()),
    )
    .await;
    for (name, stored) in records {
        assert_record(store, "s", name, Some(stored)).await;
    }
    applied(
        store,
        batch(
            "s",
            vec![put_until("plain", stored(7, true, b"again"), at(9)), remove("open")],
        ),
    )
    .await;
    assert_record(store, "s", "plain", Some(stored(7, true, b"again"))).await;
    assert_record(store, "s", "open", None).await;
}

pub async fn what_was_never_written_reads_as_empty(store: &Shared) {
    let key = || Key::new("nowhere", "nothing");
    let feed = LookUp::Feed {
        key: key(),
        after: None,
        direction: Direction::Descending,
        limit: 5,
    };
    let look_ups = [
        LookUp::Counters(key()),
        LookUp::Top { key: key(), limit: 5 },
        LookUp::Members(key()),
        LookUp::Size(key()),
        feed,
        LookUp::Record(key()),
    ];
    let expected = [
        Found::Counters(vec![]),
        Found::Ranked(vec![]),
        Found::Members(vec![]),
        Found::Size(0),
        Found::Feed(vec![]),
        Found::Record(None),
    ];
    assert_eq!(store.read(&look_ups).await.unwrap(), expected);
    for (look_up, expected) in look_ups.into_iter().zip(&expected) {
        assert_found(crate::support::look_up(store, look_up).await, expected);
    }
    assert_eq!(store.read(&[]).await.unwrap(), []);
    store.ping().await.unwrap();
}

pub async fn many_look_ups_are_answered_in_their_order(store: &Shared) {
    const SLOTS: u64 = 300;
    let slot = |number: u64| format!("slot-{}", number % SLOTS);
    let batches: Vec<_> = (0..SLOTS)
        .map(|number| batch(&slot(number), vec![put("record", stored(number, false, b"x"))]))
        .collect();
    store.apply(&batches).await.unwrap();
    let record = |number: u64| LookUp::Record(Key::new(slot(number), "record"));
    let look_ups: Vec<_> = (0..2 * SLOTS).map(|number| record(number * 7)).collect();
    let found = store.read(&look_ups).await.unwrap();
    let expected: Vec<_> = (0..2 * SLOTS)
        .map(|number| Found::Record(Some(stored(number * 7 % SLOTS, false, b"x"))))
        .collect();
    assert_eq!(found, expected);
}

pub async fn keys_that_no_store_can_keep_are_refused(store: &Shared) {
    for (slot, name) in [
        ("", "n"),
        ("a{b", "n"),
        ("a}b", "n"),
        ("a\0b", "n"),
        ("s", ""),
        ("s", "a\0b"),
    ] {
        let read = store.read(&[LookUp::Record(Key::new(slot, name))]).await;
        assert!(
            matches!(read, Err(StoreError::Corrupt { .. })),
            "reading {slot:?}/{name:?}: {read:?}"
        );
        let written = store
            .apply(&[batch(slot, vec![put(name, stored(1, false, b""))])])
            .await;
        assert!(
            matches!(written, Err(StoreError::Corrupt { .. })),
            "writing {slot:?}/{name:?}: {written:?}"
        );
    }
    let mut guarded = batch("s", vec![]);
    guarded.guards.push(Guard {
        name: String::new(),
        version: None,
    });
    assert!(matches!(store.apply(&[guarded]).await, Err(StoreError::Corrupt { .. })));
}
