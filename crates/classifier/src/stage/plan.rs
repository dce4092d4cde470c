//! What a batch has to ask the store, and what it knows once that is answered. Both go through the same list, so that they agree
//! place by place.

use rustc_hash::{FxHashMap, FxHashSet};

use backtweet_domain::{AccountId, PostId, Timestamp};
use backtweet_store::{Batch, Found, Guard, Key, LookUp, Park, Stored, Write};
use backtweet_stream::Effects;

use super::item::{Item, PostItem, Registration};
use crate::account::{self, Standing};
use crate::attribution::Name;
use crate::config::Bounds;
use crate::lineage::named::{self, Candidate, Named};
use crate::lineage::{self, Record};
use crate::spam::twins::{self, Twins};

/// The posts whose waiters are woken, by id, and all their names where those are written.
pub(super) fn woken(effects: &Effects) -> FxHashMap<&str, Option<Vec<Name>>> {
    let posts = effects.writes.iter().filter_map(|batch| {
        let post = lineage::post_of(&batch.slot)?;
        let wakes = batch.writes.iter().any(|write| matches!(write, Write::Wake { .. }));
        let record = batch.writes.iter().find_map(|write| match write {
            Write::Put { stored, .. } => Record::decode(&stored.bytes),
            _ => None,
        });
        wakes.then(|| (post, record.map(|record| record.names())))
    });
    posts.collect()
}

/// One question.
pub(super) enum Ask<'a> {
    /// A post's record.
    Post(&'a PostId),
    /// The record of a post that another refers to, to wait there where it may still change.
    Parent(&'a PostId, &'a PostItem),
    /// An account's record.
    Account(&'a AccountId),
    /// The record of an account that a post is registered at.
    Author(&'a Registration),
    /// What a name stands for.
    Name(Name),
    /// What a name stands for by which a post points at another, to wait there.
    NameAwaited(Name, &'a PostItem),
    /// Who posted a text lately, by its fingerprint.
    Text(u64),
}

/// Everything that the batch has to ask, in order.
pub(super) fn asks<'a>(items: &'a [Item], bounds: &Bounds) -> Vec<Ask<'a>> {
    let mut asks = Vec::new();
    let mut settling = FxHashSet::default();
    for item in items {
        match item {
            Item::Post(item) => {
                asks.push(Ask::Post(&item.post.id));
                for target in item.pointed().map(|it| it.id) {
                    let waits = !settling.contains(target) && !is_past(target, item, bounds);
                    asks.push(if waits {
                        Ask::Parent(target, item)
                    } else {
                        Ask::Post(target)
                    });
                }
                for (_, name, made) in item.named() {
                    let is_old = made.is_some_and(|made| made < item.post.witnessed_at.minus(bounds.parking));
                    asks.push(if is_old {
                        Ask::Name(name)
                    } else {
                        Ask::NameAwaited(name, item)
                    });
                }
                asks.extend(item.copied.map(Ask::Text));
                if settles(item, &settling) {
                    settling.insert(&item.post.id);
                }
            }
            Item::Deleted(deletion) => asks.push(Ask::Post(&deletion.id)),
            Item::Account(change) => asks.push(Ask::Account(&change.account)),
            Item::Member(registration) => {
                asks.push(Ask::Author(registration));
                asks.push(Ask::Post(&registration.post));
                asks.extend(registration.names.iter().map(|name| Ask::Name(*name)));
            }
        }
    }
    asks
}

/// Whether the target's own id tells that it is too old to be waited for. One that the network sent along is in the stream, so it is
/// waited for whatever its age.
pub(super) fn is_past(target: &PostId, item: &PostItem, bounds: &Bounds) -> bool {
    let is_old = |time| time < item.post.witnessed_at.minus(bounds.parking);
    let included = || {
        item.post
            .references
            .iter()
            .any(|it| it.included && it.target.as_ref() == Some(target))
    };
    target.time().is_some_and(is_old) && !included()
}

/// Whether the batch itself gives the post its final place, so that nobody behind it needs to wait there.
fn settles(item: &PostItem, settling: &FxHashSet<&PostId>) -> bool {
    !item.edited
        && !item.matches.is_empty()
        && !item.post.is_repost()
        && !item.has_unnamed_reference()
        && item.pointed().all(|it| settling.contains(it.id))
}

impl Ask<'_> {
    pub(super) fn look_up(&self, bounds: &Bounds) -> LookUp {
        match self {
            Ask::Post(post) => LookUp::Record(lineage::key(post)),
            Ask::Parent(target, item) => LookUp::ReadOrPark {
                key: lineage::key(target),
                park: park(item, bounds),
            },
            Ask::Name(name) => LookUp::Record(named::key(*name)),
            Ask::NameAwaited(name, item) => LookUp::ReadOrPark {
                key: named::key(*name),
                park: park(item, bounds),
            },
            Ask::Text(text) => LookUp::Record(Key::new(text_slot(*text), TWINS)),
            Ask::Account(account) => LookUp::Record(account::key(account)),
            Ask::Author(registration) => {
                let expires = registration.at.plus(bounds.lineage);
                let park = Park {
                    waiter: registration.waiter(),
                    expires,
                };
                LookUp::ReadOrPark {
                    key: account::key(&registration.author),
                    park,
                }
            }
        }
    }
}

