//! The classifier as a stage: from what happened on the networks to what that means for each subject. The rules are elsewhere; here
//! they meet the look-ups and writes of the store, and the records of the log.
//!
//! A post that refers to others waits at each of them that may still change, so whatever order they come in, each post ends in the place
//! that it would have if everything had been known at once, with two bounds: `Bounds::parking`, and that an edit which moves a settled
//! post (into one more subject's conversation, or below another post by a link that it adds or that was followed late) no longer reaches
//! what hung on it by then, unless by a name.
//!
//! A post that points at another by a name (`attribution`) waits at what the name stands for in the same way. A post in a conversation
//! registers under its names once its own place stands, and wakes who waits there.

mod item;
mod plan;
mod work;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rustc_hash::FxHashSet;

use backtweet_domain::SubjectId;
use backtweet_store::{Found, LookUp, Waiter};
use backtweet_stream::{Effects, Poison, Stage};
use backtweet_wire::record::decode_post_event;
use backtweet_wire::topics;

use crate::attribution;
use crate::config::Bounds;
use crate::expiry::Watermark;
use crate::index::SubjectIndex;
use crate::subjects::Subjects;
use item::Heard;
pub use item::{Deletion, Item, PostItem, Registration};

/// Classifies what happens on the networks, for the subjects as they are at the moment.
pub struct ClassifyStage {
    subjects: Arc<Subjects>,
    bounds: Bounds,
    watermark: Arc<Watermark>,
    name: &'static str,
    heard: Heard,
    /// How many posts got another place.
    moved: Arc<AtomicU64>,
}

impl ClassifyStage {
    /// The stage's name and consumer group.
    pub const NAME: &'static str = "classifier";
    /// What it is called where it reads the retained posts once more.
    pub const HISTORY: &'static str = "classifier-history";

    /// A stage that classifies for `subjects`, and moves `watermark` to the latest event time that it saw.
    pub fn new(subjects: Arc<Subjects>, bounds: Bounds, watermark: Arc<Watermark>) -> Self {
        Self {
            subjects,
            bounds,
            watermark,
            name: Self::NAME,
            heard: Heard::First,
            moved: Arc::default(),
        }
    }

    /// A stage that reads what was read before, and speaks of none but these `subjects`. Where one of them was changed, it also takes back
    /// what belonged to it before.
    pub(crate) fn of_history(subjects: SubjectIndex, bounds: Bounds) -> Self {
        let is_changed = subjects.subjects().any(|subject| subject.generation > 1);
        Self {
            subjects: Arc::new(Subjects::fixed(subjects)),
            bounds,
            watermark: Arc::default(),
            name: Self::HISTORY,
            heard: if is_changed { Heard::Again } else { Heard::First },
            moved: Arc::default(),
        }
    }

    /// Counts the posts that got another place than they had.
    pub(crate) fn moved(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.moved)
    }
}

impl Stage for ClassifyStage {
    type Item = Item;

    fn name(&self) -> &'static str {
        self.name
    }

    fn topic(&self) -> &'static str {
        topics::POSTS
    }

    fn decode(&self, _: &Bytes, value: Option<&Bytes>) -> Result<Option<Item>, Poison> {
        let Some(value) = value else { return Ok(None) };
        let event = decode_post_event(value).map_err(|error| Poison {
            cause: error.to_string(),
        })?;
        self.watermark.reach(event.at());
        Ok(Item::of_event(event, value, self.subjects.current(), self.heard))
    }

    fn look_ups(&self, items: &[Item]) -> Vec<LookUp> {
        plan::asks(items, &self.bounds)
            .iter()
            .map(|ask| ask.look_up(&self.bounds))
            .collect()
    }

    fn process(&self, items: &[Item], found: &[Found]) -> Effects {
        let mut known = plan::Known::of(&plan::asks(items, &self.bounds), found);
        let history = (self.name == Self::HISTORY).then(|| self.subjects.current());
        let speaks_of = |subject: &SubjectId| history.as_ref().is_none_or(|only| only.find(subject).is_some());
        let outputs = work::work(items, &mut known, &self.bounds, speaks_of);
        self.moved.fetch_add(known.moved(), Ordering::Relaxed);
        Effects {
            writes: known.writes(&self.bounds),
            outputs,
        }
    }

    /// Posts in a conversation register with their authors, since they must go when the account goes, and under their names. Only now is
    /// known which do: those that something is said about, and those whose waiters were woken.
    fn follow_up(&self, items: &[Item], effects: &Effects) -> Vec<Item> {
        let told: FxHashSet<&[u8]> = effects.outputs.iter().map(|output| output.key.as_ref()).collect();
        let woken = plan::woken(effects);
        let registration = |item: &Item| {
            let Item::Post(item) = item else { return None };
            let names = woken.get(item.post.id.to_string().as_str());
            let is_told = || told.contains(item.post.id.to_string().as_bytes());
            match names {
                Some(Some(names)) => Some(Item::Member(item.registration(names.clone()))),
                Some(None) => Some(Item::Member(item.registration(attribution::names(&item.post)))),
                None => is_told().then(|| Item::Member(item.registration(Vec::new()))),
            }
        };
        if told.is_empty() && woken.is_empty() {
            Vec::new()
        } else {
            items.iter().filter_map(registration).collect()
        }
    }

    fn wake(&self, waiter: &Waiter) -> Result<Option<Item>, Poison> {
        Item::of_waiter(waiter, self.subjects.current())
    }
}

#[cfg(test)]
mod tests;
