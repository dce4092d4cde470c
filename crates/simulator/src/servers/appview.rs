//! Bluesky's public AppView, as far as profiles go: `GET /xrpc/app.bsky.actor.getProfiles?actors=`, at most 25 at once, with its limits
//! and its failures by script.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Served;

/// How many actors one request may name.
const MOST_ACTORS: usize = 25;

/// An account as the AppView shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its DID.
    pub did: String,
    /// Its handle; `handle.invalid` where its domain does not point back at it.
    pub handle: String,
    /// How many follow it.
    pub followers: u64,
}

/// How a request is answered instead of by profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 429 with the `ratelimit-*` headers; the limit is lifted at this second since 1970.
    Limited(i64),
    /// 429 with `Retry-After`, in seconds.
    RetryAfter(u64),
    /// Another status, such as 503.
    Status(u16),
    /// Status 200 with a body that is no JSON.
    Garbled,
}

#[derive(Debug, Default)]
struct View {
    profiles: BTreeMap<String, Profile>,
    failures: VecDeque<Failure>,
    asked: Vec<Vec<String>>,
    /// How many requests are left until the limit is lifted at that second; no limit where absent.
    left: Option<(u64, i64)>,
}

/// The fake AppView.
#[derive(Debug)]
pub struct AppView {
    served: Served,
    view: Arc<Mutex<View>>,
}

impl AppView {
    /// An AppView that knows nobody.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> std::io::Result<Self> {
        let view = Arc::new(Mutex::new(View::default()));
        let app = Router::new()
            .route("/xrpc/app.bsky.actor.getProfiles", get(profiles))
            .with_state(Arc::clone(&view));
        Ok(Self {
            served: Served::start(app).await?,
            view,
        })
    }

    /// Its address as a client is configured with it.
    pub fn url(&self) -> String {
        format!("http://{}", self.served.address())
    }

    /// Shows this account from now on, instead of what was shown of it before.
    pub fn put(&self, profile: Profile) {
        lock(&self.view).profiles.insert(profile.did.clone(), profile);
    }

    /// The next requests fail like this, one each, behind those already told to.
    pub fn fail(&self, failures: impl IntoIterator<Item = Failure>) {
        lock(&self.view).failures.extend(failures);
    }

    /// Lets that many requests more through; the limit is lifted at this second since 1970, and told so in every answer.
    pub fn limit(&self, left: u64, reset: i64) {
        lock(&self.view).left = Some((left, reset));
    }

    /// The actors of every request so far, refused ones included.
    pub fn asked(&self) -> Vec<Vec<String>> {
        lock(&self.view).asked.clone()
    }
}

fn lock(view: &Mutex<View>) -> MutexGuard<'_, View> {
    view.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn profiles(State(view): State<Arc<Mutex<View>>>, Query(query): Query<Vec<(String, String)>>) -> Response<Body> {
    let named = |(name, value)| (name == "actors").then_some(value);
    let actors: Vec<String> = query.into_iter().filter_map(named).collect();
    let mut view = lock(&view);
    view.asked.push(actors.clone());
    if let Some(failure) = view.failures.pop_front() {
        return failed(failure);
    }
    match &mut view.left {
        Some((0, reset)) => return failed(Failure::Limited(*reset)),
        Some((left, _)) => *left -= 1,
        None => {}
    }
    let is_known = |actor: &String| actor.starts_with("did:") || actor.contains('.');
    let mut response = if actors.is_empty() || actors.len() > MOST_ACTORS || !actors.iter().all(is_known) {
        let message = format!("actors must be 1 to {MOST_ACTORS} DIDs or handles");
        error(400, "InvalidRequest", &message)
    } else {
        // Actors are named by either.
        let by_handle = |actor: &String| view.profiles.values().find(|profile| profile.handle == *actor);
        let found = actors
            .iter()
            .filter_map(|actor| view.profiles.get(actor).or_else(|| by_handle(actor)));
        let found: Vec<Value> = found.map(shown).collect();
        json_response(200, json!({"profiles": found}))
    };
    if let Some((left, reset)) = view.left {
        tell_limits(response.headers_mut(), left, reset);
    }
    response
}

fn shown(profile: &Profile) -> Value {
    json!({
        "did": profile.did,
        "handle": profile.handle,
        "displayName": "",
        "followersCount": profile.followers,
        "followsCount": 1,
        "postsCount": 1,
        "labels": [],
    })
}

fn failed(failure: Failure) -> Response<Body> {
    match failure {
        Failure::Limited(reset) => {
            let mut response = error(429, "RateLimitExceeded", "Rate Limit Exceeded");
            tell_limits(response.headers_mut(), 0, reset);
            response
        }
        Failure::RetryAfter(seconds) => {
            let mut response = error(429, "RateLimitExceeded", "Rate Limit Exceeded");
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert("retry-after", seconds);
            response
        }
        Failure::Status(status) => error(status, "UpstreamFailure", "Upstream service unreachable"),
        Failure::Garbled => Response::new(Body::from("<html>")),
    }
}

fn tell_limits(headers: &mut HeaderMap, left: u64, reset: i64) {
    const POLICY: &str = "3000;w=300";
    let mut tell = |name: &'static str, value: HeaderValue| headers.insert(HeaderName::from_static(name), value);
    tell("ratelimit-limit", HeaderValue::from(3000));
    tell("ratelimit-remaining", HeaderValue::from(left));
    tell("ratelimit-reset", HeaderValue::from(reset));
    tell("ratelimit-policy", HeaderValue::from_static(POLICY));
}

fn error(status: u16, name: &str, message: &str) -> Response<Body> {
    json_response(status, json!({"error": name, "message": message}))
}

fn json_response(status: u16, body: Value) -> Response<Body> {
    use axum::response::IntoResponse;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(body)).into_response()
}
