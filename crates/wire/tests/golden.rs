//! The bytes of every record, fixed in `golden/`: `NAME.json` is the value to read, `NAME.hex` its record. Records outlive the program that
//! wrote them, so a test that fails here says that records already in a topic would read differently.
//!
//! Where the wire changes on purpose: `UPDATE_GOLDEN=1 cargo test -p backtweet-wire --test golden` writes the `.hex` files anew; look through the difference.

#![allow(clippy::unwrap_used)]

use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use backtweet_wire::{WireError, record, v1};
use bytes::Bytes;
use serde::de::DeserializeOwned;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name)
}

/// Encodes the value and compares with its golden record, then reads that back.
fn check<T: PartialEq + Debug>(
    name: &str,
    value: &T,
    encode: impl Fn(&T) -> Bytes,
    decode: impl Fn(&[u8]) -> Result<T, WireError>,
) {
    let path = file(&format!("{name}.hex"));
    let encoded = to_hex(&encode(value));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &encoded).unwrap();
    }
    let golden = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; see how to write it above", path.display()));
    assert_eq!(encoded, golden, "the record `{name}` is written differently");
    assert_eq!(
        &decode(&from_hex(&golden)).unwrap(),
        value,
        "the record `{name}` is read differently"
    );
}

fn check_json<T: DeserializeOwned + PartialEq + Debug>(
    names: &[&str],
    encode: impl Fn(&T) -> Bytes,
    decode: impl Fn(&[u8]) -> Result<T, WireError>,
) {
    for name in names {
        let json = fs::read_to_string(file(&format!("{name}.json"))).unwrap();
        check(name, &serde_json::from_str(&json).unwrap(), &encode, &decode);
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
        .collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    text.lines()
        .flat_map(|line| {
            (0..line.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&line[at..at + 2], 16).unwrap())
        })
        .collect()
}

#[test]
fn recorded_events_read_as_they_were_written() {
    let names = [
        "created",
        "edited",
        "deleted",
        "engagement",
        "follow",
        "unfollow",
        "account",
    ]
    .map(|name| format!("post_event_{name}"));
    check_json(
        &names.each_ref().map(String::as_str),
        record::encode_post_event,
        record::decode_post_event,
    );
}

#[test]
fn recorded_subjects_read_as_they_were_written() {
    // `subject` is from before posts could be kept for some days only: such a record reads as kept for good.
    check_json(
        &["subject", "subject_kept"],
        record::encode_subject,
        record::decode_subject,
    );
}

#[test]
fn recorded_findings_read_as_they_were_written() {
    // `classified_seen` is from before there were flags, `classified_flagged` from before the words that name the subject were told: such
    // records read as without any.
    let names = [
        "classified_seen",
        "classified_flagged",
        "classified_named",
        "classified_retracted",
        "classified_account",
    ];
    check_json(&names, record::encode_classified, record::decode_classified);
    check_json(
        &["scored", "scored_without_sentiment"],
        record::encode_scored,
        record::decode_scored,
    );
}

#[test]
fn recorded_dead_letters_read_as_they_were_written() {
    let letter = v1::DeadLetter {
        topic: "backtweet.posts".into(),
        partition: 3,
        offset: 70_000,
        key: Bytes::from_static(b"x:1"),
        value: Some(Bytes::from_static(b"\xff\x00")),
        stage: "classify".into(),
        cause: "post.id: `1` does not start with a network".into(),
        attempts: 1,
        at_us: 1_782_907_200_000_000,
    };
    check(
        "dead_letter",
        &letter,
        record::encode_dead_letter,
        record::decode_dead_letter,
    );
    let tombstone = v1::DeadLetter { value: None, ..letter };
    check(
        "dead_letter_tombstone",
        &tombstone,
        record::encode_dead_letter,
        record::decode_dead_letter,
    );
}
