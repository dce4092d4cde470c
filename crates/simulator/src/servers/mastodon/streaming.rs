//! The streams of an instance, as server-sent events and over WebSocket. What they carry is decided by the script.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Answer, Event, Line, Sent, State, Step, error};

/// How often a stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/v1/streaming", get(websocket))
        .route("/api/v1/streaming/public", get(events))
        .route("/api/v1/streaming/public/local", get(events))
        .route("/api/v1/streaming/public/remote", get(events))
        .route("/api/v1/streaming/hashtag", get(events))
        .route("/api/v1/streaming/hashtag/local", get(events))
}

/// What one subscription is to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Channel {
    stream: String,
    tag: Option<String>,
}

impl Channel {
    /// As it is named in a subscription, where there is such a stream.
    fn new(stream: &str, tag: Option<&str>) -> Option<Self> {
        let hashtag = match stream {
            "public" | "public:local" | "public:remote" => false,
            "hashtag" | "hashtag:local" => true,
            _ => return None,
        };
        let tag = tag.map(str::to_lowercase).filter(|_| hashtag);
        (tag.is_some() == hashtag).then(|| Self {
            stream: stream.to_owned(),
            tag,
        })
    }

    fn carries(&self, event: &Event) -> bool {
        let Some(place) = &event.place else { return true };
        let near = match self.stream.rsplit(':').next() {
            Some("local") => place.local,
            Some("remote") => !place.local,
            _ => true,
        };
        near && self.tag.as_ref().is_none_or(|tag| place.tags.contains(tag))
    }

    fn names(&self) -> Vec<&str> {
        std::iter::once(self.stream.as_str())
            .chain(self.tag.as_deref())
            .collect()
    }
}

/// One connection's way through the script.
struct Reader {
    state: Arc<State>,
    place: usize,
    changed: watch::Receiver<()>,
    channels: Vec<Channel>,
}

impl Reader {
    fn new(state: Arc<State>) -> Self {
        let changed = state.changed.subscribe();
        let place = state.inner().script.len();
        Self {
            state,
            place,
            changed,
            channels: Vec::new(),
        }
    }

    /// Carries `channel` from now on.
    fn subscribe(&mut self, channel: Channel) {
        self.channels.push(channel);
        let mut inner = self.state.inner();
        inner.subscriptions += 1;
        if self.channels.len() == 1 {
            self.place = inner.script.len();
        }
        self.state.tell(inner);
    }

    /// What comes next on one of its channels. Safe to cancel.
    async fn next(&mut self) -> Step {
        loop {
            let step = self.state.inner().script.get(self.place).cloned();
            match step {
                Some(step) => {
                    self.place += 1;
                    match &step {
                        Step::Send(event) | Step::Cut(event) if self.channel(event).is_none() => {}
                        _ => return step,
                    }
                }
                None => {
                    if tokio::time::timeout(HEARTBEAT, self.changed.changed()).await.is_err() {
                        return Step::Thump;
                    }
                }
            }
        }
    }

    fn channel(&self, event: &Event) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.carries(event))
    }

    fn sent(&self, event: &Event) {
        self.state.inner().streamed.push(Sent {
            event: event.name.clone(),
            payload: event.payload.clone(),
        });
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut inner = self.state.inner();
        inner.subscriptions -= self.channels.len();
        self.state.tell(inner);
    }
}

async fn events(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(line): ConnectInfo<Line>,
    uri: Uri,
    headers: HeaderMap,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    if let Some(response) = state.fault(&uri.to_string()).and_then(Answer::response) {
        return response;
    }
    if let Err(refused) = state.admit(&headers) {
        return *refused;
    }
    let stream = uri.path().trim_start_matches("/api/v1/streaming/").replace('/', ":");
    let Some(channel) = Channel::new(&stream, asked.get("tag").map(String::as_str)) else {
        return error(StatusCode::BAD_REQUEST, "No tag for stream provided");
    };
    let mut reader = Reader::new(state);
    reader.subscribe(channel);
    let body = futures::stream::unfold((reader, line, true), |(mut reader, line, first)| async move {
        // So that the headers go out with something.
        let part = match first {
            true => Bytes::from_static(b":)\n"),
            false => part(&mut reader, &line).await?,
        };
        Some((Ok::<_, Infallible>(part), (reader, line, false)))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(body)).into_response()
}

/// The next part of a body of server-sent events; none at its end.
async fn part(reader: &mut Reader, line: &Line) -> Option<Bytes> {
    let text = |event: &Event| format!("event: {}\ndata: {}\n\n", event.name, event.payload);
    Some(match reader.next().await {
        Step::Send(event) => {
            reader.sent(&event);
            text(&event).into()
        }
        Step::Cut(event) => {
            let text = text(&event);
            // What was sent before leaves first.
            tokio::task::yield_now().await;
            line.cut_after(text.len() / 2);
            text.into()
        }
        Step::Thump => Bytes::from_static(b":thump\n"),
        Step::Close => return None,
        Step::Stall => std::future::pending().await,
    })
}

async fn websocket(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(line): ConnectInfo<Line>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Some(response) = state.fault(&uri.to_string()).and_then(Answer::response) {
        return response;
    }
    if let Err(refused) = state.admit(&headers) {
        return *refused;
    }
    upgrade.on_upgrade(move |socket| async move { talk(Reader::new(state), socket, line).await })
}

/// Ends with the connection.
async fn talk(mut reader: Reader, mut socket: WebSocket, line: Line) {
    loop {
        let going = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => hear(&mut reader, &mut socket, &text).await,
                Some(Ok(Message::Close(_)) | Err(_)) | None => None,
                Some(Ok(_)) => Some(()),
            },
            step = reader.next() => tell(&reader, &mut socket, &line, step).await,
        };
        if going.is_none() {
            return;
        }
    }
}

/// What the client wants.
async fn hear(reader: &mut Reader, socket: &mut WebSocket, text: &str) -> Option<()> {
    if let Some(Answer::Status(status)) = reader.state.fault("subscribe") {
        let refusal = json!({"error": "told to", "status": status});
        return socket.send(Message::text(refusal.to_string())).await.ok();
    }
    let wish: Value = serde_json::from_str(text).unwrap_or_default();
    let channel = Channel::new(wish["stream"].as_str().unwrap_or_default(), wish["tag"].as_str());
    match (wish["type"].as_str(), channel) {
        (Some("subscribe"), Some(channel)) => reader.subscribe(channel),
        _ => {
            let refusal = json!({"error": "Unknown stream type", "status": 400});
            socket.send(Message::text(refusal.to_string())).await.ok()?;
        }
    }
    Some(())
}

/// What the script says.
async fn tell(reader: &Reader, socket: &mut WebSocket, line: &Line, step: Step) -> Option<()> {
    let frame = |event: &Event| {
        let names = reader.channel(event).map(Channel::names);
        let frame = json!({"stream": names, "event": event.name, "payload": event.payload}).to_string();
        (frame.len(), Message::text(frame))
    };
    match step {
        Step::Send(event) => {
            socket.send(frame(&event).1).await.ok()?;
            reader.sent(&event);
        }
        Step::Cut(event) => {
            let (length, message) = frame(&event);
            line.cut_after(length / 2);
            socket.send(message).await.ok()?;
        }
        Step::Thump => socket.send(Message::Ping(Bytes::new())).await.ok()?,
        Step::Close => return None,
        // Until the client gives up.
        Step::Stall => {
            while let Some(Ok(_)) = socket.recv().await {}
            return None;
        }
    }
    Some(())
}
