//! The bytes of a post's record in the store.

use prost::Message;

use backtweet_domain::{Edge, Kind, KindSet, Lineage, PostId, Role, SubjectId, Timestamp};

use super::{Entry, Place, Record, Tombstone};

const ROLES: [Role; 4] = [Role::Backtweet, Role::Indirect, Role::Origin, Role::Answer];

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
    #[prost(bool, tag = "11")]
    inferred: bool,
}

impl Record {
    /// The record as it is stored.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let bytes = RecordBytes {
            highest: self.highest,
            settled: self.settled,
            created: self.created,
            echoes: self.echoes,
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
            role: (0..)
                .zip(ROLES)
                .find(|(_, named)| named == role)
                .map_or(0, |(number, _)| number),
            kinds: bits(*kinds),
            automatic: bits(*automatic),
            root: lineage.root.to_string(),
            parent: lineage.parent.as_ref().map(PostId::to_string),
            depth: lineage.depth,
            inferred: lineage.edge == Edge::Inferred,
        }
    }

    fn entry(self) -> Option<Entry> {
        let lineage = Lineage {
            root: self.root.parse().ok()?,
            parent: self.parent.map(|parent| parent.parse()).transpose().ok()?,
            depth: self.depth,
            edge: if self.inferred { Edge::Inferred } else { Edge::Observed },
        };
        let place = Place {
            generation: self.generation,
            role: *ROLES.get(usize::try_from(self.role).ok()?)?,
            kinds: kinds(self.kinds),
            automatic: kinds(self.automatic),
            lineage,
        };
        Some(Entry {
            subject: SubjectId::new(self.subject).ok()?,
            revision: self.revision,
            version: self.version,
            place,
        })
    }
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
