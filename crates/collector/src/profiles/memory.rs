//! What is known of accounts already, kept in the store: their handle and followers, or that nobody knows them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use backtweet_domain::{AccountId, Timestamp};
use backtweet_store::{Batch, Found, Key, LookUp, Store, StoreError, Stored, Write};
use backtweet_stream::Backoff;

use crate::patience::patiently;

/// The record's name within its slot.
const NAME: &str = "profile";

/// What the network says about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Profile {
    /// Lower case, without `@`.
    pub(super) handle: Option<String>,
    pub(super) followers: Option<u64>,
}

/// What is known of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    Fresh(Profile),
    /// It still holds, and is to be looked up anew.
    Aging(Profile),
    /// It was looked up in vain, and is to be left alone.
    Nobody,
    Unknown,
}

impl Known {
    /// Whether it is to be looked up.
    pub(super) fn is_due(&self) -> bool {
        matches!(self, Known::Aging(_) | Known::Unknown)
    }
}

/// How long what is known holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spans {
    pub(super) fresh: Duration,
    pub(super) renewed: Duration,
    pub(super) unknown: Duration,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// `None`: nobody knows the account.
    profile: Option<Profile>,
    looked_up: Timestamp,
}

/// Reads what is known of each account, in one round trip, once: nothing waits for a store that is down.
pub(super) async fn recall(
    store: &dyn Store,
    now: Timestamp,
    spans: Spans,
    accounts: &[AccountId],
) -> Result<Vec<Known>, StoreError> {
    let look_up = |account| LookUp::Record(Key::new(slot(account), NAME));
    let found = store.read(&accounts.iter().map(look_up).collect::<Vec<_>>()).await?;
    Ok(found.into_iter().map(|found| known(found, now, spans)).collect())
}

/// A record that cannot be read counts as none: it is written anew.
fn known(found: Found, now: Timestamp, spans: Spans) -> Known {
    let kept = match found {
        Found::Record(Some(stored)) => serde_json::from_slice::<Kept>(&stored.bytes).ok(),
        _ => None,
    };
    let Some(kept) = kept else { return Known::Unknown };
    let age = now.since(kept.looked_up);
    match kept.profile {
        Some(profile) if age < spans.renewed.min(spans.fresh) => Known::Fresh(profile),
        Some(profile) if age < spans.fresh => Known::Aging(profile),
        None if age < spans.unknown => Known::Nobody,
        _ => Known::Unknown,
    }
}

/// Keeps what was looked up.
pub(super) async fn keep(
    store: &dyn Store,
    backoff: Backoff,
    now: Timestamp,
    spans: Spans,
    findings: &[(&AccountId, Option<&Profile>)],
) -> Result<(), StoreError> {
    let batch = |&(account, profile): &(&AccountId, Option<&Profile>)| {
        let kept = Kept {
            profile: profile.cloned(),
            looked_up: now,
        };
        let stored = Stored {
            version: u64::try_from(now.micros()).unwrap_or(0),
            open: false,
            // Only maps with keys that are no strings can fail, and there are none.
            bytes: serde_json::to_vec(&kept).unwrap_or_default().into(),
        };
        let put = Write::Put {
            name: NAME.to_owned(),
            stored,
            expires: Some(now.plus(spans.fresh.max(spans.unknown))),
        };
        write(account, put)
    };
    apply(store, backoff, findings.iter().map(batch).collect()).await
}

/// Forgets what is known of these accounts.
pub(super) async fn forget(store: &dyn Store, backoff: Backoff, accounts: &[AccountId]) -> Result<(), StoreError> {
    let remove = |account| write(account, Write::Remove { name: NAME.to_owned() });
    apply(store, backoff, accounts.iter().map(remove).collect()).await
}

async fn apply(store: &dyn Store, backoff: Backoff, batches: Vec<Batch>) -> Result<(), StoreError> {
    if !batches.is_empty() {
        patiently(backoff, || store.apply(&batches)).await?;
    }
    Ok(())
}

fn write(account: &AccountId, write: Write) -> Batch {
    Batch {
        slot: slot(account),
        guards: Vec::new(),
        writes: vec![write],
    }
}

fn slot(account: &AccountId) -> String {
    format!("profile:{account}")
}
