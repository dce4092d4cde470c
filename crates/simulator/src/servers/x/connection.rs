//! One open connection of the fake filtered stream: does what it is told, and keeps alive. Who may connect is not known here.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::watch;

use super::{Act, Api};

/// One open connection.
pub(super) struct Connection {
    api: Arc<Api>,
    changed: watch::Receiver<u64>,
    /// Place of the act that it does next.
    next: usize,
    /// Posts that are sent again first.
    again: VecDeque<String>,
    ended: bool,
}

impl Connection {
    /// One that sends these posts again, and then does what comes after act number `next`.
    pub(super) fn new(api: Arc<Api>, next: usize, again: VecDeque<String>) -> Self {
        Self {
            changed: api.changed.subscribe(),
            api,
            next,
            again,
            ended: false,
        }
    }

    /// The next bytes.
    pub(super) async fn step(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.ended {
            return None;
        }
        if let Some(line) = self.again.pop_front() {
            return Some((Ok(self.posts(&[&line])), self));
        }
        loop {
            self.changed.mark_unchanged();
            let act = self.api.lock().acts.get(self.next).cloned();
            if let Some(act) = act {
                self.next += 1;
                let bytes = self.act(act).await?;
                return Some((Ok(bytes), self));
            }
            match tokio::time::timeout(self.api.keep_alive, self.changed.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some((Ok(Bytes::from_static(b"\r\n")), self)),
            }
        }
    }

    async fn act(&mut self, act: Act) -> Option<Bytes> {
        Some(match act {
            Act::Post(line) => self.posts(&[&line]),
            Act::Twice(line) => self.posts(&[&line, &line]),
            Act::Swapped(one, other) => self.posts(&[&other, &one]),
            Act::Message(line) => Bytes::from(format!("{line}\r\n")),
            Act::Long(length) => Bytes::from(format!("{{\"long\":\"{}\"}}\r\n", "x".repeat(length))),
            Act::Half(line) => {
                self.ended = true;
                Bytes::copy_from_slice(&line.as_bytes()[..line.len() / 2])
            }
            Act::Disconnect => {
                self.ended = true;
                let line = json!({"errors": [{
                    "title": "operational-disconnect",
                    "disconnect_type": "UpstreamOperationalDisconnect",
                    "detail": "This stream has been disconnected upstream for operational reasons.",
                    "type": "https://api.twitter.com/2/problems/operational-disconnect",
                }]});
                Bytes::from(format!("{line}\r\n"))
            }
            Act::Cut => return None,
            Act::Stall => std::future::pending().await,
        })
    }

    fn posts(&self, lines: &[&str]) -> Bytes {
        let mut shared = self.api.lock();
        shared.sent.extend(lines.iter().map(|&line| line.to_owned()));
        lines.iter().flat_map(|line| [line, "\r\n"]).collect::<String>().into()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.api.lock().open -= 1;
        self.api.told();
    }
}
