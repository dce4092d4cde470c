//! One stream of a Mastodon instance, over WebSocket or as server-sent events. Mastodon knows no cursor: what was posted during a break is
//! fetched from the timeline behind the newest status seen, while the stream is read on. Deletions and edits that happened during a
//! break cannot be fetched by any means: a deleted status that was read before stays, an edited one keeps its old text until it is edited
//! again. How statuses are read is in `normalise/mastodon.rs`.

mod backfill;
mod connection;
mod place;
mod position;
mod rest;
mod sse;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use tokio::time::Instant;

use backtweet_domain::{Clock, Timestamp};
use backtweet_wire::v1;

use self::backfill::Breaks;
use self::connection::{Came, Connection};
use self::place::Stream;
use self::position::{Seen, Stand, StatusId};
use self::rest::Api;
use super::{Backfilled, Gap, GapCause, Position, Read, Source, Trouble};

/// How many lines are read at once where they are at hand, and how many bytes of them.
const MOST_LINES: usize = 1_000;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Pauses between tries: doubled from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How patient a source is.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// A connection over which nothing comes for so long, not even a heartbeat, is dead. Mastodon sends one every 15 s or so.
    silent: Duration,
    /// So long after a subscription was asked for it stands, and what is posted comes over the stream. Mastodon does not confirm it.
    settled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silent: Duration::from_secs(60),
            settled: Duration::from_secs(1),
        }
    }
}

/// One stream of one instance.
pub struct MastodonSource {
    api: Api,
    /// The instance's host, with its port where it is not the usual one.
    host: String,
    stream: Stream,
    sse: bool,
    clock: Arc<dyn Clock>,
    patience: Patience,
    connection: Option<Connection>,
    /// Why the connection broke, while what came before is handed out.
    broken: Option<Trouble>,
    /// When the connection was made, by the clock and by the timer.
    connected: Timestamp,
    connected_at: Instant,
    /// When something came last.
    heard: Instant,
    /// How many connections in a row broke soon and brought nothing: a server may take connections only to drop them.
    in_vain: u32,
    /// What the first read after a connection says: the break before it, if there was one.
    greeting: Option<Vec<Gap>>,
    /// The newest status that the stream brought.
    newest: Option<StatusId>,
    breaks: Breaks,
}

impl MastodonSource {
    /// The stream named `stream` (`public`, `public:local`, `public:remote`, `hashtag:TAG` or `hashtag:local:TAG`; `public` where empty) of
    /// the instance in `config`. Nothing is connected yet.
    ///
    /// # Errors
    /// Where the instance, the stream or the token's place is wrong: the value, with the remedy.
    pub fn new(config: &v1::MastodonSource, stream: &str, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let instance = place::instance(&config.instance)?;
        let now = Instant::now();
        Ok(Self {
            host: place::host(&instance),
            stream: Stream::parse(if stream.is_empty() { "public" } else { stream })?,
            api: Api::new(instance, &config.token, clock.clone())?,
            sse: config.sse,
            connected: clock.now(),
            clock,
            patience: Patience::default(),
            connection: None,
            broken: None,
            connected_at: now,
            heard: now,
            in_vain: 0,
            greeting: None,
            newest: None,
            breaks: Breaks::default(),
        })
    }

    /// The instance that its lines have to be read as, such as `mastodon.social`: their ids are local to it.
    pub fn instance_host(&self) -> &str {
        &self.host
    }

    async fn open(&mut self) -> Result<Connection, Trouble> {
        self.api.renew_token()?;
        if self.sse {
            Connection::events(&mut self.api, &self.stream).await
        } else {
            Connection::websocket(&mut self.api, &self.stream).await
        }
    }

    /// What the first read says after a connection from `stand` on.
    fn greet(&mut self, stand: Option<Stand>) -> Vec<Gap> {
        let (id, from) = match stand {
            Some(stand) => (stand.id, stand.at),
            None => {
                self.newest = None;
                return Vec::new();
            }
        };
        let after = id.as_ref().map(StatusId::allowing_for_late);
        self.breaks.add(self.connected, after);
        self.newest = id;
        vec![Gap {
            // Clocks of collectors differ, and no break is empty.
            from: from.min(self.connected.minus(Duration::from_micros(1))),
            to: self.connected,
            cause: GapCause::Disconnected,
        }]
    }