/// The name of the record of a text, in its slot.
const TWINS: &str = "twins";

fn text_slot(fingerprint: u64) -> String {
    format!("text:{fingerprint:016x}")
}

/// What a post leaves where it waits.
fn park(item: &PostItem, bounds: &Bounds) -> Park {
    Park {
        waiter: item.waiter(),
        expires: item.post.witnessed_at.plus(bounds.parking),
    }
}

/// A record as it was found, and as the batch leaves it.
#[derive(Debug)]
pub(super) struct Kept<T> {
    /// The version it was read at.
    version: Option<u64>,
    found: Option<T>,
    /// As it is by now.
    pub(super) now: Option<T>,
    /// Whether whoever waits for it has to be woken.
    pub(super) wake: bool,
    /// Whether it is written even if it is as it was found.
    pub(super) again: bool,
}

impl<T: Clone + PartialEq> Kept<T> {
    fn of(stored: Option<&Stored>, decode: impl Fn(&[u8]) -> Option<T>) -> Self {
        let found = stored.and_then(|stored| decode(&stored.bytes));
        if found.is_none() && stored.is_some() {
            metrics::counter!("backtweet_classifier_unreadable_records_total").increment(1);
            tracing::error!("a record in the store cannot be read and is written anew");
        }
        Self {
            version: stored.map(|stored| stored.version),
            now: found.clone(),
            found,
            wake: false,
            again: false,
        }
    }

    /// Whether the batch changed it.
    pub(super) fn is_changed(&self) -> bool {
        self.now != self.found
    }

    fn batch(&self, slot: String, name: &str, stored: impl Fn(&T) -> (bool, Vec<u8>, Timestamp)) -> Option<Batch> {
        let mut writes = Vec::new();
        if let (true, Some(now)) = (self.is_changed() || self.again, &self.now) {
            let (open, bytes, expires) = stored(now);
            let stored = Stored {
                version: self.version.map_or(1, |version| version + 1),
                open,
                bytes: bytes.into(),
            };
            writes.push(Write::Put {
                name: name.to_owned(),
                stored,
                expires: Some(expires),
            });
        }
        if self.wake {
            writes.push(Write::Wake { name: name.to_owned() });
        }
        // Also what is only passed on was right for the version that was read: somebody with older news may have written since.
        let guards = vec![Guard {
            name: name.to_owned(),
            version: self.version,
        }];
        (!writes.is_empty()).then_some(Batch { slot, guards, writes })
    }
}

/// All records that the batch has to do with.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) posts: FxHashMap<PostId, Kept<Record>>,
    pub(super) accounts: FxHashMap<AccountId, Kept<Standing>>,
    pub(super) names: FxHashMap<Name, Kept<Named>>,
    texts: FxHashMap<u64, Kept<Twins>>,
    /// Posts in the order in which the batch first met them: parents' writes come before their children's.
    order: Vec<PostId>,
}

