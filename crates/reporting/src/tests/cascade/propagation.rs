//! How posts travel on the whole, from fresh trees of the posts that remain.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use backtweet_domain::cascade::{HORIZON, Propagation, Tree, View};
use backtweet_domain::{Edge, Scored, SubjectId};
use backtweet_store::Store;
use backtweet_wire::v1;
use proptest::prelude::*;

use super::{NOW, ROOTS, fresh, list};
use crate::report::cascade::Cache;
use crate::report::propagation::propagation;
use crate::tests::naive;
use crate::tests::world::post_id;

/// Compares how posts travel, asked with each of the named caches, and the list of cascades with fresh trees of what remains of `events`; whether
/// any was passed on.
pub(in crate::tests) async fn is_as_counted(
    store: &dyn Store,
    caches: &[(&str, &Cache)],
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let trees: Vec<Tree> = (0..ROOTS).map(|root| fresh(events, &post_id(root))).collect();
    let posts = naive::effective(events);
    let mut sizes: Vec<(u64, String)> = views(&trees, &posts, None)
        .iter()
        .map(|view| (passed_on(view), view.entries()[0].id.to_string()))
        .collect();
    sizes.sort_by_key(|(passed_on, root)| (Reverse(*passed_on), root.clone()));
    let listed = list(store, subject, v1::CascadeOrder::Largest).await;
    let listed: Vec<_> = listed.into_iter().map(|it| (it.passed_on, it.root)).collect();
    prop_assert_eq!(listed, sizes);
    let mut is_any = false;
    for &window in windows {
        let request = v1::PropagationRequest {
            subject: subject.to_string(),
            window,
        };
        let views = views(&trees, &posts, window);
        is_any |= !views.is_empty();
        let (_, coverage) = naive::figures_within(events, None);
        let expected = v1::PropagationResponse {
            subject: subject.to_string(),
            window: Some(window.unwrap_or_default()),
            coverage: Some(coverage),
            ..expected(&views)
        };
        for (name, cache) in caches {
            let found = propagation(store, cache, NOW, request.clone()).await.unwrap();
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }
    Ok(is_any)
}

fn passed_on(view: &View<'_>) -> u64 {
    view.entries().len() as u64 - 1
}

/// The cascades that were passed on; of a window those whose root is among `posts` and lies within, be it in another cascade.
fn views<'a>(trees: &'a [Tree], posts: &BTreeMap<String, Scored>, window: Option<v1::Window>) -> Vec<View<'a>> {
    let began = |view: &View<'_>| {
        let root = posts.get(&view.entries()[0].id.to_string());
        window.is_none() || root.is_some_and(|root| naive::is_within(window, root))
    };
    let views = trees.iter().map(|tree| View::of(tree, None));
    views.filter(|view| passed_on(view) > 0 && began(view)).collect()
}

/// What is expected of them together, but for what was asked.
fn expected(views: &[View<'_>]) -> v1::PropagationResponse {
    let mut sizes: Vec<u64> = views.iter().map(passed_on).collect();
    sizes.sort_unstable();
    let rank = |percent: usize| match sizes.len() {
        0 => 0,
        many => sizes[(many * percent).div_ceil(100) - 1],
    };
    let mut classes: BTreeMap<u64, v1::CascadeSizes> = BTreeMap::new();
    for &size in &sizes {
        let at_least = (0..).map(|power| 1 << power).take_while(|least| *least <= size).last();
        let at_least = at_least.unwrap_or_default();
        let class = classes.entry(at_least).or_default();
        *class = v1::CascadeSizes {
            at_least,
            cascades: class.cascades + 1,
            passed_on: class.passed_on + size,
        };
    }
    v1::PropagationResponse {
        cascades: sizes.len() as u64,
        passed_on: sizes.iter().sum(),
        median: rank(50),
        nine_tenths: rank(90),
        most: rank(100),
        sizes: classes.into_values().collect(),
        largest: (!views.is_empty()).then(|| largest(views)),
        ..v1::PropagationResponse::default()
    }
}

fn largest(views: &[View<'_>]) -> v1::PropagationFigures {
    let mut all = Propagation::default();
    views.iter().for_each(|view| all.add(view, NOW));
    let micros = |duration: Duration| duration.as_micros().try_into().unwrap();
    let totals = all.totals();
    let (posts, children) = all.reproduction();
    v1::PropagationFigures {
        cascades: views.len() as u64,
        passed_on: views.iter().map(passed_on).sum(),
        breadth: all.breadth().to_vec(),
        virality_median: all.virality(50),
        virality_nine_tenths: all.virality(90),
        half_after_median_us: all.half_after(50).map(micros),
        half_after_nine_tenths_us: all.half_after(90).map(micros),
        totals: Some(v1::CascadeTotals {
            reposts: totals.reposts,
            citations: totals.citations,
            audience: totals.audience.try_into().unwrap(),
            audience_unknown: totals.audience_unknown,
        }),
        edges: Some(v1::EdgeCounts {
            observed: all.edges(Edge::Observed),
            inferred: all.edges(Edge::Inferred),
            flattened: all.edges(Edge::Flattened),
        }),
        posts,
        children,
        horizon_us: micros(HORIZON),
        reproduction_estimated: (posts > 0).then(|| children as f64 / posts as f64),
    }
}
