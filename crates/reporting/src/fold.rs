//! The fold: scored events to figures. A batch of one subject becomes one store batch, guarded by the subject's head record, so it
//! counts once however often it is delivered. What is asked of the figures afterwards is the business of `report`.

mod announcing;
mod cascades;
mod content;
mod contribution;
mod deltas;
mod forget;
mod head;
mod item;
mod pages;
mod pairs;
mod place;
mod roll_up;

use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use rustc_hash::FxHashMap;

use backtweet_domain::Timestamp;
use backtweet_store::{Batch, FeedEntry, Found, Guard, LookUp, StoreError, Stored, Write};
use backtweet_stream::{Effects, Poison, Stage};
use backtweet_wire::topics;

pub(crate) use self::announcing::Announcing;
use self::cascades::Cascades;
use self::content::Contents;
use self::contribution::{Content, Finding};
pub(crate) use self::contribution::{Contribution, Impact};
use self::deltas::Deltas;
pub(crate) use self::deltas::praise_order;
pub(crate) use self::forget::{beside, forget, network};
pub(crate) use self::head::Head;
pub use self::item::Item;
pub(crate) use self::item::counted_language;
use self::pages::Pages;
pub(crate) use self::pages::account;
use self::pairs::Pairs;
pub(crate) use self::pairs::pair;
pub use self::roll_up::Keeps;
use crate::slot;

/// Folds `backtweet.scored` into the store. Figures are the same in whatever order, and however often, findings arrive; only
/// `retention` makes them depend on the order, so it is off unless asked for.
#[derive(Debug, Clone, Default)]
pub struct FoldStage {
    /// Posts that lie further than this before the last event of their subject are refused as too late and counted.
    pub retention: Option<Duration>,
    /// For how long figures are kept by the minute and by the hour.
    pub keeps: Keeps,
}

impl Stage for FoldStage {
    type Item = Item;

    fn name(&self) -> &'static str {
        "reporting"
    }

    fn topic(&self) -> &'static str {
        topics::SCORED
    }

    fn decode(&self, _key: &Bytes, value: Option<&Bytes>) -> Result<Option<Item>, Poison> {
        value.map(Item::decode).transpose()
    }

    fn look_ups(&self, items: &[Item]) -> Vec<LookUp> {
        let mut look_ups = Vec::with_capacity(items.len() + 1);
        for Group { subject, posts } in groups(items) {
            look_ups.push(LookUp::Record(slot::key(subject, slot::HEAD)));
            look_ups.extend(
                posts
                    .iter()
                    .map(|(post, _)| LookUp::Record(slot::key(subject, slot::post(post)))),
            );
        }
        look_ups
    }

    fn process(&self, items: &[Item], found: &[Found]) -> Effects {
        let mut found = found.iter();
        let mut writes = Vec::new();
        for group in groups(items) {
            let answers: Vec<_> = found.by_ref().take(group.posts.len() + 1).collect();
            match self.fold(&group, &answers) {
                Ok(batch) => writes.extend(batch),
                // Nothing that is tried again would help, and the other subjects must not wait for it.
                Err(error) => {
                    metrics::counter!("backtweet_reporting_unreadable_total").increment(1);
                    tracing::error!(subject = group.subject, %error, "findings are left out: the store holds what cannot be read");
                }
            }
        }
        Effects {
            writes,
            outputs: Vec::new(),
        }
    }
}

/// A batch's findings about one subject, by post. Everything in the order of first appearance.
struct Group<'a> {
    subject: &'a str,
    posts: Vec<(&'a str, Vec<&'a Item>)>,
}

fn groups(items: &[Item]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut group_at: FxHashMap<&str, usize> = FxHashMap::default();
    let mut post_at: FxHashMap<(usize, &str), usize> = FxHashMap::default();
    for item in items {
        let Item { subject, post, .. } = item;
        let place = *group_at.entry(subject).or_insert_with(|| {
            groups.push(Group {
                subject,
                posts: Vec::new(),
            });
            groups.len() - 1
        });
        let posts = &mut groups[place].posts;
        let place = *post_at.entry((place, post)).or_insert_with(|| {
            posts.push((post, Vec::new()));
            posts.len() - 1
        });
        posts[place].1.push(item);
    }
    groups
}

