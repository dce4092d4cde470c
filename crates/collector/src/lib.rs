//! Takes in public posts: normalises each network's own wire, resolves what is local to an instance, and publishes what it says. What a
//! post means to anybody is not known here.

mod figures;
mod follow;
mod intake;
pub mod links;
pub mod normalise;
mod open;
mod patience;
pub mod profiles;
mod publish;
mod push;
mod resolve;
mod secret;
mod service;
mod share;
pub mod source;
mod subjects;
#[cfg(test)]
mod testing;
mod transport;

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use backtweet_runtime::Ports;
use backtweet_store::StoreError;
use backtweet_stream::{Backoff, LogError};
use backtweet_wire::v1::collector_service_server::CollectorServiceServer;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use tonic::codec::CompressionEncoding;

use crate::follow::Follower;
use crate::links::{Links, LinksConfig};
use crate::profiles::{Profiles, ProfilesConfig};
use crate::share::Share;
use crate::source::x::webhook::Webhook;
/// How HTTP is spoken by the whole suite.
pub mod http {
    pub use crate::transport::{http as client, innermost, retry_after};
}
pub use intake::{Intake, IntakeError, Refusal, Taken};
pub use normalise::{Refused, Wire};
pub use push::Push;
pub use service::CollectorApi;
pub use share::{Assignment, Registry};

/// How long it may take to look one handle up.
const LOOK_UP: Duration = Duration::from_secs(10);

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
    /// Names this instance among the collectors: unique, and holds no NUL. Made up anew each time by default.
    pub instance: String,
    /// How long an assignment stays with a collector that has fallen silent.
    pub lease: Duration,
    /// Where profiles of Bluesky accounts are looked up; nowhere where absent.
    pub appview: Option<String>,
    /// Whether shortened links are followed.
    pub links: bool,
    /// Where X's webhooks are listened for, and where the app's consumer secret lies (`env:NAME` or `file:PATH`).
    pub webhook: Option<(SocketAddr, String)>,
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
            instance: format!("collector-{:016x}", RandomState::new().hash_one(std::process::id())),
            lease: Duration::from_secs(5),
            appview: None,
            links: false,
            webhook: None,
        }
    }
}

impl From<&backtweet_runtime::config::CollectorConfig> for Config {
    fn from(config: &backtweet_runtime::config::CollectorConfig) -> Self {
        Self {
            appview: config.appview.clone(),
            links: config.links,
            webhook: config.webhook.clone(),
            lease: config.lease,
            ..Self::default()
        }
    }
}

/// Why the collector stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Something is configured in a way that cannot work.
    #[error("{0}")]
    Configured(String),
    /// The webhook's port cannot be had.
    #[error(
        "the webhook cannot be listened for: {0}; set collector.webhook_listen to an address of this machine and a free port"
    )]
    Webhook(#[from] std::io::Error),
    /// The subjects cannot be followed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log or the store cannot be used.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Collects what the store's registry names, until `shutdown`. Other collectors on the same store take their share.
///
/// # Errors
/// When the log or the store cannot be used at all, or the webhook's port. While they are merely down, this waits.
pub async fn run(config: Config, ports: Ports, shutdown: CancellationToken) -> Result<(), CollectError> {
    let profiles = config.appview.clone().map(|address| {
        let config = ProfilesConfig {
            address,
            ..ProfilesConfig::default()
        };
        Profiles::new(ports.clone(), config).map_err(CollectError::Configured)
    });
    let links = config
        .links
        .then(|| Links::new(ports.clone(), LinksConfig::default()).map_err(CollectError::Configured));
    let (profiles, profiling) = profiles.transpose()?.unzip();
    let (links, linking) = links.transpose()?.unzip();
    let intake = Arc::new(Intake::with(ports.clone(), config.clone()).with_look_ups(profiles, links));
    let webhook = webhook(&config, &intake).await?;

    let (log, backoff) = (Arc::clone(&ports.log), config.backoff);
    let (sender, subjects) = watch::channel(Arc::default());
    let (ready, subjects_read) = oneshot::channel();
    let follower = Follower {
        intake,
        open: open::opener(Arc::clone(&ports.clock), subjects, config.lease),
        clock: Arc::clone(&ports.clock),
        lease: config.lease,
    };
    let share = Share::new(ports, config.instance, config.lease, follower);
    let sharing = async {
        if subjects_read.await.is_ok() {
            share.run(shutdown.clone()).await;
        }
        Ok(())
    };
    let following = worked(Some(subjects::follow(log.as_ref(), backoff, sender, ready)), &shutdown);
    let profiling = worked(profiling.map(|worker| worker.run(shutdown.clone())), &shutdown);
    let linking = worked(linking.map(|worker| worker.run(shutdown.clone())), &shutdown);
    let listening = worked(webhook, &shutdown);
    tokio::try_join!(sharing, following, profiling, linking, listening).map(drop)
}

/// Where X delivers posts, where that is configured.
async fn webhook(
    config: &Config,
    intake: &Arc<Intake>,
) -> Result<Option<impl Future<Output = Result<(), std::io::Error>> + use<>>, CollectError> {
    let Some((address, secret)) = &config.webhook else {
        return Ok(None);
    };
    let webhook = Webhook::new(secret).map_err(CollectError::Configured)?;
    let listener = TcpListener::bind(address).await?;
    tracing::info!(listen = %address, "X may deliver here");
    let served = webhook.serve(listener, Arc::clone(intake));
    Ok(Some(async { served.await.map(|never| match never {}) }))
}

/// A part of the work, where there is one, until `shutdown`.
async fn worked<E: Into<CollectError>>(
    part: Option<impl Future<Output = Result<(), E>>>,
    shutdown: &CancellationToken,
) -> Result<(), CollectError> {
    let Some(part) = part else { return Ok(()) };
    let ended = shutdown.run_until_cancelled(part).await;
    ended.unwrap_or(Ok(())).map_err(Into::into)
}

/// The collector's gRPC service.
pub fn service(ports: Ports, config: Config) -> CollectorServiceServer<CollectorApi> {
    let max_request_bytes = config.max_request_bytes;
    CollectorServiceServer::new(CollectorApi::new(ports, config))
        .max_decoding_message_size(max_request_bytes)
        .accept_compressed(CompressionEncoding::Zstd)
        .accept_compressed(CompressionEncoding::Gzip)
}

/// The DID of a Bluesky handle, as the AppView at `appview` knows it; `None` where it knows none.
///
/// # Errors
/// What went wrong, in words.
pub async fn did_of(appview: &str, handle: &str) -> Result<Option<String>, String> {
    #[derive(serde::Deserialize)]
    struct Profiles {
        profiles: Vec<Profile>,
    }
    #[derive(serde::Deserialize)]
    struct Profile {
        did: String,
    }
    let client = transport::http()
        .timeout(LOOK_UP)
        .build()
        .map_err(|error| error.to_string())?;
    let url = format!("{}/xrpc/app.bsky.actor.getProfiles", appview.trim_end_matches('/'));
    let request = client.get(url).query(&[("actors", handle)]);
    let answer = request.send().await.and_then(reqwest::Response::error_for_status);
    let profiles: Profiles = match answer {
        Ok(answer) => answer.json().await.map_err(|error| error.without_url().to_string())?,
        Err(error) => return Err(error.without_url().to_string()),
    };
    Ok(profiles.profiles.into_iter().next().map(|profile| profile.did))
}
