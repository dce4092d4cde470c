//! Shortened links are followed beside the stream: a post is published as it came, and once more when it is known where its links lead.
//! Which hosts shorten is in `links/shorteners.rs`, the way of one link in `links/follow.rs`, what may be connected to in `links/gate.rs`,
//! what is known already in `links/memory.rs`, and who waits for what in `links/waiting.rs`.

mod follow;
mod gate;
mod memory;
mod shorteners;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use futures::{FutureExt, future::BoxFuture};
use metrics::counter;
use reqwest::dns::Resolve;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use backtweet_domain::{Post, PostEvent, link};
use backtweet_runtime::Ports;
use backtweet_stream::{Backoff, Record};
use backtweet_wire::topics;

use crate::{IntakeError, publish};
use follow::{Bounds, Follower, Lost};
use gate::{Gate, SystemNames};
use memory::{Finding, Known, Spans};
use waiting::{Ask, Waiting};

const HOUR: Duration = Duration::from_secs(3600);

/// How many posts are looked at in one step.
const STEP: usize = 128;

/// How links are followed.
#[derive(Debug, Clone)]
pub struct LinksConfig {
    /// How many posts may wait to be looked at; more are left as they came, and counted.
    pub queue: usize,
    /// How many posts may wait for their links to be followed. While so many do, the queue fills.
    pub waiting: usize,
    /// How many links of one shortener may wait to be followed; more are left as they came, and counted, so that one that does not answer
    /// holds up no other.
    pub waiting_per_host: usize,
    /// How many requests run at once.
    pub at_once: usize,
    /// How many of them on one host.
    pub per_host: usize,
    /// How many pages are asked for on the way of one link.
    pub hops: usize,
    /// How long one request may take.
    pub patience: Duration,
    /// How long it stays known where a link leads.
    pub kept: Duration,
    /// After how long a link is tried again that could not be followed; each further failure in a row makes it four times as long.
    pub again: Duration,
    /// The longest time that it becomes.
    pub again_at_most: Duration,
    /// Addresses that may be connected to although they are not public, such as a shortener of one's own network.
    pub allowed: Vec<SocketAddr>,
    /// The pauses while the log or the store does not answer.
    pub backoff: Backoff,
}

impl Default for LinksConfig {
    fn default() -> Self {
        Self {
            queue: 10_000,
            waiting: 4_000,
            waiting_per_host: 500,
            at_once: 32,
            per_host: 2,
            hops: 5,
            patience: Duration::from_secs(3),
            kept: 30 * 24 * HOUR,
            again: HOUR,
            again_at_most: 7 * 24 * HOUR,
            allowed: Vec::new(),
            backoff: Backoff::default(),
        }
    }
}

/// Where posts with shortened links are left. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Links(mpsc::Sender<Post>);

impl Links {
    /// The place to leave posts at, and the worker that follows their links.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(ports: Ports, config: LinksConfig) -> Result<(Self, Worker), String> {
        Self::with_names(ports, config, Arc::new(SystemNames))
    }

    /// The same, with names looked up otherwise.
    pub(crate) fn with_names(
        ports: Ports,
        config: LinksConfig,
        names: Arc<dyn Resolve>,
    ) -> Result<(Self, Worker), String> {
        let bounds = Bounds {
            hops: config.hops,
            patience: config.patience,
            at_once: config.at_once.max(1),
            per_host: config.per_host.max(1),
        };
        let gate = Gate::new(names, config.allowed.iter().copied());
        let (sender, offers) = mpsc::channel(config.queue.max(1));
        let worker = Worker {
            follower: Arc::new(Follower::new(gate, bounds)?),
            asks: FuturesUnordered::new(),
            waiting: Waiting::new(config.waiting_per_host),
            offers,
            ports,
            config,
        };
        Ok((Self(sender), worker))
    }

    /// Leaves an event that was just published; one that has no shortened link is nothing. Never waits: a post that finds no room stays as it
    /// came, and is counted.
    pub fn offer(&self, event: &PostEvent) {
        let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
            return;
        };
        if !post
            .entities
            .links
            .iter()
            .any(|link| shorteners::is_shortened(&link.canonical))
        {
            return;
        }
        count(match self.0.try_send(Post::clone(post)) {
            Ok(()) => "offered",
            Err(_) => "dropped",
        });
    }
}

/// What came of posts and links.
fn count(outcome: &'static str) {
    counter!("backtweet_collector_links_total", "outcome" => outcome).increment(1);
}

