//! A connection to one stream, over WebSocket or as server-sent events: what comes over it, event by event. When it is made and given up
//! is not known here.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::place::Stream;
use super::position::Seen;
use super::rest::Api;
use super::sse::{Cutter, Event, Part};
use crate::normalise::clip;
use crate::source::Trouble;
use crate::transport::{self, WebSocket};

/// What came.
#[derive(Debug)]
pub(super) enum Came {
    /// One event, as whole lines, and the status that it brought, if it brought a new one.
    Lines(Vec<Bytes>, Option<Seen>),
    /// A sign of life.
    Life,
    /// Something that is no event.
    Unreadable,
}

/// An open stream.
pub(super) enum Connection {
    WebSocket(Box<WebSocket>),
    Events(Box<Events>),
}

/// A body of server-sent events.
pub(super) struct Events {
    body: reqwest::Response,
    cutter: Cutter,
    whole: VecDeque<Part>,
}

impl Connection {
    /// Connects over WebSocket, and subscribes.
    pub(super) async fn websocket(api: &mut Api, stream: &Stream) -> Result<Self, Trouble> {
        let mut url = api.streaming().await?;
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        // From one scheme with a host to another.
        let _ = url.set_scheme(scheme);
        url.set_path("/api/v1/streaming");
        let mut headers = HeaderMap::new();
        headers.extend(api.token().map(|token| (AUTHORIZATION, token)));
        let mut socket = transport::websocket(url.as_str(), headers).await?;
        let subscribed = socket.send(Message::text(stream.subscription())).await;
        subscribed.map_err(transport::trouble)?;
        Ok(Connection::WebSocket(Box::new(socket)))
    }

    /// Asks for server-sent events.
    pub(super) async fn events(api: &mut Api, stream: &Stream) -> Result<Self, Trouble> {
        let url = stream.events(&api.streaming().await?);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        // What is compressed waits until there is enough of it.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.extend(api.token().map(|token| (AUTHORIZATION, token)));
        let body = api.ask(url, headers).await?;
        Ok(Connection::Events(Box::new(Events {
            body,
            cutter: Cutter::default(),
            whole: VecDeque::new(),
        })))
    }

    /// What comes next. Safe to cancel.
    pub(super) async fn next(&mut self) -> Result<Came, Trouble> {
        match self {
            Connection::WebSocket(socket) => match socket.next().await {
                Some(Ok(message)) => heard(message),
                Some(Err(error)) => Err(transport::trouble(error)),
                None => Err(ended()),
            },
            Connection::Events(events) => events.next().await,
        }
    }
}

impl Events {
    async fn next(&mut self) -> Result<Came, Trouble> {
        if let Some(part) = self.whole.pop_front() {
            return Ok(came(part));
        }
        match self.body.chunk().await {
            Ok(Some(chunk)) => {
                self.cutter.push(&chunk, &mut self.whole);
                Ok(self.whole.pop_front().map_or(Came::Life, came))
            }
            Ok(None) => Err(ended()),
            Err(error) => Err(super::rest::lost(&error)),
        }
    }
}

fn ended() -> Trouble {
    Trouble::Lost {
        reason: "the server ended the stream".to_owned(),
    }
}

/// Lines for the normaliser from one server-sent event. A name and its data always come together.
fn came(part: Part) -> Came {
    let Event { name, data } = match part {
        Part::Event(event) => event,
        Part::Life => return Came::Life,
        Part::TooLong => return Came::Unreadable,
    };
    let said = |line: &Bytes, field: &str| {
        let value = std::str::from_utf8(line).ok()?.strip_prefix(field)?;
        Some(value.trim().to_owned())
    };
    let event = name.as_ref().and_then(|line| said(line, "event:"));
    let seen = match event.as_deref() {
        Some("update") => said(&data, "data:").and_then(|status| Seen::of(&status)),
        _ => None,
    };
    Came::Lines(name.into_iter().chain([data]).collect(), seen)
}

fn heard(message: Message) -> Result<Came, Trouble> {
    match message {
        Message::Text(text) => frame(text),
        Message::Binary(_) => Ok(Came::Unreadable),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(Came::Life),
        Message::Close(frame) => Err(Trouble::Lost {
            reason: match frame {
                Some(frame) => format!("the server closed the stream ({}): {}", frame.code, clip(&frame.reason)),
                None => "the server closed the stream".to_owned(),
            },
        }),
    }
}

/// A frame is one line, whatever it is. Only what refuses the subscription is no line.
fn frame(text: Utf8Bytes) -> Result<Came, Trouble> {
    #[derive(Deserialize)]
    struct Frame<'a> {
        event: Option<String>,
        #[serde(borrow)]
        payload: Option<&'a RawValue>,
        error: Option<String>,
        status: Option<u16>,
    }
    let mut seen = None;
    if let Ok(frame) = serde_json::from_str::<Frame<'_>>(&text) {
        match (frame.event.as_deref(), frame.payload, frame.error) {
            (Some("update"), Some(payload), _) => {
                let status: Option<String> = serde_json::from_str(payload.get()).ok();
                seen = status.and_then(|status| Seen::of(&status));
            }
            (None, _, Some(error)) => return Err(refused(&error, frame.status)),
            _ => {}
        }
    }
    Ok(Came::Lines(vec![text.into()], seen))
}

/// What a server says over an open WebSocket instead of events.
fn refused(error: &str, status: Option<u16>) -> Trouble {
    match status {
        Some(status @ (429 | 500..)) => Trouble::Status {
            status,
            reason: clip(error).into_owned(),
        },
        _ => Trouble::Unusable {
            reason: format!(
                "the server refuses the stream ({}): see to the stream's name, and to the source's token and what it may read",
                clip(error)
            ),
        },
    }
}
