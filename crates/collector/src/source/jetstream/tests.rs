//! The source against a fake server over real sockets; the oracle is what the server says it sent. What goes wrong on the way is in
//! `tests/trouble.rs`, messages that are too long in `tests/long.rs`, what another collector reads on from in `tests/moves.rs`.

mod long;
mod moves;
mod trouble;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use backtweet_domain::Timestamp;
use backtweet_simulator::servers::jetstream::{Jetstream, Misdeed, Setup};

use super::place::Trail;
use super::*;
use crate::normalise::jetstream::{COLLECTIONS, normalise};
use crate::source::Gap;
use crate::testing::received;

/// Time of the first event made by hand; each of the others is a second later.
const FIRST: i64 = 1_783_175_888_085_434;
const SECOND: i64 = 1_000_000;

/// The v1 line of a post, `n` seconds after the first, by one of 50 accounts.
fn event(n: i64) -> Bytes {
    let record = json!({"text": format!("post {n}"), "createdAt": "2026-07-04T14:38:06.240Z"});
    let commit = json!({"rev": "3mptbypluud2a", "operation": "create", "collection": "app.bsky.feed.post", "rkey": n.to_string(),
        "record": record});
    let line = json!({"did": format!("did:plc:a{}", n % 50), "time_us": FIRST + n * SECOND, "kind": "commit", "commit": commit});
    line.to_string().into()
}

fn events(n: i64) -> Vec<Bytes> {
    (0..n).map(event).collect()
}

