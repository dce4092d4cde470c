//! How sources reach the network: HTTP and WebSocket over TLS, with bounds on everything. What is asked of whom is each source's own.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::{Clock, SystemClock, Timestamp};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, http::HeaderValue};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::normalise::clip;
use crate::source::Trouble;

/// How long a connection may take to stand, its handshakes included.
const CONNECT: Duration = Duration::from_secs(15);
/// Largest WebSocket message that is taken, in bytes: above the longest line that is read, so that such a line is refused by itself and
/// costs nothing else.
const MOST_MESSAGE_BYTES: usize = 16 * 1024 * 1024;
/// Longest time that a server is left alone at its word, in case it asks for days: nobody would look whether it is back.
pub(crate) const LONGEST_GRANTED: Duration = Duration::from_secs(3_600);
/// What every request says about who asks.
pub(crate) const USER_AGENT: &str = concat!("backtweet/", env!("CARGO_PKG_VERSION"));

/// A WebSocket, plain or over TLS.
pub(crate) type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

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
pub(crate) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
}

/// Connects to `url` (`ws:` or `wss:`), with these headers.
///
/// # Errors
/// [`Trouble::Unusable`] where that is no such URL, otherwise what the server or the network said.
pub(crate) async fn websocket(url: &str, headers: HeaderMap<HeaderValue>) -> Result<WebSocket, Trouble> {
    let unusable = |error: Error| Trouble::Unusable {
        reason: format!(
            "`{}` is no address of a WebSocket ({error}): write wss://host/path",
            clip(url)
        ),
    };
    let mut request = url.into_client_request().map_err(unusable)?;
    request
        .headers_mut()
        .insert("user-agent", HeaderValue::from_static(USER_AGENT));
    request.headers_mut().extend(headers);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MOST_MESSAGE_BYTES))
        .max_frame_size(Some(MOST_MESSAGE_BYTES));
    let connector = Connector::Rustls(Arc::new(tls()));
    let connecting = connect_async_tls_with_config(request, Some(config), true, Some(connector));
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(trouble(error)),
        Err(_) => Err(Trouble::Lost {
            reason: format!("no connection within {} s", CONNECT.as_secs()),
        }),
    }
}

/// What an error of a WebSocket means for the source.
pub(crate) fn trouble(error: Error) -> Trouble {
    match error {
        Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            status(response.status(), response.headers(), &String::from_utf8_lossy(body))
        }
        error => Trouble::Lost {
            reason: error.to_string(),
        },
    }
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

/// How long `Retry-After` asks for, in either of its forms (RFC 9110, 10.2.3); at most [`LONGEST_GRANTED`]. A date is reckoned from the
/// server's own `Date`, where it says one: its clock may not be ours.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
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
