//! A Mastodon instance: what is posted on it while it runs, what it is told to do wrong, and what it really sent. How it answers over
//! REST is in `mastodon/rest.rs`, over streams in `mastodon/streaming.rs`, how connections break in `mastodon/line.rs`.

mod line;
mod rest;
mod streaming;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use backtweet_domain::{Clock, Timestamp};

use self::line::{Line, Listener};
use super::Served;

/// A running instance.
pub struct Mastodon {
    state: Arc<State>,
    served: Served,
}

/// What an instance answers instead of what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// This HTTP status, with an error in JSON.
    Status(u16),
    /// 429, with so many seconds in `Retry-After`.
    Limited(u64),
    /// 503, with so many seconds in `Retry-After`.
    Down(u64),
    /// The JSON, cut off in its middle.
    Truncated,
}

/// One event as it was sent over a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its name, such as `update`.
    pub event: String,
    /// Its payload: a status in JSON, or a bare id.
    pub payload: String,
}

/// What is shared by all connections.
struct State {
    token: String,
    clock: Arc<dyn Clock>,
    address: SocketAddr,
    inner: Mutex<Inner>,
    /// Told of every change of `inner`.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Inner {
    /// Statuses by id; ids are ordered by length first.
    timeline: BTreeMap<(usize, String), Value>,
    /// Everything that streams send, in order; each connection starts at the end.
    script: Vec<Step>,
    faults: Vec<Fault>,
    window: Window,
    subscriptions: usize,
    streamed: Vec<Sent>,
    paged: Vec<String>,
    asked: Vec<String>,
    refused: u64,
}

/// What a stream does next.
#[derive(Clone)]
enum Step {
    Send(Arc<Event>),
    /// Sends half of it, and breaks the connection.
    Cut(Arc<Event>),
    /// Says nothing more to those who are connected.
    Stall,
    Thump,
    Close,
}

/// An event, and which streams it belongs to.
struct Event {
    name: String,
    payload: String,
    /// None for those that every stream carries.
    place: Option<Place>,
}

struct Place {
    local: bool,
    tags: Vec<String>,
}

struct Fault {
    path: String,
    answer: Answer,
    times: usize,
}

/// How many requests may be made until when.
struct Window {
    limit: u64,
    length: Duration,
    used: u64,
    until: Timestamp,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            limit: 300,
            length: Duration::from_secs(300),
            used: 0,
            until: Timestamp::EPOCH,
        }
    }
}

