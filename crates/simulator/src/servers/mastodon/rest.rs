//! What an instance answers over REST: what it is, and its timelines by pages within a rate limit. Streams are elsewhere.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Answer, Inner, Place, State, Window, error, id_of, key};

/// How many statuses a page has at most, and where nothing is asked for.
const MOST: usize = 40;
const USUALLY: usize = 20;

type Asked = Query<HashMap<String, String>>;

pub(super) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/v2/instance", get(instance))
        .route("/api/v1/timelines/public", get(public))
        .route("/api/v1/timelines/tag/{tag}", get(tag))
}

async fn instance(Shared(state): Shared<Arc<State>>, uri: Uri) -> Response {
    let feeds = json!({"local": "authenticated", "remote": "authenticated"});
    let about = json!({
        "domain": state.address.to_string(),
        "version": "4.5.0",
        "configuration": {
            "urls": {"streaming": format!("ws://{}", state.address)},
            "timelines_access": {"live_feeds": feeds, "hashtag_feeds": feeds},
        },
    });
    answer(state.fault(&uri.to_string()), &about)
}

async fn public(Shared(state): Shared<Arc<State>>, uri: Uri, headers: HeaderMap, Query(asked): Asked) -> Response {
    page(&state, &uri, &headers, &asked, None)
}

async fn tag(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
    Path(tag): Path<String>,
    Query(asked): Asked,
) -> Response {
    page(&state, &uri, &headers, &asked, Some(&tag.to_lowercase()))
}

fn page(
    state: &State,
    uri: &Uri,
    headers: &HeaderMap,
    asked: &HashMap<String, String>,
    tag: Option<&String>,
) -> Response {
    let fault = state.fault(&uri.to_string());
    if let Err(refused) = state.admit(headers) {
        return *refused;
    }
    let now = state.clock.now();
    let mut inner = state.inner();
    if inner.window.until <= now {
        inner.window.used = 0;
        inner.window.until = now.plus(inner.window.length);
    }
    let mut response = if inner.window.used >= inner.window.limit {
        inner.refused += 1;
        let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        let after = inner.window.until.since(now).as_secs() + 1;
        response.headers_mut().insert("retry-after", after.into());
        response
    } else {
        inner.window.used += 1;
        let statuses = inner.select(asked, tag);
        if fault.is_none() {
            inner
                .paged
                .extend(statuses.iter().map(|status| id_of(status).to_owned()));
        }
        answer(fault, &Value::Array(statuses))
    };
    limits(&inner.window, response.headers_mut());
    response
}

impl Inner {
    /// The page behind `min_id`, or the newest one; the newest status first, as always.
    fn select(&self, asked: &HashMap<String, String>, tag: Option<&String>) -> Vec<Value> {
        let limit = asked.get("limit").and_then(|limit| limit.parse().ok());
        let limit = limit.unwrap_or(USUALLY).min(MOST);
        let is = |name| asked.get(name).is_some_and(|value| value == "true");
        let fits = |status: &&Value| {
            let place = Place::of(status);
            (!is("local") || place.local)
                && (!is("remote") || !place.local)
                && tag.is_none_or(|tag| place.tags.contains(tag))
        };
        match asked.get("min_id") {
            Some(least) => {
                let behind = (Bound::Excluded(key(least)), Bound::Unbounded);
                let statuses = self.timeline.range(behind).map(|(_, status)| status);
                let mut page: Vec<_> = statuses.filter(fits).take(limit).cloned().collect();
                page.reverse();
                page
            }
            None => {
                let newest = self.timeline.values().rev();
                newest.filter(fits).take(limit).cloned().collect()
            }
        }
    }
}

fn limits(window: &Window, headers: &mut HeaderMap) {
    headers.insert("x-ratelimit-limit", window.limit.into());
    headers.insert("x-ratelimit-remaining", window.limit.saturating_sub(window.used).into());
    if let Ok(until) = HeaderValue::from_str(&window.until.to_string()) {
        headers.insert("x-ratelimit-reset", until);
    }
}

/// What was asked for, unless told otherwise.
fn answer(fault: Option<Answer>, value: &Value) -> Response {
    let mut text = value.to_string().into_bytes();
    match fault.map(Answer::response) {
        Some(Some(response)) => return response,
        Some(None) => text.truncate(text.len() / 2),
        None => {}
    }
    ([("content-type", "application/json")], text).into_response()
}
