//! Fake servers of the networks, for tests and demonstrations: they speak the exact wires over real sockets of this machine, misbehave by
//! script, and know what they sent. One file a network; what all of them share is here.

pub mod appview;
pub mod jetstream;
pub mod mastodon;
pub mod web;
pub mod x;

use std::future::Future;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A server that listens on a free port of this machine for as long as this is held.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    _stop: DropGuard,
}

impl Served {
    /// Serves `app` until the value is dropped; open connections end then, too.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(app: axum::Router) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        Self::run(&listener.local_addr()?, async move {
            // It ends only with its task.
            let _ = axum::serve(listener, app).await;
        })
    }

    /// Runs `server`, which listens at `address`, until the value is dropped.
    pub(crate) fn run(
        address: &SocketAddr,
        server: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<Self> {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(server).await });
        Ok(Self {
            address: *address,
            _stop: stop.drop_guard(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
