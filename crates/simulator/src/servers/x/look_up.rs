//! Posts by their ids, from what was sent; those that are gone, hidden or were never sent are errors of their own. Nothing is sent here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Api, Refusal, answer, posts, refused};

/// How many posts may be asked for at once.
const MOST: usize = 100;

/// What is known of posts, and what was asked.
#[derive(Default)]
pub(super) struct LookUps {
    pub(super) gone: BTreeSet<String>,
    pub(super) hidden: BTreeSet<String>,
    pub(super) refusals: VecDeque<Refusal>,
    pub(super) answered: Vec<Vec<String>>,
}

pub(super) async fn look_up(
    State(api): State<Arc<Api>>,
    Query(parameters): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(response) = api.stranger(&headers) {
        return response;
    }
    let ids: Vec<&str> = parameters.get("ids").map_or(Vec::new(), |ids| ids.split(',').collect());
    if ids.is_empty() || ids.len() > MOST {
        let detail = format!("the `ids` query parameter has {} ids, not 1 to {MOST}", ids.len());
        return answer(
            StatusCode::BAD_REQUEST,
            &json!({"title": "Invalid Request", "detail": detail}),
        );
    }
    let mut shared = api.lock();
    if let Some(refusal) = shared.lookups.refusals.pop_front() {
        return refused(&refusal);
    }
    let asked = ids.iter().map(|id| (*id).to_owned()).collect();
    shared.lookups.answered.push(asked);
    let sent: Vec<Value> = posts(&shared.acts)
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let (mut data, mut users, mut tweets, mut errors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let post = sent.iter().find(|line| line["data"]["id"] == id);
        match post.filter(|_| !shared.lookups.gone.contains(id)) {
            Some(_) if shared.lookups.hidden.contains(id) => errors.push(hidden(id)),
            Some(line) => {
                let mut post = line["data"].clone();
                if let Some(history) = history(&sent, id) {
                    post["edit_history_tweet_ids"] = history.clone();
                }
                data.push(post);
                let included = |kind: &str| line["includes"][kind].as_array().cloned().unwrap_or_default();
                users.extend(included("users"));
                tweets.extend(included("tweets"));
            }
            None => errors.push(not_found(id)),
        }
    }
    drop(shared);
    api.told();
    let includes = json!({"users": users, "tweets": tweets});
    answer(
        StatusCode::OK,
        &json!({"data": data, "includes": includes, "errors": errors}),
    )
}

/// All editions of the post, as the newest one tells them.
fn history<'a>(sent: &'a [Value], id: &str) -> Option<&'a Value> {
    let histories = sent.iter().map(|line| &line["data"]["edit_history_tweet_ids"]);
    let ids = |history: &Value| history.as_array().map_or(0, Vec::len);
    let has = |history: &&Value| history.as_array().is_some_and(|ids| ids.iter().any(|it| it == id));
    histories.filter(has).max_by_key(|history| ids(history))
}

fn not_found(id: &str) -> Value {
    json!({
        "value": id, "resource_id": id, "parameter": "ids", "resource_type": "tweet", "title": "Not Found Error",
        "detail": format!("Could not find tweet with ids: [{id}]."),
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    })
}

fn hidden(id: &str) -> Value {
    json!({
        "value": id, "resource_id": id, "parameter": "ids", "resource_type": "tweet", "title": "Authorization Error",
        "detail": format!("Sorry, you are not authorized to see the Tweet with ids: [{id}]."),
        "type": "https://api.twitter.com/2/problems/not-authorized-for-resource",
    })
}
