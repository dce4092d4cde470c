//! Real lines, cut, spliced and garbled in thousands of ways: every parser takes or refuses them, and never panics or makes an event whose
//! places lie outside of its text. What lies beyond is looked for with `scripts/fuzz`.

use std::io::{Read, Write};
use std::path::PathBuf;

use backtweet_collector::normalise::mastodon::{EventName, Instance};
use backtweet_collector::normalise::{Normalised, Refused, jetstream, mastodon, post, x};
use backtweet_domain::{PostEvent, Timestamp};

/// Lines of each file that are mangled, and how often each is.
const LINES: usize = 60;
const TIMES: u64 = 40;

/// What has broken parsers before.
const BITS: [&[u8]; 12] = [
    b"\"",
    b"\\",
    b"{}",
    b"[]",
    b"null",
    b"-1",
    b"18446744073709551616",
    b"\\ud800",
    "\u{202e}😀".as_bytes(),
    b"\xff\xfe",
    b"\0",
    b"1e999",
];

fn lines(path: &str) -> Vec<Vec<u8>> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(path);
    let Ok(bytes) = std::fs::read(&full) else {
        let _ = writeln!(std::io::stderr(), "skipped: {} is not there", full.display());
        return Vec::new();
    };
    let text = if path.ends_with(".gz") {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&*bytes)
            .read_to_end(&mut text)
            .expect("the file is whole");
        text
    } else {
        bytes
    };
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(<[u8]>::to_vec).take(LINES).collect()
}

/// The same numbers each time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

fn mangle(line: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut line = line.to_vec();
    for _ in 0..=rng.below(3) {
        let at = rng.below(line.len() + 1);
        let to = (at + rng.below(20)).min(line.len());
        match rng.below(6) {
            0 => line.truncate(at),
            1 => drop(line.drain(at..to)),
            2 => drop(line.splice(at..to, BITS[rng.below(BITS.len())].iter().copied())),
            3 => drop(line.splice(at..at, other[rng.below(other.len())..].iter().copied().take(40))),
            4 => line.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (at % 8)),
            _ => {
                let again = line[at..to].repeat(3);
                drop(line.splice(at..to, again));
            }
        }
    }
    line
}

fn is_sound(read: Result<Normalised, Refused>) -> usize {
    let events = read.map(|read| read.events).unwrap_or_default();
    for event in &events {
        let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
            continue;
        };
        let mentions = post.entities.mentions.iter().filter_map(|it| it.span);
        let spans = mentions.chain(post.entities.links.iter().filter_map(|it| it.span));
        for span in spans.chain(post.entities.hashtags.iter().filter_map(|it| it.span)) {
            let range = span.start as usize..span.end as usize;
            assert!(post.text.get(range.clone()).is_some(), "{range:?} of {:?}", post.text);
        }
    }
    events.len()
}

#[test]
fn no_line_however_mangled_takes_the_collector_down() {
    let files = [
        "jetstream/production_v1.jsonl",
        "jetstream/golden_v1.jsonl",
        "mastodon/statuses.ndjson",
        "mastodon/stream/swinub_ws.ndjson",
        "mastodon/stream/mastodon-py_test_stream_user_local_5.sse",
        "mastodon/truncated_malformed.json",
        "x/stream_v2.ndjson.gz",
    ];
    let all: Vec<Vec<u8>> = files.iter().flat_map(|file| lines(file)).collect();
    let (received, mut rng) = (Timestamp::from_seconds(1_793_491_200), Rng(0x9e37_79b9_7f4a_7c15));
    let instance = Instance::new("toot.example").unwrap();
    let mut events = 0;
    for line in &all {
        for _ in 0..TIMES {
            let other = &all[rng.below(all.len())];
            let mangled = mangle(line, other, &mut rng);
            events += is_sound(jetstream::normalise(&mangled, received));
            events += is_sound(mastodon::normalise(
                &mangled,
                &mut EventName::default(),
                &instance,
                received,
            ));
            events += is_sound(x::normalise(&mangled, received));
            events += is_sound(post::normalise(&mangled, received));
        }
    }
    assert!(
        all.is_empty() || events > 1_000,
        "{events} events: nothing is left to look at"
    );
}