/// One post before and after the batch.
struct Transition<'a> {
    post: &'a str,
    old: Contribution,
    new: Contribution,
}

impl FoldStage {
    /// What the batch comes to for one subject; `None` where it changes nothing. `answers` are its head and its posts.
    fn fold(&self, group: &Group<'_>, answers: &[&Found]) -> Result<Option<Batch>, StoreError> {
        let Some((stored_head, stored_posts)) = answers.split_first() else {
            return Ok(None);
        };
        let stored_head = record(group.subject, slot::HEAD, stored_head)?;
        let mut head = Head::read(group.subject, stored_head)?;
        let former = head.clone();
        let bound = self.bound(&head);
        let mut transitions = Vec::with_capacity(group.posts.len());
        for ((post, items), stored) in group.posts.iter().zip(stored_posts) {
            let old = contribution(group.subject, post, stored)?;
            let mut new = old.clone();
            for item in items {
                take(&mut head, &mut new, item, bound);
            }
            if new != old {
                transitions.push(Transition { post, old, new });
            }
        }
        if transitions.is_empty() && head == former {
            return Ok(None);
        }
        let mut writes = self.keeps.roll_up(&former, &mut head);
        number(&mut head, &mut transitions);
        change(&mut head, &transitions, &mut writes);
        Ok(Some(guarded(group.subject, stored_head, &head, writes)))
    }

    /// Event time before which posts are refused.
    fn bound(&self, head: &Head) -> Option<i64> {
        Some(Timestamp::from_micros(head.last_us?).minus(self.retention?).micros())
    }
}

/// The batch of these writes and the head's, which counts only where the head is still the `stored` one.
fn guarded(subject: &str, stored: Option<&Stored>, head: &Head, mut writes: Vec<Write>) -> Batch {
    writes.push(head.put(stored));
    let guard = Guard {
        name: slot::HEAD.to_owned(),
        version: stored.map(|stored| stored.version),
    };
    Batch {
        slot: slot::of(subject),
        guards: vec![guard],
        writes,
    }
}

/// Takes one finding into the head and its post's contribution.
fn take(head: &mut Head, contribution: &mut Contribution, item: &Item, bound: Option<i64>) {
    if forget::is_of_the_forgotten(head, contribution, item) {
        return metrics::counter!("backtweet_reporting_not_kept_total").increment(1);
    }
    match &item.finding {
        Finding::Seen { version, .. } | Finding::Retracted { version } if head.is_deleted(version.generation) => return,
        Finding::Seen { version, impact, .. } => {
            let is_new = matches!(contribution.known(), Content::Unknown | Content::Refused);
            if is_new && bound.is_some_and(|bound| impact.at_us < bound) {
                head.too_late += u64::from(contribution.known() == Content::Unknown);
                return contribution.refuse(*version, impact.at_us);
            }
            head.stretch(impact.at_us);
        }
        Finding::Retracted { .. } | Finding::Account { .. } => {}
    }
    contribution.take(&item.finding, item.known_us);
}

