//! Where a post stands in a cascade, as the fold keeps it: beside its content, so that it is known when the content is gone. Pure.

use backtweet_domain::cascade::Passing;
use backtweet_domain::{Edge, Kind, KindSet, Lineage, ReferenceKind, Role, Version};

use super::contribution::{ROLES, at, index};

const EDGES: [Edge; 3] = [Edge::Observed, Edge::Inferred, Edge::Flattened];
const PASSINGS: [Passing; 2] = [Passing::Repost, Passing::Citation];

/// The place of the highest version that a post was seen at, whatever became of the post.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Place {
    #[prost(uint64, tag = "1")]
    generation: u64,
    #[prost(uint64, tag = "2")]
    revision: u64,
    #[prost(uint64, tag = "3")]
    lineage: u64,
    #[prost(string, tag = "4")]
    pub root: String,
    /// What it hangs on; `None` for a root.
    #[prost(string, optional, tag = "5")]
    pub parent: Option<String>,
    #[prost(uint32, tag = "6")]
    edge: u32,
    #[prost(uint32, tag = "7")]
    passing: u32,
    /// What it is to the subject.
    #[prost(uint32, tag = "8")]
    role: u32,
}

impl Place {
    pub(super) fn new(lineage: &Lineage, kinds: KindSet, role: Role) -> Self {
        let is_repost = match lineage.by {
            Some(by) => by == ReferenceKind::Repost,
            // Records from before the kind of reference was kept.
            None => kinds.contains(Kind::Repost),
        };
        let passing = if is_repost { Passing::Repost } else { Passing::Citation };
        Self {
            root: lineage.root.to_string(),
            parent: lineage.parent.as_ref().map(ToString::to_string),
            edge: index(&EDGES, lineage.edge),
            passing: index(&PASSINGS, passing),
            role: index(&ROLES, role),
            ..Self::default()
        }
    }

    pub(crate) fn role(&self) -> Role {
        at(&ROLES, self.role).unwrap_or(Role::Indirect)
    }

    pub(crate) fn edge(&self) -> Edge {
        at(&EDGES, self.edge).unwrap_or(Edge::Inferred)
    }

    pub(crate) fn passing(&self) -> Passing {
        at(&PASSINGS, self.passing).unwrap_or(Passing::Citation)
    }

    /// Takes the place of another version in, where that is higher than all before.
    pub(super) fn raise(known: &mut Option<Self>, version: Version, place: &Self) {
        let Version {
            generation,
            revision,
            lineage,
        } = version;
        let rank = |place: &Self| (place.generation, place.revision, place.lineage);
        if known
            .as_ref()
            .is_none_or(|known| (generation, revision, lineage) > rank(known))
        {
            *known = Some(Self {
                generation,
                revision,
                lineage,
                ..place.clone()
            });
        }
    }
}
