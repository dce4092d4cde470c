//! What holds for every wire: no bytes make it panic, and no line of the recorded data is lost without being counted.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use backtweet_domain::PostEvent;
use proptest::prelude::*;

use super::mastodon::{EventName, Instance};
use super::*;
pub(super) use crate::testing::received;

/// The recorded lines of `file`; none, with a message, where they are not at hand.
pub(crate) fn recorded(file: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(file);
    let Ok(open) = std::fs::File::open(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return Vec::new();
    };
    let reader: Box<dyn Read> = if file.ends_with(".gz") {
        Box::new(flate2::read::GzDecoder::new(open))
    } else {
        Box::new(open)
    };
    BufReader::new(reader).split(b'\n').map(|line| line.unwrap()).collect()
}

const WIRES: [Wire; 4] = [Wire::Jetstream, Wire::Mastodon, Wire::X, Wire::Post];

fn normalise(wire: Wire, line: &[u8]) -> Result<Normalised, Refused> {
    match wire {
        Wire::Jetstream => jetstream::normalise(line, received()),
        Wire::Mastodon => {
            let instance = Instance::new("mastodon.example").unwrap();
            mastodon::normalise(line, &mut EventName::default(), &instance, received())
        }
        Wire::X => x::normalise(line, received()),
        Wire::Post => post::normalise(line, received()),
    }
}

/// What must hold for everything that leaves a wire.
fn check(read: &Normalised) {
    let told = read.events.len() + read.local.gone.len();
    assert!(
        told > 0 || read.ignored > 0,
        "a line came to nothing and was not counted: {read:?}"
    );
    for event in &read.events {
        assert!(
            event.at() <= received().plus(std::time::Duration::from_secs(300)),
            "{event:?}"
        );
        let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
            continue;
        };
        let entities = &post.entities;
        let spans = (entities.mentions.iter().map(|mention| mention.span))
            .chain(entities.hashtags.iter().map(|tag| tag.span))
            .chain(entities.links.iter().map(|link| link.span));
        for span in spans.flatten() {
            assert!(
                post.text
                    .get(span.start as usize..span.end as usize)
                    .is_some_and(|part| !part.is_empty())
            );
        }
        if post.is_repost() {
            assert!(
                post.text.is_empty() && entities.mentions.is_empty(),
                "a repost has no words of its own"
            );
        }
    }
    for awaited in &read.local.awaited {
        let (PostEvent::Created { post } | PostEvent::Edited { post }) = &read.events[awaited.event] else {
            panic!("only posts refer to others");
        };
        assert!(
            post.reference(awaited.kind)
                .is_some_and(|reference| reference.target.is_none())
        );
    }
}

/// Reads a whole file, prints what it came to, and returns the refusals with their line numbers.
pub(super) fn read_all(wire: Wire, file: &str) -> (Normalised, Vec<(usize, Refused)>) {
    let instance = Instance::new("fosstodon.org").unwrap();
    let mut name = EventName::default();
    let (mut all, mut refused) = (Normalised::default(), Vec::new());
    for (number, line) in (1..).zip(recorded(file)) {
        let read = match wire {
            Wire::Mastodon => mastodon::normalise(&line, &mut name, &instance, received()),
            _ => normalise(wire, &line),
        };
        match read {
            Ok(read) => {
                check(&read);
                all.events.extend(read.events);
                all.ignored += read.ignored;
                all.repaired += read.repaired;
                all.local.seen.extend(read.local.seen);
                all.local.awaited.extend(read.local.awaited);
                all.local.gone.extend(read.local.gone);
            }
            Err(why) => refused.push((number, why)),
        }
    }
    eprintln!(
        "{file}: {} events, {} ignored, {} repaired, {} refused; {} local ids, {} awaited, {} gone",
        all.events.len(),
        all.ignored,
        all.repaired,
        refused.len(),
        all.local.seen.len(),
        all.local.awaited.len(),
        all.local.gone.len(),
    );
    for (number, why) in &refused {
        eprintln!("  line {number}: {why}");
    }
    (all, refused)
}

