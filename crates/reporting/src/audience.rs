//! Who follows whom: follow edges to the followers, and the sketch, of each account. What is asked of them is the business of `report::reach`
//! and `report::people`.
//!
//! An edge is taken back by its key alone, so a batch goes in two steps. First each edge's own record, in its follower's slot, hears what was
//! said of it; then the accounts that an edge led or leads to are told how it stands now. Both repeat without effect, and a replay tells the
//! accounts again, so it does not matter where between the two a process was killed.

mod account;
mod edge;
mod item;
mod reads;
mod slot;

use std::collections::BTreeMap;

use bytes::Bytes;

use backtweet_store::{Found, LookUp, StoreError, Stored, Write};
use backtweet_stream::{Effects, Poison, Stage};
use backtweet_wire::topics;

use self::account::Changes;
#[cfg(test)]
pub(crate) use self::account::put_sketch;
use self::edge::Edge;
use self::item::Item;
pub(crate) use self::reads::audiences;

/// How many edges are folded at once: where one is taken back some thousand others may have to be read.
pub(crate) const MOST_EDGES: usize = 250;

/// Folds the follow edges of `backtweet.posts` into the store. Audiences are the same in whatever order, and however often, edges arrive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AudienceStage;

impl Stage for AudienceStage {
    type Item = Item;

    fn name(&self) -> &'static str {
        "reporting-audience"
    }

    fn topic(&self) -> &'static str {
        topics::POSTS
    }

    fn decode(&self, _key: &Bytes, value: Option<&Bytes>) -> Result<Option<Item>, Poison> {
        value.map_or(Ok(None), Item::decode)
    }

    fn look_ups(&self, items: &[Item]) -> Vec<LookUp> {
        let (edges, accounts) = sorted(items);
        let edges = edges
            .into_keys()
            .map(|(follower, key)| LookUp::Record(slot::edge(follower, key)));
        let accounts = accounts.iter().flat_map(|(account, changes)| changes.look_ups(account));
        edges.chain(accounts).collect()
    }

    fn process(&self, items: &[Item], found: &[Found]) -> Effects {
        let (edges, accounts) = sorted(items);
        let (found_edges, mut found) = found.split_at(edges.len().min(found.len()));
        let mut batches = edge::Batches::default();
        for (((follower, key), said), found) in edges.into_iter().zip(found_edges) {
            match record(found).and_then(Edge::read) {
                Ok(former) => batches.put(follower, key, said.into_iter().cloned(), former, found),
                Err(reason) => leave_out(&slot::edge(follower, key).slot, reason),
            }
        }
        let mut writes = batches.into_writes();
        for (account, changes) in accounts {
            let (answers, rest) = found.split_at(changes.look_ups(account).len().min(found.len()));
            found = rest;
            match changes.fold(account, answers) {
                Ok(batch) => writes.extend(batch),
                Err(reason) => leave_out(&slot::audience(account).slot, reason),
            }
        }
        Effects {
            writes,
            outputs: Vec::new(),
        }
    }

    fn follow_up(&self, _items: &[Item], effects: &Effects) -> Vec<Item> {
        let mut told = Vec::new();
        for batch in &effects.writes {
            for write in &batch.writes {
                if let Write::Put { name, stored, .. } = write {
                    told.extend(edge::told(&batch.slot, name, stored));
                }
            }
        }
        told
    }
}

type Edges<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Edge>>;

/// What is said of each edge, and what changes for each account, so that each is read and written once a batch.
fn sorted(items: &[Item]) -> (Edges<'_>, BTreeMap<&str, Changes<'_>>) {
    let (mut edges, mut accounts) = (Edges::default(), BTreeMap::<&str, Changes<'_>>::default());
    for item in items {
        match item {
            Item::Said { follower, key, edge } => edges.entry((follower, key)).or_default().push(edge),
            Item::Told { followed, follower } => accounts.entry(followed).or_default().take(follower),
            Item::Gone { account } => accounts.entry(account).or_default().is_gone = true,
        }
    }
    (edges, accounts)
}

fn record(found: &Found) -> Result<Option<&Stored>, String> {
    match found {
        Found::Record(stored) => Ok(stored.as_ref()),
        other => Err(format!("{other:?} is no record")),
    }
}

/// Nothing that is tried again would help, and the others must not wait for it.
fn leave_out(slot: &str, reason: String) {
    metrics::counter!("backtweet_reporting_unreadable_total").increment(1);
    let error = StoreError::Corrupt {
        key: slot.to_owned(),
        reason,
    };
    tracing::error!(%error, "follow edges are left out: the store holds what cannot be read");
}
