//! What an instance is asked over REST: where its streams are, and its timelines by pages, within its rate limit. What a page is fetched
//! for is not known here.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use backtweet_domain::{Clock, Timestamp};

use super::place::{self, Stream};
use super::position::{Seen, StatusId};
use crate::normalise::clip;
use crate::secret::Secret;
use crate::source::Trouble;
use crate::transport;

/// How many statuses a page has at most.
pub(super) const PAGE: usize = 40;
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How much is read of a page, of a description of an instance, and of an error, in bytes.
const MOST_PAGE_BYTES: usize = 32 * 1024 * 1024;
const MOST_ABOUT_BYTES: usize = 4 * 1024 * 1024;
const MOST_ERROR_BYTES: usize = 4 * 1024;
/// Rate limits are set back after five minutes: a time of theirs that is further away comes from clocks that differ.
const WINDOW: Duration = Duration::from_secs(300);
/// Which part of the limit is left to others who use the account: one of so many requests.
const RESERVE: u64 = 20;

/// An instance, as one source asks it.
pub(super) struct Api {
    http: reqwest::Client,
    base: Url,
    /// Where the token lies; nothing where there is none.
    place: String,
    token: Option<HeaderValue>,
    clock: Arc<dyn Clock>,
    /// No page is asked for before.
    closed_until: Timestamp,
    /// Where its streams are, once it said so.
    streaming: Option<Url>,
}

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Failed {
    /// The instance does not give pages of this timeline.
    ForGood(String),
    /// It may the next time.
    ForNow(Trouble),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Failed::ForNow(trouble)
    }
}

impl Api {
    pub(super) fn new(base: Url, token: &str, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let client = transport::http().pool_max_idle_per_host(1).build();
        Ok(Self {
            http: client.map_err(|error| format!("no client for HTTP can be made: {error}"))?,
            base,
            token: bearer(token)?,
            place: token.to_owned(),
            clock,
            closed_until: Timestamp::EPOCH,
            streaming: None,
        })
    }

    /// Reads the token again: somebody may have changed it.
    pub(super) fn renew_token(&mut self) -> Result<(), Trouble> {
        self.token = bearer(&self.place).map_err(|reason| Trouble::Unusable { reason })?;
        Ok(())
    }

    pub(super) fn token(&self) -> Option<HeaderValue> {
        self.token.clone()
    }

    /// Where the streams are, as the instance says; the instance itself where it does not.
    pub(super) async fn streaming(&mut self) -> Result<Url, Trouble> {
        if let Some(known) = &self.streaming {
            return Ok(known.clone());
        }
        let mut url = self.base.clone();
        url.set_path("/api/v2/instance");
        let response = self.send(url, HeaderMap::new()).await?;
        let told = match response.status().as_u16() {
            200..300 => body(response, MOST_ABOUT_BYTES).await?.as_deref().and_then(told),
            429 | 300..400 | 500.. => return Err(self.refusal(response).await),
            // Older ones do not know the address, some show it to their members only.
            _ => None,
        };
        let found = match told {
            Some(told) => self.checked(&told)?,
            None => self.base.clone(),
        };
        Ok(self.streaming.insert(found).clone())
    }

    /// The next time it is looked up again where the streams are.
    pub(super) fn forget_streaming(&mut self) {
        self.streaming = None;
    }

    /// A token that is sent encrypted to the instance goes nowhere in the open.
    pub(super) fn checked(&self, told: &str) -> Result<Url, Trouble> {
        let scheme = |url: &Url| match url.scheme() {
            "wss" | "https" => Some("https"),
            "ws" | "http" if self.base.scheme() == "http" => Some("http"),
            _ => None,
        };
        let parsed = Url::parse(told).ok().filter(Url::has_host);
        let (Some(mut url), Some(scheme)) = (parsed.clone(), parsed.as_ref().and_then(scheme)) else {
            return Err(Trouble::Unusable {
                reason: format!(
                    "{} says that its streams are at `{}`, which is no wss:// address: its operators have to see to that",
                    place::host(&self.base),
                    clip(told)
                ),
            });
        };
        // From one scheme with a host to another.
        let _ = url.set_scheme(scheme);
        url.set_query(None);
        Ok(url)
    }

    /// The page of `stream`'s past right behind `after`; the newest one where that is none.
    pub(super) async fn page(&mut self, stream: &Stream, after: Option<&StatusId>) -> Result<Page, Failed> {
        let url = stream.timeline(&self.base, after.map(StatusId::as_str), PAGE);
        let mut headers = HeaderMap::new();
        headers.extend(self.token().map(|token| (AUTHORIZATION, token)));
        if let Some(left) = self.closed() {
            return Err(Failed::ForNow(Trouble::Limited {
                after: Some(left),
                reason: "the requests of this window are used up".to_owned(),
            }));
        }
        let response = self.ask(url, headers).await.map_err(|trouble| self.noted(trouble))?;
        let page = body(response, MOST_PAGE_BYTES).await?;
        let page = page.ok_or_else(|| Failed::ForGood(format!("a page has more than {MOST_PAGE_BYTES} bytes")))?;
        Ok(Page::read(&page)?)
    }

