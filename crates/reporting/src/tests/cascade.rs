//! Cascades after any deliveries: asked of a tree that was kept live all along, and of one that is read anew, they are what a fresh tree of
//! the posts that remain says.

pub(super) mod calls;
mod large;
pub(super) mod propagation;

use std::collections::BTreeMap;

use backtweet_domain::cascade::{Node, Passing, Tree, View};
use backtweet_domain::{
    Edge, Finding, Lineage, PostId, ReferenceKind, Scored, Sighting, SubjectId, Timestamp, Version,
};
use backtweet_store::Store;
use backtweet_wire::v1;
use proptest::prelude::*;

use super::naive;
use super::order::run;
use super::world::{START_US, fold, new_subject, post_id, stores};
use crate::FoldStage;
use crate::report::cascade::{Cache, cascade};
use crate::report::{ReportError, cascades};

/// In how many cascades the posts of [`seen`] stand.
pub(super) const ROOTS: u64 = 2;
/// Later than all that happens.
const NOW: Timestamp = Timestamp::from_micros(START_US + 30 * 86_400 * 1_000_000);

/// Where a post stands, as follows from `mixed`: a root by itself, or below one of six in one of two cascades.
pub(super) fn lineage(post: u64, mixed: u64) -> Lineage {
    let root = mixed % ROOTS;
    let is_root = root == post;
    let edges = [Edge::Observed, Edge::Inferred, Edge::Flattened];
    let by = [ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply];
    let pick = |shift: u32, many: u64| (mixed >> shift) % many;
    Lineage {
        root: post_id(root),
        parent: (!is_root).then(|| post_id(pick(3, 6))),
        depth: u32::from(!is_root),
        edge: if is_root {
            Edge::Observed
        } else {
            edges[pick(9, 3) as usize]
        },
        by: (!is_root).then(|| by[pick(12, 3) as usize]),
    }
}

fn sighting(event: &Scored) -> Option<(Version, &Sighting)> {
    match &event.classified.finding {
        Finding::Seen { version, sighting } => Some((*version, sighting)),
        _ => None,
    }
}

/// The posts that remain in one cascade, and where those that are gone stood.
pub(super) fn fresh(events: &[Scored], root: &PostId) -> Tree {
    fresh_of(events, &naive::effective(events), root)
}

/// The same with these posts in it, each where it stood last.
pub(super) fn fresh_of(events: &[Scored], remaining: &BTreeMap<String, Scored>, root: &PostId) -> Tree {
    let mut last: BTreeMap<String, (Version, &Sighting)> = BTreeMap::new();
    for (version, seen) in events.iter().filter_map(sighting) {
        let known = last.entry(seen.post.id.to_string()).or_insert((version, seen));
        if version > known.0 {
            *known = (version, seen);
        }
    }
    let mut tree = Tree::new(root.clone());
    for (id, (_, last)) in last.iter().filter(|(_, (_, last))| last.lineage.root == *root) {
        let (lineage, post) = (&last.lineage, &last.post);
        match remaining.get(id) {
            None => tree.leave(&post.id, lineage.parent.as_ref()),
            Some(event) => {
                let (_, now) = sighting(event).unwrap();
                let node = Node {
                    parent: lineage.parent.clone(),
                    edge: lineage.edge,
                    at: now.post.witnessed_at,
                    followers: now.post.author.followers,
                    passing: if lineage.by == Some(ReferenceKind::Repost) {
                        Passing::Repost
                    } else {
                        Passing::Citation
                    },
                    role: now.role,
                };
                tree.insert(&post.id, node);
            }
        }
    }
    tree
}

/// What is compared of one post: where it hangs, how that is known, and what it counts as.
type Shown = (String, Option<String>, i32, i32, u32, u64, Option<i64>);

#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    size: u64,
    breadth: Vec<u64>,
    virality: Option<f64>,
    totals: v1::CascadeTotals,
    nodes: Vec<Shown>,
}