fn shared(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/jetstream")).join(file);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

/// All recorded events, oldest file first.
fn recorded() -> Vec<Bytes> {
    let files = ["sample_2024.jsonl", "golden_v1.jsonl", "production_v1.jsonl"];
    let texts = files.map(|file| shared(file).map(|path| std::fs::read_to_string(path).unwrap()));
    let lines = texts.iter().flatten().flat_map(|text| text.lines());
    lines.map(|line| Bytes::copy_from_slice(line.as_bytes())).collect()
}

/// Whether the suite asks for an event, worked out apart from the source.
fn is_wanted(line: &Bytes) -> bool {
    let value: Value = serde_json::from_slice(line).unwrap();
    let collection = value["commit"]["collection"].as_str();
    collection.is_none_or(|collection| COLLECTIONS.contains(&collection))
}

/// A stored position right before the first event made by hand.
fn before_all() -> Option<Position> {
    Some(at(FIRST - 1))
}

fn at(time_us: i64) -> Position {
    let server = "wss://elsewhere".to_owned();
    let seq = None;
    Place { server, time_us, seq }.position()
}

fn config(servers: &[&Jetstream], version: u32) -> v1::JetstreamSource {
    v1::JetstreamSource {
        servers: servers.iter().map(|server| server.url()).collect(),
        version,
        ..v1::JetstreamSource::default()
    }
}

async fn serve(events: Vec<Bytes>) -> Jetstream {
    let setup = Setup {
        events,
        ..Setup::default()
    };
    Jetstream::start(setup).await.unwrap()
}

/// Reads a source as the collector does, without its pauses.
struct Reader {
    source: JetstreamSource,
    position: Option<Position>,
    connected: bool,
    lines: Vec<Bytes>,
    gaps: Vec<Gap>,
    unreadable: u64,
    reached: Option<Timestamp>,
    troubles: Vec<Trouble>,
}

impl Reader {
    fn new(config: &v1::JetstreamSource, position: Option<Position>) -> Self {
        Self::shard(config, 0, position)
    }

    fn shard(config: &v1::JetstreamSource, shard: u32, position: Option<Position>) -> Self {
        Self {
            source: JetstreamSource::new(config, shard).unwrap(),
            position,
            connected: false,
            lines: Vec::new(),
            gaps: Vec::new(),
            unreadable: 0,
            reached: None,
            troubles: Vec::new(),
        }
    }

    async fn step(&mut self) {
        if !self.connected {
            match self.source.connect(self.position.as_ref()).await {
                Ok(()) => self.connected = true,
                Err(trouble) => self.troubles.push(trouble),
            }
            return;
        }
        match self.source.read().await {
            Ok(read) => {
                self.lines.extend(read.lines);
                self.gaps.extend(read.gaps);
                self.unreadable += read.unreadable;
                self.reached = self.reached.max(read.reached);
                self.position = read.position.or(self.position.take());
            }
            Err(trouble) => {
                self.connected = false;
                self.troubles.push(trouble);
            }
        }
    }

    /// Reads on until it has enough.
    async fn until(&mut self, enough: impl Fn(&Self) -> bool) {
        let reading = async {
            while !enough(self) {
                self.step().await;
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(60), reading).await;
        assert!(
            done.is_ok(),
            "never enough: {} lines, {:?}",
            self.lines.len(),
            self.troubles
        );
    }

    /// Reads on until so many different lines have come.
    async fn distinct(&mut self, count: usize) {
        self.until(|reader| reader.seen().len() >= count).await;
    }

    fn seen(&self) -> BTreeSet<Bytes> {
        self.lines.iter().cloned().collect()
    }

    fn place(&self) -> Place {
        Place::read(self.position.as_ref().unwrap()).unwrap()
    }
}

/// What the server sent, in order, as the version of the wire has it.
fn sent(server: &Jetstream, version: u32) -> Vec<Bytes> {
    let frames = server.sent().into_iter().map(|sent| server.frames(sent.event).unwrap());
    frames
        .map(|(first, second)| if version == 1 { first } else { second })
        .collect()
}

#[tokio::test]
async fn every_recorded_event_comes_through_plain_and_compressed_on_both_wires() {
    let (events, dictionary) = (recorded(), shared("legacy_subscribe.zdict"));
    let Some(dictionary) = dictionary.filter(|_| !events.is_empty()) else {
        return;
    };
    let wanted = events.iter().filter(|event| is_wanted(event)).count();
    let mut meanings = Vec::new();
    for version in [1, 2] {
        for compressed in [false, true] {
            let setup = Setup {
                events: events.clone(),
                dictionary: Some(std::fs::read(&dictionary).unwrap()),
                ..Setup::default()
            };
            let server = Jetstream::start(setup).await.unwrap();
            let mut config = config(&[&server], version);
            if compressed {
                config.dictionary = dictionary.display().to_string();
            }
            let oldest = 1_732_206_349_000_167;
            let mut reader = Reader::new(&config, Some(at(oldest)));
            reader.until(|reader| reader.lines.len() >= wanted).await;
            assert_eq!(reader.lines, sent(&server, version), "as it was sent, in order");
            assert_eq!(
                (reader.lines.len(), reader.unreadable, reader.troubles.len()),
                (wanted, 0, 0)
            );
            assert_eq!(reader.gaps, [], "nothing is missing");
            let asked = server.asked();
            assert_eq!((asked.len(), asked[0].compressed), (1, compressed));
            assert_eq!(
                asked[0].frames,
                [] as [String; 0],
                "v2 closes on any frame of a client's"
            );
            let lines = reader.lines.iter();
            meanings.push(
                lines
                    .map(|line| normalise(line, received()).unwrap())
                    .collect::<Vec<_>>(),
            );
        }
    }
    assert!(
        meanings.iter().all(|meaning| *meaning == meanings[0]),
        "both wires mean the same"
    );
}

#[tokio::test]
async fn a_flood_comes_whole_and_in_handy_parts() {
    for version in [1, 2] {
        let server = serve(events(5_000)).await;
        let mut reader = Reader::new(&config(&[&server], version), before_all());
        while reader.lines.len() < 5_000 {
            let before = reader.lines.len();
            reader.until(|reader| reader.lines.len() > before).await;
            assert!(reader.lines.len() - before <= 1_000);
        }
        assert_eq!(reader.lines, sent(&server, version));
        assert_eq!(reader.reached, Some(Timestamp::from_micros(FIRST + 4_999 * SECOND)));
    }
}

#[tokio::test]
async fn only_what_happens_from_now_on_is_read_where_nothing_was_stored() {
    for version in [1, 2] {
        let server = serve(events(10)).await;
        let mut reader = Reader::new(&config(&[&server], version), None);
        reader.step().await;
        server.push([event(10), event(11)]).unwrap();
        reader.distinct(2).await;
        assert_eq!(reader.lines, sent(&server, version));
        assert_eq!(server.asked()[0].cursor, None);
        assert_eq!((server.sent().len(), reader.gaps.len()), (2, 0));
    }
}

#[tokio::test]
async fn shards_part_the_accounts_and_each_moves_on_with_all_of_them() {
    for version in [1, 2] {
        let server = serve(events(200)).await;
        let mut config = config(&[&server], version);
        config.shards = 3;
        let mut all = Vec::new();
        for shard in 0..3 {
            let mut reader = Reader::shard(&config, shard, before_all());
            reader
                .until(|reader| reader.reached == Some(Timestamp::from_micros(FIRST + 199 * SECOND)))
                .await;
            assert!(
                reader.lines.len() > 20 && reader.lines.len() < 150,
                "{}",
                reader.lines.len()
            );
            assert_eq!(reader.place().time_us, FIRST + 199 * SECOND);
            all.extend(reader.lines);
        }
        assert_eq!(all.len(), 200, "nothing comes twice");
        let all: BTreeSet<Bytes> = all.into_iter().collect();
        assert_eq!(all, sent(&server, version).into_iter().collect());
    }
}

#[tokio::test]
async fn what_a_server_sends_unasked_is_passed_over_and_moves_the_position() {
    let like = |n: i64| {
        let line = json!({"did": "did:plc:a", "time_us": FIRST + n * SECOND, "kind": "commit", "commit": {"collection": "app.bsky.feed.like"}});
        Bytes::from(line.to_string())
    };
    let mut connection = track();
    let mut batch = connection::Batch::new();
    assert!(connection.look(&event(1), &mut batch).unwrap());
    assert!(!connection.look(&like(9), &mut batch).unwrap());
    assert_eq!(
        Place::read(&batch.done(&connection).position.unwrap()).unwrap().time_us,
        FIRST + 9 * SECOND
    );
}

#[test]
fn an_event_from_the_future_does_not_leave_out_all_before_it() {
    let mut connection = track();
    let mut batch = connection::Batch::new();
    let ahead = (event(0).to_vec(), FIRST.to_string());
    let ahead = String::from_utf8(ahead.0)
        .unwrap()
        .replace(&ahead.1, "4102444800000000");
    connection.look(&event(1), &mut batch).unwrap();
    assert!(
        connection.look(ahead.as_bytes(), &mut batch).unwrap(),
        "it is handed on all the same"
    );
    let read = batch.done(&connection);
    assert_eq!(Place::read(&read.position.unwrap()).unwrap().time_us, FIRST + SECOND);
    assert_eq!(read.reached, Some(Timestamp::from_micros(FIRST + SECOND)));
}

fn track() -> connection::Track {
    connection::Track {
        server: "ws://here".to_owned(),
        shard: Shard::new(0, 1),
        place: None,
        resume: None,
        trail: Trail::default(),
        events: false,
        warned: false,
    }
}

#[test]
fn a_wrong_configuration_names_the_value_and_the_remedy() {
    let refused = |change: fn(&mut v1::JetstreamSource), shard: u32| {
        let mut config = v1::JetstreamSource::default();
        change(&mut config);
        JetstreamSource::new(&config, shard).err().unwrap()
    };
    for server in [
        "https://a.example",
        "wss://",
        "wss://a.example/subscribe",
        "wss://u:p@a.example",
        "a.example",
    ] {
        let config = v1::JetstreamSource {
            servers: vec![server.to_owned()],
            ..v1::JetstreamSource::default()
        };
        let told = JetstreamSource::new(&config, 0).err().unwrap();
        assert!(told.contains(server) && told.contains("write wss://"), "{told}");
    }
    assert!(refused(|config| config.version = 3, 0).contains("set version to 1 or 2"));
    assert!(refused(|config| config.shards = 65, 0).contains("set shards to 64 or less"));
    assert!(refused(|config| config.shards = 2, 2).contains("number them from 0"));
    let own = JetstreamSource::new(&v1::JetstreamSource::default(), 0).unwrap();
    assert_eq!(own.servers.len(), 4, "Bluesky's own, where none is named");
}

#[tokio::test]
async fn a_position_that_is_none_stops_the_source_with_a_remedy_instead_of_losing_its_place() {
    let server = serve(events(1)).await;
    let mut source = JetstreamSource::new(&config(&[&server], 1), 0).unwrap();
    let trouble = source.connect(Some(&Position("42".to_owned()))).await.unwrap_err();
    assert!(
        matches!(&trouble, Trouble::Unusable { reason } if reason.contains("`42`") && reason.contains("remove the source"))
    );
    assert_eq!(server.asked(), []);
}
