//! Counters, ranked sets, memberships, and the guards that keep them right.

use backtweet_domain::Retry;
use backtweet_store::{Collection, Found, Guard, Key, LookUp, Outcome, StoreError, Write};

use crate::support::*;

pub async fn counters_add_up_and_zero_is_gone(store: &Shared) {
    let writes = vec![
        add("c", "b", 2),
        add("c", "a", -7),
        add("c", "b", 3),
        add("c", "z", 4),
        add("c", "z", -4),
    ];
    applied(store, guarded("s", None, writes)).await;
    assert_counters(store, "s", "c", &[("a", -7), ("b", 5)]).await;

    applied(
        store,
        guarded("s", Some(0), vec![add("c", "a", 7), add("c", "b", 0), add("c", "é", 1)]),
    )
    .await;
    assert_counters(store, "s", "c", &[("b", 5), ("é", 1)]).await;
    assert_counters(store, "s", "d", &[]).await;
}

pub async fn the_best_come_first_and_ties_go_by_member(store: &Shared) {
    let scores = [("b", 5), ("a", 5), ("low", -3), ("B", 5), ("top", 12), ("ab", 5)];
    let writes = scores.map(|(member, score)| rank("r", member, score)).to_vec();
    applied(store, guarded("s", None, writes)).await;
    let all = [("top", 12), ("B", 5), ("a", 5), ("ab", 5), ("b", 5), ("low", -3)];
    assert_top(store, "s", "r", 100, &all).await;
    assert_top(store, "s", "r", 3, &all[..3]).await;
    assert_top(store, "s", "r", 0, &[]).await;
    assert_top(store, "s", "r", usize::MAX, &all).await;

    let writes = vec![
        rank("r", "top", -12),
        rank("r", "low", 8),
        rank("r", "b", 1),
        rank("r", "never", 2),
        rank("r", "never", -2),
    ];
    applied(store, guarded("s", Some(0), writes)).await;
    assert_top(
        store,
        "s",
        "r",
        100,
        &[("b", 6), ("B", 5), ("a", 5), ("ab", 5), ("low", 5)],
    )
    .await;
}

pub async fn memberships_count_references_and_know_their_size(store: &Shared) {
    let writes = vec![
        count("m", "x", 2),
        count("m", "y", 1),
        count("m", "z", 1),
        count("m", "z", -1),
    ];
    applied(store, guarded("s", None, writes)).await;
    assert_members(store, "s", "m", &[("x", 2), ("y", 1)]).await;

    applied(
        store,
        guarded(
            "s",
            Some(0),
            vec![count("m", "x", -1), count("m", "y", -1), count("m", "w", 1)],
        ),
    )
    .await;
    assert_members(store, "s", "m", &[("w", 1), ("x", 1)]).await;
    applied(
        store,
        guarded("s", Some(1), vec![count("m", "x", -1), count("m", "w", -1)]),
    )
    .await;
    assert_members(store, "s", "m", &[]).await;
}

pub async fn large_figures_stay_exact_and_what_is_too_large_is_refused(store: &Shared) {
    let (large, score) = ((1 << 60) + 1, (1 << 53) - 2);
    applied(
        store,
        guarded(
            "s",
            None,
            vec![add("c", "n", large), rank("r", "m", score), count("m", "k", -large)],
        ),
    )
    .await;
    applied(
        store,
        guarded(
            "s",
            Some(0),
            vec![add("c", "n", 1), rank("r", "m", 1), count("m", "k", -1)],
        ),
    )
    .await;
    assert_counters(store, "s", "c", &[("n", large + 1)]).await;
    assert_top(store, "s", "r", 1, &[("m", score + 1)]).await;
    assert_members(store, "s", "m", &[("k", -large - 1)]).await;

    for too_much in [
        rank("r", "m", 1),
        add("c", "n", 7 * (1 << 60)),
        count("m", "k", i64::MIN),
        add("c", "n", i64::MAX),
    ] {
        let batch = guarded(
            "s",
            Some(1),
            vec![add("c", "other", 1), enter("f", 1, "x"), too_much.clone()],
        );
        let refused = store.apply(&[batch]).await;
        assert!(
            matches!(refused, Err(StoreError::Corrupt { .. })),
            "{too_much:?}: {refused:?}"
        );
    }
    assert_counters(store, "s", "c", &[("n", large + 1)]).await;
    assert_record(store, "s", GUARD, Some(stored(1, false, b""))).await;
}

pub async fn figures_without_a_guard_are_refused_and_nothing_is_written(store: &Shared) {
    for figure in [add("c", "n", 1), rank("r", "m", 1), count("m", "k", 1)] {
        let lawful = batch("s", vec![enter("f", 1, "x")]);
        let refused = store
            .apply(&[lawful, batch("s", vec![figure, put(GUARD, stored(1, false, b""))])])
            .await;
        let error = refused.unwrap_err();
        assert!(
            matches!(&error, StoreError::Unguarded { slot } if slot == "s"),
            "{error}"
        );
        assert_eq!(error.retry(), Retry::Never);
    }
    assert_record(store, "s", GUARD, None).await;
    assert_counters(store, "s", "c", &[]).await;
}

pub async fn a_guard_that_does_not_hold_changes_nothing(store: &Shared) {
    applied(store, guarded("s", None, vec![add("c", "n", 1)])).await;
    let everything = || {
        vec![
            add("c", "n", 1),
            rank("r", "m", 1),
            count("m", "k", 1),
            enter("f", 1, "x"),
            put("record", stored(1, false, b"x")),
        ]
    };
    for wrong in [None, Some(1), Some(u64::MAX - 1)] {
        let outcome = store.apply(&[guarded("s", wrong, everything())]).await.unwrap();
        assert_eq!(outcome, [Outcome::Conflict], "guard {wrong:?} on version 0");
    }
    let mut two = guarded("s", Some(0), everything());
    two.guards.push(Guard {
        name: "absent".into(),
        version: Some(3),
    });
    assert_eq!(store.apply(&[two]).await.unwrap(), [Outcome::Conflict]);

    assert_counters(store, "s", "c", &[("n", 1)]).await;
    assert_top(store, "s", "r", 9, &[]).await;
    assert_members(store, "s", "m", &[]).await;
    assert_record(store, "s", "record", None).await;
    assert_record(store, "s", GUARD, Some(stored(0, false, b""))).await;
}

