//! How sources reach the network: HTTP and WebSocket over TLS, with bounds on everything. What is asked of whom is each source's own.

mod bounded;

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{Clock, SystemClock, Timestamp};
use reqwest::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use url::Url;

use self::bounded::Bounded;
use crate::normalise::clip;
use crate::source::Trouble;

/// How long a connection may take to stand, its handshakes included.
const CONNECT: Duration = Duration::from_secs(15);
/// How much of a WebSocket message is taken, in bytes: more than the longest line that is read, so that a line that was cut is refused by
/// itself and costs nothing else.
pub(crate) const MOST_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// How much is read of what a server says that gives no WebSocket, in bytes.
const MOST_ERROR_BYTES: usize = 64 * 1024;
/// Longest time that a server is left alone at its word, in case it asks for days: nobody would look whether it is back.
pub(crate) const LONGEST_GRANTED: Duration = Duration::from_secs(3_600);
/// What every request says about who asks.
pub(crate) const USER_AGENT: &str = concat!("backtweet/", env!("CARGO_PKG_VERSION"));

/// A WebSocket, plain or over TLS.
pub(crate) type WebSocket = WebSocketStream<Bounded<reqwest::Upgraded>>;

fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A client for HTTP that follows no redirects: whoever wants to does so itself, and looks where it goes.
pub fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
}

/// Connects to `url` (`ws:` or `wss:`), with these headers. Of a message over [`MOST_MESSAGE_BYTES`] the beginning comes as if it were all.
///
/// # Errors
/// [`Trouble::Unusable`] where that is no such URL, otherwise what the server or the network said.
pub(crate) async fn websocket(url: &str, headers: HeaderMap<HeaderValue>) -> Result<WebSocket, Trouble> {
    let unusable = |why: &str| Trouble::Unusable {
        reason: format!(
            "`{}` is no address of a WebSocket ({why}): write wss://host/path",
            clip(url)
        ),
    };
    let mut address = Url::parse(url).map_err(|error| unusable(&error.to_string()))?;
    let scheme = match address.scheme() {
        "ws" => "http",
        "wss" => "https",
        _ => return Err(unusable("its scheme is another")),
    };
    // From one scheme with a host to another.
    let _ = address.set_scheme(scheme);
    let connecting = upgrade(address, headers);
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(lost(format!("no connection within {} s", CONNECT.as_secs()))),
    }
}

/// Asks over HTTP for a WebSocket (RFC 6455, 4.1).
async fn upgrade(address: Url, headers: HeaderMap<HeaderValue>) -> Result<WebSocket, Trouble> {
    let broken = |error: reqwest::Error| lost(innermost(&error));
    let key = generate_key();
    let client = http().http1_only().build().map_err(broken)?;
    let asking = client
        .get(address)
        .headers(headers)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key);
    let response = asking.send().await.map_err(broken)?;
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(response).await);
    }
    let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT);
    if accepted.is_none_or(|accepted| accepted.as_bytes() != derive_accept_key(key.as_bytes()).as_bytes()) {
        return Err(lost("the server does not speak WebSocket"));
    }
    let socket = Bounded::new(response.upgrade().await.map_err(broken)?, MOST_MESSAGE_BYTES);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MOST_MESSAGE_BYTES))
        .max_frame_size(Some(MOST_MESSAGE_BYTES));
    Ok(WebSocketStream::from_raw_socket(socket, Role::Client, Some(config)).await)
}

/// What a server says that gives no WebSocket.
async fn refusal(mut response: reqwest::Response) -> Trouble {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_ERROR_BYTES {
            break;
        }
    }
    status(response.status(), response.headers(), &String::from_utf8_lossy(&body))
}

/// What an error of a WebSocket means for the source.
pub(crate) fn trouble(error: Error) -> Trouble {
    lost(error.to_string())
}

fn lost(reason: impl Into<String>) -> Trouble {
    Trouble::Lost { reason: reason.into() }
}

/// The driver's own words, without the address: it is configuration, and the reason stands behind it.
pub fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// What an answer other than success means for the source.
pub(crate) fn status(status: StatusCode, headers: &HeaderMap, body: &str) -> Trouble {
    let reason = clip(body.trim()).into_owned();
    let after = retry_after(headers);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Trouble::Limited { after, reason },
        // One that is down and says until when wants to be left alone no less.
        StatusCode::SERVICE_UNAVAILABLE if after.is_some() => Trouble::Limited { after, reason },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Trouble::Unusable {
            reason: format!(
                "the server answers {} ({reason}): see to the source's token and what it may read",
                status.as_u16()
            ),
        },
        status => Trouble::Status {
            status: status.as_u16(),
            reason,
        },
    }
}

/// How long `Retry-After` asks for, in either of its forms (RFC 9110, 10.2.3); at most an hour. A date is reckoned from the
/// server's own `Date`, where it says one: its clock may not be ours.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text("retry-after")?;
    let is_seconds = !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit());
    let after = match is_seconds {
        // More digits than a number holds ask for ages all the same.
        true => asked.parse().map_or(LONGEST_GRANTED, Duration::from_secs),
        false => {
            let now = text("date").and_then(http_date);
            http_date(asked)?.since(now.unwrap_or_else(|| SystemClock.now()))
        }
    };
    Some(after.min(LONGEST_GRANTED))
}

/// A date of HTTP, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_seconds(date.timestamp().as_second()))
}

#[cfg(test)]
mod tests;
