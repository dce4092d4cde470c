//! Bluesky's stream tells neither handles nor follower counts: they are put on posts where they are known already, and looked up beside the
//! stream where they are not. No post waits for them. Who is still to be looked up is in `profiles/wanted.rs`, how the AppView is asked in
//! `profiles/appview.rs`, what is known already in `profiles/memory.rs`.

mod appview;
mod memory;
mod wanted;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use backtweet_domain::{AccountId, Author, Network, PostEvent};
use backtweet_runtime::Ports;
use backtweet_store::StoreError;
use backtweet_stream::Backoff;

use appview::{AppView, Refusal};
use memory::{Known, Profile, Spans};
use wanted::Wanted;

const HOUR: Duration = Duration::from_secs(3600);

/// How many accounts the AppView tells of at once.
const AT_ONCE: usize = 25;

/// How often a batch is asked for before its accounts are left to their next posts.
const MOST_TRIES: u32 = 3;

/// How profiles are looked up.
#[derive(Debug, Clone)]
pub struct ProfilesConfig {
    /// The AppView's address.
    pub address: String,
    /// How long a profile is put on posts.
    pub fresh: Duration,
    /// After how long it is looked up anew by the next post of its account.
    pub renewed: Duration,
    /// How long an account is left alone that the AppView does not know.
    pub unknown: Duration,
    /// How many accounts may wait to be looked up; where there are more, those that wait longest are forgotten, and counted.
    pub queue: usize,
    /// How long one request may take.
    pub patience: Duration,
    /// How long posts wait for the store before they go out without what it knows.
    pub store_patience: Duration,
    /// The pauses while the AppView does not answer, where it names none.
    pub pauses: Backoff,
    /// The pauses while the store does not answer.
    pub backoff: Backoff,
}

impl Default for ProfilesConfig {
    fn default() -> Self {
        Self {
            address: "https://public.api.bsky.app".to_owned(),
            fresh: 6 * HOUR,
            renewed: 4 * HOUR,
            unknown: 6 * HOUR,
            queue: 50_000,
            patience: Duration::from_secs(15),
            store_patience: Duration::from_millis(500),
            pauses: Backoff {
                least: Duration::from_secs(2),
                most: Duration::from_secs(300),
            },
            backoff: Backoff::default(),
        }
    }
}

/// What is known of authors. Cheap to clone.
#[derive(Clone)]
pub struct Profiles {
    ports: Ports,
    config: Arc<ProfilesConfig>,
    wanted: Arc<Wanted>,
}

impl Profiles {
    /// What is known of authors, and the worker that looks up the others.
    ///
    /// # Errors
    /// When the AppView's address is none, or TLS cannot be set up.
    pub fn new(ports: Ports, config: ProfilesConfig) -> Result<(Self, Worker), String> {
        let appview = AppView::new(&config.address, config.patience)?;
        let profiles = Self {
            ports,
            wanted: Arc::new(Wanted::new(config.queue)),
            config: Arc::new(config),
        };
        let worker = Worker {
            profiles: profiles.clone(),
            appview,
            troubles: 0,
            rests: None,
        };
        Ok((profiles, worker))
    }

    /// Puts handle and followers on the posts of Bluesky accounts, as far as they are known, and has the others looked up for their next
    /// posts. One round trip to the store; where that does not answer soon, the posts stay as they are.
    pub async fn fill(&self, events: &mut [PostEvent]) {
        let accounts: Vec<AccountId> = events
            .iter_mut()
            .filter_map(author)
            .map(|author| author.id.clone())
            .collect::<HashSet<_>>()
            .into_iter()
            .collect();
        if accounts.is_empty() {
            return;
        }
        let reading = memory::recall(
            self.ports.store.as_ref(),
            self.ports.clock.now(),
            self.spans(),
            &accounts,
        );
        let known = match tokio::time::timeout(self.config.store_patience, reading).await {
            Ok(Ok(known)) => known,
            Ok(Err(error)) => {
                tracing::debug!(%error, "posts go out without their authors' profiles");
                return count("unread", accounts.len());
            }
            Err(_) => return count("unread", accounts.len()),
        };
        let mut profiles = HashMap::new();
        let mut asked_for = Vec::new();
        for (account, known) in std::iter::zip(accounts, known) {
            if known.is_due() {
                asked_for.push(account.clone());
            }
            if let Known::Fresh(profile) | Known::Aging(profile) = known {
                profiles.insert(account, profile);
            }
        }
        count("known", profiles.len());
        count("dropped", self.wanted.add(asked_for));
        for author in events.iter_mut().filter_map(author) {
            if let Some(profile) = profiles.get(&author.id) {
                put(profile, author);
            }
        }
    }