impl Mastodon {
    /// An instance without statuses, for holders of `token`; `clock` tells when its rate limit is set back.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(token: &str, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            token: token.to_owned(),
            clock,
            address,
            inner: Mutex::default(),
            changed: watch::Sender::new(()),
        });
        let app = rest::routes().merge(streaming::routes()).with_state(state.clone());
        let app = app.into_make_service_with_connect_info::<Line>();
        let served = Served::run(&address, async move {
            // It ends only with its task.
            let _ = axum::serve(Listener(listener), app).await;
        })?;
        Ok(Self { state, served })
    }

    /// Its address as a source is told it, such as `http://127.0.0.1:4000`.
    pub fn url(&self) -> String {
        format!("http://{}", self.served.address())
    }

    /// A status is posted: it stands in the timelines, and every stream it belongs to carries it.
    pub fn post(&self, status: &Value) {
        let mut inner = self.state.inner();
        inner.keep(status);
        inner.script.push(Step::Send(Event::of("update", status)));
        self.state.tell(inner);
    }

    /// A status is posted that no stream carries, as when it comes just before somebody subscribes.
    pub fn post_unstreamed(&self, status: &Value) {
        self.state.inner().keep(status);
    }

    /// Statuses are posted in this order, and streams carry them the other way round.
    pub fn post_reordered(&self, statuses: &[Value]) {
        let mut inner = self.state.inner();
        statuses.iter().for_each(|status| inner.keep(status));
        let steps = statuses
            .iter()
            .rev()
            .map(|status| Step::Send(Event::of("update", status)));
        inner.script.extend(steps);
        self.state.tell(inner);
    }

    /// A status is posted, and every stream that it belongs to breaks in the middle of it.
    pub fn post_and_cut(&self, status: &Value) {
        let mut inner = self.state.inner();
        inner.keep(status);
        inner.script.push(Step::Cut(Event::of("update", status)));
        self.state.tell(inner);
    }

    /// A status is edited.
    pub fn edit(&self, status: &Value) {
        let mut inner = self.state.inner();
        inner.keep(status);
        inner.script.push(Step::Send(Event::of("status.update", status)));
        self.state.tell(inner);
    }

    /// A status is taken back. Nobody needs to have seen it.
    pub fn delete(&self, id: &str) {
        self.state.inner().timeline.remove(&key(id));
        self.push("delete", id);
    }

    /// Every stream carries this event, whatever it is.
    pub fn push(&self, event: &str, payload: &str) {
        self.step(Step::Send(Arc::new(Event {
            name: event.to_owned(),
            payload: payload.to_owned(),
            place: None,
        })));
    }

    /// Streams carry the last `count` steps once more.
    pub fn replay(&self, count: usize) {
        let mut inner = self.state.inner();
        let from = inner.script.len().saturating_sub(count);
        inner.script.extend_from_within(from..);
        self.state.tell(inner);
    }

    /// Streams that are open now say nothing more, not even that they live.
    pub fn stall(&self) {
        self.step(Step::Stall);
    }

    /// Streams say that they live, as they do every 15 s.
    pub fn thump(&self) {
        self.step(Step::Thump);
    }

    /// Streams that are open now are closed.
    pub fn close(&self) {
        self.step(Step::Close);
    }

    /// The next `times` requests whose path starts with `path` are answered with `answer`. What a WebSocket is told to subscribe to is asked
    /// for under `subscribe`.
    pub fn fail(&self, path: &str, answer: Answer, times: usize) {
        self.state.inner().faults.push(Fault {
            path: path.to_owned(),
            answer,
            times,
        });
    }

    /// How many requests for pages may be made in how long; 300 in 5 minutes where not told. A new window starts now.
    pub fn limit(&self, limit: u64, length: Duration) {
        let until = self.state.clock.now().plus(length);
        self.state.inner().window = Window {
            limit,
            length,
            used: 0,
            until,
        };
    }

    /// Waits until exactly so many streams are subscribed to: what is posted then reaches them all.
    pub async fn subscribed(&self, count: usize) {
        let mut changed = self.state.changed.subscribe();
        while self.state.inner().subscriptions != count {
            // The sender lives as long as this.
            let _ = changed.changed().await;
        }
    }

    /// What was sent over streams, in order, without what was cut.
    pub fn streamed(&self) -> Vec<Sent> {
        self.state.inner().streamed.clone()
    }

    /// Ids of the statuses that were sent as parts of pages, in order.
    pub fn paged(&self) -> Vec<String> {
        self.state.inner().paged.clone()
    }

    /// What was asked for: paths with their queries, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state.inner().asked.clone()
    }

    /// How many requests came although the limit was used up.
    pub fn refused(&self) -> u64 {
        self.state.inner().refused
    }

    fn step(&self, step: Step) {
        let mut inner = self.state.inner();
        inner.script.push(step);
        self.state.tell(inner);
    }
}

impl State {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, inner: MutexGuard<'_, Inner>) {
        drop(inner);
        self.changed.send_replace(());
    }

    /// Notes that `path` was asked for, and says what to answer instead, if it was told to.
    fn fault(&self, path: &str) -> Option<Answer> {
        let mut inner = self.inner();
        inner.asked.push(path.to_owned());
        let fault = inner
            .faults
            .iter_mut()
            .find(|fault| fault.times > 0 && path.starts_with(&fault.path))?;
        fault.times -= 1;
        Some(fault.answer)
    }

    /// Refuses whoever does not hold the token.
    fn admit(&self, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok());
        if given.and_then(|given| given.strip_prefix("Bearer ")) == Some(&self.token) {
            return Ok(());
        }
        Err(Box::new(error(StatusCode::UNAUTHORIZED, "The access token is invalid")))
    }
}

impl Inner {
    fn keep(&mut self, status: &Value) {
        self.timeline.insert(key(id_of(status)), status.clone());
    }
}

impl Event {
    fn of(name: &str, status: &Value) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            payload: status.to_string(),
            place: Some(Place::of(status)),
        })
    }
}

impl Place {
    fn of(status: &Value) -> Self {
        let acct = status["account"]["acct"].as_str().unwrap_or_default();
        let tags = status["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            local: !acct.contains('@'),
            tags: tags
                .iter()
                .filter_map(|tag| tag["name"].as_str().map(str::to_lowercase))
                .collect(),
        }
    }
}

impl Answer {
    /// As a response; none where it is what was asked for, cut off.
    fn response(self) -> Option<Response> {
        match self {
            Answer::Status(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Some(error(status, "told to"))
            }
            Answer::Limited(seconds) | Answer::Down(seconds) => {
                let status = match self {
                    Answer::Down(_) => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::TOO_MANY_REQUESTS,
                };
                let mut response = error(status, "told to");
                response.headers_mut().insert("retry-after", seconds.into());
                Some(response)
            }
            Answer::Truncated => None,
        }
    }
}

fn id_of(status: &Value) -> &str {
    status["id"].as_str().unwrap_or_default()
}

/// Ids in the order in which they were given.
fn key(id: &str) -> (usize, String) {
    (id.len(), id.to_owned())
}

fn error(status: StatusCode, what: &str) -> Response {
    (status, axum::Json(json!({"error": what}))).into_response()
}
