//! The other way X delivers posts: it calls us. The answer that proves who we are, the check that it is X who calls, and an endpoint that
//! takes posts in. Which posts are delivered is set up with X, not here.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;

use crate::normalise::MAX_LINE_BYTES;
use crate::secret::Secret;
use crate::{Intake, Wire};

/// The header that says who made a body.
pub const SIGNATURE: &str = "x-twitter-webhooks-signature";
/// What stands in front of every signature.
const SCHEME: &str = "sha256=";

/// What is shared with X so that each knows the other.
#[derive(Clone, Debug)]
pub struct Webhook {
    secret: Secret,
}

impl Webhook {
    /// With the app's consumer secret, from `env:NAME` or `file:PATH`.
    ///
    /// # Errors
    /// When there is none, with the remedy.
    pub fn new(secret: &str) -> Result<Self, String> {
        let secret = Secret::read(secret)?;
        Ok(Self { secret })
    }

    /// The body that answers a challenge: the token, signed.
    pub fn answer(&self, crc_token: &str) -> String {
        let signature = self.sign(crc_token.as_bytes());
        format!(r#"{{"response_token":"{signature}"}}"#)
    }

    /// Whether `signature` is that of this very body. How long it takes tells nothing about the right one.
    pub fn is_signed(&self, body: &[u8], signature: &[u8]) -> bool {
        self.sign(body).as_bytes().ct_eq(signature).into()
    }

    fn sign(&self, bytes: &[u8]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.reveal().as_bytes()).expect("a key of any length will do");
        mac.update(bytes);
        format!("{SCHEME}{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Answers challenges and takes posts in on this port, until it is dropped. A body is acknowledged once it is durable; X sends again
    /// what is not.
    pub fn serve(
        self,
        listener: TcpListener,
        intake: Arc<Intake>,
    ) -> impl Future<Output = std::io::Result<Infallible>> {
        let app = Router::new()
            .route("/", get(challenge).post(deliver))
            .layer(DefaultBodyLimit::max(MAX_LINE_BYTES))
            .with_state(Endpoint { webhook: self, intake });
        async move {
            axum::serve(listener, app).await?;
            Err(std::io::Error::other("the webhook's server ended"))
        }
    }
}

#[derive(Clone)]
struct Endpoint {
    webhook: Webhook,
    intake: Arc<Intake>,
}

#[derive(Deserialize)]
struct Challenge {
    crc_token: String,
}

async fn challenge(State(endpoint): State<Endpoint>, Query(challenge): Query<Challenge>) -> Response {
    let answer = endpoint.webhook.answer(&challenge.crc_token);
    ([("content-type", "application/json")], answer).into_response()
}

async fn deliver(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get(SIGNATURE);
    if !signature.is_some_and(|signature| endpoint.webhook.is_signed(&body, signature.as_bytes())) {
        metrics::counter!("backtweet_collector_webhook_strangers_total").increment(1);
        return StatusCode::UNAUTHORIZED;
    }
    // JSON may be laid out over several lines: the body is one.
    match endpoint.intake.take_lines(Wire::X, None, 1, &[body]).await {
        Ok(_) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "a post that X delivered was not taken");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

#[cfg(test)]
mod tests;
