//! The requests to X: the stream, reading and writing its rules, looking posts up, within the limits of 15 minutes. When which is made is not known here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backtweet_domain::{Clock, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::answer::Answer;
use super::rules::{Present, Wanted};
use super::window::Window;
use crate::normalise::clip;
use crate::secret::Secret;
use crate::source::Trouble;
use crate::transport;

/// Of the 50 connects, 450 rule reads and 100 rule writes of 15 minutes, so many are used.
const MOST_CONNECTS: usize = 45;
const MOST_READS: usize = 400;
const MOST_WRITES: usize = 90;
/// Look-ups are limited by plan; the least that any has is 300.
const MOST_LOOK_UPS: usize = 270;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Largest answer that is read, in bytes: 25,000 rules of 2,048 characters and then some.
const MOST_ANSWER_BYTES: usize = 256 * 1024 * 1024;
const MOST_ERROR_BYTES: usize = 64 * 1024;

const RULES: &str = "/2/tweets/search/stream/rules";

/// What is asked for with each post.
const FIELDS: [(&str, &str); 3] = [
    (
        "tweet.fields",
        "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets",
    ),
    ("user.fields", "public_metrics,username,name,created_at"),
    (
        "expansions",
        "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
    ),
];

/// A rule that was not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) value: String,
    /// What X calls the error, such as `Invalid Rule`.
    pub(super) title: String,
    /// What it says.
    pub(super) detail: String,
}

impl Rejected {
    /// Whether something is wrong with the rule itself.
    pub(super) fn is_invalid(&self) -> bool {
        !self.is_there() && !self.title.contains("Cap")
    }

    /// Whether it stands there already.
    pub(super) fn is_there(&self) -> bool {
        self.title.contains("Duplicate")
    }
}

/// X, as one app sees it.
pub(super) struct Api {
    http: reqwest::Client,
    base: Url,
    token: Secret,
    clock: Arc<dyn Clock>,
    connects: Mutex<Window>,
    reads: Mutex<Window>,
    writes: Mutex<Window>,
    look_ups: Mutex<Window>,
}

#[derive(Deserialize)]
struct Standing {
    #[serde(default)]
    data: Vec<Present>,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    errors: Vec<Value>,
}

