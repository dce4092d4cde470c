//! A fake X API v2: the filtered stream, its rules and the look-up of posts, with the limits and the whims of the real one. What it is
//! told to send goes to every connection, whatever the rules say: matching is not known here. Rules are in `x/rules.rs`, look-ups in `x/look_up.rs`.

mod connection;
mod limits;
mod look_up;
mod rules;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Served;
use connection::Connection;
pub use limits::Limits;
use limits::Windows;
pub use rules::{Rule, Write};

/// One thing that a connection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Sends a post's envelope.
    Post(String),
    /// Sends the same envelope twice.
    Twice(String),
    /// Sends the second envelope before the first.
    Swapped(String, String),
    /// Sends any other line, such as a message of an unknown type.
    Message(String),
    /// Sends a line of so many bytes that is no post.
    Long(usize),
    /// Sends the first half of an envelope and ends the connection.
    Half(String),
    /// Says that the connection ends for operational reasons, and ends it.
    Disconnect,
    /// Ends the connection.
    Cut,
    /// Sends nothing any more, not even keep-alives.
    Stall,
}

/// How the next call is turned away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `x-rate-limit-reset`, in seconds since 1970.
    pub reset: Option<i64>,
    /// `Retry-After`: seconds, or a date.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// How somebody asked for the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The parameters.
    pub parameters: BTreeMap<String, String>,
    /// `User-Agent`.
    pub agent: String,
}

#[derive(Default)]
struct Shared {
    rules: rules::Rules,
    windows: Windows,
    acts: Vec<Act>,
    sent: Vec<String>,
    asked: Vec<Asked>,
    refusals: VecDeque<Refusal>,
    rule_refusals: VecDeque<Refusal>,
    open: u32,
    lookups: look_up::LookUps,
}

/// What all connections know.
struct Api {
    token: String,
    limits: Limits,
    keep_alive: Duration,
    shared: Mutex<Shared>,
    changed: watch::Sender<u64>,
}

impl Api {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The answer to somebody without the token.
    fn stranger(&self, headers: &HeaderMap) -> Option<Response> {
        let wanted = format!("Bearer {}", self.token);
        let known = headers
            .get("authorization")
            .is_some_and(|value| value.as_bytes() == wanted.as_bytes());
        let body = json!({"title": "Unauthorized", "status": 401, "detail": "Unauthorized", "type": "about:blank"});
        (!known).then(|| answer(StatusCode::UNAUTHORIZED, &body))
    }
}

/// The server, for as long as it is held.
pub struct X {
    api: Arc<Api>,
    served: Served,
}