/// Follows links, and publishes the posts that they complete.
pub struct Worker {
    ports: Ports,
    config: LinksConfig,
    offers: mpsc::Receiver<Post>,
    follower: Arc<Follower>,
    asks: FuturesUnordered<BoxFuture<'static, Finding>>,
    waiting: Waiting,
}

impl Worker {
    /// Works until `shutdown`, or until nobody is left who could leave a post. Posts that wait then stay as they came.
    ///
    /// # Errors
    /// When the log or the store cannot be used at all. While they are merely down, this waits.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), IntakeError> {
        shutdown.run_until_cancelled(self.work()).await.unwrap_or(Ok(()))
    }

    async fn work(&mut self) -> Result<(), IntakeError> {
        let mut offered = Vec::new();
        let mut is_open = true;
        while is_open || !self.asks.is_empty() {
            let room = self.config.waiting.max(1).saturating_sub(self.waiting.posts());
            tokio::select! {
                taken = self.offers.recv_many(&mut offered, room.min(STEP)), if is_open && room > 0 => {
                    is_open = taken > 0;
                    self.admit(std::mem::take(&mut offered)).await?;
                }
                Some(finding) = self.asks.next() => {
                    let mut findings = vec![finding];
                    while findings.len() < STEP
                        && let Some(Some(finding)) = self.asks.next().now_or_never()
                    {
                        findings.push(finding);
                    }
                    self.learn(findings).await?;
                }
            }
        }
        Ok(())
    }

    /// Takes posts in: what is known of their links completes them at once, the rest is asked for.
    async fn admit(&mut self, posts: Vec<Post>) -> Result<(), IntakeError> {
        let fresh = self.waiting.admit(posts);
        let store = self.ports.store.as_ref();
        let known = memory::recall(store, self.config.backoff, self.ports.clock.now(), &fresh).await?;
        let mut complete = Vec::new();
        for (link, known) in std::iter::zip(fresh, known) {
            let page = match known {
                Known::Leads(page) => Some(page),
                Known::Lost => None,
                Known::Unknown { failures } => match self.waiting.ask(&link) {
                    Ask::Now => {
                        self.asks.push(ask(Arc::clone(&self.follower), link, failures).boxed());
                        continue;
                    }
                    Ask::Never => {
                        count("dropped");
                        None
                    }
                },
            };
            complete.extend(self.waiting.settle(&link, page.as_deref()));
        }
        publish_all(&self.ports, self.config.backoff, complete).await
    }

    /// Keeps what was found out, so that it is asked once, and publishes the posts that nothing is open of any more.
    async fn learn(&mut self, findings: Vec<Finding>) -> Result<(), IntakeError> {
        let spans = Spans {
            answers: self.config.kept,
            failures: self.config.again,
            failures_at_most: self.config.again_at_most,
        };
        let (store, now) = (self.ports.store.as_ref(), self.ports.clock.now());
        memory::keep(store, self.config.backoff, now, spans, &findings).await?;
        let mut complete = Vec::new();
        for finding in &findings {
            let page = finding.leads_to.as_ref().map(|(_, page)| page.as_str());
            count(if page.is_some() { "followed" } else { "lost" });
            self.waiting.answered(&finding.link);
            complete.extend(self.waiting.settle(&finding.link, page));
        }
        publish_all(&self.ports, self.config.backoff, complete).await
    }
}

async fn publish_all(ports: &Ports, backoff: Backoff, posts: Vec<Post>) -> Result<(), IntakeError> {
    let now = ports.clock.now();
    let edited = |post| PostEvent::Edited { post: Box::new(post) };
    let record = |post| publish::record(&edited(post), now);
    let records: Vec<Record> = posts.into_iter().map(record).collect();
    let refused = publish::append(ports.log.as_ref(), backoff, topics::POSTS, &records).await?;
    for (_, reason) in refused {
        tracing::error!(
            reason,
            "a post whose links were followed is refused by the log; it stays as it came"
        );
    }
    Ok(())
}

async fn ask(follower: Arc<Follower>, link: String, failures: u32) -> Finding {
    let found = follower.follow(&link).await.and_then(|url| {
        let page = link::canonical(url.as_str()).ok_or(Lost::Nowhere)?;
        Ok((url.into(), page))
    });
    if let Err(why) = &found {
        tracing::debug!(link, %why, "a link is not followed");
    }
    Finding {
        link,
        leads_to: found.ok(),
        failures,
    }
}

#[cfg(test)]
mod tests;
