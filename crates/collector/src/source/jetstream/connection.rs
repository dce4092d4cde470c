//! One connection to a server: takes frames as they come, passes over what is not kept, and notices what is missing. Which server, and what
//! follows when it ends, is decided in `jetstream.rs`.

use std::time::Duration;

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use xxhash_rust::xxh3::xxh3_64;

use backtweet_domain::{Clock, SystemClock, Timestamp};

use super::decode::{Decoder, Stays};
use super::glance::{What, glance};
use super::place::{Cursor, Place, Trail};
use crate::normalise::clip;
use crate::source::{Gap, GapCause, Read, Trouble};
use crate::transport::{self, WebSocket};

/// How much later than the last event the first one after a break may come without anything missing: what was asked for again begins before
/// the last event, so that only the clocks of two servers make a difference.
const TOLERANCE: Duration = Duration::from_secs(10);
/// How far ahead of this machine's clock an event may lie and still move the position: one from the far future would leave out all between.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How much one read hands over at most: lines, frames looked at, and bytes.
const MOST_LINES: usize = 1_000;
const MOST_FRAMES: usize = 5_000;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The accounts that a source keeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    pub(super) fn new(number: u32, of: u32) -> Self {
        Self { number, of }
    }

    pub(super) fn number(self) -> usize {
        self.number as usize
    }

    /// Whether it keeps that account. What is nobody's is the first shard's.
    pub(super) fn has(self, did: Option<&str>) -> bool {
        let hash = did.map_or(0, |did| xxh3_64(did.as_bytes()));
        self.of == 1 || hash % u64::from(self.of) == u64::from(self.number)
    }
}

/// What is known of the break before this connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resume {
    /// Time of the last event seen.
    pub(super) after: Timestamp,
    /// Why something is missing, if it is.
    pub(super) cause: GapCause,
    /// What the server was asked with.
    pub(super) cursor: Option<Cursor>,
    /// Whether something is missing for certain.
    pub(super) certain: bool,
}

impl Resume {
    /// v2's number, where the server was asked by it.
    fn number(&self) -> Option<u64> {
        match self.cursor {
            Some(Cursor::Seq(seq)) => Some(seq),
            _ => None,
        }
    }
}

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// It broke, fell silent, or was closed.
    Broken(Trouble),
    /// The server found this reader too slow.
    TooSlow(String),
    /// The server has nothing at the cursor; `numbered` where that was v2's number.
    CursorRefused { numbered: bool },
    /// A frame's compression could not be undone.
    Undecodable,
}

impl End {
    fn lost(reason: impl Into<String>) -> Self {
        End::Broken(Trouble::Lost { reason: reason.into() })
    }
}

pub(super) struct Connection {
    socket: WebSocket,
    decoder: Option<Decoder>,
    /// When the last frame came, of whatever kind.
    heard: Instant,
    /// What came behind the lines of the last read.
    end: Option<End>,
    track: Track,
}

/// What a connection keeps track of.
pub(super) struct Track {
    pub(super) server: String,
    pub(super) shard: Shard,
    pub(super) place: Option<Place>,
    /// Until the first event.
    pub(super) resume: Option<Resume>,
    pub(super) trail: Trail,
    /// Whether an event came.
    pub(super) events: bool,
    /// Whether it was said that a clock is wrong.
    pub(super) warned: bool,
}

/// What one read has gathered.
pub(super) struct Batch {
    read: Read,
    now: Timestamp,
    frames: usize,
    bytes: usize,
    moved: bool,
}

impl Connection {
    pub(super) fn new(
        socket: WebSocket,
        server: String,
        shard: Shard,
        place: Option<Place>,
        resume: Option<Resume>,
        decoder: Option<Decoder>,
    ) -> Self {
        let begun = resume.and_then(|resume| Some(Trail::from(resume.after, resume.number()?)));
        let trail = begun.unwrap_or_default();
        Self {
            socket,
            decoder,
            heard: Instant::now(),
            end: None,
            track: Track {
                server,
                shard,
                place,
                resume,
                trail,
                events: false,
                warned: false,
            },
        }
    }

    /// Whether an event came.
    pub(super) fn has_events(&self) -> bool {
        self.track.events
    }

    /// Waits for a frame, for as long after the last one as a living connection may be silent, and takes what else is at hand. Nothing is taken before the only wait is over, so that it can be cancelled.
    pub(super) async fn read(&mut self, silence: Duration) -> Result<Read, End> {
        if let Some(end) = self.end.take() {
            return Err(end);
        }
        let first = timeout_at(self.heard + silence, self.socket.next())
            .await
            .map_err(|_| {
                let seconds = silence.as_secs();
                End::lost(format!("the server was silent for {seconds} s, without a ping"))
            })?;
        self.heard = Instant::now();
        let mut batch = Batch::new();
        let mut next = Some(first);
        while let Some(message) = next {
            if let Err(end) = self.take(message, &mut batch) {
                self.end = Some(end);
                break;
            }
            next = match batch.is_full() {
                true => None,
                false => self.socket.next().now_or_never(),
            };
        }
        match self.end.take() {
            Some(end) if batch.is_empty() => return Err(end),
            end => self.end = end,
        }
        Ok(batch.done(&self.track))
    }

