//! Windows, open gaps and bounds, over a store on disk.

use backtweet_store::{Batch, FjallStore, Store, Stored, Write};
use backtweet_wire::v1::{Assignment, AssignmentState, Gap, Lease};
use prost::Message;

use super::*;

const T: i64 = 1_789_430_400; // midnight

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(T + second)
}

fn gap(from: i64, to: i64) -> Gap {
    Gap {
        assignment: "b/0".into(),
        from_us: at(from).micros(),
        to_us: at(to).micros(),
        cause: v1::GapCause::Disconnected as i32,
        open: false,
    }
}

fn put(name: String, message: &impl Message) -> Write {
    let stored = Stored {
        version: 1,
        open: false,
        bytes: message.encode_to_vec().into(),
    };
    Write::Put {
        name,
        stored,
        expires: None,
    }
}

async fn minutes(store: &FjallStore, minutes: &[(i64, u64, Vec<Gap>)]) {
    let writes = minutes.iter().map(|(minute, events, gaps)| {
        let seen = AssignmentCoverage {
            wanted_seconds: 60.0,
            events: *events,
            gaps: gaps.clone(),
            ..AssignmentCoverage::default()
        };
        put(Bucket::around(Grain::Minute, at(minute * 60)).record(), &seen)
    });
    let batch = Batch {
        slot: slot("b/0"),
        guards: vec![],
        writes: writes.collect(),
    };
    store.apply(&[batch]).await.unwrap();
}

async fn lease(store: &FjallStore, state: AssignmentState, reached: i64, written: i64) {
    let lease = Lease {
        assignment: Some(Assignment {
            id: "b/0".into(),
            state: state as i32,
            reached_us: Some(at(reached).micros()),
            ..Assignment::default()
        }),
        at_us: at(written).micros(),
        ..Lease::default()
    };
    let batch = Batch {
        slot: slot("b/0"),
        guards: vec![],
        writes: vec![put(LEASE.to_owned(), &lease)],
    };
    store.apply(&[batch]).await.unwrap();
}

async fn look(store: &FjallStore, from: i64, to: i64, now: i64) -> Covered {
    let all = covered(store, &["b/0".to_owned()], at(from), at(to), at(now)).await;
    all.unwrap().remove(0)
}

#[tokio::test]
async fn a_window_counts_its_own_minutes_and_cuts_gaps_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    minutes(
        &store,
        &[
            (0, 600, vec![]),
            (1, 100, vec![gap(90, 130)]),
            (2, 60, vec![]),
            (9, 7, vec![]),
        ],
    )
    .await;
    lease(&store, AssignmentState::Connected, 590, 600).await;

    let seen = look(&store, 0, 120, 601).await;
    assert_eq!(seen.coverage.events, 700);
    assert_eq!(seen.coverage.gaps, [gap(90, 120)]);
    assert_eq!(seen.busy, Some((10.0, 10.0)), "the minute with the gap is no measure");
    assert_eq!(
        look(&store, 0, 180, 601).await.busy,
        Some((10.0, 10.0)),
        "nor is the one that it reaches into"
    );
    assert_eq!(look(&store, 180, 540, 601).await.coverage.events, 0);
}

#[tokio::test]
async fn what_nobody_reads_now_is_an_open_gap() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    lease(&store, AssignmentState::Waiting, 100, 160).await;
    let open = Gap {
        open: true,
        ..gap(100, 165)
    };
    assert_eq!(look(&store, 0, 600, 165).await.coverage.gaps, [open]);

    lease(&store, AssignmentState::Connected, 160, 160).await;
    assert_eq!(look(&store, 0, 600, 165).await.coverage.gaps, []);
    let silent = look(&store, 0, 600, 180).await.coverage.gaps;
    assert_eq!(
        silent,
        [Gap {
            open: true,
            ..gap(160, 180)
        }],
        "its collector is dead"
    );
}

#[test]
fn bounds_go_from_the_busiest_to_the_quietest_part() {
    let covered = |events, left_out, gaps: Vec<Gap>, busy| Covered {
        coverage: AssignmentCoverage {
            events,
            left_out,
            gaps,
            ..AssignmentCoverage::default()
        },
        busy,
    };
    assert_eq!(bounds(&[]), None);
    let whole = bounds(&[covered(0, 0, vec![], None), covered(10, 0, vec![], Some((1.0, 1.0)))]);
    assert_eq!(whole, Some(Bounds { low: 1.0, high: 1.0 }));
    let one = bounds(&[covered(900, 0, vec![gap(0, 10)], Some((0.0, 10.0)))]);
    assert_eq!(one, Some(Bounds { low: 0.9, high: 1.0 }));
    let budget = bounds(&[covered(75, 25, vec![], Some((1.0, 1.0)))]);
    assert_eq!(budget, Some(Bounds { low: 0.75, high: 0.75 }));
    let unknown = bounds(&[covered(0, 0, vec![gap(0, 10)], None)]);
    assert_eq!(
        unknown,
        Some(Bounds { low: 0.0, high: 1.0 }),
        "nothing to compare the gap with"
    );
}
