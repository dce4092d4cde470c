//! From ids that are local to a Mastodon instance to ids that hold everywhere, in any order of arrival.
//!
//! Each status seen leaves a record of what its instance calls it. Whoever names a status by its local id reads that record or, in the
//! same atomic step, parks beside it, and is woken by the status. A post with an open reference is published at once, and again, at a
//! higher revision, once its references are known. Everything may be repeated: records and waiters are the same each time.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use backtweet_domain::{AccountId, PostEvent, PostId, ReferenceKind, Timestamp, revision};
use backtweet_store::{Batch, Found, Key, LookUp, Outcome, Park, Store, StoreError, Stored, Waiter, Write};

use crate::Config;
use crate::normalise::{Gone, LocalFacts, LocalId, SeenStatus};
use crate::patience::patiently;

/// The record's name within its slot.
const NAME: &str = "uri";

/// Version of a record whose waiters may still have to be published.
const FRESH: u64 = 1;
/// Version of a record whose waiters were published: seeing the status once more wakes nobody.
const SETTLED: u64 = 2;

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    post: PostId,
    author: AccountId,
    handle: Option<String>,
}

/// What waits beside a record that is not there yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Waiting {
    /// A post, with every reference of it that was open.
    Post {
        event: PostEvent,
        open: Vec<(ReferenceKind, LocalId)>,
    },
    /// A deletion.
    Deletion(Timestamp),
}

/// What resolving came to.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// Events to publish behind the others: deletions now understood, posts now complete.
    pub(crate) more: Vec<PostEvent>,
    /// To be applied once everything is published.
    pub(crate) afterwards: Vec<Batch>,
}

/// Resolves what a batch of events left open, in place, and what others left open that the batch answers.
pub(crate) async fn resolve(
    store: &dyn Store,
    config: &Config,
    now: Timestamp,
    events: &mut [PostEvent],
    local: &LocalFacts,
) -> Result<Resolved, StoreError> {
    let mut resolver = Resolver {
        store,
        config,
        now,
        known: HashMap::new(),
    };
    let open = open_references(local);
    let unsettled = resolver.learn(events, local, &open).await?;
    for (&event, references) in &open {
        fill(&mut events[event], references, &resolver.known);
    }
    let mut resolved = Resolved::default();
    for gone in &local.gone {
        resolved
            .more
            .extend(resolver.known.get(&gone.id).map(|known| deletion(known, gone.at)));
    }
    resolver.announce(&unsettled, &mut resolved).await?;
    Ok(resolved)
}

/// The open references of each event.
type Open = BTreeMap<usize, Vec<(ReferenceKind, LocalId)>>;

fn open_references(local: &LocalFacts) -> Open {
    let mut open = Open::new();
    for awaited in &local.awaited {
        open.entry(awaited.event)
            .or_default()
            .push((awaited.kind, awaited.id.clone()));
    }
    open
}

struct Resolver<'a> {
    store: &'a dyn Store,
    config: &'a Config,
    now: Timestamp,
    known: HashMap<LocalId, Known>,
}

