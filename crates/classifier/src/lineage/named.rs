//! What a [`Name`] stands for: in each subject's conversation the earliest of the posts that have it. A second place where a post's entry is
//! kept, for those who cannot know its id; so it is written anew whenever the entry changes.
//!
//! It only ever moves to earlier posts, and a post never leaves: an edit gives a post one more name, and after its deletion what was passed
//! on by hand still hangs on it, as reposts do.

use backtweet_domain::{PostId, Timestamp};
use backtweet_store::Key;

use super::Entry;
use crate::attribution::Name;

/// The name of the record within a name's slot.
pub(crate) const RECORD: &str = "named";

/// The slot of a name.
pub(crate) fn slot(name: Name) -> String {
    format!("name:{:016x}", name.0)
}

/// Where what a name stands for lies.
pub(crate) fn key(name: Name) -> Key {
    Key::new(slot(name), RECORD)
}

/// The posts that a name stands for: one a subject, by subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Named {
    pub(crate) candidates: Vec<Candidate>,
}

/// A post that a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) post: PostId,
    /// Event time; the earliest where revisions differ.
    pub(crate) at: Timestamp,
    /// Its part in the conversation, without its names.
    pub(crate) entry: Entry,
}

impl Named {
    /// Takes note of a post's part in a conversation. Whether the name stands for that post there.
    pub(crate) fn register(&mut self, post: &PostId, at: Timestamp, entry: &Entry) -> bool {
        let new = Candidate {
            post: post.clone(),
            at,
            entry: Entry {
                names: Vec::new(),
                ..entry.clone()
            },
        };
        let found = self
            .candidates
            .binary_search_by(|known| known.entry.subject.cmp(&entry.subject));
        let place = match found {
            Err(place) => {
                self.candidates.insert(place, new);
                return true;
            }
            Ok(place) => place,
        };
        let known = &mut self.candidates[place];
        if known.post == new.post {
            known.at = known.at.min(at);
            // Somebody who read the post earlier may write later.
            if new.entry.version >= known.entry.version {
                known.entry = new.entry;
            }
            return true;
        }
        let is_earlier = (new.at, &new.post) < (known.at, &known.post);
        if is_earlier {
            *known = new;
        }
        is_earlier
    }

    /// The event time of the latest of them.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.candidates.iter().map(|candidate| candidate.at).max()
    }
}
