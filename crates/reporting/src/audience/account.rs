//! The audience of one account: its followers one by one, and their sketch. Pure; what holds of an edge is known to `edge`.
//!
//! Followers lie in a feed by the hash that their sketch knows them by. The accounts that share a part of the sketch therefore stand side by
//! side, and where one of ten million leaves, some hundreds are read to build that part anew.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use prost::Message;

use backtweet_domain::reach::{EXACT, PRECISION, Sketch, part_of};
use backtweet_store::{Batch, Direction, FeedEntry, Found, Guard, LookUp, Stored, Write};

use super::{record, slot};

/// Edges that are read to build a sketch as a whole: some more than it keeps one by one, as somebody may follow twice.
const WHOLE: usize = 2 * EXACT;
/// Edges that are read to build one part anew: accounts with up to 15 million followers have fewer. A part with more is left as it is.
const PART: usize = 1_024;

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Follower {
    /// What a sketch knows it by.
    pub(super) hash: u64,
    /// The edge's name.
    pub(super) key: String,
    pub(super) follows: bool,
}

/// What is kept of an audience beside the followers.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Kept {
    #[prost(bytes = "bytes", tag = "1")]
    sketch: Bytes,
    /// The account was deleted: nobody follows it any more.
    #[prost(bool, tag = "2")]
    gone: bool,
}

impl Kept {
    pub(super) fn read(stored: Option<&Stored>) -> Result<Self, String> {
        let kept = stored.map(|stored| Self::decode(stored.bytes.clone())).transpose();
        Ok(kept
            .map_err(|error| format!("it is no audience ({error})"))?
            .unwrap_or_default())
    }

    pub(super) fn sketch(&self) -> Result<Sketch, String> {
        if self.sketch.is_empty() {
            return Ok(Sketch::default());
        }
        Sketch::from_bytes(&self.sketch).map_err(|error| error.to_string())
    }
}

/// A batch that puts the sketch of an account, for whoever measures without ten million edges.
#[cfg(test)]
pub(crate) fn put_sketch(account: &backtweet_domain::AccountId, sketch: &Sketch) -> Batch {
    let kept = Kept {
        sketch: sketch.to_bytes().into(),
        gone: false,
    };
    let key = slot::audience(&account.to_string());
    let stored = Stored {
        version: 1,
        open: false,
        bytes: Bytes::from(kept.encode_to_vec()),
    };
    Batch {
        slot: key.slot,
        guards: Vec::new(),
        writes: vec![Write::Put {
            name: key.name,
            stored,
            expires: None,
        }],
    }
}

/// An edge's place among the followers.
type Place<'a> = (u64, &'a str);

/// What a batch tells one account.
#[derive(Default)]
pub(super) struct Changes<'a> {
    /// Whether the edge at each place stands. One edge is told once a batch.
    edges: BTreeMap<Place<'a>, bool>,
    pub(super) is_gone: bool,
}

impl<'a> Changes<'a> {
    pub(super) fn take(&mut self, follower: &'a Follower) {
        self.edges.insert((follower.hash, &follower.key), follower.follows);
    }

    /// The parts of the sketch in which somebody leaves.
    fn thinned(&self) -> BTreeSet<u64> {
        let leave = self.edges.iter().filter(|(_, follows)| !**follows);
        leave.map(|((hash, _), _)| part_of(*hash)).collect()
    }

    /// The account's record; where somebody leaves, its first followers, and those of each part that is thinned.
    pub(super) fn look_ups(&self, account: &str) -> Vec<LookUp> {
        let mut look_ups = vec![LookUp::Record(slot::audience(account))];
        let followers = |after, limit| LookUp::Feed {
            key: slot::followers(account),
            after,
            direction: Direction::Ascending,
            limit,
        };
        let thinned = self.thinned();
        if !thinned.is_empty() {
            look_ups.push(followers(None, WHOLE));
        }
        look_ups.extend(thinned.into_iter().map(|part| {
            let first = part << (64 - PRECISION);
            // Keys are never empty: this stands before everything of the part.
            followers(Some(entry((first, ""))), PART)
        }));
        look_ups
    }