    /// Forgets what is known of accounts, such as those that an identity event says have another handle now.
    ///
    /// # Errors
    /// When the store cannot be used at all. While it is merely down, this waits.
    pub async fn forget(&self, accounts: &[AccountId]) -> Result<(), StoreError> {
        self.wanted.doubt(accounts);
        memory::forget(self.ports.store.as_ref(), self.config.backoff, accounts).await
    }

    fn spans(&self) -> Spans {
        Spans {
            fresh: self.config.fresh,
            renewed: self.config.renewed,
            unknown: self.config.unknown,
        }
    }
}

/// The author of a post of Bluesky that lacks what a profile tells.
fn author(event: &mut PostEvent) -> Option<&mut Author> {
    let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
        return None;
    };
    let author = &mut post.author;
    let lacks = author.handle.is_none() || author.followers.is_none();
    (author.id.network() == Network::Bluesky && lacks).then_some(author)
}

/// What the post brought along stays.
fn put(profile: &Profile, author: &mut Author) {
    if author.handle.is_none() {
        author.handle.clone_from(&profile.handle);
    }
    author.followers = author.followers.or(profile.followers);
}

/// What came of accounts.
fn count(outcome: &'static str, accounts: usize) {
    counter!("backtweet_collector_profiles_total", "outcome" => outcome).increment(accounts as u64);
}

/// Looks profiles up.
pub struct Worker {
    profiles: Profiles,
    appview: AppView,
    /// How often in a row the AppView did not answer as it should.
    troubles: u32,
    /// Until when it wants to be left alone.
    rests: Option<Instant>,
}

impl Worker {
    /// Works until `shutdown`.
    ///
    /// # Errors
    /// When the store cannot be used at all. While it, or the AppView, is merely down, this waits.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), StoreError> {
        shutdown.run_until_cancelled(self.work()).await.unwrap_or(Ok(()))
    }

    async fn work(&mut self) -> Result<(), StoreError> {
        loop {
            let batch = self.profiles.wanted.next(AT_ONCE).await;
            self.look_up(batch).await?;
        }
    }

    /// Looks accounts up, in halves where the AppView refuses them together, so that one of them costs the others nothing.
    async fn look_up(&mut self, batch: Vec<AccountId>) -> Result<(), StoreError> {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            match self.ask(&part).await {
                Ok(found) => self.keep(&part, &found).await?,
                Err(Refusal::Wrong(reason)) if part.len() == 1 => {
                    tracing::warn!(account = %part[0], reason, "the AppView does not take an account");
                    self.keep(&part, &HashMap::new()).await?;
                }
                Err(Refusal::Wrong(_)) => {
                    let half = part.split_off(part.len() / 2);
                    parts.extend([half, part]);
                }
                Err(Refusal::Down { .. }) => {
                    count("given_up", part.len());
                    self.profiles.wanted.done(&part);
                }
            }
        }
        Ok(())
    }

    /// Asks once the AppView does not want to be left alone any more; gives up after some tries.
    async fn ask(&mut self, batch: &[AccountId]) -> Result<HashMap<String, Profile>, Refusal> {
        let mut tries = 0;
        loop {
            tries += 1;
            if let Some(end) = self.rests.take() {
                tokio::time::sleep_until(end).await;
            }
            let answer = self.appview.profiles(batch, self.profiles.ports.clock.now()).await;
            let pause = match &answer {
                Ok(answer) => {
                    self.troubles = 0;
                    answer.pause
                }
                Err(Refusal::Wrong(_)) => None,
                Err(Refusal::Down { reason, pause }) => {
                    let pause = pause.unwrap_or_else(|| self.profiles.config.pauses.pause(self.troubles));
                    self.troubles = self.troubles.saturating_add(1);
                    tracing::warn!(reason, ?pause, "the AppView does not tell profiles");
                    count("failed", batch.len());
                    Some(pause)
                }
            };
            self.rests = pause.map(|pause| Instant::now() + pause);
            match answer {
                Err(Refusal::Down { .. }) if tries < MOST_TRIES => {}
                answer => return answer.map(|answer| answer.profiles),
            }
        }
    }

    /// Keeps what was told, and of whom nothing was told; what was doubted meanwhile is not kept.
    async fn keep(&self, batch: &[AccountId], found: &HashMap<String, Profile>) -> Result<(), StoreError> {
        let sure = self.profiles.wanted.done(batch);
        count("looked_up", sure.len());
        let findings: Vec<_> = sure
            .iter()
            .map(|account| (account, found.get(account.native())))
            .collect();
        let profiles = &self.profiles;
        let (store, now) = (profiles.ports.store.as_ref(), profiles.ports.clock.now());
        memory::keep(store, profiles.config.backoff, now, profiles.spans(), &findings).await
    }
}

#[cfg(test)]
mod tests;
