//! Reports as signed POSTs. `docs/schedules.md` tells receivers how to check the signature.

use std::time::Duration;

use backtweet_collector::http::{client, innermost, retry_after};
use backtweet_domain::{Retry, Timestamp};
use backtweet_runtime::config::Secret;
use hmac::{Hmac, Mac};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use sha2::Sha256;

use super::carrier::Trouble;
use super::parcel::Parcel;

/// Names the delivery: the same however often it is repeated.
const DELIVERY: &str = "Backtweet-Delivery";
/// When it was sent, in seconds since 1970.
const TIMESTAMP: &str = "Backtweet-Timestamp";
/// `v1=` and [`signature`].
const SIGNATURE: &str = "Backtweet-Signature";
/// How long the receiver may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How many letters of a refusal are told.
const TOLD: usize = 200;

/// Posts a report. It goes to the URL's own host or nowhere: redirects are not followed.
pub(super) async fn post(
    url: &Secret,
    secret: &Secret,
    content: Vec<u8>,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<(), Trouble> {
    let broken =
        |error: reqwest::Error| Trouble::passing(format!("{} does not answer: {}", host(url), innermost(&error)));
    let timestamp = now.millis().div_euclid(1_000).to_string();
    let signature = format!("v1={}", signature(secret, &timestamp, &content)?);
    let client = client().timeout(TIMEOUT).build().map_err(broken)?;
    let request = client
        .post(url.reveal())
        .header(CONTENT_TYPE, parcel.media_type)
        .header(DELIVERY, &parcel.id)
        .header(TIMESTAMP, timestamp)
        .header(SIGNATURE, signature)
        .body(content);
    judge(request.send().await.map_err(broken)?, &host(url)).await
}

/// HMAC-SHA256 over `timestamp.content`, as lower-case hexadecimal digits.
fn signature(secret: &Secret, timestamp: &str, content: &[u8]) -> Result<String, Trouble> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes())
        .map_err(|error| Trouble::lasting(format!("webhook.secret cannot sign ({error}): choose another")))?;
    for part in [timestamp.as_bytes(), b".", content] {
        mac.update(part);
    }
    let digest = mac.finalize().into_bytes();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What an answer means.
async fn judge(response: Response, host: &str) -> Result<(), Trouble> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let after = retry_after(response.headers());
    let said = told(response).await;
    let passes =
        status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    let remedy = match status {
        _ if passes => "",
        status if status.is_redirection() => "; redirects are not followed: set webhook.url to where it leads",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "; see that it checks with the secret of this schedule",
        _ => "; see to the receiver, then send it again with `backtweet schedule send`",
    };
    let retry = match after {
        _ if !passes => Retry::Never,
        Some(after) => Retry::After(after),
        None => Retry::Backoff,
    };
    Err(Trouble {
        reason: format!("{host} answers {status}{said}{remedy}"),
        retry,
    })
}

/// The beginning of what a receiver says, fit for a line of a log.
async fn told(mut response: Response) -> String {
    let chunk = response.chunk().await.ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&chunk);
    let plain = text
        .trim()
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let told: String = plain.take(TOLD).collect();
    if told.is_empty() { told } else { format!(" ({told})") }
}

/// Whom a URL names, without the rest: whoever knows that may be able to post there.
pub(super) fn host(url: &Secret) -> String {
    let parsed = reqwest::Url::parse(url.reveal()).ok();
    let host = parsed.and_then(|url| Some(url.host_str()?.to_owned()));
    host.unwrap_or_else(|| "the webhook".to_owned())
}
