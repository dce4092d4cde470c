//! The pure rule that gives a post its place in subjects' conversations, from what it says itself and from the places of the posts
//! that it refers to.

use std::collections::BTreeMap;

use backtweet_domain::{Edge, KindSet, Lineage, Post, PostId, ReferenceKind, Role};

use super::Entry;
use crate::index::{Indexed, Match, SubjectIndex, kind_of};

/// Nothing hangs deeper. Real threads are shallower, and posts that claim to refer to each other in a circle come to an end.
const DEEPEST: u32 = 1_000;

/// What a post is to a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The generation of the subject by which it was worked out.
    pub(crate) generation: u64,
    pub(crate) role: Role,
    pub(crate) kinds: KindSet,
    pub(crate) automatic: KindSet,
    pub(crate) lineage: Lineage,
}

/// A post that is pointed at, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent<'a> {
    pub(crate) kind: ReferenceKind,
    pub(crate) edge: Edge,
    pub(crate) id: &'a PostId,
    pub(crate) entries: &'a [Entry],
}

/// The post's places: one for each subject that it points at, or that a post which it refers to belongs to.
pub(crate) fn places<'a>(
    post: &Post,
    index: &'a SubjectIndex,
    matches: &[Match],
    parents: &[Parent<'_>],
) -> Vec<(&'a Indexed, Place)> {
    let mut subjects: BTreeMap<u32, Option<Match>> = BTreeMap::new();
    let inherited = parents.iter().flat_map(|parent| parent.entries);
    subjects.extend(inherited.filter_map(|entry| Some((index.find(&entry.subject)?.0, None))));
    subjects.extend(matches.iter().map(|found| (found.subject, Some(*found))));
    let place = |(place, found): (u32, Option<Match>)| {
        let subject = index.subject(place)?;
        Some((subject, place_for(post, subject, found, parents)?))
    };
    subjects.into_iter().filter_map(place).collect()
}

fn place_for(post: &Post, subject: &Indexed, found: Option<Match>, parents: &[Parent<'_>]) -> Option<Place> {
    let known = || {
        parents
            .iter()
            .filter_map(|parent| Some((parent, parent.entries.iter().find(|entry| entry.subject == subject.id)?)))
    };
    let hangs_on = known()
        .filter(|(_, entry)| can_carry(entry, post))
        .min_by_key(|(parent, _)| precedence(parent));
    let lineage = hangs_on.map(|(parent, entry)| below(parent, entry));
    let place = |role, kinds, automatic, lineage: Option<Lineage>| {
        let lineage = lineage.unwrap_or_else(|| root(post));
        Some(Place {
            generation: subject.generation,
            role,
            kinds,
            automatic,
            lineage,
        })
    };
    let none = KindSet::EMPTY;
    if found.is_some_and(|found| found.owned) {
        return match (post.is_repost(), post.reference(ReferenceKind::Reply)) {
            (true, _) => None,
            (false, Some(_)) => place(Role::Answer, none, none, lineage),
            (false, None) => place(Role::Origin, none, none, None),
        };
    }
    let own = known().filter(|(_, entry)| matches!(entry.place.role, Role::Origin | Role::Answer));
    let kinds: KindSet = own.map(|(parent, _)| kind_of(parent.kind)).collect();
    let kinds = found.map_or(kinds, |found| kinds.union(found.kinds));
    match (kinds.is_empty(), lineage) {
        (false, lineage) => place(
            Role::Backtweet,
            kinds,
            found.map_or(none, |found| found.automatic),
            lineage,
        ),
        (true, Some(lineage)) => place(Role::Indirect, none, none, Some(lineage)),
        (true, None) => None,
    }
}

/// Which of several decides the parent: what the network says before what is inferred; then what is passed on, what is cited, what is
/// answered; then what comes first.
fn precedence(parent: &Parent<'_>) -> (bool, u8) {
    let kind = match parent.kind {
        ReferenceKind::Repost => 0,
        ReferenceKind::Quote => 1,
        ReferenceKind::Reply => 2,
    };
    (parent.edge == Edge::Inferred, kind)
}

/// Whether `post` can hang on what `entry` is about; not where that hangs on the post itself.
fn can_carry(entry: &Entry, post: &Post) -> bool {
    entry.carries() && entry.place.lineage.depth < DEEPEST && entry.place.lineage.root != post.id
}

fn below(parent: &Parent<'_>, entry: &Entry) -> Lineage {
    Lineage {
        root: entry.place.lineage.root.clone(),
        parent: Some(parent.id.clone()),
        depth: entry.place.lineage.depth + 1,
        edge: parent.edge,
        by: Some(parent.kind),
    }
}

fn root(post: &Post) -> Lineage {
    Lineage {
        root: post.id.clone(),
        parent: None,
        depth: 0,
        edge: Edge::Observed,
        by: None,
    }
}
