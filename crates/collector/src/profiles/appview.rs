//! One request to Bluesky's AppView: `app.bsky.actor.getProfiles`, and what its answer says about the next one. Who is asked for, and how
//! often it is tried, is not known here.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use backtweet_domain::{AccountId, Timestamp};

use super::memory::Profile;
use crate::normalise::clip;
use crate::transport;

/// Longest answer that is read, in bytes: some profiles are long.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The longest pause that is kept to, so that a clock that is wrong does not stop the look-ups for good.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// What the AppView calls the handle of an account whose domain does not point back at it.
const INVALID: &str = "handle.invalid";

/// What the AppView told.
#[derive(Debug)]
pub(super) struct Answer {
    /// By DID; accounts that it does not know are left out.
    pub(super) profiles: HashMap<String, Profile>,
    /// How long it wants to be left alone from here on.
    pub(super) pause: Option<Duration>,
}

/// Why it told nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// What was asked is wrong.
    Wrong(String),
    /// It cannot answer at the moment; it may name a pause.
    Down { reason: String, pause: Option<Duration> },
}

#[derive(Deserialize)]
struct Body {
    profiles: Vec<Value>,
}

#[derive(Deserialize)]
struct Shown {
    did: String,
    handle: Option<String>,
    #[serde(rename = "followersCount")]
    followers: Option<u64>,
}

/// The AppView at its address.
pub(super) struct AppView {
    client: Client,
    address: Url,
}

impl AppView {
    /// # Errors
    /// When the address is none, or TLS cannot be set up.
    pub(super) fn new(address: &str, patience: Duration) -> Result<Self, String> {
        let wrong = || format!("`{}` is no address of an AppView: write https://host", clip(address));
        let base = Url::parse(address).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || base.host().is_none() {
            return Err(wrong());
        }
        let client = transport::http()
            .timeout(patience)
            .build()
            .map_err(|error| format!("profiles cannot be looked up: {error}"))?;
        let address = base.join("/xrpc/app.bsky.actor.getProfiles").map_err(|_| wrong())?;
        Ok(Self { client, address })
    }

    /// The profiles of some accounts, at most 25.
    pub(super) async fn profiles(&self, accounts: &[AccountId], now: Timestamp) -> Result<Answer, Refusal> {
        let mut url = self.address.clone();
        let actors = accounts.iter().map(|account| ("actors", account.native()));
        url.query_pairs_mut().extend_pairs(actors);
        let response = self.client.get(url).send().await.map_err(|error| down(&error))?;
        let status = response.status();
        let limit = pause(response.headers(), now);
        let body = read(response).await?;
        if status.is_success() {
            let profiles = profiles(&body).ok_or_else(|| Refusal::Down {
                reason: format!("the answer `{}` is none", clip(&String::from_utf8_lossy(&body))),
                pause: limit,
            })?;
            return Ok(Answer { profiles, pause: limit });
        }
        let said = String::from_utf8_lossy(&body);
        let reason = format!("it answers {}: {}", status.as_u16(), clip(said.trim()));
        Err(match status {
            StatusCode::BAD_REQUEST => Refusal::Wrong(reason),
            _ => Refusal::Down { reason, pause: limit },
        })
    }
}

fn down(error: &reqwest::Error) -> Refusal {
    Refusal::Down {
        reason: error.to_string(),
        pause: None,
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| down(&error))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Refusal::Down {
                reason: format!("the answer is longer than {MOST_BYTES} bytes"),
                pause: None,
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// One profile that cannot be read costs the others nothing.
fn profiles(body: &[u8]) -> Option<HashMap<String, Profile>> {
    let body: Body = serde_json::from_slice(body).ok()?;
    let shown = body
        .profiles
        .into_iter()
        .filter_map(|value| serde_json::from_value::<Shown>(value).ok());
    let profile = |shown: Shown| {
        let handle = shown
            .handle
            .map(|handle| handle.to_lowercase())
            .filter(|handle| is_handle(handle));
        (
            shown.did,
            Profile {
                handle,
                followers: shown.followers,
            },
        )
    };
    Some(shown.map(profile).collect())
}

/// Whether a text is a domain name, as every handle is.
fn is_handle(text: &str) -> bool {
    text != INVALID
        && text.len() <= 253
        && text.contains('.')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// How long the server wants to be left alone: what `Retry-After` says, or until its limit is lifted where nothing is left of it.
fn pause(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
    let until_reset = || {
        let reset = number("ratelimit-reset").filter(|_| number("ratelimit-remaining") == Some(0))?;
        Some(Timestamp::from_seconds(reset).since(now))
    };
    let pause = transport::retry_after(headers).or_else(until_reset)?;
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn the_server_is_left_alone_for_as_long_as_it_asks() {
        let now = Timestamp::from_seconds(1000);
        let pause = |pairs: &[(&'static str, &'static str)]| pause(&headers(pairs), now).map(|pause| pause.as_secs());
        assert_eq!(pause(&[]), None);
        assert_eq!(
            pause(&[("ratelimit-remaining", "7"), ("ratelimit-reset", "1100")]),
            None
        );
        assert_eq!(
            pause(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "1100")]),
            Some(100)
        );
        assert_eq!(
            pause(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "900")]),
            Some(0)
        );
        assert_eq!(
            pause(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "999999999")]),
            Some(900)
        );
        assert_eq!(
            pause(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "soon")]),
            None
        );
        assert_eq!(
            pause(&[
                ("retry-after", "30"),
                ("ratelimit-remaining", "0"),
                ("ratelimit-reset", "1100")
            ]),
            Some(30)
        );
    }

    #[test]
    fn a_profile_that_makes_no_sense_costs_the_others_nothing() {
        let body = br#"{"profiles":[{"did":1},{"did":"did:plc:a","handle":"Ann.Example","followersCount":5},
            {"did":"did:plc:b","handle":"handle.invalid"},{"did":"did:plc:c","handle":"not a handle","followersCount":7}]}"#;
        let found = profiles(body).unwrap();
        let of = |did: &str| found[did].clone();
        let told = |handle: Option<&str>, followers| Profile {
            handle: handle.map(str::to_owned),
            followers,
        };
        assert_eq!(of("did:plc:a"), told(Some("ann.example"), Some(5)));
        assert_eq!(of("did:plc:b"), told(None, None));
        assert_eq!(of("did:plc:c"), told(None, Some(7)));
        assert_eq!(found.len(), 3);
        assert!(profiles(b"<html>").is_none());
    }

    #[test]
    fn an_address_that_is_none_is_named_with_its_remedy() {
        for address in ["public.api.bsky.app", "ftp://host", ""] {
            let refused = AppView::new(address, Duration::from_secs(1)).err().unwrap();
            assert!(refused.contains("write https://host"), "{refused}");
        }
    }
}