    /// Asks for something that does not count against the rate limit, and waits for the head of an answer that is a success.
    pub(super) async fn ask(&mut self, url: Url, headers: HeaderMap) -> Result<Response, Trouble> {
        let response = self.send(url, headers).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.refusal(response).await)
    }

    /// Waits for the head of any answer.
    async fn send(&mut self, url: Url, headers: HeaderMap) -> Result<Response, Trouble> {
        let asking = self.http.get(url).headers(headers).send();
        let response = match tokio::time::timeout(ANSWER, asking).await {
            Ok(response) => response.map_err(|error| lost(&error))?,
            Err(_) => return Err(slow()),
        };
        if let Some(reset) = used_up(response.headers(), self.clock.now()) {
            self.closed_until = self.closed_until.max(reset);
        }
        Ok(response)
    }

    /// What an answer other than a success means.
    async fn refusal(&self, response: Response) -> Trouble {
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_redirection() {
            let to = headers.get(LOCATION).and_then(|to| to.to_str().ok());
            return Trouble::Unusable {
                reason: format!(
                    "the server answers {} and points to `{}`: name the host that it points to as the instance",
                    status.as_u16(),
                    clip(to.unwrap_or_default())
                ),
            };
        }
        let said = body(response, MOST_ERROR_BYTES).await.ok().flatten();
        let said = said.unwrap_or_default();
        match transport::status(status, &headers, &String::from_utf8_lossy(&said)) {
            Trouble::Limited { after: None, reason } => Trouble::Limited {
                after: self.closed(),
                reason,
            },
            trouble => trouble,
        }
    }

    /// A limit that was run into, because others use the account too, is kept to.
    fn noted(&mut self, trouble: Trouble) -> Failed {
        if let Trouble::Limited { after: Some(after), .. } = &trouble {
            self.closed_until = self.clock.now().plus(*after);
        }
        for_good(trouble)
    }

    /// For how long no page can be had.
    fn closed(&self) -> Option<Duration> {
        let left = self.closed_until.since(self.clock.now());
        (!left.is_zero()).then_some(left)
    }
}

/// The token as a header; it is never shown.
fn bearer(place: &str) -> Result<Option<HeaderValue>, String> {
    if place.is_empty() {
        return Ok(None);
    }
    let secret = Secret::read(place)?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.reveal()))
        .map_err(|_| format!("the token at {place} has characters that no token has: put the right one there"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// When the requests are set back, where too few are left; never further away than the network's window.
fn used_up(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name| text(name).and_then(|value: &str| value.trim().parse::<u64>().ok());
    let remaining = number("x-ratelimit-remaining")?;
    if remaining > number("x-ratelimit-limit").unwrap_or(0) / RESERVE {
        return None;
    }
    let reset = text("x-ratelimit-reset").and_then(|time| Timestamp::parse(time.trim()).ok());
    let soonest = now.plus(Duration::from_secs(1));
    Some(reset.unwrap_or(soonest).clamp(soonest, now.plus(WINDOW)))
}

/// Whether it is of use to ask for a page again.
fn for_good(trouble: Trouble) -> Failed {
    match &trouble {
        Trouble::Status { status: 408 | 425, .. } => Failed::ForNow(trouble),
        Trouble::Status { status: 400..500, .. } => Failed::ForGood(trouble.to_string()),
        _ => Failed::ForNow(trouble),
    }
}

/// The body, where it has at most so many bytes.
async fn body(mut response: Response, most: usize) -> Result<Option<Bytes>, Trouble> {
    let reading = async {
        let mut read = BytesMut::new();
        while let Some(chunk) = response.chunk().await? {
            if read.len() + chunk.len() > most {
                return Ok(None);
            }
            read.extend_from_slice(&chunk);
        }
        Ok(Some(read.freeze()))
    };
    match tokio::time::timeout(ANSWER, reading).await {
        Ok(read) => read.map_err(|error: reqwest::Error| lost(&error)),
        Err(_) => Err(slow()),
    }
}

fn slow() -> Trouble {
    Trouble::Lost {
        reason: format!("no answer within {} s", ANSWER.as_secs()),
    }
}

pub(super) fn lost(error: &reqwest::Error) -> Trouble {
    Trouble::Lost {
        reason: transport::innermost(error),
    }
}

/// Where an instance says that its streams are.
fn told(about: &[u8]) -> Option<String> {
    let about: serde_json::Value = serde_json::from_slice(about).ok()?;
    let url = about.pointer("/configuration/urls/streaming")?.as_str()?;
    (!url.is_empty()).then(|| url.to_owned())
}

/// A page of a timeline.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its statuses, the oldest first.
    pub(super) lines: Vec<Bytes>,
    /// The one with the greatest id.
    pub(super) newest: Option<Seen>,
}

impl Page {
    fn read(body: &Bytes) -> Result<Self, Trouble> {
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Statuses<'a>(#[serde(borrow)] Vec<&'a RawValue>);
        let Statuses(statuses) = serde_json::from_slice(body).map_err(|error| Trouble::Lost {
            reason: format!("a page of the timeline is no list of statuses: {error}"),
        })?;
        let seen = statuses.iter().filter_map(|status| Seen::of(status.get()));
        Ok(Self {
            newest: seen.max_by(|one, other| one.id.cmp(&other.id)),
            lines: statuses
                .iter()
                .rev()
                .map(|status| body.slice_ref(status.get().as_bytes()))
                .collect(),
        })
    }
}