    /// What the batch comes to, given the answers to [`Self::look_ups`].
    pub(super) fn fold(&self, account: &str, found: &[Found]) -> Result<Option<Batch>, String> {
        let (first, feeds) = found.split_first().ok_or("the store gave no answer")?;
        let stored = record(first)?;
        let kept = Kept::read(stored)?;
        if kept.gone || self.edges.is_empty() && !self.is_gone {
            return Ok(None);
        }
        let mut writes = Vec::with_capacity(self.edges.len() + 1);
        let kept = if self.is_gone {
            writes.push(Write::Clear);
            Kept {
                gone: true,
                ..Kept::default()
            }
        } else {
            writes.extend(self.edges.iter().map(|(place, follows)| change(*place, *follows)));
            Kept {
                sketch: self.sketch(kept.sketch()?, feeds)?.to_bytes().into(),
                gone: false,
            }
        };
        let version = stored.map(|stored| stored.version);
        writes.push(Write::Put {
            name: slot::AUDIENCE.to_owned(),
            stored: Stored {
                version: version.unwrap_or(0) + 1,
                open: false,
                bytes: Bytes::from(kept.encode_to_vec()),
            },
            expires: None,
        });
        let guard = Guard {
            name: slot::AUDIENCE.to_owned(),
            version,
        };
        Ok(Some(Batch {
            slot: slot::audience(account).slot,
            guards: vec![guard],
            writes,
        }))
    }

    fn sketch(&self, mut sketch: Sketch, feeds: &[Found]) -> Result<Sketch, String> {
        let enter = self.edges.iter().filter(|(_, follows)| **follows);
        sketch.extend(enter.map(|((hash, _), _)| *hash));
        let Some((first, parts)) = feeds.split_first() else {
            return Ok(sketch);
        };
        let first = entries(first)?;
        if first.len() < WHOLE {
            return Ok(self.hashes(first, |_| true).collect());
        }
        for (part, found) in self.thinned().into_iter().zip(parts) {
            let found = entries(found)?;
            let is_all = found.len() < PART || found.last().is_some_and(|last| part_of(hash(last)) != part);
            if is_all {
                sketch.rebuild(part, self.hashes(found, |hash| part_of(hash) == part));
            }
        }
        Ok(sketch)
    }

    /// The hashes of those who follow after the batch, among `found` and those that it tells of.
    fn hashes<'b>(&'b self, found: &'b [FeedEntry], wanted: impl Fn(u64) -> bool) -> impl Iterator<Item = u64> + 'b {
        let place = |entry: &'b FeedEntry| (hash(entry), entry.id.as_str());
        let stay = found.iter().map(place).filter(|place| !self.edges.contains_key(place));
        let enter = self
            .edges
            .iter()
            .filter(|(_, follows)| **follows)
            .map(|(place, _)| *place);
        let places: BTreeSet<u64> = stay
            .chain(enter)
            .map(|(hash, _)| hash)
            .filter(|hash| wanted(*hash))
            .collect();
        places.into_iter()
    }
}

fn entries(found: &Found) -> Result<&[FeedEntry], String> {
    match found {
        Found::Feed(entries) => Ok(entries),
        other => Err(format!("{other:?} is no feed")),
    }
}

fn change(place: Place<'_>, follows: bool) -> Write {
    let (name, entry) = (slot::FOLLOWERS.to_owned(), entry(place));
    if follows {
        Write::Enter { name, entry }
    } else {
        Write::Leave { name, entry }
    }
}

fn entry((hash, key): Place<'_>) -> FeedEntry {
    FeedEntry {
        order: hash.cast_signed(),
        id: key.to_owned(),
    }
}

fn hash(entry: &FeedEntry) -> u64 {
    entry.order.cast_unsigned()
}
