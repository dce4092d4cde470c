//! Where one link leads: `HEAD`, then `GET`, hop by hop, by hand. Nothing is read of any page but its status and its `Location`. What is
//! done with the answer is not known here.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::gate::{Forbidden, Gate};
use super::shorteners::is_shortener;
use crate::transport;

/// Longest address that a redirect may name, in bytes.
const MOST_ADDRESS_BYTES: usize = 8 * 1024;
/// How long a connection is kept for the next link of its host.
const IDLE: Duration = Duration::from_secs(15);

/// Why it is not known where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    /// It leads to where nothing is asked for.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A server did not answer in time.
    #[error("no answer in time")]
    Slow,
    /// A server could not be reached, or did not speak HTTP.
    #[error("{0}")]
    Broken(String),
    /// A shortener knows the link no more, or shows a page of its own.
    #[error("the shortener answers {0} without leading on")]
    Shows(u16),
    /// A redirect names no address.
    #[error("a redirect leads to no address")]
    Nowhere,
    /// It leads back to where it came from.
    #[error("the redirects lead in a circle")]
    Circle,
    /// It leads on and on.
    #[error("the redirects do not end")]
    Endless,
}

/// What a server says of one page.
enum Answer {
    /// It is elsewhere.
    Moved(Url),
    /// It is here.
    Stays(StatusCode),
}

/// Follows links, at most so many at once, and fewer on one host.
pub(super) struct Follower {
    client: Client,
    gate: Gate,
    hops: usize,
    patience: Duration,
    everywhere: Semaphore,
    hosts: Hosts,
}

/// What bounds a [`Follower`].
pub(super) struct Bounds {
    pub(super) hops: usize,
    pub(super) patience: Duration,
    pub(super) at_once: usize,
    pub(super) per_host: usize,
}

impl Follower {
    /// A follower that connects only where the gate lets it.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn new(gate: Gate, bounds: Bounds) -> Result<Self, String> {
        let client = transport::http()
            // A proxy would look names up by itself, behind the gate.
            .no_proxy()
            .dns_resolver(Arc::new(gate.clone()))
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(bounds.per_host)
            .build()
            .map_err(|error| format!("links cannot be followed: {error}"))?;
        Ok(Self {
            client,
            gate,
            hops: bounds.hops,
            patience: bounds.patience,
            everywhere: Semaphore::new(bounds.at_once),
            hosts: Hosts {
                per_host: bounds.per_host,
                busy: Mutex::default(),
            },
        })
    }

    /// The page that a link leads to. Once the way has left the shorteners, what it has come to is the answer, even where that page does
    /// not answer us, leads in circles or on and on; only a way into what is closed leads nowhere.
    pub(super) async fn follow(&self, link: &str) -> Result<Url, Lost> {
        let mut at = Url::parse(link).map_err(|_| Lost::Nowhere)?;
        let mut been = Vec::new();
        for _ in 0..self.hops {
            let answer = self.ask(&at).await;
            match answer {
                Ok(Answer::Stays(status)) if is_short(&at) => return Err(Lost::Shows(status.as_u16())),
                Ok(Answer::Stays(_)) => return Ok(at),
                Ok(Answer::Moved(next)) if next == at || been.contains(&next) => return settle(at, Lost::Circle),
                Ok(Answer::Moved(next)) => been.push(std::mem::replace(&mut at, next)),
                Err(Lost::Forbidden(why)) => return Err(why.into()),
                Err(why) => return settle(at, why),
            }
        }
        // Where it leads on to was not looked at any more.
        been.pop()
            .map_or(Err(Lost::Endless), |last| settle(last, Lost::Endless))
    }

    async fn ask(&self, url: &Url) -> Result<Answer, Lost> {
        self.gate.admits(url)?;
        let head = self.request(Method::HEAD, url).await;
        match head {
            Ok(Answer::Moved(_)) | Err(Lost::Forbidden(_) | Lost::Slow) => head,
            Ok(Answer::Stays(status)) if status.is_success() && !is_short(url) => head,
            // Some servers refuse `HEAD`, break on it, or answer it with a page that they do not have.
            _ => self.request(Method::GET, url).await,
        }
    }

    async fn request(&self, method: Method, url: &Url) -> Result<Answer, Lost> {
        let host = url.host_str().unwrap_or_default();
        let turn = self.hosts.turn(host);
        let _turn = permit(&turn).await;
        let _everywhere = permit(&self.everywhere).await;
        let sending = self.client.request(method, url.clone()).send();
        let response = match tokio::time::timeout(self.patience, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(lost(&error)),
            Err(_) => return Err(Lost::Slow),
        };
        // The body is dropped unread, and its connection with it.
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(Answer::Stays(response.status()));
        }
        let location = response.headers().get("location").ok_or(Lost::Nowhere)?;
        if location.len() > MOST_ADDRESS_BYTES {
            return Err(Lost::Nowhere);
        }
        let location = String::from_utf8_lossy(location.as_bytes());
        let mut next = url.join(location.trim()).map_err(|_| Lost::Nowhere)?;
        // Whatever stands there is for the page's author, not for us to send. Neither fails for a page of the web.
        let _ = next.set_username("");
        let _ = next.set_password(None);
        next.set_fragment(None);
        Ok(Answer::Moved(next))
    }
}

/// What has been come to, unless that is still a shortener.
fn settle(at: Url, why: Lost) -> Result<Url, Lost> {
    if is_short(&at) { Err(why) } else { Ok(at) }
}

fn is_short(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    is_shortener(host.strip_prefix("www.").unwrap_or(host))
}

fn lost(error: &reqwest::Error) -> Lost {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(forbidden) = error.downcast_ref::<Forbidden>() {
            return Lost::Forbidden(forbidden.clone());
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return Lost::Slow;
    }
    Lost::Broken(error.to_string())
}

async fn permit(turns: &Semaphore) -> Option<SemaphorePermit<'_>> {
    // Nobody closes it.
    turns.acquire().await.ok()
}

/// The turns on each host that is busy at the moment.
struct Hosts {
    per_host: usize,
    busy: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Hosts {
    fn turn(&self, host: &str) -> Arc<Semaphore> {
        /// With more hosts than this, those that nobody asks at the moment are forgotten.
        const MANY: usize = 256;
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.len() > MANY {
            busy.retain(|_, turns| Arc::strong_count(turns) > 1);
        }
        let turns = busy
            .entry(host.to_owned())
            .or_insert_with(|| Arc::new(Semaphore::new(self.per_host)));
        Arc::clone(turns)
    }
}
