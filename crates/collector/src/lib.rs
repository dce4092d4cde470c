//! Takes in public posts: normalises each network's own wire, resolves what is local to an instance, and publishes what it says. What a
//! post means to anybody is not known here.

mod figures;
mod intake;
pub mod links;
pub mod normalise;
mod patience;
pub mod profiles;
mod publish;
mod push;
mod resolve;
mod secret;
pub mod source;
#[cfg(test)]
mod testing;
mod transport;

use std::time::Duration;

use backtweet_runtime::Ports;
use backtweet_stream::Backoff;
use backtweet_wire::v1::collector_service_server::CollectorServiceServer;
use tonic::codec::CompressionEncoding;

pub use intake::{Intake, IntakeError, Refusal, Taken};
pub use normalise::{Refused, Wire};
pub use push::Push;

/// How the collector behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many requests of one push stream may wait while others are made durable; a client that sends more is slowed down.
    pub requests_in_flight: usize,
    /// Largest request of a push stream, in bytes.
    pub max_request_bytes: usize,
    /// How long, in event time, a Mastodon post or deletion waits for the status that it names by a local id.
    pub local_ids_awaited: Duration,
    /// How long after it was last seen it stays known which status a local id names. A deletion that comes later is not understood.
    pub local_ids_kept: Duration,
    /// The pauses while the log or the store does not answer.
    pub backoff: Backoff,
}

impl Default for Config {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Self {
            requests_in_flight: 8,
            max_request_bytes: 16 * 1024 * 1024,
            local_ids_awaited: 7 * DAY,
            local_ids_kept: 365 * DAY,
            backoff: Backoff::default(),
        }
    }
}

/// The collector's gRPC service.
pub fn service(ports: Ports, config: Config) -> CollectorServiceServer<Push> {
    let max_request_bytes = config.max_request_bytes;
    CollectorServiceServer::new(Push::new(ports, config))
        .max_decoding_message_size(max_request_bytes)
        .accept_compressed(CompressionEncoding::Zstd)
        .accept_compressed(CompressionEncoding::Gzip)
}
