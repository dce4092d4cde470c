//! Bluesky, through Jetstream, v1 or v2: which server is asked, from where on, and what is done when one fails. Frames are read in
//! `jetstream/connection.rs`; what they mean is the normaliser's.

mod ask;
mod connection;
mod decode;
mod glance;
mod place;

use std::time::Duration;

use async_trait::async_trait;
use tokio_tungstenite::tungstenite::http::HeaderMap;

use backtweet_domain::{Clock, SystemClock};
use backtweet_wire::v1;

use super::{GapCause, Position, Read, Source, Trouble};
use crate::transport;
use ask::Version;
use connection::{Connection, End, Resume, Shard};
use decode::Decoder;
use place::{Cursor, Place};

/// The first and the longest pause between tries.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A connection on which nothing came for so long, not even one of the pings that servers send every 30 s, is dead.
const SILENCE: Duration = Duration::from_secs(75);

/// One shard of the stream. Each shard reads the whole stream and keeps the accounts whose DIDs hash to it.
pub struct JetstreamSource {
    servers: Vec<String>,
    version: Version,
    dictionary: Option<String>,
    shard: Shard,
    /// Place of the server that is asked next; none before the first time.
    turn: Option<usize>,
    connection: Option<Connection>,
    /// Since when it is read, where nothing was stored.
    first: Option<Place>,
    /// Told by the first read, so that whoever reads on before the first event starts there, too.
    greeting: Option<Position>,
    doubt: Doubt,
    /// Whether a frame came compressed in a way that could not be undone: no more of them are asked for.
    plain: bool,
    silence: Duration,
}

/// What the last connections left open; settled by the first event that comes.
#[derive(Default)]
struct Doubt {
    /// v2's number means nothing to the server any more.
    number: bool,
    /// The server wants no cursor as old as ours.
    time: bool,
    /// Why something may be missing, where it is not for the age of the cursor.
    cause: Option<GapCause>,
}

/// What a server is asked with.
struct Terms {
    cursor: Option<Cursor>,
    decoder: Option<Decoder>,
}

impl JetstreamSource {
    /// The source of one shard, from 0.
    ///
    /// # Errors
    /// What is wrong with the configuration, with the remedy.
    pub fn new(config: &v1::JetstreamSource, shard: u32) -> Result<Self, String> {
        let shards = config.shards.max(1);
        if shards > 64 {
            return Err(format!("{shards} shards are too many: set shards to 64 or less"));
        }
        if shard >= shards {
            return Err(format!("there is no shard {shard} of {shards}: number them from 0"));
        }
        Ok(Self {
            servers: ask::servers(config)?,
            version: Version::of(config)?,
            dictionary: Some(config.dictionary.clone()).filter(|path| !path.is_empty()),
            shard: Shard::new(shard, shards),
            turn: None,
            connection: None,
            first: None,
            greeting: None,
            doubt: Doubt::default(),
            plain: false,
            silence: SILENCE,
        })
    }

    /// The server whose turn it is: at first the one that was read last, since v2's numbers are its own.
    fn server(&mut self, place: &Place) -> String {
        let count = self.servers.len();
        let known = || self.servers.iter().position(|server| *server == place.server);
        let first = || known().unwrap_or(self.shard.number() % count);
        let turn = self.turn.unwrap_or_else(first);
        self.turn = Some(turn);
        self.servers[turn].clone()
    }

    /// The next try goes to another server.
    fn turn_away(&mut self) {
        self.turn = self.turn.map(|turn| (turn + 1) % self.servers.len());
    }

    fn terms(&self, place: Option<&Place>, server: &str, decoder: Option<Decoder>) -> Terms {
        let number = |place: &Place| match self.version {
            Version::V2 if !self.doubt.number => place.by_number(server),
            _ => None,
        };
        let cursor = place
            .filter(|_| !self.doubt.time)
            .map(|place| number(place).unwrap_or_else(|| place.by_time(server)));
        Terms { cursor, decoder }
    }

