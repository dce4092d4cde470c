//! Posts that point at others by links and by hand: whatever order they come in, the conversations are those of somebody who sees
//! everything at once. The network here is X, its people pass on what they read, and some of them write the same thing twice.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Edge, Kind, KindSet, PostEvent, ReferenceKind, Role};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use self::world::{Pointing, World, Written, id, subject};
use crate::driver::{Run, run};
use crate::oracle::{Sight, Sights};

/// Everything at once: what each post is to the subject, in the order in which they were made.
fn truth(world: &World) -> Sights {
    let mut members: BTreeMap<usize, Sight> = BTreeMap::new();
    // Who said what first, among those in the conversation.
    let mut said: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = Sights::new();
    for number in 0..=world.written.last().map_or(0, |it| it.number) {
        let revisions: Vec<_> = world.written.iter().filter(|it| it.number == number).collect();
        let belonging: Vec<_> = revisions
            .iter()
            .filter_map(|it| Some((it, sight(it, world, &members, &said)?)))
            .collect();
        for (it, _) in belonging.iter().filter(|(it, _)| !it.text.is_empty()) {
            said.entry((it.author, it.text)).or_insert(number);
        }
        let Some((it, sight)) = belonging.last() else { continue };
        let is_newest = it.revision == revisions[revisions.len() - 1].revision;
        if is_newest && !world.deleted.contains(&number) {
            seen.insert((subject().id, id(number)), sight.clone());
        }
        members.insert(number, sight.clone());
    }
    seen
}

fn sight(
    it: &Written,
    world: &World,
    members: &BTreeMap<usize, Sight>,
    said: &BTreeMap<(&str, &str), usize>,
) -> Option<Sight> {
    let author = |number: usize| world.written.iter().find(|it| it.number == number).unwrap().author;
    let (kind, at, whose) = match &it.pointing {
        Pointing::Nothing => (None, None, None),
        Pointing::Reply(to) => (Some(Kind::Reply), Some(*to), Some(author(*to))),
        Pointing::Quote(of) | Pointing::Link(of) => (Some(Kind::Quote), Some(*of), Some(author(*of))),
        Pointing::Repost(of) => (Some(Kind::Repost), Some(*of), Some(author(*of))),
        Pointing::ByHand { who, text, commented } => {
            let kind = if *commented { Kind::Quote } else { Kind::Repost };
            (Some(kind), said.get(&(*who, *text)).copied(), Some(*who))
        }
        // A credit alone points at nobody.
        Pointing::Credit { who, text } => match said.get(&(*who, *text)) {
            Some(&number) => (Some(Kind::Repost), Some(number), Some(*who)),
            None => (None, None, None),
        },
    };
    let parent = at.filter(|number| {
        members
            .get(number)
            .is_some_and(|above| above.role != Role::Answer || above.parent.is_some())
    });
    let how = kind.map(|kind| match (kind, &it.pointing) {
        (Kind::Repost, Pointing::Repost(_)) => (ReferenceKind::Repost, Edge::Flattened),
        (Kind::Repost, _) => (ReferenceKind::Repost, Edge::Inferred),
        (Kind::Quote, Pointing::Quote(_)) => (ReferenceKind::Quote, Edge::Observed),
        (Kind::Quote, _) => (ReferenceKind::Quote, Edge::Inferred),
        _ => (ReferenceKind::Reply, Edge::Observed),
    });
    let sight = |role, kinds, parent: Option<usize>| {
        let above = parent.map(|parent| &members[&parent]);
        Some(Sight {
            role,
            kinds,
            root: above.map_or(id(it.number), |above| above.root.clone()),
            parent: parent.map(id),
            depth: above.map_or(0, |above| above.depth + 1),
            how: parent.and(how),
            state: Default::default(),
        })
    };
    if it.author == "acme" {
        return match it.pointing {
            Pointing::Repost(_) => None,
            Pointing::Reply(_) => sight(Role::Answer, KindSet::EMPTY, parent),
            _ => sight(Role::Origin, KindSet::EMPTY, None),
        };
    }
    let words = match &it.pointing {
        Pointing::Repost(_) => "",
        Pointing::ByHand { text, .. } | Pointing::Credit { text, .. } => text,
        _ => it.text,
    };
    let mut kinds = kind.filter(|_| whose == Some("acme")).into_iter().collect::<KindSet>();
    if words.contains("lights") {
        kinds = kinds.with(Kind::Keyword);
    }
    match (kinds.is_empty(), parent) {
        (false, _) => sight(Role::Backtweet, kinds, parent),
        (true, Some(_)) => sight(Role::Indirect, kinds, parent),
        (true, None) => None,
    }
}

fn check(world: &World, events: &[PostEvent], how: &Run, seed: u64) {
    let found = run(&[subject()], events, how, &mut SmallRng::seed_from_u64(seed));
    let truth = truth(world);
    let keys: BTreeSet<_> = found.keys().chain(truth.keys()).collect();
    let differences: Vec<_> = keys
        .into_iter()
        .filter(|key| found.get(key) != truth.get(key))
        .map(|key| (key, found.get(key), truth.get(key)))
        .collect();
    assert!(differences.is_empty(), "found and true: {differences:#?} in {world:#?}");
}

fn shuffled(world: &World, seed: u64, times: usize) -> Vec<PostEvent> {
    let mut events: Vec<_> = (0..times).flat_map(|_| world.events()).collect();
    events.shuffle(&mut SmallRng::seed_from_u64(seed));
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn posts_passed_on_by_hand_and_by_links_hang_where_they_belong(seed: u64) {
        let world = World::random(seed, 16);
        check(&world, &world.events(), &Run { partitions: 1, crashes: 0 }, seed);
    }

    #[test]
    fn any_order_attaches_what_was_passed_on_by_hand_to_the_same_posts(seed: u64, many: bool) {
        let world = World::random(seed, 16);
        let partitions = if many { 16 } else { 1 };
        check(&world, &shuffled(&world, seed, 1), &Run { partitions, crashes: 0 }, seed);
    }

    #[test]
    fn duplicates_and_crashes_move_nothing_that_was_inferred(seed: u64, many: bool) {
        let world = World::random(seed, 14);
        let partitions = if many { 16 } else { 3 };
        check(&world, &shuffled(&world, seed, 2), &Run { partitions, crashes: 15 }, seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn people_who_credit_each_other_in_a_circle_come_to_an_end(seed: u64, said: [bool; 2], first: bool) {
        const LONG: &str = "whoever keeps all of the lights on tonight has my thanks and those of the whole town";
        let by = |number, author: &'static str, pointing| Written {
            number,
            revision: 1,
            author,
            text: LONG,
            pointing,
        };
        let credit = |number, author, who| by(number, author, Pointing::Credit { who, text: LONG });
        let mut written = vec![credit(4, "ann", "bob"), credit(5, "bob", "ann")];
        let sayings = [("ann", said[0], 0), ("bob", said[1], 1)];
        written.extend(sayings.iter().filter(|(_, said, _)| *said).map(|(author, _, number)| {
            by(if first { *number } else { number + 8 }, author, Pointing::Nothing)
        }));
        let world = World { written, deleted: BTreeSet::new() };
        let mut rng = SmallRng::seed_from_u64(seed);
        run(&[subject()], &shuffled(&world, seed, 3), &Run { partitions: 4, crashes: 5 }, &mut rng);
    }
}
