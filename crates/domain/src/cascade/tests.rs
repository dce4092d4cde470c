//! The live tree beside one that is counted the simple way: every pair of posts, step by step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::*;
use crate::backtweet::{Edge, Role};
use crate::id::{Network, PostId};
use crate::time::Timestamp;

mod real;
pub(crate) mod weibo;

const POSTS: usize = 9;

pub(super) fn post(number: usize) -> PostId {
    PostId::new(Network::Other, format!("p{number}")).unwrap()
}

pub(super) fn node(parent: Option<usize>, at: i64) -> Node {
    Node {
        parent: parent.map(post),
        edge: if at % 3 == 0 { Edge::Flattened } else { Edge::Observed },
        at: Timestamp::from_seconds(at),
        followers: (at % 4 > 0).then_some(at.unsigned_abs() * 10),
        passing: if at % 2 == 0 {
            Passing::Repost
        } else {
            Passing::Citation
        },
        role: Role::Backtweet,
    }
}

#[derive(Debug, Clone)]
enum Change {
    Insert(usize, Option<usize>, i64),
    Remove(usize),
    Leave(usize, Option<usize>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let number = || 0..POSTS;
    let parent = || prop::option::weighted(0.9, 0..POSTS);
    let change = prop_oneof![
        6 => (number(), parent(), 0..40i64).prop_map(|(id, parent, at)| Change::Insert(id, parent, at)),
        2 => number().prop_map(Change::Remove),
        1 => (number(), parent()).prop_map(|(id, parent)| Change::Leave(id, parent)),
    ];
    prop::collection::vec(change, 0..40)
}

/// What is known in the end: of each post, what it names as its parent, and its node where it is in.
type Known = BTreeMap<usize, (Option<usize>, Option<Node>)>;

fn known(changes: &[Change]) -> Known {
    let mut known = Known::new();
    for change in changes {
        match *change {
            Change::Insert(id, parent, at) => _ = known.insert(id, (parent, Some(node(parent, at)))),
            Change::Remove(id) => {
                if let Some(place) = known.get_mut(&id) {
                    place.1 = None;
                }
            }
            Change::Leave(id, parent) => _ = known.insert(id, (parent, None)),
        }
    }
    known
}

fn play(tree: &mut Tree, change: &Change) {
    match *change {
        Change::Insert(id, parent, at) => tree.insert(&post(id), node(parent, at)),
        Change::Remove(id) => tree.remove(&post(id)),
        Change::Leave(id, parent) => tree.leave(&post(id), parent.map(post).as_ref()),
    }
}

/// The parent that each post has in the end, worked out from what all of them name.
fn parents(known: &Known) -> BTreeMap<usize, usize> {
    let named = |id: usize| {
        if id == 0 {
            None
        } else {
            known.get(&id).and_then(|place| place.0)
        }
    };
    let circle = |id: usize| -> BTreeSet<usize> {
        let path: Vec<_> = std::iter::successors(named(id), |&id| named(id)).take(POSTS).collect();
        match path.iter().position(|&other| other == id) {
            Some(end) => path[..=end].iter().copied().collect(),
            None => BTreeSet::new(),
        }
    };
    let above = |id: usize| {
        let is_cut = circle(id).first() == Some(&id);
        named(id).filter(|_| !is_cut).unwrap_or(0)
    };
    let is_in = |id: usize| id == 0 || known.get(&id).is_some_and(|place| place.1.is_some());
    let nearest = |id: usize| {
        let mut at = above(id);
        while !is_in(at) {
            at = above(at);
        }
        at
    };
    let below = (1..POSTS).filter(|&id| is_in(id));
    below.map(|id| (id, nearest(id))).collect()
}

/// Size, mean distance over all pairs, and posts by generation.
fn figures(parents: &BTreeMap<usize, usize>) -> (u64, Option<f64>, Vec<u64>) {
    let posts: Vec<usize> = std::iter::once(0).chain(parents.keys().copied()).collect();
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (&child, &parent) in parents {
        beside.entry(child).or_default().push(parent);
        beside.entry(parent).or_default().push(child);
    }
    let distances = |from: usize| {
        let mut distances = BTreeMap::from([(from, 0u64)]);
        let mut next = VecDeque::from([from]);
        while let Some(at) = next.pop_front() {
            for &other in beside.get(&at).into_iter().flatten() {
                if !distances.contains_key(&other) {
                    distances.insert(other, distances[&at] + 1);
                    next.push_back(other);
                }
            }
        }
        distances
    };
    let all: u64 = posts.iter().map(|&from| distances(from).values().sum::<u64>()).sum();
    let pairs = posts.len() * (posts.len() - 1);
    let mut breadth = vec![0; distances(0).values().max().map_or(0, |&depth| depth as usize + 1)];
    for depth in distances(0).values() {
        breadth[*depth as usize] += 1;
    }
    (
        posts.len() as u64,
        (pairs > 0).then(|| all as f64 / pairs as f64),
        breadth,
    )
}

fn summary(shape: &Shape) -> (u64, Option<f64>, Vec<u64>) {
    (shape.size(), shape.virality(), shape.breadth().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_moves_goes_and_comes_back_the_figures_are_those_of_what_remains(changes in changes()) {
        let mut tree = Tree::new(post(0));
        for (done, change) in changes.iter().enumerate() {
            play(&mut tree, change);
            let expected = figures(&parents(&known(&changes[..=done])));
            prop_assert_eq!(summary(tree.shape()), expected, "after {:?}", change);
        }
        let view = View::of(&tree, None);
        prop_assert_eq!(view.shape(), tree.shape());
        let parents = parents(&known(&changes));
        for entry in &view.entries()[1..] {
            let parent = &view.entries()[entry.parent.unwrap()];
            let number = |id: &PostId| id.native()[1..].parse::<usize>().unwrap();
            prop_assert_eq!(parents[&number(entry.id)], number(parent.id));
            let is_as_named = entry.node.unwrap().parent.as_ref() == Some(parent.id);
            prop_assert_eq!(is_as_named, entry.edge != Edge::Inferred);
        }
    }

    #[test]
    fn a_tree_does_not_remember_how_it_came_about(changes in changes(), order in any::<u64>()) {
        let mut lived = Tree::new(post(0));
        changes.iter().for_each(|change| play(&mut lived, change));
        let mut known: Vec<_> = known(&changes).into_iter().collect();
        known.sort_by_key(|(id, _)| (*id as u64 + 1).wrapping_mul(order | 1));
        let mut fresh = Tree::new(post(0));
        for (id, (parent, node)) in known {
            match node {
                Some(node) => fresh.insert(&post(id), node),
                None => fresh.leave(&post(id), parent.map(post).as_ref()),
            }
        }
        prop_assert_eq!(View::of(&lived, None), View::of(&fresh, None));
        prop_assert_eq!(lived.shape(), fresh.shape());
    }

    #[test]
    fn as_of_a_time_only_what_was_there_counts(changes in changes(), until in 0..40i64) {
        let mut tree = Tree::new(post(0));
        changes.iter().for_each(|change| play(&mut tree, change));
        let until = Timestamp::from_seconds(until);
        let mut then = tree.clone();
        for id in (0..POSTS).map(post) {
            if then.get(&id).is_some_and(|node| node.at > until) {
                then.remove(&id);
            }
        }
        prop_assert_eq!(View::of(&tree, Some(until)), View::of(&then, None));
    }
}

/// A star of two that passed the origin on at 10 s and 20 s, and one at 30 s that passed the second on.
fn small() -> Tree {
    let mut tree = Tree::new(post(0));
    let at = |parent, seconds, followers, passing| Node {
        followers,
        passing,
        edge: Edge::Observed,
        ..node(parent, seconds)
    };
    tree.insert(&post(0), at(None, 0, Some(100), Passing::Citation));
    tree.insert(&post(1), at(Some(0), 10, Some(30), Passing::Repost));
    tree.insert(&post(2), at(Some(0), 20, None, Passing::Repost));
    tree.insert(&post(3), at(Some(2), 30, Some(120), Passing::Citation));
    tree
}

#[test]
fn what_a_cascade_comes_to_leaves_out_its_origin() {
    let tree = small();
    let view = View::of(&tree, None);
    let expected = Totals {
        reposts: 2,
        citations: 1,
        audience: 150,
        audience_unknown: 1,
    };
    assert_eq!(view.totals(), expected);
    assert_eq!(view.amplification(), Some(1.5));
    assert_eq!(view.time_to(50).map(|time| time.as_secs()), Some(20));
    assert_eq!(view.time_to(90).map(|time| time.as_secs()), Some(30));
    // 1-0, 2-0, 3-2 are one step; 1-2 and 3-0 two; 1-3 three.
    assert_eq!(view.shape().virality(), Some(10.0 / 6.0));
    let nothing = Tree::new(post(0));
    let nothing = View::of(&nothing, None);
    assert_eq!(
        (nothing.start(), nothing.time_to(50), nothing.amplification()),
        (None, None, None)
    );
}

#[test]
fn growth_adds_up_stretch_by_stretch_and_leaves_out_the_quiet_ones() {
    let mut tree = small();
    tree.insert(&post(4), node(Some(0), 3_590));
    let growth = Growth::of(&View::of(&tree, None));
    assert_eq!(growth.length.as_secs(), 60);
    let counts: Vec<_> = growth
        .buckets
        .iter()
        .map(|bucket| {
            (
                bucket.start.micros() / 1_000_000,
                bucket.came.reposts,
                bucket.so_far.reposts + bucket.so_far.citations,
            )
        })
        .collect();
    assert_eq!(counts, [(0, 2, 3), (3_540, 1, 4)]);
    tree.insert(&post(4), node(Some(0), 3_600));
    assert_eq!(Growth::of(&View::of(&tree, None)).length.as_secs(), 300);
}

#[test]
fn only_posts_that_had_the_time_to_be_passed_on_count_for_reproduction() {
    let mut tree = small();
    let horizon = HORIZON.as_secs().cast_signed();
    tree.insert(&post(4), node(Some(0), horizon));
    tree.insert(&post(5), node(Some(0), horizon + 1));
    let view = View::of(&tree, None);
    let growth = Growth::of(&view);
    let at = |seconds| Reproduction::of(&view, &growth, Timestamp::from_seconds(seconds));
    assert_eq!(at(horizon - 1), []);
    let first = at(horizon)[0];
    assert_eq!((first.posts, first.children, first.estimate()), (1, 3, 3.0));
    // With 1, 2 and 3 beside the origin, and 3 a child of 2.
    let first = at(horizon + 30)[0];
    assert_eq!((first.posts, first.children), (4, 4));
}
