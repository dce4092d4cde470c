//! Where posts stand in their cascades.

use backtweet_domain::{Edge, Kind, KindSet, Lineage};

use super::*;

fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).unwrap()
}

fn place(generation: u64, depth: u32) -> Place {
    let lineage = Lineage {
        root: "x:1".parse().unwrap(),
        parent: (depth > 0).then(|| "mastodon:https://a.example/1".parse().unwrap()),
        depth,
        edge: Edge::Observed,
    };
    let kinds = KindSet::EMPTY.with(Kind::Keyword).with(Kind::Mention);
    Place {
        generation,
        role: Role::Backtweet,
        kinds,
        automatic: KindSet::EMPTY.with(Kind::Mention),
        lineage,
    }
}

#[test]
fn a_record_reads_back_as_written() {
    let mut record = Record::default();
    assert_eq!(Record::decode(&record.encode()), Some(record.clone()));
    record.saw(7, Timestamp::from_seconds(-3), true);
    record.delete(u64::MAX, Timestamp::from_seconds(9));
    record.put(subject("b"), 7, place(2, 1));
    record.put(subject("a"), 7, place(1, 0));
    assert_eq!(Record::decode(&record.encode()), Some(record));
    assert_eq!(Record::decode(b"\xff\xff"), None);
}

#[test]
fn an_entry_is_that_of_the_highest_revision_in_whatever_order_they_come() {
    let revisions = [(1, place(1, 0)), (2, place(1, 3)), (3, place(1, 1))];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut record = Record {
            created: true,
            ..Record::default()
        };
        for at in order {
            let (revision, place) = revisions[at].clone();
            record.saw(revision, Timestamp::from_seconds(9), revision == 3);
            record.put(subject("a"), revision, place);
        }
        let entry = record.entry(&subject("a")).unwrap();
        assert_eq!((entry.revision, &entry.place), (3, &revisions[2].1), "{order:?}");
        assert!(!record.open(), "{order:?}");
    }
}

#[test]
fn the_version_of_an_entry_grows_with_its_content_and_with_nothing_else() {
    let mut record = Record::default();
    let mut version = |revision, place| {
        record.put(subject("a"), revision, place);
        record.entries[0].version
    };
    assert_eq!(version(1, place(2, 0)), 1);
    assert_eq!(version(1, place(2, 0)), 1);
    assert_eq!(version(1, place(1, 5)), 1, "by a classifier that lags behind");
    assert_eq!(version(1, place(2, 1)), 2);
    assert_eq!(version(2, place(2, 1)), 3);
    assert_eq!(version(1, place(3, 0)), 3, "an older revision");
    assert_eq!(version(2, place(3, 1)), 4);
}

#[test]
fn a_deletion_takes_back_what_came_before_it_whenever_it_is_heard_of() {
    let mut record = Record::default();
    let at = Timestamp::from_seconds(5);
    record.delete(4, at);
    assert!(record.is_deleted());
    record.saw(4, at, true);
    assert!(record.is_deleted());
    record.saw(5, at, true);
    assert!(!record.is_deleted());
    record.delete(3, at);
    assert_eq!(record.tombstone.map(|tombstone| tombstone.revision), Some(4));
    record.delete(u64::MAX, at);
    assert!(record.is_deleted());
}