    fn take(&mut self, message: Option<Result<Message, Error>>, batch: &mut Batch) -> Result<(), End> {
        match message {
            Some(Ok(Message::Text(text))) => {
                let frame = Bytes::from(text);
                if self.track.look(&frame, batch)? {
                    batch.add(frame);
                }
            }
            Some(Ok(Message::Binary(frame))) => {
                let decoder = self.decoder.as_mut().ok_or(Stays::Unknown);
                match decoder.and_then(|decoder| decoder.decode(&frame)) {
                    Ok(frame) => {
                        if self.track.look(frame, batch)? {
                            batch.add(Bytes::copy_from_slice(frame));
                        }
                    }
                    // It would be refused in any form.
                    Err(Stays::TooLong) => batch.read.unreadable += 1,
                    Err(Stays::Unknown) => {
                        batch.read.unreadable += 1;
                        return Err(End::Undecodable);
                    }
                }
            }
            Some(Ok(Message::Close(frame))) => {
                let reason = frame
                    .as_ref()
                    .map_or_else(String::new, |frame| clip(&frame.reason).into_owned());
                return Err(match frame.map(|frame| frame.code) {
                    Some(CloseCode::Policy) => {
                        End::TooSlow(format!("the server closed it as for a slow reader: {reason}"))
                    }
                    code => End::lost(format!("the server closed it ({code:?}): {reason}")),
                });
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(End::Broken(transport::trouble(error))),
            None => return Err(End::lost("the server ended it")),
        }
        Ok(())
    }
}

impl Track {
    /// Looks at a frame, and says whether it is handed on.
    pub(super) fn look(&mut self, frame: &[u8], batch: &mut Batch) -> Result<bool, End> {
        batch.frames += 1;
        let seen = glance(frame);
        if seen.what == What::Notice {
            self.notice(frame)?;
            return Ok(false);
        }
        match seen.at {
            Some(at) if at <= batch.now.plus(AHEAD) => self.advance(at, seen.seq, batch),
            Some(at) if !self.warned => {
                self.warned = true;
                tracing::warn!(server = self.server, %at, "an event lies ahead of this machine's clock, and does not move the position: see to the clock");
            }
            _ => {}
        }
        Ok(seen.what == What::Line && self.shard.has(seen.did.as_deref()))
    }

    /// An event came that was witnessed at `at`.
    fn advance(&mut self, at: Timestamp, seq: Option<u64>, batch: &mut Batch) {
        self.events = true;
        if let Some(resume) = self.resume.take() {
            let tolerance = if resume.certain { Duration::ZERO } else { TOLERANCE };
            if at > resume.after.plus(tolerance) {
                batch.read.gaps.push(Gap {
                    from: resume.after,
                    to: at,
                    cause: resume.cause,
                });
            }
        }
        batch.moved = true;
        batch.read.reached = batch.read.reached.max(Some(at));
        // A server's clock that runs ahead must not leave anything out.
        let time_us = at.min(batch.now).micros();
        let before = self.place.as_ref().map_or(i64::MIN, |place| place.time_us);
        let latest = Timestamp::from_micros(time_us.max(before));
        if let Some(seq) = seq {
            self.trail.add(at, seq, latest);
        }
        // Until this server has come to where another one was left, that place is the one to go on from.
        let elsewhere = self.place.as_ref().is_some_and(|place| place.server != self.server);
        if !elsewhere || time_us >= before {
            self.place = Some(Place {
                server: self.server.clone(),
                time_us: latest.micros(),
                seq: self.trail.start(latest),
            });
        }
    }

    /// What v2 says about the stream itself.
    fn notice(&mut self, frame: &[u8]) -> Result<(), End> {
        let notice: Notice = serde_json::from_slice(frame).unwrap_or_default();
        let by_number = self.resume.is_some_and(|resume| resume.number().is_some());
        match (notice.error.as_deref(), notice.payload.name.as_deref()) {
            (Some("ConsumerTooSlow"), _) => Err(End::TooSlow("the server finds this reader too slow".to_owned())),
            (Some("CursorTooOld" | "FutureCursor"), _) if self.resume.is_some() => {
                Err(End::CursorRefused { numbered: by_number })
            }
            (Some("UnknownZstdDictionary"), _) => Err(End::Undecodable),
            (Some(other), _) => Err(End::lost(format!("the server says {}", clip(other)))),
            // It numbers its events anew: what is asked for by its old number would be left out unseen.
            (None, Some("FutureCursor")) if by_number => Err(End::CursorRefused { numbered: true }),
            (None, Some("OutdatedCursor")) => {
                if let Some(resume) = &mut self.resume {
                    resume.certain = true;
                }
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }
}

/// v2's `#info` message, or its error frame.
#[derive(Default, Deserialize)]
struct Notice {
    error: Option<String>,
    #[serde(default)]
    payload: Info,
}

#[derive(Default, Deserialize)]
struct Info {
    name: Option<String>,
}

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            read: Read::default(),
            now: SystemClock.now(),
            frames: 0,
            bytes: 0,
            moved: false,
        }
    }

    fn add(&mut self, line: Bytes) {
        self.bytes += line.len();
        self.read.lines.push(line);
    }

    fn is_full(&self) -> bool {
        self.read.lines.len() >= MOST_LINES || self.frames >= MOST_FRAMES || self.bytes >= MOST_BYTES
    }

    fn is_empty(&self) -> bool {
        !self.moved && self.read == Read::default()
    }

    pub(super) fn done(mut self, track: &Track) -> Read {
        if self.moved {
            self.read.position = track.place.as_ref().map(Place::position);
        }
        self.read
    }
}