    /// What is at hand behind `first`.
    fn gather(&mut self, first: Came) -> Read {
        let (mut read, mut bytes, mut last) = (Read::default(), 0, None);
        let mut next = Some(first);
        while let Some(came) = next.take() {
            match came {
                Came::Lines(lines, seen) => {
                    bytes += lines.iter().map(bytes::Bytes::len).sum::<usize>();
                    read.lines.extend(lines);
                    last = self.saw(seen).or(last);
                }
                Came::Life => {}
                Came::Unreadable => read.unreadable += 1,
            }
            if read.lines.len() >= MOST_LINES || bytes >= MOST_BYTES {
                break;
            }
            match self.connection.as_mut().and_then(|one| one.next().now_or_never()) {
                Some(Ok(came)) => next = Some(came),
                Some(Err(trouble)) => {
                    self.connection = None;
                    self.broken = Some(trouble);
                }
                None => {}
            }
        }
        self.heard = Instant::now();
        if !read.lines.is_empty() || self.heard > self.connected_at + self.patience.silent {
            self.in_vain = 0;
        }
        let now = self.clock.now();
        read.reached = last.map(|time: Timestamp| time.min(now));
        read.position = self.position(now);
        read
    }

    /// Remembers a status that the stream brought, and says when it was made.
    fn saw(&mut self, seen: Option<Seen>) -> Option<Timestamp> {
        let Seen { id, created_at } = seen?;
        self.breaks.brought(self.connected, &id);
        if self.newest.as_ref() < Some(&id) {
            self.newest = Some(id);
        }
        created_at
    }

    fn position(&self, at: Timestamp) -> Option<Position> {
        let id = self.newest.clone();
        Stand { id, at }.position()
    }
}

#[async_trait]
impl Source for MastodonSource {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        (self.connection, self.broken) = (None, None);
        let connection = match self.open().await {
            Ok(connection) => connection,
            Err(trouble) => {
                self.api.forget_streaming();
                return Err(trouble);
            }
        };
        self.connection = Some(connection);
        self.connected = self.clock.now();
        self.connected_at = Instant::now();
        self.heard = self.connected_at;
        self.greeting = Some(self.greet(position.and_then(Stand::read)));
        Ok(())
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        if let Some(gaps) = self.greeting.take() {
            return Ok(Read {
                position: self.position(self.connected),
                gaps,
                ..Read::default()
            });
        }
        let Some(connection) = &mut self.connection else {
            let trouble = self.broken.take();
            self.in_vain = self.in_vain.saturating_add(1);
            return Err(trouble.unwrap_or_else(|| Trouble::Lost {
                reason: "nothing is connected".to_owned(),
            }));
        };
        // Reckoned from the last byte, and not from this call, which may be one of many that were cancelled.
        let deadline = self.heard + self.patience.silent;
        let trouble = match tokio::time::timeout_at(deadline, connection.next()).await {
            Ok(Ok(came)) => return Ok(self.gather(came)),
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::Lost {
                reason: format!(
                    "nothing came for {} s, not even a heartbeat",
                    self.patience.silent.as_secs_f32()
                ),
            },
        };
        self.connection = None;
        self.in_vain = self.in_vain.saturating_add(1);
        Err(trouble)
    }

    async fn backfill(&mut self, gap: &Gap) -> Result<Backfilled, Trouble> {
        let after = self.breaks.next(gap, self.newest.as_ref());
        let settled = self.connected_at + self.patience.settled;
        loop {
            let asked = Instant::now();
            let page = self.api.page(&self.stream, after.as_ref()).await;
            if asked < settled && page.as_ref().is_ok_and(|page| page.lines.is_empty()) {
                // Something may have been posted since, and before the stream stood.
                tokio::time::sleep_until(settled).await;
                continue;
            }
            return self.breaks.took(gap, page, self.clock.now());
        }
    }

    fn pause(&self, trouble: &Trouble, in_a_row: u32) -> Duration {
        let in_a_row = in_a_row.max(self.in_vain);
        let doubled = FIRST_PAUSE.saturating_mul(1 << in_a_row.saturating_sub(1).min(16));
        let jittered = |pause: Duration| pause.min(LONGEST_PAUSE).mul_f64(rand::random_range(0.5..=1.0));
        match trouble {
            // Never sooner, and not all at once.
            Trouble::Limited { after: Some(after), .. } => {
                let after = (*after).mul_f64(rand::random_range(1.0..=1.1));
                after.max(jittered(doubled))
            }
            Trouble::Unusable { .. } => jittered(LONGEST_PAUSE),
            Trouble::Lost { .. } | Trouble::Status { .. } | Trouble::Limited { after: None, .. } => jittered(doubled),
        }
    }
}

#[cfg(test)]
mod tests;