pub async fn repeating_a_batch_whose_answer_was_lost_changes_nothing(store: &Shared) {
    let first = guarded(
        "s",
        None,
        vec![
            add("c", "n", 4),
            rank("r", "m", 4),
            count("m", "k", 1),
            enter("f", 1, "x"),
        ],
    );
    let second = guarded("s", Some(0), vec![add("c", "n", 5)]);
    applied(store, first.clone()).await;
    assert_eq!(
        store.apply(std::slice::from_ref(&first)).await.unwrap(),
        [Outcome::Conflict]
    );
    let outcomes = store.apply(&[first.clone(), second.clone()]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Conflict, Outcome::Applied(vec![])]);
    assert_eq!(
        store.apply(&[first, second]).await.unwrap(),
        [Outcome::Conflict, Outcome::Conflict]
    );
    assert_counters(store, "s", "c", &[("n", 9)]).await;
    assert_top(store, "s", "r", 9, &[("m", 4)]).await;
    assert_members(store, "s", "m", &[("k", 1)]).await;
}

pub async fn batches_of_one_call_see_each_other_and_a_conflict_stops_only_itself(store: &Shared) {
    let batches = [
        guarded("s", None, vec![add("c", "n", 1)]),
        guarded("s", Some(0), vec![add("c", "n", 10)]),
        guarded("s", Some(0), vec![add("c", "n", 100)]),
        guarded("t", None, vec![add("c", "n", 7)]),
        guarded("s", Some(1), vec![add("c", "n", 1000)]),
    ];
    let applied = || Outcome::Applied(vec![]);
    let expected = [applied(), applied(), Outcome::Conflict, applied(), applied()];
    assert_eq!(store.apply(&batches).await.unwrap(), expected);
    assert_eq!(store.apply(&[]).await.unwrap(), []);
    let read = [
        LookUp::Counters(Key::new("s", "c")),
        LookUp::Counters(Key::new("t", "c")),
    ];
    let found = store.read(&read).await.unwrap();
    assert_eq!(
        format!("{found:?}"),
        r#"[Counters([("n", 1011)]), Counters([("n", 7)])]"#
    );
}

pub async fn one_member_is_found_without_the_others(store: &Shared) {
    applied(store, guarded("s", None, vec![count("m", "a", 3), count("m", "b", -4)])).await;
    let key = Key::new("s", "m");
    for (member, expected) in [
        ("a", vec![("a".to_owned(), 3)]),
        ("b", vec![("b".to_owned(), -4)]),
        ("c", vec![]),
    ] {
        let look_up = LookUp::Member {
            key: key.clone(),
            member: member.to_owned(),
        };
        let found = store.read(&[look_up]).await.unwrap();
        assert_eq!(found, [backtweet_store::Found::Members(expected)]);
    }
}

pub async fn collections_read_alike_however_many_members_they_have(store: &Shared) {
    let name = |number: usize| format!("member-{number:04}");
    let change = |range: std::ops::Range<usize>, delta: i64| {
        let of = |number| [rank("r", &name(number), delta), count("m", &name(number), delta)];
        range.flat_map(of).collect::<Vec<_>>()
    };
    let mut version = None;
    // Past what fits into one value and back to nothing, a second time after it was dropped.
    for (range, delta, left) in [
        (0..5, 3, 0..5),
        (5..600, 2, 0..600),
        (0..600, 1, 0..600),
        (10..600, -3, 0..10),
        (0..5, -4, 5..10),
        (5..10, -3, 0..0),
        (0..700, 1, 0..700),
    ] {
        applied(store, guarded("s", version, change(range, delta))).await;
        version = Some(version.map_or(0, |version| version + 1));
        let key = |of: &str| Key::new("s", of);
        let names: Vec<_> = left.map(name).collect();
        let found = store.read(&[LookUp::Members(key("m")), LookUp::Size(key("m"))]).await;
        let [Found::Members(members), Found::Size(size)] = &found.unwrap()[..] else {
            panic!()
        };
        let found: Vec<_> = members.iter().map(|(member, _)| member.clone()).collect();
        assert_eq!((&found, *size), (&names, names.len() as u64));
        let mut best = members.clone();
        best.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        let best: Vec<_> = best.iter().map(|(member, score)| (member.as_str(), *score)).collect();
        assert_top(store, "s", "r", 1_000, &best).await;
        assert_top(store, "s", "r", 3, &best[..best.len().min(3)]).await;
        for (member, count) in members.iter().take(3) {
            let (key, member) = (key("m"), member.clone());
            let found = look_up(
                store,
                LookUp::Member {
                    key,
                    member: member.clone(),
                },
            )
            .await;
            assert_eq!(found, Found::Members(vec![(member, *count)]));
        }
    }
    let drop = |name: &str, collection| Write::Drop {
        name: name.into(),
        collection,
    };
    let mut writes = vec![drop("r", Collection::Ranked), drop("m", Collection::Members)];
    writes.extend(change(3..4, 7));
    applied(store, guarded("s", version, writes)).await;
    assert_members(store, "s", "m", &[(&name(3), 7)]).await;
    assert_top(store, "s", "r", 10, &[(&name(3), 7)]).await;
}