    /// Whether the same server may be asked again at once, with less: v2 refuses cursors and dictionaries that it does not know.
    fn ask_less(&mut self, trouble: &Trouble, terms: &mut Terms, place: Option<&Place>, server: &str) -> bool {
        let (Trouble::Status { status: 400, reason }, Version::V2) = (trouble, self.version) else {
            return false;
        };
        let numbered = matches!(terms.cursor, Some(Cursor::Seq(_)));
        if reason.contains("CursorTooOld") && !numbered && terms.cursor.is_some() {
            self.doubt.time = true;
            terms.cursor = None;
        } else if numbered && !reason.contains("UnknownZstdDictionary") {
            self.doubt.number = true;
            terms.cursor = place.map(|place| place.by_time(server));
        } else if terms.decoder.take().is_some() {
            tracing::warn!(
                server,
                reason,
                "frames are asked for uncompressed: put the server's dictionary in place"
            );
            self.plain = true;
        } else {
            return false;
        }
        true
    }

    /// What the end of a connection means for the next one.
    fn learn(&mut self, end: End) -> Trouble {
        let reason = match end {
            End::Broken(trouble) => {
                self.turn_away();
                return trouble;
            }
            End::TooSlow(reason) => {
                self.doubt.cause = Some(GapCause::TooSlow);
                self.turn_away();
                reason
            }
            End::CursorRefused { numbered } => {
                self.doubt.number |= numbered;
                self.doubt.time |= !numbered;
                "the server does not have what was asked for: it is asked for less".to_owned()
            }
            End::Undecodable => {
                tracing::warn!("a frame was compressed with another dictionary: frames are asked for uncompressed");
                self.plain = true;
                "a frame was compressed with another dictionary".to_owned()
            }
        };
        Trouble::Lost { reason }
    }
}

/// What undoes the compression of frames; none where they are to come uncompressed.
async fn decoder(dictionary: Option<String>, version: Version) -> Option<Decoder> {
    let loaded = Decoder::load(&dictionary?, version).await;
    loaded
        .inspect_err(|reason| tracing::warn!(reason, "frames are asked for uncompressed"))
        .ok()
}

#[async_trait]
impl Source for JetstreamSource {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        self.connection = None;
        let is_new = position.is_none() && self.first.is_none();
        let place = match position {
            Some(position) => Place::read(position)?,
            None => self
                .first
                .get_or_insert_with(|| Place::first(SystemClock.now()))
                .clone(),
        };
        self.greeting = position.is_none().then(|| place.position());
        // What happened before is not asked for; what did while no server answered is. Without a cursor, the first event tells the place.
        let known = (!is_new).then_some(&place);
        let server = self.server(&place);
        let dictionary = self.dictionary.clone().filter(|_| !self.plain);
        let decoder = decoder(dictionary, self.version).await;
        let mut terms = self.terms(known, &server, decoder);
        let socket = loop {
            let id = terms.decoder.as_ref().map(|decoder| decoder.id);
            let url = ask::url(&server, self.version, terms.cursor, id);
            match transport::websocket(&url, HeaderMap::new()).await {
                Ok(socket) => break socket,
                Err(trouble) if self.ask_less(&trouble, &mut terms, known, &server) => {}
                Err(trouble) => {
                    self.turn_away();
                    return Err(trouble);
                }
            }
        };
        let resume = known.map(|place| Resume {
            after: place.time(),
            cause: self.doubt.cause.unwrap_or(GapCause::CursorTooOld),
            cursor: terms.cursor,
            certain: terms.cursor.is_none(),
        });
        let connection = Connection::new(socket, server, self.shard, known.cloned(), resume, terms.decoder);
        self.connection = Some(connection);
        Ok(())
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        let Some(connection) = &mut self.connection else {
            return Err(Trouble::Lost {
                reason: "not connected".to_owned(),
            });
        };
        if self.greeting.is_some() {
            return Ok(Read {
                position: self.greeting.take(),
                ..Read::default()
            });
        }
        match connection.read(self.silence).await {
            Ok(read) => {
                if connection.has_events() {
                    self.doubt = Doubt::default();
                }
                Ok(read)
            }
            Err(end) => {
                self.connection = None;
                Err(self.learn(end))
            }
        }
    }

    fn pause(&self, trouble: &Trouble, in_a_row: u32) -> Duration {
        let (first, longest) = PAUSES;
        // Somewhere between half of it and all of it, so that many collectors do not come back at once.
        let jitter = 0.5 + rand::random::<f64>() / 2.0;
        match trouble {
            Trouble::Limited { after: Some(after), .. } => *after + first.mul_f64(jitter),
            Trouble::Unusable { .. } => longest.mul_f64(jitter),
            _ => {
                let doubled = first.saturating_mul(1 << in_a_row.saturating_sub(1).min(6));
                doubled.min(longest).mul_f64(jitter)
            }
        }
    }
}

#[cfg(test)]
mod tests;
