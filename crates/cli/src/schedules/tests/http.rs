//! An HTTP server that takes webhooks, or does something else with them.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// What it answers to one request.
pub enum Answer {
    /// This status, and one more header.
    Status(u16, Option<(&'static str, String)>),
    /// Nothing, for ever.
    Nothing,
}

/// What it was sent.
#[derive(Debug, Clone)]
pub struct Taken {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Taken {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Whether it was signed with `secret`: HMAC after RFC 2104, without the crate that signs.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let mut block = [0u8; 64];
        block[..secret.len()].copy_from_slice(secret.as_bytes());
        let pad = |byte: u8| block.map(|key| key ^ byte);
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(self.header("backtweet-timestamp"))
            .chain_update(".")
            .chain_update(&self.body)
            .finalize();
        let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        let hex: String = outer.iter().map(|byte| format!("{byte:02x}")).collect();
        self.header("backtweet-signature") == format!("v1={hex}")
    }
}

#[derive(Clone, Default)]
pub struct Receiver {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Receiver {
    /// One that gives these answers in turn, and 204 behind them.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> (Self, SocketAddr) {
        let receiver = Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            taken: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, address)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

async fn answer(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    receiver.taken.lock().unwrap().push(Taken { headers, body });
    let next = receiver.answers.lock().unwrap().pop_front();
    match next {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::Nothing) => std::future::pending().await,
        Some(Answer::Status(status, header)) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), "no\r\nthanks").into_response();
            if let Some((name, value)) = header {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
    }
}
