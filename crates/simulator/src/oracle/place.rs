//! What each act is to a brand, and where in which cascade. How many of them there are is summed in `figures`.

use backtweet_domain::{AccountState, Kind, KindSet, ReferenceKind, Role};

use crate::brand::Brand;
use crate::world::{Act, Voice, World};

/// What an act is to a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) role: Role,
    pub(super) kinds: KindSet,
    /// Points back through nothing but mentions that the network made.
    pub(super) automatic: bool,
    pub(super) root: u32,
    pub(super) depth: u32,
}

/// Whether an act is there at the end of the day.
pub(super) fn counts(world: &World, act: u32) -> bool {
    let made = &world.acts[act as usize];
    made.seen && made.deleted.is_none() && world.state(made.author) == AccountState::Active
}

/// What every act is to `brand`; what an act refers to stands before it, so one pass is enough.
pub(super) fn places(world: &World, brand: Brand) -> Vec<Option<Place>> {
    let mut places: Vec<Option<Place>> = Vec::with_capacity(world.acts.len());
    for act in &world.acts {
        let place = if act.seen {
            place(world, brand, act, places.len() as u32, &places)
        } else {
            None
        };
        places.push(place);
    }
    places
}

fn place(world: &World, brand: Brand, act: &Act, index: u32, places: &[Option<Place>]) -> Option<Place> {
    let parent = parent(act, places);
    let hang = |role, kinds, automatic| match parent {
        Some(parent) => Place {
            role,
            kinds,
            automatic,
            root: parent.root,
            depth: parent.depth + 1,
        },
        None => Place {
            role,
            kinds,
            automatic,
            root: index,
            depth: 0,
        },
    };
    if owned(world, brand, act.author) {
        return match act
            .refs
            .iter()
            .map(|&(kind, _)| kind)
            .min_by_key(|&kind| kind != ReferenceKind::Reply)
        {
            Some(ReferenceKind::Repost) => None,
            Some(ReferenceKind::Reply) => Some(hang(Role::Answer, KindSet::EMPTY, false)),
            _ => Some(Place {
                role: Role::Origin,
                kinds: KindSet::EMPTY,
                automatic: false,
                root: index,
                depth: 0,
            }),
        };
    }
    let (kinds, by_hand) = kinds(world, brand, act);
    if !kinds.is_empty() {
        let automatic = kinds == KindSet::EMPTY.with(Kind::Mention) && !by_hand;
        return Some(hang(Role::Backtweet, kinds, automatic));
    }
    parent.is_some().then(|| hang(Role::Indirect, KindSet::EMPTY, false))
}

fn owned(world: &World, brand: Brand, person: u32) -> bool {
    world.people[person as usize].owner == Some(brand)
}

fn parent<'a>(act: &Act, places: &'a [Option<Place>]) -> Option<&'a Place> {
    let order = [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply];
    let of_kind = |wanted| act.refs.iter().filter(move |(kind, _)| *kind == wanted);
    order
        .into_iter()
        .flat_map(of_kind)
        .find_map(|&(_, target)| places[target as usize].as_ref())
}

/// How an act points back at the brand, and whether the author mentioned it by hand.
fn kinds(world: &World, brand: Brand, act: &Act) -> (KindSet, bool) {
    let mut kinds = KindSet::EMPTY;
    for &(kind, target) in &act.refs {
        if owned(world, brand, world.acts[target as usize].author) {
            kinds = kinds.with(match kind {
                ReferenceKind::Repost => Kind::Repost,
                ReferenceKind::Quote => Kind::Quote,
                ReferenceKind::Reply => Kind::Reply,
            });
        }
    }
    let Some(says) = act.finally() else {
        return (kinds, false);
    };
    let naming = says.naming;
    let ours = naming.brand == Some(brand);
    let by_hand = ours && matches!(naming.voice, Some(Voice::Account | Voice::Support));
    let holds = [
        (
            by_hand || act.automatic.iter().any(|&person| owned(world, brand, person)),
            Kind::Mention,
        ),
        (ours && naming.link, Kind::Link),
        (ours && naming.tag, Kind::Hashtag),
        (
            ours && naming.voice == Some(Voice::Word) || naming.rival == Some(brand),
            Kind::Keyword,
        ),
    ];
    let kinds = holds
        .into_iter()
        .filter(|(holds, _)| *holds)
        .fold(kinds, |kinds, (_, kind)| kinds.with(kind));
    (kinds, by_hand)
}
