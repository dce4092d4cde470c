//! What a batch comes to, once everything it has to know is known.

use std::cell::OnceCell;

use backtweet_domain::{
    AccountChange, Classified, Edge, Finding, Flags, Intent, Post, PostId, Role, Sighting, SubjectId, Timestamp,
    Version,
};
use backtweet_stream::Output;
use backtweet_wire::{record::encode_classified, topics};

use super::item::{Deletion, Item, Pointed, PostItem, Registration};
use super::plan::{Known, is_past};
use crate::account::Standing;
use crate::attribution;
use crate::config::Bounds;
use crate::index::SubjectIndex;
use crate::intent;
use crate::lineage::named::Candidate;
use crate::lineage::{Entry, Parent, Record, Tombstone, places};
use crate::spam;

/// So often in a row is a post heard that comes back unchanged and is earlier than one that it refers to; so many crashes over the same
/// records does such a post survive.
const MOST_ECHOES: u32 = 64;

/// Works off the items in order, on what is known; says what follows for the subjects that it speaks of.
pub(super) fn work(
    items: &[Item],
    known: &mut Known,
    bounds: &Bounds,
    speaks_of: impl Fn(&SubjectId) -> bool,
) -> Vec<Output> {
    let mut findings = Vec::new();
    for item in items {
        match item {
            Item::Post(item) => post(item, known, bounds, &mut findings),
            Item::Deleted(deletion) => delete(deletion, known, &mut findings),
            Item::Account(change) => account(change, known),
            Item::Member(registration) => {
                author(registration, known, &mut findings);
                register(registration, known);
            }
        }
    }
    let spoken = findings.iter().filter(|finding| speaks_of(&finding.subject));
    spoken.map(output).collect()
}

fn output(classified: &Classified) -> Output {
    let key = classified.post.to_string().into_bytes().into();
    let value = Some(encode_classified(classified));
    Output {
        topic: topics::CLASSIFIED,
        key,
        value,
    }
}

/// Gives the post its places, and says what that means at this revision.
fn post(item: &PostItem, known: &mut Known, bounds: &Bounds, findings: &mut Vec<Classified>) {
    let post = &item.post;
    let around = Around::of(item, known, bounds);
    let highest = known.post(&post.id).and_then(|record| record.highest);
    let twins = highest
        .is_none_or(|highest| post.revision >= highest)
        .then(|| known.remember(item));
    let Some(kept) = known.change(&post.id) else { return };
    let mut record = kept.now.clone().unwrap_or_default();
    record.saw(post.revision, post.witnessed_at, around.settled);
    record.created |= !item.edited;
    record.twins = twins.unwrap_or(record.twins);
    let names = if around.places.is_empty() {
        Vec::new()
    } else {
        attribution::names(post)
    };
    for (subject, place) in around.places {
        record.put(subject, post.revision, place, &names);
    }
    if kept.now.is_none() && record.entries.is_empty() && !item.edited {
        return;
    }
    say(item, &record, findings);
    let changed = kept.now.as_ref() != Some(&record);
    kept.wake |= !record.entries.is_empty() && passes_on(item, changed, around.in_order, &mut record);
    // Other texts of the post have names, too, and whatever is heard of the post has to be registered under all of them: also where a
    // crash came between. What is written tells them.
    kept.again |= record.names().iter().any(|name| !names.contains(name));
    kept.now = Some(record);
}

/// Whether those who wait for the post are woken: also where nothing changed, since a crash may have come between the change and what it
/// meant for them. Among posts that claim to refer to each other in a circle that would go on for ever, so a post that comes back and is
/// not later than all it refers to is heard only so often.
fn passes_on(item: &PostItem, changed: bool, in_order: bool, record: &mut Record) -> bool {
    if changed {
        record.echoes = 0;
    } else if item.woken && !in_order {
        record.echoes += 1;
    }
    if record.echoes > MOST_ECHOES {
        record.echoes = MOST_ECHOES;
        return false;
    }
    true
}

/// What the posts that one refers to mean for it.
struct Around {
    places: Vec<(SubjectId, crate::lineage::Place)>,
    /// Whether none of them can change any more, as far as anybody would hear of it.
    settled: bool,
    /// Whether all of them that are in some conversation are earlier.
    in_order: bool,
}

impl Around {
    fn of(item: &PostItem, known: &Known, bounds: &Bounds) -> Self {
        let mut parents = Vec::new();
        let (mut settled, mut in_order) = (!item.has_unnamed_reference(), true);
        for Pointed { kind, edge, id } in item.pointed() {
            let record = known.post(id);
            let past = is_past(id, item, bounds);
            if past && record.is_none() {
                metrics::counter!("backtweet_classifier_not_waited_for_total").increment(1);
            }
            settled &= past || record.is_some_and(|record| !record.open());
            if let Some(record) = record.filter(|record| !record.entries.is_empty()) {
                in_order &= (record.at, id) < (Some(item.post.witnessed_at), &item.post.id);
                let entries = &record.entries;
                parents.push(Parent {
                    kind,
                    edge,
                    id,
                    entries,
                });
            }
        }
        for (kind, name, _) in item.named() {
            for Candidate { post, at, entry } in known.named(name) {
                // Nobody passes on what is not there yet.
                let is_earlier = (*at, post) < (item.post.witnessed_at, &item.post.id);
                in_order &= is_earlier;
                parents.extend(is_earlier.then_some(Parent {
                    kind,
                    edge: Edge::Inferred,
                    id: post,
                    entries: std::slice::from_ref(entry),
                }));
            }
        }
        let places = places(&item.post, &item.index, &item.matches, &parents);
        let places = places
            .into_iter()
            .map(|(subject, place)| (subject.id.clone(), place))
            .collect();
        Self {
            places,
            settled,
            in_order,
        }
    }
}

