//! The public cascades of Weibo and of the Higgs rumour, where they are at hand.

use std::collections::HashSet;
use std::io::Read;

use flate2::read::GzDecoder;

use crate::backtweet::{Edge, Role};
use crate::cascade::{Node, Passing, Tree};
use crate::id::{Network, PostId};
use crate::time::Timestamp;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/");

/// A file of the collection; `None`, and a word about it, where it is not here.
pub(crate) fn read(name: &str) -> Option<String> {
    let path = format!("{DATA}{name}");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("skipped: {path} is not here");
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    Some(text)
}

pub(crate) fn id(native: &str) -> PostId {
    PostId::new(Network::Other, native).unwrap()
}

/// The posts of each Weibo cascade, in the order of the file; none where it is not here. Nine have their origin's time in words, and are left
/// out.
pub(crate) fn cascades() -> Vec<Vec<(PostId, Node)>> {
    let mut cascades: Vec<(String, Vec<_>)> = Vec::new();
    let mut known = HashSet::new();
    for line in read("cascades/weibo.tsv.gz").unwrap_or_default().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [cascade, post, parent, _, at, followers] = fields[..] else {
            panic!("{line:?} has not six fields")
        };
        if cascades.last().is_none_or(|last| last.0 != cascade) {
            cascades.push((cascade.to_owned(), Vec::new()));
            known.clear();
        }
        // Some posts stand there twice.
        if !known.insert(post.to_owned()) {
            continue;
        }
        let node = Node {
            parent: (!parent.is_empty()).then(|| id(parent)),
            edge: Edge::Observed,
            at: Timestamp::from_seconds(at.parse().unwrap_or(i64::MIN)),
            followers: followers.parse().ok(),
            passing: Passing::Repost,
            role: Role::Backtweet,
        };
        cascades.last_mut().unwrap().1.push((id(post), node));
    }
    let is_timed = |posts: &Vec<(PostId, Node)>| posts.iter().all(|(_, node)| node.at > Timestamp::EPOCH);
    cascades.into_iter().map(|(_, posts)| posts).filter(is_timed).collect()
}

pub(crate) fn tree(posts: &[(PostId, Node)]) -> Tree {
    let (root, _) = posts.iter().find(|(_, node)| node.parent.is_none()).unwrap();
    let mut tree = Tree::new(root.clone());
    for (id, node) in posts {
        tree.insert(id, node.clone());
    }
    tree
}
