//! A fake Jetstream: v1 (`/subscribe`) and v2 (`/xrpc/network.bsky.jetstream.subscribeEvents`) over the same events. What a client may ask is
//! in `jetstream/request.rs`, what one connection gets in `jetstream/connection.rs`, events in `jetstream/event.rs`.

mod connection;
mod event;
mod request;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::Served;
use event::Event;

/// What a server starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// v1 events, one a line, in the order in which they are sent.
    pub events: Vec<Bytes>,
    /// The dictionary of compressed frames; nothing is compressed without one.
    pub dictionary: Option<Vec<u8>>,
    /// v2's number of the first event; numbers are local to a server.
    pub first_seq: u64,
    /// How often it pings.
    pub ping: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            dictionary: None,
            first_seq: 1,
            ping: Duration::from_secs(30),
        }
    }
}

/// What goes wrong on one connection. `after` counts the frames with events that were sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misdeed {
    /// Answers with this status instead of a WebSocket.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`: seconds, or a date.
        retry_after: Option<String>,
    },
    /// Nothing before this time is there any more.
    Clamp {
        /// Microseconds since 1970.
        before_us: i64,
    },
    /// Every so many events come in reverse.
    Reorder {
        /// How many.
        window: usize,
    },
    /// Every so many events come twice.
    Repeat {
        /// How many.
        window: usize,
    },
    /// Frames are compressed with this dictionary, which nobody was told of.
    Dictionary(Vec<u8>),
    /// Falls silent, without pings.
    Stall {
        /// Frames sent before.
        after: usize,
    },
    /// Ends the connection.
    Cut {
        /// Frames sent before.
        after: usize,
    },
    /// Ends the connection in the middle of the next frame.
    CutWithin {
        /// Frames sent before.
        after: usize,
    },
    /// Sends an error frame, which only v2 has, and closes as for a policy.
    Error {
        /// Frames sent before.
        after: usize,
        /// Such as `ConsumerTooSlow`.
        name: String,
    },
    /// Sends a post that large, which is no event of the server's, in front of the next one.
    Oversized {
        /// Frames sent before.
        after: usize,
        /// Length of its text.
        bytes: usize,
    },
}

/// How a client asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// 1 or 2; 0 where it asked for no stream.
    pub version: u32,
    /// Its parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The cursor among them.
    pub cursor: Option<u64>,
    /// Whether its frames were compressed.
    pub compressed: bool,
    /// The status it was refused with.
    pub refused: Option<u16>,
    /// Frames that it sent.
    pub frames: Vec<String>,
}

/// An event that went out whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Place of the connection in [`Jetstream::asked`].
    pub connection: usize,
    /// Place of the event among the server's.
    pub event: usize,
}

/// What happened so far, and what is to come.
#[derive(Default)]
struct Diary {
    asked: Vec<Asked>,
    sent: Vec<Sent>,
    scripts: VecDeque<Vec<Misdeed>>,
    events: Vec<Arc<Event>>,
}

/// What all connections share.
struct Shared {
    diary: Mutex<Diary>,
    /// How many events there are.
    grown: watch::Sender<usize>,
    dictionary: Option<Vec<u8>>,
    first_seq: u64,
    ping: Duration,
}

impl Shared {
    fn diary(&self) -> MutexGuard<'_, Diary> {
        self.diary.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The server, for as long as this is held.
pub struct Jetstream {
    shared: Arc<Shared>,
    served: Served,
}

impl Jetstream {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When no port can be had, or one of the lines is no v1 event.
    pub async fn start(setup: Setup) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let shared = Arc::new(Shared {
            diary: Mutex::default(),
            grown: watch::Sender::new(0),
            dictionary: setup.dictionary,
            first_seq: setup.first_seq,
            ping: setup.ping,
        });
        let serving = Arc::clone(&shared);
        let served = Served::run(&listener.local_addr()?, async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(connection::serve(stream, Arc::clone(&serving)));
            }
        })?;
        let server = Self { shared, served };
        server.push(setup.events)?;
        Ok(server)
    }

    /// Adds v1 events; who is connected gets them.
    ///
    /// # Errors
    /// When one of the lines is no v1 event.
    pub fn push(&self, lines: impl IntoIterator<Item = Bytes>) -> std::io::Result<()> {
        let mut diary = self.shared.diary();
        for line in lines {
            let seq = self.shared.first_seq + diary.events.len() as u64;
            let event = Event::new(line, seq).map_err(std::io::Error::other)?;
            diary.events.push(Arc::new(event));
        }
        let grown = diary.events.len();
        drop(diary);
        self.shared.grown.send_replace(grown);
        Ok(())
    }

    /// What goes wrong on the next connection for which nothing was said yet.
    pub fn script(&self, misdeeds: impl Into<Vec<Misdeed>>) {
        self.shared.diary().scripts.push_back(misdeeds.into());
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.served.address()
    }

    /// Its address as a source is configured with it.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address())
    }

    /// How clients asked, one entry a connection, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.diary().asked.clone()
    }

    /// What went out whole, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.shared.diary().sent.clone()
    }

    /// The event at `place` as v1 and as v2 sends it.
    pub fn frames(&self, place: usize) -> Option<(Bytes, Bytes)> {
        let diary = self.shared.diary();
        let event = diary.events.get(place)?;
        Some((event.first.clone(), event.second.clone()))
    }
}

#[cfg(test)]
mod tests;