impl Resolver<'_> {
    /// Reads everything that the batch asks for in one round trip, and parks what finds no answer. Returns the statuses seen whose
    /// waiters may have to be woken.
    async fn learn<'l>(
        &mut self,
        events: &[PostEvent],
        local: &'l LocalFacts,
        open: &Open,
    ) -> Result<Vec<&'l SeenStatus>, StoreError> {
        let mut seen: HashMap<&LocalId, &SeenStatus> = HashMap::new();
        for status in &local.seen {
            seen.insert(&status.id, status);
            self.known.insert(status.id.clone(), Known::from(status));
        }
        let mut statuses: Vec<_> = seen.into_values().collect();
        statuses.sort_by(|one, other| one.id.cmp(&other.id));
        let mut look_ups: Vec<_> = statuses.iter().map(|status| LookUp::Record(key(&status.id))).collect();

        let mut asked = Vec::new();
        for (&event, references) in open {
            self.ask_for_references(&events[event], references, &mut look_ups, &mut asked);
        }
        for gone in local.gone.iter().filter(|gone| !self.known.contains_key(&gone.id)) {
            look_ups.push(self.ask_for_deletion(gone));
            asked.push(gone.id.clone());
        }

        let mut found = self.read(&look_ups).await?;
        self.remember(asked, found.split_off(statuses.len()))?;
        statuses = std::iter::zip(statuses, found)
            .filter(|(_, found)| !matches!(found, Found::Record(Some(stored)) if stored.version >= SETTLED))
            .map(|(status, _)| status)
            .collect();
        Ok(statuses)
    }

    /// Leaves a record of each status and wakes who waited for it.
    async fn announce(&mut self, statuses: &[&SeenStatus], resolved: &mut Resolved) -> Result<(), StoreError> {
        let batches: Vec<_> = statuses.iter().map(|status| self.batch(status, FRESH)).collect();
        if batches.is_empty() {
            return Ok(());
        }
        let outcomes = patiently(self.config.backoff, || self.store.apply(&batches)).await?;
        let mut posts = Vec::new();
        for (status, outcome) in std::iter::zip(statuses, outcomes) {
            let Outcome::Applied(waiters) = outcome else { continue };
            if !waiters.is_empty() {
                resolved.afterwards.push(self.batch(status, SETTLED));
            }
            for waiter in waiters {
                match serde_json::from_slice(&waiter.bytes) {
                    Ok(Waiting::Deletion(at)) => resolved.more.push(deletion(&Known::from(*status), at)),
                    Ok(Waiting::Post { event, open }) => posts.push((event, open)),
                    Err(error) => {
                        tracing::error!(%error, waiter = waiter.id, "what waited for a status cannot be read; it is passed over");
                    }
                }
            }
        }
        self.complete(posts, resolved).await
    }

    /// Publishes the woken posts that nothing is open of any more; the others go on waiting for the rest.
    async fn complete(
        &mut self,
        mut posts: Vec<(PostEvent, Vec<(ReferenceKind, LocalId)>)>,
        resolved: &mut Resolved,
    ) -> Result<(), StoreError> {
        let (mut look_ups, mut asked) = (Vec::new(), Vec::new());
        for (event, open) in &posts {
            self.ask_for_references(event, open, &mut look_ups, &mut asked);
        }
        let found = self.read(&look_ups).await?;
        self.remember(asked, found)?;
        for (event, open) in &mut posts {
            fill(event, open, &self.known);
        }
        posts.retain(|(_, open)| open.iter().all(|(_, id)| self.known.contains_key(id)));
        resolved.more.extend(posts.into_iter().map(|(event, _)| event));
        Ok(())
    }

    fn ask_for_references(
        &self,
        event: &PostEvent,
        open: &[(ReferenceKind, LocalId)],
        look_ups: &mut Vec<LookUp>,
        asked: &mut Vec<LocalId>,
    ) {
        for (_, id) in open.iter().filter(|(_, id)| !self.known.contains_key(id)) {
            let waiting = Waiting::Post {
                event: event.clone(),
                open: open.to_vec(),
            };
            // Each revision waits by itself, so that edits may come in any order.
            let waiter = format!("{}#{}", event.key(), rank(event));
            look_ups.push(self.read_or_park(id, waiter, &waiting, event.at()));
            asked.push(id.clone());
        }
    }

    fn ask_for_deletion(&self, gone: &Gone) -> LookUp {
        self.read_or_park(&gone.id, "delete".to_owned(), &Waiting::Deletion(gone.at), gone.at)
    }

    fn read_or_park(&self, id: &LocalId, waiter: String, waiting: &Waiting, at: Timestamp) -> LookUp {
        let waiter = Waiter {
            id: waiter,
            bytes: encode(waiting).into(),
        };
        LookUp::ReadOrPark {
            key: key(id),
            park: Park {
                waiter,
                expires: at.plus(self.config.local_ids_awaited),
            },
        }
    }

    async fn read(&self, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
        if look_ups.is_empty() {
            return Ok(Vec::new());
        }
        patiently(self.config.backoff, || self.store.read(look_ups)).await
    }

    fn remember(&mut self, asked: Vec<LocalId>, found: Vec<Found>) -> Result<(), StoreError> {
        for (id, found) in std::iter::zip(asked, found) {
            let Found::Record(Some(stored)) = found else { continue };
            let known = serde_json::from_slice(&stored.bytes).map_err(|error| StoreError::Corrupt {
                key: slot(&id),
                reason: error.to_string(),
            })?;
            self.known.insert(id, known);
        }
        Ok(())
    }

    /// What is written about a status. Only a fresh record wakes its waiters.
    fn batch(&self, status: &SeenStatus, version: u64) -> Batch {
        let stored = Stored {
            version,
            open: false,
            bytes: encode(&Known::from(status)).into(),
        };
        let expires = Some(self.now.plus(self.config.local_ids_kept));
        let mut writes = vec![Write::Put {
            name: NAME.to_owned(),
            stored,
            expires,
        }];
        if version == FRESH {
            writes.push(Write::Wake { name: NAME.to_owned() });
        }
        Batch {
            slot: slot(&status.id),
            guards: Vec::new(),
            writes,
        }
    }
}

impl From<&SeenStatus> for Known {
    fn from(status: &SeenStatus) -> Self {
        Self {
            post: status.post.clone(),
            author: status.author.clone(),
            handle: status.handle.clone(),
        }
    }
}

fn slot(id: &LocalId) -> String {
    format!("mastodon-id:{}:{}", id.instance, id.id)
}

fn key(id: &LocalId) -> Key {
    Key::new(slot(id), NAME)
}

fn encode(value: &impl Serialize) -> Vec<u8> {
    // Only maps with keys that are no strings can fail, and there are none.
    serde_json::to_vec(value).unwrap_or_default()
}

fn rank(event: &PostEvent) -> u64 {
    match event {
        PostEvent::Created { post } | PostEvent::Edited { post } => post.revision,
        _ => 0,
    }
}

fn deletion(known: &Known, at: Timestamp) -> PostEvent {
    PostEvent::Deleted {
        id: known.post.clone(),
        revision: u64::MAX,
        at,
    }
}

/// Sets the targets that are known. A post that nothing is open of any more outranks the same post with something open.
fn fill(event: &mut PostEvent, open: &[(ReferenceKind, LocalId)], known: &HashMap<LocalId, Known>) {
    let (PostEvent::Created { post } | PostEvent::Edited { post }) = event else {
        return;
    };
    for (kind, id) in open {
        let Some(known) = known.get(id) else { continue };
        for reference in post.references.iter_mut().filter(|reference| reference.kind == *kind) {
            reference.target = Some(known.post.clone());
            reference.author = Some(known.author.clone());
            reference.author_handle = known.handle.clone();
        }
    }
    if open.iter().all(|(_, id)| known.contains_key(id)) {
        post.revision = revision::with_references(post.revision);
    }
}

#[cfg(test)]
mod tests;