impl X {
    /// Starts one that knows this bearer token and sends a keep-alive after so long a silence.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(token: &str, limits: Limits, keep_alive: Duration) -> std::io::Result<Self> {
        let api = Arc::new(Api {
            token: token.to_owned(),
            limits,
            keep_alive,
            shared: Mutex::default(),
            changed: watch::Sender::default(),
        });
        let app = Router::new()
            .route("/2/tweets/search/stream", get(connect))
            .route("/2/tweets/search/stream/rules", get(rules::read).post(rules::write))
            .route("/2/tweets", get(look_up::look_up))
            .with_state(Arc::clone(&api));
        let served = Served::start(app).await?;
        Ok(Self { api, served })
    }

    /// The API's address.
    pub fn url(&self) -> String {
        format!("http://{}", self.served.address())
    }

    /// Has every open connection do this next. While none is open it happens to nobody, and only a post can be asked for again.
    pub fn act(&self, act: Act) {
        self.api.lock().acts.push(act);
        self.api.told();
    }

    /// Turns the next connection away.
    pub fn refuse(&self, refusal: Refusal) {
        self.api.lock().refusals.push_back(refusal);
    }

    /// Turns the next call about rules away.
    pub fn refuse_rules(&self, refusal: Refusal) {
        self.api.lock().rule_refusals.push_back(refusal);
    }

    /// Puts a rule there that somebody else wrote.
    pub fn put_rule(&self, value: &str, tag: &str) {
        self.api.lock().rules.put(value, tag);
    }

    /// A word that makes a rule invalid wherever it stands.
    pub fn forbid(&self, word: &str) {
        self.api.lock().rules.forbid(word);
    }

    /// The post of this id is gone from now on.
    pub fn remove(&self, id: &str) {
        self.api.lock().lookups.gone.insert(id.to_owned());
    }

    /// Nobody is allowed to see the post of this id from now on: its author's account is protected or suspended.
    pub fn hide(&self, id: &str) {
        self.api.lock().lookups.hidden.insert(id.to_owned());
    }

    /// Turns the next look-up away.
    pub fn refuse_look_ups(&self, refusal: Refusal) {
        self.api.lock().lookups.refusals.push_back(refusal);
    }

    /// The ids of every look-up that was answered, in order.
    pub fn looked_up(&self) -> Vec<Vec<String>> {
        self.api.lock().lookups.answered.clone()
    }

    /// The lines of posts that were sent whole, in order, over all connections.
    pub fn sent(&self) -> Vec<String> {
        self.api.lock().sent.clone()
    }

    /// Every request for the stream, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.api.lock().asked.clone()
    }

    /// The rules as they are now.
    pub fn rules(&self) -> Vec<Rule> {
        self.api.lock().rules.all()
    }

    /// Everything that was written to the rules, in order.
    pub fn writes(&self) -> Vec<Write> {
        self.api.lock().rules.writes()
    }

    /// Returns once so many requests for the stream have come.
    pub async fn until_asked(&self, times: usize) {
        self.until(|shared| shared.asked.len() >= times).await;
    }

    /// Returns once so many look-ups were answered, or are about to be.
    pub async fn until_looked_up(&self, times: usize) {
        self.until(|shared| shared.lookups.answered.len() >= times).await;
    }

    /// Returns once the rules have been written to so often.
    pub async fn until_written(&self, times: usize) {
        self.until(|shared| shared.rules.writes().len() >= times).await;
    }

    async fn until(&self, is_so: impl Fn(&Shared) -> bool) {
        let mut changed = self.api.changed.subscribe();
        while !is_so(&self.api.lock()) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, refusal.body.clone()).into_response();
    let after = refusal.retry_after.as_ref();
    if let Some(after) = after.and_then(|after| HeaderValue::from_str(after).ok()) {
        response.headers_mut().insert("retry-after", after);
    }
    if let Some(reset) = refusal.reset {
        response.headers_mut().insert("x-rate-limit-reset", reset.into());
    }
    response
}

async fn connect(
    State(api): State<Arc<Api>>,
    Query(parameters): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let response = open(&api, parameters, &headers);
    api.told();
    response
}

fn open(api: &Arc<Api>, parameters: BTreeMap<String, String>, headers: &HeaderMap) -> Response {
    if let Some(response) = api.stranger(headers) {
        return response;
    }
    let minutes = parameters.get("backfill_minutes").map_or(Ok(0), |text| text.parse());
    let mut shared = api.lock();
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok());
    shared.asked.push(Asked {
        parameters,
        agent: agent.unwrap_or_default().to_owned(),
    });
    if let Some(refusal) = shared.refusals.pop_front() {
        return refused(&refusal);
    }
    if let Err(refusal) = shared.windows.connect(&api.limits) {
        return refused(&refusal);
    }
    let Some(minutes) = minutes
        .ok()
        .filter(|&minutes: &u32| minutes <= api.limits.backfill_minutes)
    else {
        let detail = "backfill_minutes is not available to this plan";
        return answer(
            StatusCode::BAD_REQUEST,
            &json!({"title": "Invalid Request", "detail": detail}),
        );
    };
    if shared.open >= api.limits.connections {
        let body = json!({
            "title": "ConnectionException",
            "detail": "This stream is currently at the maximum allowed connection limit.",
            "connection_issue": "TooManyConnections",
            "type": "https://api.twitter.com/2/problems/streaming-connection",
        });
        return answer(StatusCode::TOO_MANY_REQUESTS, &body);
    }
    if shared.rules.all().is_empty() {
        let body = json!({"title": "ConnectionException", "connection_issue": "RuleConfigurationIssue"});
        return answer(StatusCode::CONFLICT, &body);
    }
    shared.open += 1;
    // What is sent again is not told from what was never sent; everything here happened within a minute.
    let again = if minutes > 0 {
        posts(&shared.acts)
    } else {
        VecDeque::new()
    };
    let connection = Connection::new(Arc::clone(api), shared.acts.len(), again);
    drop(shared);
    Body::from_stream(stream::unfold(connection, Connection::step)).into_response()
}

/// The posts that these acts send.
fn posts(acts: &[Act]) -> VecDeque<String> {
    let mut posts = VecDeque::new();
    for act in acts {
        match act {
            Act::Post(line) | Act::Twice(line) | Act::Half(line) => posts.push_back(line.clone()),
            Act::Swapped(one, other) => posts.extend([one.clone(), other.clone()]),
            _ => {}
        }
    }
    posts
}
