//! Where posts stand in the cascades of subjects: what the store keeps of a post, and how it grows. Which place a post gets is
//! `place`'s; reading, parking and waking are the stage's.
//!
//! Nothing arrives in a given order: neither a parent before its child nor a creation before its edit or deletion. So what is kept
//! only ever grows towards the same end: a subject's entry is that of the highest revision which belonged to its conversation. It
//! stays when a later revision no longer belongs, or the post is deleted, since its children hang on it.

pub(crate) mod named;
pub(crate) mod place;
mod record;

use backtweet_domain::{PostId, Role, SubjectId, Timestamp, Version};
use backtweet_store::Key;

use crate::attribution::Name;
pub(crate) use place::{Parent, Place, places};

/// The name of the record within a post's slot.
pub(crate) const RECORD: &str = "lineage";

/// What slots of posts begin with.
const SLOT: &str = "post:";

/// The slot of a post.
pub(crate) fn slot(post: &PostId) -> String {
    format!("{SLOT}{post}")
}

/// The id of the post whose slot this is; `None` for other slots.
pub(crate) fn post_of(slot: &str) -> Option<&str> {
    slot.strip_prefix(SLOT)
}

/// Where a post's record lies.
pub(crate) fn key(post: &PostId) -> Key {
    Key::new(slot(post), RECORD)
}

/// So often does an entry change at most, but for edits and changes of the subject. Real posts need one change for each post above them
/// that comes late; posts that claim to refer to each other in a circle would change for ever.
const MOST_CHANGES: u64 = 256;
/// So many names are kept, the lowest: somebody may edit for ever.
const MOST_NAMES: usize = 16;

/// What is known of a post.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Record {
    /// The highest revision that was seen.
    pub(crate) highest: Option<u64>,
    /// Whether nothing can change any more on which that revision's place rests.
    pub(crate) settled: bool,
    /// Whether its creation was seen. An edit that comes first may hide which conversations the post began in.
    pub(crate) created: bool,
    /// The deletion that takes back most.
    pub(crate) tombstone: Option<Tombstone>,
    /// Event time; the earliest where revisions differ.
    pub(crate) at: Option<Timestamp>,
    /// How often in a row it came back unchanged from a later post that it refers to.
    pub(crate) echoes: u32,
    /// How many others had posted the text of the highest revision when that was first heard: a replay says the same.
    pub(crate) twins: u32,
    /// One a subject, by subject.
    pub(crate) entries: Vec<Entry>,
}

/// A deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tombstone {
    /// Every revision up to this one is taken back.
    pub(crate) revision: u64,
    /// When.
    pub(crate) at: Timestamp,
}

/// A post's part in one subject's conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) subject: SubjectId,
    /// The revision that this was worked out for.
    pub(crate) revision: u64,
    /// Grows by one whenever anything else in here changes.
    pub(crate) version: u64,
    pub(crate) place: Place,
    /// The names of all revisions that belonged to the conversation: what hangs on the post by one of them has to hear of it. In order.
    pub(crate) names: Vec<Name>,
}

impl Record {
    /// Whether those who read it must hear of its changes.
    pub(crate) fn open(&self) -> bool {
        self.entries.is_empty() || !self.settled || !self.created
    }

    /// Takes note of a revision: when it was made, and whether its place is final.
    pub(crate) fn saw(&mut self, revision: u64, at: Timestamp, settled: bool) {
        self.at = Some(self.at.map_or(at, |known| known.min(at)));
        if self.highest.is_none_or(|highest| revision > highest) {
            (self.highest, self.settled) = (Some(revision), settled);
        } else if self.highest == Some(revision) {
            self.settled |= settled;
        }
    }

    /// Takes note of a deletion.
    pub(crate) fn delete(&mut self, revision: u64, at: Timestamp) {
        let newer = match self.tombstone {
            Some(known) => revision > known.revision || (revision == known.revision && at < known.at),
            None => true,
        };
        if newer {
            self.tombstone = Some(Tombstone { revision, at });
        }
    }

    /// Whether everything that was seen of the post is deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        self.tombstone
            .is_some_and(|tombstone| self.highest.is_none_or(|highest| highest <= tombstone.revision))
    }

    /// Puts the place that `revision` has in a subject's conversation, unless a higher revision or generation has one, and keeps its names.
    pub(crate) fn put(&mut self, subject: SubjectId, revision: u64, mut place: Place, names: &[Name]) {
        let found = self.entries.binary_search_by(|entry| entry.subject.cmp(&subject));
        let at = found.unwrap_or_else(|at| {
            let entry = Entry {
                subject,
                revision,
                version: 1,
                place: place.clone(),
                names: Vec::new(),
            };
            self.entries.insert(at, entry);
            at
        });
        let entry = &mut self.entries[at];
        entry.keep(names);
        if (revision, place.generation) < (entry.revision, entry.place.generation) {
            return;
        }
        place.generation = place.generation.max(entry.place.generation);
        let same = (entry.revision, entry.place.generation) == (revision, place.generation);
        if same && entry.version >= MOST_CHANGES {
            return;
        }
        if (entry.revision, &entry.place) != (revision, &place) {
            (entry.revision, entry.place) = (revision, place);
            entry.version += 1;
        }
    }

    /// Every name under which something may hang on the post, in order.
    pub(crate) fn names(&self) -> Vec<Name> {
        let mut names: Vec<_> = self.entries.iter().flat_map(|entry| &entry.names).copied().collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Entry {
    fn keep(&mut self, names: &[Name]) {
        for name in names {
            if let Err(at) = self.names.binary_search(name) {
                self.names.insert(at, *name);
            }
        }
        self.names.truncate(MOST_NAMES);
    }

    /// The version of a finding that says this.
    pub(crate) fn seen(&self) -> Version {
        Version {
            generation: self.place.generation,
            revision: self.revision,
            lineage: self.version,
        }
    }

    /// Whether other posts can hang on it: an answer that hangs on nothing is no root.
    pub(crate) fn carries(&self) -> bool {
        self.place.role != Role::Answer || self.place.lineage.parent.is_some()
    }
}

#[cfg(test)]
mod tests;