impl Known {
    /// Puts answers to questions. Where one record was read twice, the newer reading counts.
    pub(super) fn of(asks: &[Ask<'_>], found: &[Found]) -> Self {
        let mut known = Self::default();
        for (ask, found) in asks.iter().zip(found) {
            let Found::Record(stored) = found else { continue };
            let version = stored.as_ref().map(|stored| stored.version);
            match *ask {
                Ask::Post(post) | Ask::Parent(post, _) => {
                    if known.posts.get(post).is_none_or(|kept| kept.version < version) {
                        known
                            .posts
                            .insert(post.clone(), Kept::of(stored.as_ref(), Record::decode));
                    }
                }
                Ask::Account(account) | Ask::Author(Registration { author: account, .. }) => {
                    if known.accounts.get(account).is_none_or(|kept| kept.version < version) {
                        known
                            .accounts
                            .insert(account.clone(), Kept::of(stored.as_ref(), Standing::decode));
                    }
                }
                Ask::Name(name) | Ask::NameAwaited(name, _) => {
                    if known.names.get(&name).is_none_or(|kept| kept.version < version) {
                        known.names.insert(name, Kept::of(stored.as_ref(), Named::decode));
                    }
                }
                Ask::Text(text) => {
                    if known.texts.get(&text).is_none_or(|kept| kept.version < version) {
                        known.texts.insert(text, Kept::of(stored.as_ref(), Twins::decode));
                    }
                }
            }
            let waits = matches!(ask, Ask::Parent(..) | Ask::NameAwaited(..));
            if let (true, None | Some(Stored { open: true, .. })) = (waits, stored) {
                metrics::counter!("backtweet_classifier_parked_total").increment(1);
            }
        }
        known
    }

    /// What is known of a post.
    pub(super) fn post(&self, post: &PostId) -> Option<&Record> {
        self.posts.get(post)?.now.as_ref()
    }

    /// The posts that a name is known to stand for.
    pub(super) fn named(&self, name: Name) -> &[Candidate] {
        let now = self.names.get(&name).and_then(|kept| kept.now.as_ref());
        now.map_or(&[], |named| &named.candidates)
    }

    /// Takes note of who posted its text and says how many others had done so lately when it was first noted. A post and its text are
    /// written apart, so a post that was heard before may not be noted yet, or not any more: then what was kept with it counts.
    pub(super) fn remember(&mut self, item: &PostItem) -> u32 {
        let heard = self
            .post(&item.post.id)
            .filter(|record| record.highest == Some(item.post.revision));
        let heard = heard.map(|record| record.twins);
        let Some(kept) = item.copied.and_then(|text| self.texts.get_mut(&text)) else {
            return heard.unwrap_or(0);
        };
        let (author, at) = (&item.post.author.id, item.post.witnessed_at);
        let before = kept.now.clone().unwrap_or_default();
        if let Some(twins) = heard.filter(|_| before.may_have_forgotten(author, at)) {
            return twins;
        }
        let is_full = before.is_full(at);
        let (record, twins) = twins::remember(before, author, at);
        // What everybody posts is told often enough: then it is not worth a write each.
        if !is_full {
            kept.now = Some(record);
        }
        twins
    }

    /// The post, to be changed.
    pub(super) fn change(&mut self, post: &PostId) -> Option<&mut Kept<Record>> {
        let kept = self.posts.get_mut(post)?;
        self.order.push(post.clone());
        Some(kept)
    }

    /// How many posts have another place than they were found with.
    pub(super) fn moved(&self) -> u64 {
        let is_moved = |kept: &&Kept<Record>| {
            let entries = [&kept.found, &kept.now].map(|record| record.iter().flat_map(|it| &it.entries));
            let [found, now] = entries;
            found.ne(now)
        };
        self.posts.values().filter(is_moved).count() as u64
    }

    /// What has to be written, one batch a record.
    pub(super) fn writes(&self, bounds: &Bounds) -> Vec<Batch> {
        let mut done = FxHashSet::default();
        let posts = self.order.iter().filter(|post| done.insert(*post)).filter_map(|post| {
            self.posts
                .get(post)?
                .batch(lineage::slot(post), lineage::RECORD, |record| {
                    (record.open(), record.encode(), expiry(record, bounds))
                })
        });
        let mut accounts: Vec<_> = self.accounts.iter().collect();
        accounts.sort_by_key(|(account, _)| *account);
        let accounts = accounts.into_iter().filter_map(|(account, kept)| {
            kept.batch(account::slot(account), account::RECORD, |standing| {
                // Always open: a post registers with its author for as long as both are kept.
                (true, standing.encode(), standing.at.plus(bounds.lineage))
            })
        });
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(name, _)| **name);
        let names = names.into_iter().filter_map(|(name, kept)| {
            kept.batch(named::slot(*name), named::RECORD, |known| {
                // Always open: an earlier post may have the same name, and the place of this one may change.
                let latest = known.latest().unwrap_or(Timestamp::EPOCH);
                (true, known.encode(), latest.plus(bounds.lineage))
            })
        });
        let mut texts: Vec<_> = self.texts.iter().collect();
        texts.sort_by_key(|(text, _)| **text);
        let texts = texts.into_iter().filter_map(|(text, kept)| {
            kept.batch(text_slot(*text), TWINS, |known| {
                let latest = known.latest().unwrap_or(Timestamp::EPOCH);
                (false, known.encode(), latest.plus(twins::LATELY))
            })
        });
        posts.chain(accounts).chain(names).chain(texts).collect()
    }
}

fn expiry(record: &Record, bounds: &Bounds) -> Timestamp {
    let deleted = record.tombstone.map(|tombstone| tombstone.at);
    let last = record.at.max(deleted).unwrap_or(Timestamp::EPOCH);
    last.plus(if record.entries.is_empty() {
        bounds.strangers
    } else {
        bounds.lineage
    })
}
