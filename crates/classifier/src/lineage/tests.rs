//! Where posts stand in their cascades.

use backtweet_domain::{Edge, Kind, KindSet, Lineage, ReferenceKind};

use super::named::Named;

use super::*;

fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).unwrap()
}

fn place(generation: u64, depth: u32) -> Place {
    let lineage = Lineage {
        root: "x:1".parse().unwrap(),
        parent: (depth > 0).then(|| "mastodon:https://a.example/1".parse().unwrap()),
        depth,
        edge: Edge::Flattened,
        by: (depth > 0).then_some(ReferenceKind::Repost),
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
    record.put(subject("b"), 7, place(2, 1), &[Name(u64::MAX), Name(3)]);
    record.put(subject("a"), 7, place(1, 0), &[]);
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
            record.put(subject("a"), revision, place, &[]);
        }
        let entry = &record.entries[0];
        assert_eq!((entry.revision, &entry.place), (3, &revisions[2].1), "{order:?}");
        assert!(!record.open(), "{order:?}");
    }
}

#[test]
fn the_version_of_an_entry_grows_with_its_content_and_with_nothing_else() {
    let mut record = Record::default();
    let mut version = |revision, place| {
        record.put(subject("a"), revision, place, &[]);
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

#[test]
fn every_text_that_a_post_had_in_a_conversation_stays_a_name_of_it_in_any_order() {
    let names = |order: [u64; 3]| {
        let mut record = Record::default();
        for revision in order {
            record.put(subject("a"), revision, place(1, 0), &[Name(9 - revision)]);
        }
        assert!(record.entries[0].revision == 3);
        record.names()
    };
    assert_eq!(names([1, 2, 3]), [Name(6), Name(7), Name(8)]);
    assert_eq!(names([3, 1, 2]), names([1, 2, 3]));
    let mut record = Record::default();
    (0..100).for_each(|name| record.put(subject("a"), name, place(1, 0), &[Name(100 - name)]));
    assert_eq!(record.names().len(), MOST_NAMES);
    assert_eq!(record.names()[0], Name(1));
}

fn entry(of: &str, version: u64, depth: u32) -> Entry {
    Entry {
        subject: subject(of),
        revision: 1,
        version,
        place: place(1, depth),
        names: vec![Name(1)],
    }
}

#[test]
fn a_name_stands_for_the_earliest_post_of_each_conversation_whoever_comes_first() {
    let posts = [("x:3", 7), ("x:2", 5), ("x:1", 5), ("x:4", 9)];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
        let mut named = Named::default();
        for at in order {
            let (post, seconds) = posts[at];
            named.register(
                &post.parse().unwrap(),
                Timestamp::from_seconds(seconds),
                &entry("b", 1, 0),
            );
        }
        named.register(&"x:4".parse().unwrap(), Timestamp::from_seconds(9), &entry("a", 1, 2));
        let found: Vec<_> = named.candidates.iter().map(|it| it.post.to_string()).collect();
        assert_eq!(found, ["x:4", "x:1"], "{order:?}");
        assert_eq!(named.latest(), Some(Timestamp::from_seconds(9)));
        assert_eq!(Named::decode(&named.encode()), Some(named));
    }
}

#[test]
fn a_name_follows_its_post_and_never_goes_back() {
    let (post, other) = ("x:1".parse().unwrap(), "x:2".parse().unwrap());
    let at = Timestamp::from_seconds;
    let mut named = Named::default();
    assert!(named.register(&post, at(5), &entry("a", 2, 1)));
    assert!(named.register(&post, at(5), &entry("a", 3, 4)));
    assert!(named.register(&post, at(4), &entry("a", 1, 0)), "told late");
    assert!(!named.register(&other, at(4), &entry("a", 9, 0)), "later by id");
    let candidate = &named.candidates[0];
    assert_eq!((candidate.at, candidate.entry.place.lineage.depth), (at(4), 4));
    assert!(candidate.entry.names.is_empty());
}
