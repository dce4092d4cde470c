//! What a batch comes to before any adapter carries it out.

use bytes::Bytes;

use super::*;

const RECORD: &str = "record";

fn add(field: &str, delta: i64) -> Write {
    Write::Add {
        name: "figures".into(),
        deltas: vec![(field.to_owned().into(), delta)],
    }
}

fn put(version: u64) -> Write {
    Write::Put {
        name: RECORD.into(),
        stored: Stored {
            version,
            open: false,
            bytes: Bytes::new(),
        },
        expires: None,
    }
}

fn batch(guard: Option<Option<u64>>, writes: Vec<Write>) -> Batch {
    let guards = guard
        .map(|version| Guard {
            name: RECORD.into(),
            version,
        })
        .into_iter()
        .collect();
    Batch {
        slot: "slot".into(),
        guards,
        writes,
    }
}

#[test]
fn deltas_of_one_field_reach_the_store_as_one() {
    let batch = batch(
        Some(None),
        vec![add("b", 1), add("a", 2), add("b", 3), add("c", 5), add("c", -5), put(1)],
    );
    let plan = Plan::of(&batch).unwrap();
    let deltas: Vec<_> = plan.deltas.iter().map(|delta| (delta.member, delta.delta)).collect();
    assert_eq!(deltas, [("a", 2), ("b", 4)]);
}

#[test]
fn the_last_word_on_an_entry_and_a_record_stands() {
    let (early, late) = (
        FeedEntry {
            order: 1,
            id: "x".into(),
        },
        FeedEntry {
            order: 2,
            id: "x".into(),
        },
    );
    let enter = |entry: &FeedEntry| Write::Enter {
        name: "feed".into(),
        entry: entry.clone(),
    };
    let leave = |entry: &FeedEntry| Write::Leave {
        name: "feed".into(),
        entry: entry.clone(),
    };
    let writes = vec![enter(&late), leave(&early), leave(&late), enter(&early), put(1), put(2)];
    let batch = batch(None, writes);
    let plan = Plan::of(&batch).unwrap();
    let entries: Vec<_> = plan
        .entries
        .iter()
        .map(|change| (change.entry.order, change.present))
        .collect();
    assert_eq!(entries, [(1, true), (2, false)]);
    assert_eq!(plan.records.len(), 1);
    assert_eq!(plan.records[0].put.unwrap().0.version, 2);
}

#[test]
fn figures_change_only_where_a_repeat_would_be_noticed() {
    let refused = [
        batch(None, vec![add("a", 1)]),
        batch(None, vec![add("a", 1), put(1)]),
        batch(Some(Some(1)), vec![add("a", 1)]),
        batch(Some(Some(1)), vec![add("a", 1), put(1)]),
        batch(Some(Some(1)), vec![add("a", 1), put(2), put(1)]),
        batch(
            Some(None),
            vec![add("a", 1), put(1), Write::Remove { name: RECORD.into() }],
        ),
        batch(None, vec![add("a", 0)]),
    ];
    for batch in refused {
        assert!(
            matches!(Plan::of(&batch), Err(StoreError::Unguarded { slot }) if slot == "slot"),
            "{batch:?}"
        );
    }
    assert!(Plan::of(&batch(Some(Some(1)), vec![add("a", 1), put(2)])).is_ok());
    assert!(Plan::of(&batch(Some(None), vec![add("a", 1), put(0)])).is_ok());
}

#[test]
fn what_no_store_can_keep_is_refused_by_name() {
    let rank = |delta| Write::Rank {
        name: "rank".into(),
        member: "m".into(),
        delta,
    };
    let entry = FeedEntry {
        order: 0,
        id: "a\0b".into(),
    };
    let refused = [
        vec![add("a", i64::MAX), add("a", 1), put(1)],
        vec![add("a", i64::MIN), put(1)],
        vec![rank(1 << 53), put(1)],
        vec![Write::Remove { name: String::new() }],
        vec![Write::Remove { name: "a\0b".into() }],
        vec![Write::Enter {
            name: "feed".into(),
            entry,
        }],
        vec![add(&"x".repeat(LONGEST_MEMBER + 1), 1), put(1)],
    ];
    for writes in refused {
        let refused = Plan::of(&batch(Some(None), writes.clone())).map(drop);
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{writes:?}");
    }
    for slot in ["", "a{b", "a}b", "a\0b"] {
        let batch = Batch {
            slot: slot.into(),
            ..Batch::default()
        };
        assert!(matches!(Plan::of(&batch), Err(StoreError::Corrupt { .. })), "{slot:?}");
    }
}
