//! An instance and a collector in small, which the tests of this source share; and statuses to post.

use std::collections::BTreeSet;

use backtweet_domain::{ManualClock, PostEvent};
use backtweet_simulator::servers::mastodon::Mastodon;
use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::normalise::mastodon::{EventName, Instance, normalise};
use crate::testing::received;

/// Longest that anything is waited for.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);
pub(super) const TOKEN: &str = "s3cret";

/// An instance, and one stream of it as a collector reads it.
pub(super) struct Bench {
    pub(super) server: Mastodon,
    pub(super) clock: Arc<ManualClock>,
    pub(super) folder: tempfile::TempDir,
    pub(super) source: MastodonSource,
    pub(super) position: Option<Position>,
    /// What came, read by read.
    pub(super) batches: Vec<Vec<Bytes>>,
    pub(super) unreadable: u64,
    /// Gaps that are still being closed, and what was left of those that could not be.
    pub(super) open: Vec<Gap>,
    pub(super) left: Vec<Gap>,
    /// What went wrong while closing gaps.
    pub(super) troubles: Vec<Trouble>,
}

impl Bench {
    pub(super) async fn start(sse: bool) -> Self {
        Self::of("public", sse).await
    }

    pub(super) async fn of(stream: &str, sse: bool) -> Self {
        let clock = Arc::new(ManualClock::at(received()));
        let server = Mastodon::start(TOKEN, clock.clone()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        let source = source(&server, stream, sse, &folder, &clock);
        Self {
            server,
            clock,
            folder,
            source,
            position: None,
            batches: Vec::new(),
            unreadable: 0,
            open: Vec::new(),
            left: Vec::new(),
            troubles: Vec::new(),
        }
    }

    /// Time goes on by so many seconds.
    pub(super) fn pass(&self, seconds: u64) {
        self.clock.set(self.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// Connects, and waits until what is posted comes over the stream.
    pub(super) async fn connect(&mut self) {
        self.source.connect(self.position.as_ref()).await.unwrap();
        tokio::time::timeout(DEADLINE, self.server.subscribed(1)).await.unwrap();
    }

    /// One turn of a collector: a page of the oldest gap, and a read; connects again where the stream broke.
    pub(super) async fn turn(&mut self) {
        let closing = !self.open.is_empty();
        if let Some(gap) = self.open.first().cloned() {
            match self.source.backfill(&gap).await {
                Ok(Backfilled { read, left, more }) => {
                    self.batches.push(read.lines);
                    self.open.remove(0);
                    match (left, more) {
                        (Some(left), true) => self.open.insert(0, left),
                        (left, _) => self.left.extend(left),
                    }
                }
                Err(trouble) => {
                    if let Trouble::Limited { after: Some(after), .. } = trouble {
                        self.clock.set(self.clock.now().plus(after));
                    }
                    self.troubles.push(trouble);
                }
            }
        }
        let read = match closing {
            true => self.source.read().now_or_never(),
            false => Some(self.source.read().await),
        };
        match read {
            Some(Ok(read)) => {
                self.batches.push(read.lines);
                self.position = read.position.or(self.position.take());
                self.unreadable += read.unreadable;
                self.open.extend(read.gaps);
            }
            Some(Err(_)) => {
                self.pass(1);
                self.source.connect(self.position.as_ref()).await.unwrap();
            }
            None => {}
        }
    }

    /// Takes turns until that holds.
    pub(super) async fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let turns = async {
            while !holds(self) {
                self.turn().await;
            }
        };
        if tokio::time::timeout(DEADLINE, turns).await.is_err() {
            panic!("after {DEADLINE:?} only {:?} came", self.uris());
        }
    }

    pub(super) async fn until_all_of(&mut self, statuses: &[Value]) {
        let wanted: BTreeSet<_> = statuses.iter().map(uri).collect();
        self.until(|bench| bench.uris().is_superset(&wanted)).await;
    }

    /// What the normaliser makes of each read by itself, as the intake does it.
    pub(super) fn events(&self) -> Vec<PostEvent> {
        self.normalised(|read| read.events)
    }

    pub(super) fn uris(&self) -> BTreeSet<String> {
        self.events().iter().map(PostEvent::key).collect()
    }

    /// Ids of the statuses that were taken back.
    pub(super) fn gone(&self) -> Vec<String> {
        self.normalised(|read| read.local.gone)
            .into_iter()
            .map(|gone| gone.id.id)
            .collect()
    }

    pub(super) fn normalised<T>(&self, part: impl Fn(crate::normalise::Normalised) -> Vec<T>) -> Vec<T> {
        let instance = Instance::new(self.source.instance_host()).unwrap();
        let mut all = Vec::new();
        for batch in &self.batches {
            let mut name = EventName::default();
            let read = batch
                .iter()
                .map(|line| normalise(line, &mut name, &instance, received()));
            all.extend(read.flatten().flat_map(&part));
        }
        all
    }
}

pub(super) fn source(
    server: &Mastodon,
    stream: &str,
    sse: bool,
    folder: &tempfile::TempDir,
    clock: &Arc<ManualClock>,
) -> MastodonSource {
    let config = v1::MastodonSource {
        instance: server.url(),
        streams: Vec::new(),
        sse,
        token: format!("file:{}", folder.path().join("token").display()),
    };
    let mut source = MastodonSource::new(&config, stream, clock.clone()).unwrap();
    source.patience.settled = Duration::from_millis(100);
    source
}

/// A status that was made so many milliseconds after an hour before everything is received, with an id of Mastodon's own.
pub(super) fn status(millis: i64) -> Value {
    let time = Timestamp::from_millis(received().millis() - 3_600_000 + millis);
    let id = (time.millis() << 16).to_string();
    json!({
        "id": id,
        "uri": format!("https://home.example/statuses/{id}"),
        "created_at": time,
        "visibility": "public",
        "content": format!("<p>number {millis}</p>"),
        "account": {"id": "1", "acct": "ann", "url": "https://home.example/@ann", "uri": "https://home.example/users/ann"},
        "tags": [],
    })
}

pub(super) fn statuses(millis: std::ops::Range<i64>) -> Vec<Value> {
    millis.map(status).collect()
}

/// The key of the event that a status becomes.
pub(super) fn uri(status: &Value) -> String {
    let instance = Instance::new("home.example").unwrap();
    let line = status.to_string();
    let read = normalise(line.as_bytes(), &mut EventName::default(), &instance, received()).unwrap();
    read.events[0].key()
}