impl Api {
    /// # Errors
    /// When the address is none, with the remedy.
    pub(super) fn new(base: &str, token: Secret, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let wrong = |why: &str| format!("api: `{}` is no address ({why}): write https://api.x.com", clip(base));
        let url = Url::parse(base).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("neither http nor https"));
        }
        // Compressed posts would come late: they wait until a block is full.
        let http = transport::http().no_gzip().build();
        Ok(Self {
            http: http.map_err(|error| format!("no HTTP client can be made: {error}"))?,
            base: url,
            token,
            clock,
            connects: Mutex::new(Window::new(MOST_CONNECTS)),
            reads: Mutex::new(Window::new(MOST_READS)),
            writes: Mutex::new(Window::new(MOST_WRITES)),
            look_ups: Mutex::new(Window::new(MOST_LOOK_UPS)),
        })
    }

    /// Opens the stream, with posts of so many minutes back.
    pub(super) async fn stream(&self, backfill_minutes: u32) -> Result<reqwest::Response, Trouble> {
        take(&self.connects, "connects")?;
        let mut parameters: Vec<(&str, String)> = FIELDS.map(|(name, value)| (name, value.to_owned())).to_vec();
        if backfill_minutes > 0 {
            parameters.push(("backfill_minutes", backfill_minutes.to_string()));
        }
        let url = self.url("/2/tweets/search/stream", &parameters);
        self.send(self.http.get(url)).await
    }

    /// What has become of posts, at most 100 of them. Each costs as much as one that the stream brings.
    pub(super) async fn look_up(&self, posts: &[u64]) -> Result<Answer, Trouble> {
        take(&self.look_ups, "look-ups of posts")?;
        let ids: Vec<String> = posts.iter().map(u64::to_string).collect();
        let mut parameters: Vec<(&str, String)> = FIELDS.map(|(name, value)| (name, value.to_owned())).to_vec();
        parameters.push(("ids", ids.join(",")));
        let response = self.send(self.http.get(self.url("/2/tweets", &parameters))).await?;
        Answer::read(&body(response, MOST_ANSWER_BYTES).await?)
    }

    /// The rules that stand there.
    pub(super) async fn rules(&self) -> Result<Vec<Present>, Trouble> {
        take(&self.reads, "reads of the rules")?;
        let response = self.send(self.http.get(self.url(RULES, &[]))).await?;
        let body = body(response, MOST_ANSWER_BYTES).await?;
        Ok(parse::<Standing>(&body)?.data)
    }

    /// Adds rules; those that were not added are told.
    pub(super) async fn add(&self, rules: &[Wanted]) -> Result<Vec<Rejected>, Trouble> {
        let request = self.http.post(self.url(RULES, &[]));
        self.write(request.json(&json!({"add": rules}))).await
    }

    /// Has X look at rules of these values without adding them.
    pub(super) async fn check(&self, values: &[&str]) -> Result<Vec<Rejected>, Trouble> {
        let rules: Vec<Value> = values.iter().map(|value| json!({"value": value})).collect();
        let request = self.http.post(self.url(RULES, &[("dry_run", "true".to_owned())]));
        self.write(request.json(&json!({"add": rules}))).await
    }

    /// Whether more than half of the writes are used up.
    pub(super) fn is_short_of_writes(&self) -> bool {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).left() < MOST_WRITES / 2
    }

    pub(super) async fn delete(&self, ids: &[String]) -> Result<(), Trouble> {
        let request = self.http.post(self.url(RULES, &[]));
        self.write(request.json(&json!({"delete": {"ids": ids}}))).await?;
        Ok(())
    }

    fn url(&self, path: &str, parameters: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url
    }

    async fn write(&self, request: reqwest::RequestBuilder) -> Result<Vec<Rejected>, Trouble> {
        take(&self.writes, "writes of the rules")?;
        let response = self.request(request).await?;
        let status = response.status();
        if !status.is_success() && !matches!(status.as_u16(), 400 | 422) {
            return Err(self.refusal(response).await);
        }
        let body = body(response, MOST_ANSWER_BYTES).await?;
        let rejected: Vec<Rejected> = parse::<Written>(&body)?.errors.iter().filter_map(rejected).collect();
        if !status.is_success() && rejected.is_empty() {
            return Err(unusable(status.as_u16(), &String::from_utf8_lossy(&body)));
        }
        Ok(rejected)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Trouble> {
        let response = self.request(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.refusal(response).await)
    }

    async fn request(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Trouble> {
        let sending = request.bearer_auth(self.token.reveal()).send();
        match tokio::time::timeout(PATIENCE, sending).await {
            Ok(response) => response.map_err(lost),
            Err(_) => Err(silent()),
        }
    }

    /// What an answer other than success means.
    async fn refusal(&self, response: reqwest::Response) -> Trouble {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = body(response, MOST_ERROR_BYTES).await.unwrap_or_default();
        let body = String::from_utf8_lossy(&body);
        if status.as_u16() == 400 {
            return unusable(400, &body);
        }
        match transport::status(status, &headers, &body) {
            Trouble::Limited { after, reason } => {
                let reset = headers.get("x-rate-limit-reset").and_then(|value| value.to_str().ok());
                let reset = reset
                    .and_then(|text| text.trim().parse().ok())
                    .map(Timestamp::from_seconds);
                let left = reset.map(|reset| reset.since(self.clock.now()).min(transport::LONGEST_GRANTED));
                Trouble::Limited {
                    after: after.or(left).filter(|after| !after.is_zero()),
                    reason,
                }
            }
            trouble => trouble,
        }
    }
}

/// Without the address: it is configuration, and the reason stands behind it.
pub(super) fn lost(error: reqwest::Error) -> Trouble {
    let error = error.without_url();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    Trouble::Lost {
        reason: format!("{error}{}", cause.unwrap_or_default()),
    }
}

fn silent() -> Trouble {
    Trouble::Lost {
        reason: format!("no answer within {} s", PATIENCE.as_secs()),
    }
}

fn unusable(status: u16, body: &str) -> Trouble {
    Trouble::Unusable {
        reason: format!(
            "the server answers {status} ({}): see that rules, rule_length, backfill_minutes and connections are what \
             the plan allows",
            clip(body.trim())
        ),
    }
}

fn take(window: &Mutex<Window>, what: &str) -> Result<(), Trouble> {
    let taken = window.lock().unwrap_or_else(PoisonError::into_inner).take();
    taken.map_err(|after| Trouble::Limited {
        after: Some(after),
        reason: format!("as many {what} as X allows in 15 minutes were made"),
    })
}

async fn body(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    let reading = async {
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > most {
                return Err(Trouble::Lost {
                    reason: format!("an answer has more than {most} bytes"),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(read) => read.map(|()| body),
        Err(_) => Err(silent()),
    }
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body).map_err(|error| Trouble::Status {
        status: 200,
        reason: format!(
            "`{}` is no answer about rules ({error}): see that api is X's address",
            clip(&String::from_utf8_lossy(body))
        ),
    })
}

fn rejected(error: &Value) -> Option<Rejected> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let detail = match &error["details"] {
        Value::Array(details) => text(details.first().unwrap_or(&Value::Null)),
        _ => text(&error["detail"]),
    };
    Some(Rejected {
        value: error["value"].as_str()?.to_owned(),
        title: text(&error["title"]),
        detail,
    })
}