#[test]
fn no_recorded_line_is_lost_or_refused_without_reason() {
    for (wire, file) in [
        (Wire::Jetstream, "jetstream/production_v1.jsonl"),
        (Wire::Jetstream, "jetstream/golden_v1.jsonl"),
        (Wire::Jetstream, "jetstream/sample_2024.jsonl"),
        (Wire::Mastodon, "mastodon/statuses.ndjson"),
        (Wire::Mastodon, "mastodon/stream/mastodon-api-ruby_update_streaming.sse"),
        (Wire::Mastodon, "mastodon/stream/mastodon-py_test_stream_direct_6.sse"),
        (
            Wire::Mastodon,
            "mastodon/stream/mastodon-py_test_stream_user_direct_11.sse",
        ),
        (
            Wire::Mastodon,
            "mastodon/stream/mastodon-py_test_stream_user_direct_12.sse",
        ),
        (
            Wire::Mastodon,
            "mastodon/stream/mastodon-py_test_stream_user_local_5.sse",
        ),
        (Wire::Mastodon, "mastodon/stream/swinub_ws.ndjson"),
        (Wire::Mastodon, "mastodon/truncated_mastodonsocial.json"),
        (Wire::X, "x/stream_v2.ndjson.gz"),
    ] {
        let (_, refused) = read_all(wire, file);
        assert_eq!(refused, [], "{file}");
    }
}

#[test]
fn the_place_where_a_file_breaks_off_is_named() {
    let file = "mastodon/truncated_malformed.json";
    if recorded(file).is_empty() {
        return;
    }
    let (read, refused) = read_all(Wire::Mastodon, file);
    assert!(read.events.len() >= 49, "the whole lines before it are kept");
    let [(50, why)] = refused.as_slice() else {
        panic!("{refused:?}")
    };
    assert_eq!(why.field, "line");
    assert!(why.reason.contains("send one whole JSON object a line"), "{why}");
    assert!(why.reason.len() < 300, "the line is clipped: {why}");
}

#[test]
fn a_line_that_is_too_long_or_no_text_is_refused_by_its_size_or_place() {
    let mut long = br#"{"text":""#.to_vec();
    long.resize(10 * 1024 * 1024, b'a');
    for wire in WIRES {
        let why = normalise(wire, &long).unwrap_err();
        assert!(
            why.reason.starts_with("has 10485760 bytes, and 8388608 is the most"),
            "{wire:?}: {why}"
        );
        let why = normalise(wire, b"{\"a\":\"caf\xe9\"}").unwrap_err();
        assert_eq!(
            why.to_string(),
            "line: is not UTF-8 from byte 9 on: send it as UTF-8",
            "{wire:?}"
        );
        let why = normalise(wire, b"[1,2,3]").unwrap_err();
        assert!(why.reason.starts_with("`[1,2,3]` is not "), "{wire:?}: {why}");
    }
}

#[test]
fn depth_without_end_is_refused_and_does_not_exhaust_the_stack() {
    for opening in [
        "[",
        "{\"data\":",
        "{\"reblog\":",
        "{\"quote\":{\"quoted_status\":",
        "{\"commit\":",
        "{\"post\":",
    ] {
        for wire in WIRES {
            let line = opening.repeat(1_000_000);
            assert!(normalise(wire, &line.as_bytes()[..line.len().min(MAX_LINE_BYTES)]).is_err());
        }
    }
}

#[test]
fn blank_lines_are_counted_and_nothing_else() {
    for wire in WIRES {
        assert_eq!(normalise(wire, b"\r\n").unwrap(), Normalised::nothing(), "{wire:?}");
    }
}

/// Some lines of each wire, to be spoilt; made up where the recorded ones are not at hand.
fn seeds() -> Vec<(Wire, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (wire, file, most) in [
        (Wire::Jetstream, "jetstream/production_v1.jsonl", 152),
        (Wire::Jetstream, "jetstream/golden_v1.jsonl", 10),
        (Wire::Mastodon, "mastodon/statuses.ndjson", 291),
        (Wire::Mastodon, "mastodon/stream/swinub_ws.ndjson", 1),
        (Wire::X, "x/stream_v2.ndjson.gz", 300),
    ] {
        seeds.extend(recorded(file).into_iter().take(most).map(|line| (wire, line)));
    }
    let post = br##"{"event":"created","post":{"id":"other:1","author":{"id":"other:a"},"text":"#a @b","witnessed_at":"2026-07-01T00:00:00Z"}}"##;
    seeds.push((Wire::Post, post.to_vec()));
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_any_wire_panic(line in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,100}") {
        for wire in WIRES {
            let _ = normalise(wire, &line);
            let _ = normalise(wire, text.as_bytes());
            let _ = normalise(wire, format!("{{{text}}}").as_bytes());
        }
    }
}