/// The findings that follow from a post's record for the revision at hand.
fn say(item: &PostItem, record: &Record, findings: &mut Vec<Classified>) {
    let post = &item.post;
    if let Some(tombstone) = record.tombstone.filter(|_| record.is_deleted()) {
        findings.extend(
            record
                .entries
                .iter()
                .map(|entry| deleted(&post.id, entry, tombstone, &item.index)),
        );
        return;
    }
    if record.highest != Some(post.revision) {
        return;
    }
    let reading = OnceCell::new();
    for entry in &record.entries {
        let generation = generation(entry, &item.index);
        // Where the subject was changed and the post has no place by what it is now, it had one by what it was.
        let finding = if (entry.revision, entry.place.generation) == (post.revision, generation) {
            let reading = *reading.get_or_init(|| read(post, record.twins as usize));
            Finding::Seen {
                version: entry.seen(),
                sighting: Box::new(sighting(item, entry, reading)),
            }
        } else {
            Finding::Retracted {
                version: Version {
                    generation,
                    revision: post.revision,
                    lineage: entry.version,
                },
            }
        };
        findings.push(classified(&post.id, entry, post.witnessed_at, finding));
    }
}

/// What a post says by itself.
#[derive(Debug, Clone, Copy)]
struct Reading {
    intent: Intent,
    confidence: f64,
    flags: Flags,
}

/// What the post wants does not rest on its twins, which depend on what was heard by now: intents are counted.
fn read(post: &Post, twins: usize) -> Reading {
    let (intent, confidence) = intent::of_post(post);
    Reading {
        intent,
        confidence,
        flags: spam::flags(post, twins),
    }
}

fn sighting(item: &PostItem, entry: &Entry, reading: Reading) -> Sighting {
    let place = &entry.place;
    let subject = item
        .index
        .find(&entry.subject)
        .filter(|_| place.role == Role::Backtweet);
    Sighting {
        post: item.post.clone(),
        role: place.role,
        kinds: place.kinds,
        automatic: place.automatic,
        lineage: place.lineage.clone(),
        intent: reading.intent,
        intent_confidence: reading.confidence,
        flags: reading.flags,
        named: subject.map_or(Vec::new(), |(at, _)| item.index.named(at, &item.post)),
    }
}

fn delete(deletion: &Deletion, known: &mut Known, findings: &mut Vec<Classified>) {
    let Some(kept) = known.change(&deletion.id) else { return };
    let record = kept.now.get_or_insert_default();
    record.delete(deletion.revision, deletion.at);
    let tombstone = record.tombstone;
    let gone = |entry| Some(deleted(&deletion.id, entry, tombstone?, &deletion.index));
    findings.extend(record.entries.iter().filter_map(gone));
}

fn deleted(post: &PostId, entry: &Entry, tombstone: Tombstone, index: &SubjectIndex) -> Classified {
    let generation = generation(entry, index);
    let version = Version {
        generation,
        revision: tombstone.revision,
        lineage: u64::MAX,
    };
    classified(post, entry, tombstone.at, Finding::Retracted { version })
}

/// The generation that a retraction speaks for: the newest that is known.
fn generation(entry: &Entry, index: &SubjectIndex) -> u64 {
    let current = index.find(&entry.subject).map(|(_, subject)| subject.generation);
    entry.place.generation.max(current.unwrap_or(0))
}

fn classified(post: &PostId, entry: &Entry, at: Timestamp, finding: Finding) -> Classified {
    Classified {
        subject: entry.subject.clone(),
        post: post.clone(),
        at,
        finding,
    }
}

/// Keeps the newest state, and wakes all posts that are registered with the account.
fn account(change: &AccountChange, known: &mut Known) {
    let Some(kept) = known.accounts.get_mut(&change.account) else {
        return;
    };
    if kept.now.is_none_or(|standing| change.seq > standing.seq) {
        kept.now = Some(Standing::from(change));
    }
    kept.wake = true;
}

/// Tells whoever follows the post in what state its author's account is, where anything was ever heard of that.
fn author(registration: &Registration, known: &Known, findings: &mut Vec<Classified>) {
    let standing = known.accounts.get(&registration.author).and_then(|kept| kept.now);
    let (Some(Standing { state, seq, at }), Some(record)) = (standing, known.post(&registration.post)) else {
        return;
    };
    let finding = |entry| classified(&registration.post, entry, at, Finding::Account { state, seq });
    findings.extend(record.entries.iter().map(finding));
}

/// Lets the post be found by its names. Who waits there is woken where a name stands for this post, and nowhere else: then each of them
/// knows whether it is later, which keeps circles from turning for ever.
fn register(registration: &Registration, known: &mut Known) {
    let Some(record) = known.posts.get(&registration.post).and_then(|kept| kept.now.as_ref()) else {
        return;
    };
    for name in &registration.names {
        let Some(kept) = known.names.get_mut(name) else {
            continue;
        };
        for entry in record.entries.iter().filter(|entry| entry.names.contains(name)) {
            let at = record.at.unwrap_or(registration.at);
            kept.wake |= kept.now.get_or_insert_default().register(&registration.post, at, entry);
        }
    }
}
