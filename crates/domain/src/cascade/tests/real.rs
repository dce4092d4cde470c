//! Real cascades beside a batch computation that shares nothing with the tree: each post walks up to its root and is counted on its way.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::weibo::{self, id};
use crate::cascade::{Node, Shape, Tree, View};
use crate::id::PostId;

/// Size, Wiener index and depth of the tree in which each post hangs on what `parents` says, and on the root otherwise.
fn batch(parents: &HashMap<PostId, PostId>, root: &PostId) -> (u64, u128, usize) {
    let mut sizes: HashMap<&PostId, u128> = HashMap::new();
    let mut deepest = 0;
    for post in parents.keys() {
        let mut depth = 0;
        let mut at = post;
        while at != root {
            *sizes.entry(at).or_default() += 1;
            depth += 1;
            at = parents.get(at).unwrap_or(root);
        }
        deepest = deepest.max(depth);
    }
    let size = parents.len() as u128 + 1;
    // Each edge lies on the way between each post below it and each that is not.
    let wiener = sizes.values().map(|below| below * (size - below)).sum();
    (size as u64, wiener, deepest)
}

fn figures(shape: &Shape) -> (u64, u128, usize) {
    (shape.size(), shape.wiener(), shape.depth())
}

#[test]
fn weibo_cascades_have_the_figures_that_a_batch_computation_gives_them_with_and_without_a_third_of_their_posts() {
    let cascades = weibo::cascades();
    for posts in &cascades {
        let mut tree = weibo::tree(posts);
        let root = tree.root().clone();
        let named: HashMap<_, _> = posts
            .iter()
            .filter_map(|(id, node)| Some((id.clone(), node.parent.clone()?)))
            .collect();
        let whole = batch(&named, &root);
        assert_eq!(figures(tree.shape()), whole, "{root}");
        assert_eq!(View::of(&tree, None).shape(), tree.shape(), "{root}");

        let gone: Vec<_> = posts.iter().filter(|(id, _)| *id != root).step_by(3).collect();
        gone.iter().for_each(|(id, _)| tree.remove(id));
        let mut left = named.clone();
        for (id, _) in &gone {
            let above = left.remove(id).unwrap();
            left.values_mut()
                .filter(|parent| *parent == id)
                .for_each(|parent| *parent = above.clone());
        }
        assert_eq!(figures(tree.shape()), batch(&left, &root), "{root}");
        gone.iter().for_each(|(id, node)| tree.insert(id, node.clone()));
        assert_eq!(figures(tree.shape()), whole, "{root}");
    }
    eprintln!("{} cascades", cascades.len());
}

#[test]
fn the_forest_of_the_higgs_rumour_has_the_figures_that_a_batch_computation_gives_it() {
    let Some(text) = weibo::read("higgs/activity_time.txt.gz") else {
        return;
    };
    // Who first passed on whom, and when; all that passed on nobody hang on one root.
    let mut first: BTreeMap<&str, (&str, i64)> = BTreeMap::new();
    let mut tree = Tree::new(id("forest"));
    for line in text.lines().filter(|line| line.ends_with("RT")) {
        let fields: Vec<_> = line.split(' ').collect();
        let (who, whom, at) = (fields[0], fields[1], fields[2].parse().unwrap());
        if who != whom && !first.contains_key(who) {
            first.insert(who, (whom, at));
            tree.insert(&id(who), node(whom, at));
        }
    }
    let cut = cut(&first);
    let is_below = |who: &str, whom: &str| first.contains_key(whom) && !cut.contains(&id(who));
    let parents = first.iter().map(|(&who, &(whom, _))| {
        let parent = if is_below(who, whom) {
            id(whom)
        } else {
            tree.root().clone()
        };
        (id(who), parent)
    });
    let parents = parents.collect();
    assert_eq!(figures(tree.shape()), batch(&parents, tree.root()));
    eprintln!("{:?}", tree.shape().breadth());
}

fn node(whom: &str, at: i64) -> Node {
    Node {
        parent: Some(id(whom)),
        ..super::node(None, at)
    }
}

/// The smallest of each circle of people who passed one another on.
fn cut(first: &BTreeMap<&str, (&str, i64)>) -> HashSet<PostId> {
    let mut cut = HashSet::new();
    let mut seen_from: HashMap<&str, &str> = HashMap::new();
    for &start in first.keys() {
        let mut path = Vec::new();
        let mut at = start;
        while first.contains_key(at) && !seen_from.contains_key(at) {
            seen_from.insert(at, start);
            path.push(at);
            at = first[at].0;
        }
        if let Some(begin) = path.iter().position(|&who| who == at) {
            cut.extend(path[begin..].iter().map(|&who| id(who)).min());
        }
    }
    cut
}
