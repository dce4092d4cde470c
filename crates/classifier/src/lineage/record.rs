//! The bytes of a post's record in the store, and of what a name stands for.

use prost::Message;

use backtweet_domain::{Edge, Kind, KindSet, Lineage, PostId, ReferenceKind, Role, SubjectId, Timestamp};

use super::named::{Candidate, Named};
use super::{Entry, Place, Record, Tombstone};
use crate::attribution::Name;

const ROLES: [Role; 4] = [Role::Backtweet, Role::Indirect, Role::Origin, Role::Answer];
const EDGES: [Edge; 3] = [Edge::Observed, Edge::Inferred, Edge::Flattened];
const WAYS: [ReferenceKind; 3] = [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply];

#[derive(Clone, PartialEq, Message)]
struct RecordBytes {
    #[prost(uint64, optional, tag = "1")]
    highest: Option<u64>,
    #[prost(bool, tag = "2")]
    settled: bool,
    #[prost(message, optional, tag = "3")]
    tombstone: Option<TombstoneBytes>,
    #[prost(int64, optional, tag = "4")]
    at_us: Option<i64>,
    #[prost(message, repeated, tag = "5")]
    entries: Vec<EntryBytes>,
    #[prost(bool, tag = "6")]
    created: bool,
    #[prost(uint32, tag = "7")]
    echoes: u32,
    #[prost(uint32, tag = "8")]
    twins: u32,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct TombstoneBytes {
    #[prost(uint64, tag = "1")]
    revision: u64,
    #[prost(int64, tag = "2")]
    at_us: i64,
}

#[derive(Clone, PartialEq, Message)]
struct EntryBytes {
    #[prost(string, tag = "1")]
    subject: String,
    #[prost(uint64, tag = "2")]
    revision: u64,
    #[prost(uint64, tag = "3")]
    version: u64,
    #[prost(uint64, tag = "4")]
    generation: u64,
    /// By place in [`ROLES`].
    #[prost(uint32, tag = "5")]
    role: u32,
    /// One bit a kind, by its number.
    #[prost(uint32, tag = "6")]
    kinds: u32,
    #[prost(uint32, tag = "7")]
    automatic: u32,
    #[prost(string, tag = "8")]
    root: String,
    #[prost(string, optional, tag = "9")]
    parent: Option<String>,
    #[prost(uint32, tag = "10")]
    depth: u32,
    /// By place in [`EDGES`].
    #[prost(uint32, tag = "11")]
    edge: u32,
    /// By place in [`WAYS`].
    #[prost(uint32, optional, tag = "12")]
    by: Option<u32>,
    #[prost(fixed64, repeated, tag = "13")]
    names: Vec<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct NamedBytes {
    #[prost(message, repeated, tag = "1")]
    candidates: Vec<CandidateBytes>,
}

#[derive(Clone, PartialEq, Message)]
struct CandidateBytes {
    #[prost(string, tag = "1")]
    post: String,
    #[prost(int64, tag = "2")]
    at_us: i64,
    #[prost(message, optional, tag = "3")]
    entry: Option<EntryBytes>,
}

impl Record {
    /// The record as it is stored.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let bytes = RecordBytes {
            highest: self.highest,
            settled: self.settled,
            created: self.created,
            echoes: self.echoes,
            twins: self.twins,
            tombstone: self.tombstone.map(|it| TombstoneBytes {
                revision: it.revision,
                at_us: it.at.micros(),
            }),
            at_us: self.at.map(Timestamp::micros),
            entries: self.entries.iter().map(EntryBytes::of).collect(),
        };
        bytes.encode_to_vec()
    }

    /// Reads what [`Record::encode`] wrote; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes = RecordBytes::decode(bytes).ok()?;
        let tombstone = bytes.tombstone;
        Some(Self {
            highest: bytes.highest,
            settled: bytes.settled,
            created: bytes.created,
            echoes: bytes.echoes,
            twins: bytes.twins,
            tombstone: tombstone.map(|it| Tombstone {
                revision: it.revision,
                at: Timestamp::from_micros(it.at_us),
            }),
            at: bytes.at_us.map(Timestamp::from_micros),
            entries: bytes
                .entries
                .into_iter()
                .map(EntryBytes::entry)
                .collect::<Option<_>>()?,
        })
    }
}

impl Named {
    /// The record as it is stored.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let candidates = self.candidates.iter().map(|it| CandidateBytes {
            post: it.post.to_string(),
            at_us: it.at.micros(),
            entry: Some(EntryBytes::of(&it.entry)),
        });
        NamedBytes {
            candidates: candidates.collect(),
        }
        .encode_to_vec()
    }

    /// Reads what [`Named::encode`] wrote; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let candidate = |it: CandidateBytes| {
            Some(Candidate {
                post: it.post.parse().ok()?,
                at: Timestamp::from_micros(it.at_us),
                entry: it.entry?.entry()?,
            })
        };
        let candidates = NamedBytes::decode(bytes).ok()?.candidates;
        Some(Self {
            candidates: candidates.into_iter().map(candidate).collect::<Option<_>>()?,
        })
    }
}

impl EntryBytes {
    fn of(entry: &Entry) -> Self {
        let Place {
            generation,
            role,
            kinds,
            automatic,
            lineage,
        } = &entry.place;
        Self {
            subject: entry.subject.as_str().to_owned(),
            revision: entry.revision,
            version: entry.version,
            generation: *generation,
            role: place_in(&ROLES, role),
            kinds: bits(*kinds),
            automatic: bits(*automatic),
            root: lineage.root.to_string(),
            parent: lineage.parent.as_ref().map(PostId::to_string),
            depth: lineage.depth,
            edge: place_in(&EDGES, &lineage.edge),
            by: lineage.by.map(|by| place_in(&WAYS, &by)),
            names: entry.names.iter().map(|name| name.0).collect(),
        }
    }

    fn entry(self) -> Option<Entry> {
        let lineage = Lineage {
            root: self.root.parse().ok()?,
            parent: self.parent.map(|parent| parent.parse()).transpose().ok()?,
            depth: self.depth,
            edge: at(&EDGES, self.edge)?,
            by: self.by.map(|by| at(&WAYS, by).ok_or(())).transpose().ok()?,
        };
        let place = Place {
            generation: self.generation,
            role: at(&ROLES, self.role)?,
            kinds: kinds(self.kinds),
            automatic: kinds(self.automatic),
            lineage,
        };
        Some(Entry {
            subject: SubjectId::new(self.subject).ok()?,
            revision: self.revision,
            version: self.version,
            place,
            names: self.names.into_iter().map(Name).collect(),
        })
    }
}

/// The number of a value that is kept by its place in a list.
fn place_in<T: PartialEq>(all: &[T], one: &T) -> u32 {
    (0..)
        .zip(all)
        .find(|(_, other)| *other == one)
        .map_or(0, |(number, _)| number)
}

fn at<T: Copy>(all: &[T], number: u32) -> Option<T> {
    all.get(usize::try_from(number).ok()?).copied()
}

fn bits(kinds: KindSet) -> u32 {
    kinds.iter().fold(0, |bits, kind| bits | 1 << kind as u32)
}

fn kinds(bits: u32) -> KindSet {
    Kind::ALL
        .into_iter()
        .filter(|&kind| bits & 1 << kind as u32 != 0)
        .collect()
}