/// Gives each change that shows in a report its sequence number.
fn number(head: &mut Head, transitions: &mut [Transition<'_>]) {
    for Transition { old, new, .. } in transitions {
        let shows = match (old.effective(), new.effective()) {
            // What hangs on a post that is not there hangs elsewhere when its place is another.
            (None, None) => old.place != new.place,
            (Some(before), Some(after)) => before != after || old.event != new.event || old.place != new.place,
            _ => true,
        };
        if shows {
            head.sequence += 1;
            new.sequence = head.sequence;
        }
    }
}

/// Works out every write but the head's.
fn change(head: &mut Head, transitions: &[Transition<'_>], writes: &mut Vec<Write>) {
    let mut deltas = Deltas::new(head.kept());
    let mut cascades = Cascades::default();
    let mut contents = Contents::default();
    let mut pages = Pages::default();
    let mut pairs = Pairs::default();
    writes.reserve(transitions.len() * 16);
    for Transition { post, old, new } in transitions {
        history(post, old, new, writes);
        erasure(post, old, new, writes);
        forget::aside(post, old, new, writes);
        if old.sequence != new.sequence {
            deltas.replace(post, old.effective(), new.effective());
            deltas.sequence(post, old.sequence, new.sequence);
            cascades.replace(post, old, new);
            contents.replace(post, old, new);
            pages.replace(old.effective(), new.effective());
            pairs.replace(old.effective(), new.effective());
        }
        if !old.event.is_empty() && new.event.is_empty() {
            // Nothing that people noted about a post outlives it.
            writes.push(Write::Remove {
                name: slot::permission(post),
            });
        }
        writes.push(put(post, new));
    }
    roll_up::mark(head, deltas.minutes());
    deltas.into_writes(writes);
    cascades.into_writes(writes);
    contents.into_writes(writes);
    pages.into_writes(writes);
    pairs.into_writes(writes);
}

/// Writes a post's record; one that says nothing is none.
fn put(post: &str, contribution: &Contribution) -> Write {
    let name = slot::post(post);
    if *contribution == Contribution::default() {
        return Write::Remove { name };
    }
    let stored = Stored {
        version: 0,
        open: false,
        bytes: Bytes::from(contribution.encode_to_vec()),
    };
    Write::Put {
        name,
        stored,
        expires: None,
    }
}

/// Moves `post` within the feed of posts that once were something else.
fn history(post: &str, old: &Contribution, new: &Contribution, writes: &mut Vec<Write>) {
    let place = |contribution: &Contribution| Some((slot::HISTORY.to_owned(), contribution.last_known_us()?));
    shift(post, place(old), place(new), writes);
}

/// Moves `post` within what is told to its author as erased.
fn erasure(post: &str, old: &Contribution, new: &Contribution, writes: &mut Vec<Write>) {
    let place = |contribution: &Contribution| {
        let (fingerprint, order) = contribution.erasure()?;
        Some((slot::erased_by(fingerprint), order))
    };
    shift(post, place(old), place(new), writes);
}

/// Moves `post` from one place to another: a feed, and the order in it.
fn shift(post: &str, before: Option<(String, i64)>, after: Option<(String, i64)>, writes: &mut Vec<Write>) {
    if before == after {
        return;
    }
    let entry = |(name, order)| {
        let id = post.to_owned();
        (name, FeedEntry { order, id })
    };
    writes.extend(before.map(entry).map(|(name, entry)| Write::Leave { name, entry }));
    writes.extend(after.map(entry).map(|(name, entry)| Write::Enter { name, entry }));
}

fn record<'a>(subject: &str, name: &str, found: &'a Found) -> Result<Option<&'a Stored>, StoreError> {
    match found {
        Found::Record(stored) => Ok(stored.as_ref()),
        other => Err(unreadable(subject, name, format!("{other:?} is no record"))),
    }
}

fn contribution(subject: &str, post: &str, found: &Found) -> Result<Contribution, StoreError> {
    let stored = record(subject, post, found)?;
    read_contribution(subject, post, stored).map(Option::unwrap_or_default)
}

/// Reads a post's record.
pub(crate) fn read_contribution(
    subject: &str,
    post: &str,
    stored: Option<&Stored>,
) -> Result<Option<Contribution>, StoreError> {
    let decode = |stored: &Stored| Contribution::decode(stored.bytes.clone());
    stored
        .map(decode)
        .transpose()
        .map_err(|error| unreadable(subject, &slot::post(post), error.to_string()))
}

fn unreadable(subject: &str, name: &str, reason: String) -> StoreError {
    StoreError::Corrupt {
        key: format!("{}/{name}", slot::of(subject)),
        reason,
    }
}
