//! One follow edge: which of all that was said of it holds, and whom it concerns. Pure.

use std::collections::BTreeMap;

use bytes::Bytes;
use prost::Message;

use backtweet_domain::AccountId;
use backtweet_domain::reach::hash_of;
use backtweet_store::{Batch, Found, Guard, Stored, Write};

use super::account::Follower;
use super::item::Item;
use super::{record, slot};

/// An edge after what was said of it last, by its revision.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Edge {
    #[prost(uint64, tag = "1")]
    revision: u64,
    #[prost(bool, tag = "2")]
    active: bool,
    /// Whom it leads to, or led to before it was taken back; absent where that was not heard yet.
    #[prost(string, optional, tag = "3")]
    followed: Option<String>,
    /// Whom it led to before, hardly ever anybody.
    #[prost(string, repeated, tag = "4")]
    former: Vec<String>,
}

impl Edge {
    pub(super) fn new(revision: u64, active: bool, followed: Option<String>) -> Self {
        Self {
            revision,
            active,
            followed,
            former: Vec::new(),
        }
    }

    pub(super) fn read(stored: Option<&Stored>) -> Result<Option<Self>, String> {
        let edge = stored.map(|stored| Self::decode(stored.bytes.clone())).transpose();
        edge.map_err(|error| format!("it is no follow edge ({error})"))
    }

    /// Where two say something at one revision, which no network does, taking back outranks, and the higher id.
    fn rank(&self) -> (u64, bool, Option<&str>) {
        (self.revision, !self.active, self.followed.as_deref())
    }

    /// Hears what was said; what does not outrank what holds changes nothing.
    fn take(&mut self, said: Self) {
        if said.rank() <= self.rank() {
            return;
        }
        (self.revision, self.active) = (said.revision, said.active);
        if said.followed.is_some() && said.followed != self.followed {
            let before = std::mem::replace(&mut self.followed, said.followed);
            self.former.retain(|former| self.followed.as_ref() != Some(former));
            self.former.extend(before);
        }
    }
}

/// What each follower's slot is to hold.
#[derive(Default)]
pub(super) struct Batches<'a>(BTreeMap<&'a str, Batch>);

impl<'a> Batches<'a> {
    /// Puts the edge as it stands after what was `said`, also where that is as it was: what it comes to is told again.
    pub(super) fn put(
        &mut self,
        follower: &'a str,
        key: &str,
        said: impl Iterator<Item = Edge>,
        former: Option<Edge>,
        found: &Found,
    ) {
        let version = record(found).ok().flatten().map(|stored| stored.version);
        let before = former.clone();
        let edge = said.fold(former, |edge: Option<Edge>, said| {
            Some(match edge {
                None => said,
                Some(mut edge) => {
                    edge.take(said);
                    edge
                }
            })
        });
        let Some(edge) = edge else { return };
        let changed = u64::from(before.as_ref() != Some(&edge));
        let key = slot::edge(follower, key);
        let batch = self.0.entry(follower).or_insert_with(|| Batch {
            slot: key.slot.clone(),
            ..Batch::default()
        });
        batch.guards.push(Guard {
            name: key.name.clone(),
            version,
        });
        batch.writes.push(Write::Put {
            name: key.name,
            stored: Stored {
                version: version.unwrap_or(0) + changed,
                open: false,
                bytes: Bytes::from(edge.encode_to_vec()),
            },
            expires: None,
        });
    }

    pub(super) fn into_writes(self) -> Vec<Batch> {
        self.0.into_values().collect()
    }
}

/// What the accounts that an edge concerns have to hear of it, now that it stands as it was put; nothing where the record is no edge's.
pub(super) fn told(slot: &str, name: &str, stored: &Stored) -> Vec<Item> {
    let Some((follower, key)) = slot::read_edge(slot, name) else {
        return Vec::new();
    };
    let (Ok(Some(edge)), Ok(account)) = (Edge::read(Some(stored)), follower.parse::<AccountId>()) else {
        return Vec::new();
    };
    let hash = hash_of(&account);
    let told = |followed: String, follows: bool| Item::Told {
        followed,
        follower: Follower {
            hash,
            key: key.to_owned(),
            follows,
        },
    };
    let former = edge.former.into_iter().map(|former| told(former, false));
    let followed = edge.followed.into_iter().map(|followed| told(followed, edge.active));
    former.chain(followed).collect()
}