/// A way of spoiling a line.
#[derive(Debug, Clone)]
enum Spoil {
    Cut(prop::sample::Index),
    Set(prop::sample::Index, u8),
    /// Puts another JSON value where a value begins.
    Swap(prop::sample::Index, &'static str),
    Drop(prop::sample::Index, u8),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let value = prop::sample::select(vec![
        "null",
        "-1",
        "{}",
        "[]",
        "\"\"",
        "true",
        "1e99",
        "99999999999999999999",
        "[null]",
    ]);
    prop_oneof![
        1 => any::<prop::sample::Index>().prop_map(Spoil::Cut),
        2 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(place, byte)| Spoil::Set(place, byte)),
        8 => (any::<prop::sample::Index>(), value).prop_map(|(place, value)| Spoil::Swap(place, value)),
        2 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(place, length)| Spoil::Drop(place, length)),
    ]
}

fn apply(spoil: &Spoil, line: &mut Vec<u8>) {
    if line.is_empty() {
        return;
    }
    match spoil {
        Spoil::Cut(place) => line.truncate(place.index(line.len())),
        Spoil::Set(place, byte) => {
            let place = place.index(line.len());
            line[place] = *byte;
        }
        Spoil::Drop(place, length) => {
            let start = place.index(line.len());
            line.drain(start..line.len().min(start + usize::from(*length)));
        }
        Spoil::Swap(place, value) => {
            let starts: Vec<_> = line
                .windows(2)
                .enumerate()
                .filter(|(_, pair)| pair == b"\":")
                .map(|(at, _)| at + 2)
                .collect();
            let Some(&start) = starts.get(place.index(starts.len().max(1))) else {
                return;
            };
            // The end of a scalar; for anything else this makes a broken line, which is as good.
            let length = line[start..]
                .iter()
                .position(|byte| matches!(byte, b',' | b'}'))
                .unwrap_or(0);
            line.splice(start..start + length, value.bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_spoilt_line_is_read_or_refused_but_never_half_read(
        seed in any::<prop::sample::Index>(),
        spoils in proptest::collection::vec(spoil(), 1..4),
    ) {
        static SEEDS: std::sync::LazyLock<Vec<(Wire, Vec<u8>)>> = std::sync::LazyLock::new(seeds);
        let (wire, mut line) = SEEDS[seed.index(SEEDS.len())].clone();
        for spoil in &spoils {
            apply(spoil, &mut line);
        }
        match normalise(wire, &line) {
            Ok(read) => check(&read),
            Err(why) => prop_assert!(why.reason.len() < 1_000, "{}", why),
        }
    }
}

#[test]
fn every_recorded_place_spells_what_it_names() {
    for (wire, file) in [
        (Wire::Jetstream, "jetstream/production_v1.jsonl"),
        (Wire::Mastodon, "mastodon/statuses.ndjson"),
        (Wire::X, "x/stream_v2.ndjson.gz"),
    ] {
        let (read, _) = read_all(wire, file);
        let (mut places, mut without) = (0, 0);
        for event in &read.events {
            let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
                continue;
            };
            let spelt = |span: backtweet_domain::Span| post.text[span.start as usize..span.end as usize].to_lowercase();
            for tag in &post.entities.hashtags {
                let Some(span) = tag.span else {
                    without += 1;
                    continue;
                };
                assert_eq!(
                    spelt(span).trim_start_matches(['#', '＃']),
                    tag.tag.to_lowercase(),
                    "{file}: {}",
                    post.id
                );
                places += 1;
            }
            for mention in &post.entities.mentions {
                let (Some(span), Some(handle)) = (mention.span, &mention.handle) else {
                    without += 1;
                    continue;
                };
                let written = spelt(span);
                let user = written.trim_start_matches(['@', '＠']).split('@').next().unwrap();
                assert!(
                    handle.starts_with(user) && !user.is_empty(),
                    "{file}: {} {written} {handle}",
                    post.id
                );
                places += 1;
            }
        }
        eprintln!("{file}: {places} places, {without} without");
    }
}
