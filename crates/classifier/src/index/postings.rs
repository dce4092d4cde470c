//! Who looks for what: every text that posts are looked up by, in a hash map of many shards. A copy shares the shards until one of the two
//! changes them, so that a change costs a few small shards however large the index is. What the texts mean is `terms`' and `compile`'s.

use std::hash::Hasher;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use backtweet_domain::Network;

/// A shard holds a thousand texts where there are a million.
const SHARDS: usize = 1 << 10;

/// What a text is looked up as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Sort {
    /// The id of a subject.
    Subject,
    /// What a network calls an account.
    Native,
    /// An account's handle.
    Handle,
    Hashtag,
    Cashtag,
    /// A link that is this page.
    Page,
    /// A link to this page or to one below it.
    Below,
    Host,
    /// A term, by one of its words.
    Word,
    /// A term, by two of its words that have nothing between them.
    Pair,
    /// A term, by the first letters of its open word.
    Stem,
    /// A term without a word, by one of its characters.
    Symbol,
}

impl Sort {
    pub(super) const fn bit(self) -> u16 {
        1 << self as u8
    }

    /// All by which terms are found in a text.
    pub(super) const TERMS: u16 = Self::Word.bit() | Self::Pair.bit() | Self::Stem.bit() | Self::Symbol.bit();
}

/// The number of a text of its sort. Two texts may have the same one.
pub(super) fn key(sort: Sort, text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(sort as u8);
    hasher.write(text);
    hasher.finish()
}

/// Who looks for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    /// The subject's place.
    pub(super) place: u32,
    /// Where it has to be found; anywhere where absent.
    pub(super) network: Option<Network>,
    /// Whether it means no more than that the subject's query may match.
    pub(super) candidate: bool,
}

/// A text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needle {
    pub(super) sort: Sort,
    pub(super) text: Box<str>,
    /// For a term, where in it the part stands that it is looked up by.
    pub(super) at: u32,
    /// For a term, whether a word may go on behind it.
    pub(super) open: bool,
}

/// A text and who looks for it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) needle: Needle,
    owners: Owners,
}

/// Nearly always there is one.
#[derive(Debug, Clone)]
enum Owners {
    One(Owner),
    Many(Vec<Owner>),
}

impl Entry {
    pub(super) fn owners(&self) -> &[Owner] {
        match &self.owners {
            Owners::One(owner) => std::slice::from_ref(owner),
            Owners::Many(owners) => owners,
        }
    }

    fn add(&mut self, owner: Owner) {
        match &mut self.owners {
            Owners::One(first) => self.owners = Owners::Many(vec![*first, owner]),
            Owners::Many(owners) => owners.push(owner),
        }
    }

    /// Without the subject at `place`; `None` where nobody is left.
    fn without(&self, place: u32) -> Option<Self> {
        let mut left = self.owners().iter().filter(|owner| owner.place != place).copied();
        let first = left.next()?;
        let mut entry = Self {
            needle: self.needle.clone(),
            owners: Owners::One(first),
        };
        left.for_each(|owner| entry.add(owner));
        Some(entry)
    }
}

/// The texts of one key.
#[derive(Debug, Clone)]
enum Bucket {
    One(Arc<Entry>),
    Many(Arc<Vec<Arc<Entry>>>),
}

impl Bucket {
    fn entries(&self) -> &[Arc<Entry>] {
        match self {
            Self::One(entry) => std::slice::from_ref(entry),
            Self::Many(entries) => entries,
        }
    }

    fn entries_mut(&mut self) -> &mut [Arc<Entry>] {
        match self {
            Self::One(entry) => std::slice::from_mut(entry),
            Self::Many(entries) => Arc::make_mut(entries).as_mut_slice(),
        }
    }

    fn push(&mut self, entry: Arc<Entry>) {
        match self {
            Self::One(first) => *self = Self::Many(Arc::new(vec![Arc::clone(first), entry])),
            Self::Many(entries) => Arc::make_mut(entries).push(entry),
        }
    }
}

/// All texts that are looked for.
#[derive(Debug, Clone)]
pub(super) struct Postings {
    shards: Vec<Arc<FxHashMap<u64, Bucket>>>,
}

impl Default for Postings {
    fn default() -> Self {
        Self {
            shards: vec![Arc::default(); SHARDS],
        }
    }
}

const fn shard(key: u64) -> usize {
    (key >> 32) as usize % SHARDS
}

impl Postings {
    /// The texts of that key, some of which may only share it.
    pub(super) fn get(&self, key: u64) -> &[Arc<Entry>] {
        self.shards[shard(key)].get(&key).map_or(&[], Bucket::entries)
    }

    pub(super) fn add(&mut self, key: u64, needle: Needle, owner: Owner) {
        let shard = Arc::make_mut(&mut self.shards[shard(key)]);
        let Some(bucket) = shard.get_mut(&key) else {
            let owners = Owners::One(owner);
            shard.insert(key, Bucket::One(Arc::new(Entry { needle, owners })));
            return;
        };
        match bucket.entries().iter().position(|entry| entry.needle == needle) {
            // A subject's owners are added one after the other, so that it is among the last where it is there already.
            Some(at) => {
                let entry = &mut bucket.entries_mut()[at];
                let of_place = entry.owners().iter().rev().take_while(|it| it.place == owner.place);
                if !of_place.into_iter().any(|it| *it == owner) {
                    Arc::make_mut(entry).add(owner);
                }
            }
            None => {
                let owners = Owners::One(owner);
                bucket.push(Arc::new(Entry { needle, owners }));
            }
        }
    }

    /// Takes the subject at `place` out of all texts of that key.
    pub(super) fn remove(&mut self, key: u64, place: u32) {
        let shard = Arc::make_mut(&mut self.shards[shard(key)]);
        let Some(bucket) = shard.get(&key) else { return };
        let is_of_place = |entry: &Arc<Entry>| entry.owners().iter().any(|owner| owner.place == place);
        let left = bucket.entries().iter().filter_map(|entry| match is_of_place(entry) {
            true => entry.without(place).map(Arc::new),
            false => Some(Arc::clone(entry)),
        });
        let mut left: Vec<_> = left.collect();
        match left.len() {
            0 => shard.remove(&key),
            1 => left.pop().and_then(|entry| shard.insert(key, Bucket::One(entry))),
            _ => shard.insert(key, Bucket::Many(Arc::new(left))),
        };
    }
}
