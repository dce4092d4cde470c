//! The truth about a world, from seeing all of it at once; and what findings come to once folded as the reports fold them.

use std::collections::BTreeMap;

use backtweet_domain::{
    AccountId, AccountState, Classified, Edge, Finding, Kind, KindSet, Post, PostEvent, PostId, ReferenceKind, Role,
    SubjectId, Version,
};

use crate::world::World;

/// What is to be seen of a post in one subject's conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    pub role: Role,
    pub kinds: KindSet,
    pub root: PostId,
    pub parent: Option<PostId>,
    pub depth: u32,
    /// How it points at its parent, and how that is known.
    pub how: Option<(ReferenceKind, Edge)>,
    pub state: AccountState,
}

pub type Sights = BTreeMap<(SubjectId, PostId), Sight>;

/// What the world's conversations are.
pub fn truth(world: &World) -> Sights {
    let states = states(world);
    let mut sights = Sights::new();
    for (number, subject) in world.subjects.iter().enumerate() {
        // Parents come before their children in the order of what happened.
        let mut members: BTreeMap<PostId, Sight> = BTreeMap::new();
        for mut revisions in posts(world) {
            revisions.sort_by_key(|post| post.revision);
            let newest = revisions[revisions.len() - 1];
            let belonging = revisions
                .iter()
                .rev()
                .find_map(|post| Some((post, member(post, number, &members)?)));
            let Some((post, mut sight)) = belonging else { continue };
            sight.state = states.get(&post.author.id).copied().unwrap_or_default();
            let deleted = deletion(world, &post.id).is_some_and(|revision| revision >= newest.revision);
            if post.revision == newest.revision && !deleted {
                sights.insert((subject.id.clone(), post.id.clone()), sight.clone());
            }
            members.insert(post.id.clone(), sight);
        }
    }
    sights
}

fn posts(world: &World) -> Vec<Vec<&Post>> {
    let mut posts: Vec<Vec<&Post>> = Vec::new();
    for event in &world.events {
        match event {
            PostEvent::Created { post } => posts.push(vec![post]),
            PostEvent::Edited { post } => posts.last_mut().unwrap().push(post),
            _ => {}
        }
    }
    posts
}

fn deletion(world: &World, post: &PostId) -> Option<u64> {
    let revisions = world.events.iter().filter_map(|event| match event {
        PostEvent::Deleted { id, revision, .. } if id == post => Some(*revision),
        _ => None,
    });
    revisions.max()
}

fn states(world: &World) -> BTreeMap<AccountId, AccountState> {
    let mut changes: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            PostEvent::Account(change) => Some(change),
            _ => None,
        })
        .collect();
    changes.sort_by_key(|change| change.seq);
    changes
        .into_iter()
        .map(|change| (change.account.clone(), change.state))
        .collect()
}

fn member(post: &Post, subject: usize, members: &BTreeMap<PostId, Sight>) -> Option<Sight> {
    let sight = |role, kinds, parent: Option<(&PostId, ReferenceKind, Edge)>| {
        let above = parent.map(|(parent, ..)| &members[parent]);
        Some(Sight {
            role,
            kinds,
            root: above.map_or(post.id.clone(), |above| above.root.clone()),
            parent: parent.map(|(parent, ..)| parent.clone()),
            how: parent.map(|(_, by, edge)| (by, edge)),
            depth: above.map_or(0, |above| above.depth + 1),
            state: AccountState::Active,
        })
    };
    let mut kinds = KindSet::EMPTY;
    let mut parent = None;
    for (reference, kind) in [
        (ReferenceKind::Repost, Kind::Repost),
        (ReferenceKind::Quote, Kind::Quote),
        (ReferenceKind::Reply, Kind::Reply),
    ] {
        if post.is_repost() && kind != Kind::Repost {
            continue;
        }
        let targets = post.references.iter().filter(|it| it.kind == reference);
        for (place, target) in targets.filter_map(|it| it.target.as_ref()).enumerate() {
            let Some(above) = members.get(target) else { continue };
            if matches!(above.role, Role::Origin | Role::Answer) {
                kinds = kinds.with(kind);
            }
            if parent.is_none() && !(above.role == Role::Answer && above.parent.is_none()) {
                // Who reposts two names first what they found the other through.
                let skips = reference == ReferenceKind::Repost && place > 0;
                parent = Some((target, reference, if skips { Edge::Flattened } else { Edge::Observed }));
            }
        }
    }
    if post.author.id.native() == format!("owner{subject}") {
        return match (post.is_repost(), post.reference(ReferenceKind::Reply).is_some()) {
            (true, _) => None,
            (false, true) => sight(Role::Answer, KindSet::EMPTY, parent),
            (false, false) => sight(Role::Origin, KindSet::EMPTY, None),
        };
    }
    if !post.is_repost() && post.text.contains(["acme", "zeta"][subject]) {
        kinds = kinds.with(Kind::Keyword);
    }
    match (kinds.is_empty(), parent) {
        (false, _) => sight(Role::Backtweet, kinds, parent),
        (true, Some(_)) => sight(Role::Indirect, kinds, parent),
        (true, None) => None,
    }
}

/// The newest of everything that was found, by the rules of versions.
#[derive(Debug, Default)]
pub struct Fold {
    contents: BTreeMap<(SubjectId, PostId), (Version, bool, Option<Sight>)>,
    states: BTreeMap<(SubjectId, PostId), (u64, AccountState)>,
}

impl Fold {
    pub fn add(&mut self, found: &Classified) {
        let key = (found.subject.clone(), found.post.clone());
        match &found.finding {
            Finding::Seen { version, sighting } => {
                let lineage = &sighting.lineage;
                let sight = Sight {
                    role: sighting.role,
                    kinds: sighting.kinds,
                    root: lineage.root.clone(),
                    parent: lineage.parent.clone(),
                    depth: lineage.depth,
                    how: lineage.by.map(|by| (by, lineage.edge)),
                    state: AccountState::Active,
                };
                self.content(key, (*version, false, Some(sight)));
            }
            Finding::Retracted { version } => self.content(key, (*version, true, None)),
            Finding::Account { state, seq } => {
                let kept = self.states.entry(key).or_insert((*seq, *state));
                if *seq > kept.0 {
                    *kept = (*seq, *state);
                }
            }
        }
    }

    fn content(&mut self, key: (SubjectId, PostId), content: (Version, bool, Option<Sight>)) {
        match self.contents.get(&key) {
            Some(kept) if (kept.0, kept.1) == (content.0, content.1) => {
                assert_eq!(kept.2, content.2, "two contents of one version of {key:?}");
            }
            Some(kept) if (kept.0, kept.1) > (content.0, content.1) => {}
            _ => drop(self.contents.insert(key, content)),
        }
    }

    /// What is to be seen in the end.
    pub fn sights(self) -> Sights {
        let states = self.states;
        let seen = self.contents.into_iter().filter_map(|(key, (_, _, sight))| {
            let mut sight = sight?;
            sight.state = states.get(&key).map(|(_, state)| *state).unwrap_or_default();
            Some((key, sight))
        });
        seen.collect()
    }
}