pub(super) fn expected(tree: &Tree) -> Option<Answer> {
    let view = View::of(tree, None);
    view.start()?;
    let totals = view.totals();
    let nodes = view.entries().iter().map(|entry| {
        let below = entry.parent.is_some();
        let passing = entry.node.filter(|_| below).map_or(0, |node| match node.passing {
            Passing::Repost => 1,
            Passing::Citation => 2,
        });
        let edge = if below { v1::Edge::from(entry.edge).into() } else { 0 };
        let parent = entry.parent.map(|parent| view.entries()[parent].id.to_string());
        let at = entry.node.map(|node| node.at.micros());
        (
            entry.id.to_string(),
            parent,
            edge,
            passing,
            entry.depth as u32,
            entry.size,
            at,
        )
    });
    Some(Answer {
        size: tree.shape().size(),
        breadth: tree.shape().breadth().to_vec(),
        virality: tree.shape().virality(),
        totals: v1::CascadeTotals {
            reposts: totals.reposts,
            citations: totals.citations,
            audience: u64::try_from(totals.audience).unwrap(),
            audience_unknown: totals.audience_unknown,
        },
        nodes: nodes.collect(),
    })
}

/// Asks for a cascade with all its posts, page by small page; `None` where there is none.
pub(super) async fn ask(store: &dyn Store, cache: &Cache, subject: &SubjectId, root: &PostId) -> Option<Answer> {
    ask_as_of(store, cache, subject, root, None).await
}

/// The same as of a time; `None` also where nothing was there then.
pub(super) async fn ask_as_of(
    store: &dyn Store,
    cache: &Cache,
    subject: &SubjectId,
    root: &PostId,
    as_of_us: Option<i64>,
) -> Option<Answer> {
    let mut request = v1::CascadeRequest {
        subject: subject.to_string(),
        root: root.to_string(),
        as_of_us,
        with_nodes: true,
        page_size: 2,
        ..Default::default()
    };
    let mut nodes = Vec::new();
    loop {
        let response = match cascade(store, cache, NOW, request.clone()).await {
            Err(ReportError::NotFound(_)) => return None,
            Err(ReportError::Invalid(_)) if as_of_us.is_some() => return None,
            response => response.unwrap(),
        };
        nodes.extend(response.nodes.into_iter().map(|node| {
            let v1::CascadeNode {
                id,
                parent,
                edge,
                passing,
                depth,
                size,
                at_us,
                ..
            } = node;
            (id, parent, edge, passing, depth, size, at_us)
        }));
        if response.next_page_token.is_empty() {
            let figures = response.figures.unwrap();
            return Some(Answer {
                size: figures.size,
                breadth: figures.breadth,
                virality: figures.structural_virality,
                totals: figures.totals.unwrap(),
                nodes,
            });
        }
        request.page_token = response.next_page_token;
    }
}

/// All pages of the list of cascades.
async fn list(store: &dyn Store, subject: &SubjectId, order: v1::CascadeOrder) -> Vec<v1::CascadeListing> {
    let mut request = v1::ListCascadesRequest {
        subject: subject.to_string(),
        order: order.into(),
        page_size: 1,
        ..Default::default()
    };
    let mut listed = Vec::new();
    loop {
        let response = cascades::list(store, request.clone()).await.unwrap();
        listed.extend(response.cascades);
        if response.next_page_token.is_empty() {
            return listed;
        }
        request.page_token = response.next_page_token;
    }
}

#[test]
fn whatever_comes_goes_and_comes_back_a_cascade_is_what_a_fresh_tree_of_what_remains_says() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(100, |case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject, live) = (store.as_ref(), new_subject(), Cache::default());
                let events = case.shuffled(&subject);
                for end in (case.batch..events.len() + case.batch).step_by(case.batch) {
                    let so_far = &events[..end.min(events.len())];
                    fold(store, &FoldStage::default(), &so_far[end - case.batch..]).await;
                    for root in (0..ROOTS).map(post_id) {
                        let expected = expected(&fresh(so_far, &root));
                        prop_assert_eq!(&ask(store, &live, &subject, &root).await, &expected, "kept live");
                        prop_assert_eq!(
                            &ask(store, &Cache::default(), &subject, &root).await,
                            &expected,
                            "read anew"
                        );
                    }
                    propagation::is_as_counted(store, &[("kept live", &live)], &subject, so_far, &[None]).await?;
                }
            }
            Ok(())
        })
    });
}
