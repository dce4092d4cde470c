//! How a subject's posts travel on the whole: how large its cascades get, and what the largest come to together.

use std::collections::BTreeMap;

use backtweet_domain::cascade::{HORIZON, Propagation, View, nearest_rank};
use backtweet_domain::{Edge, PostId, Timestamp};
use backtweet_store::{Store, StoreError};
use backtweet_wire::v1;

use super::cascade::{Cache, Live, micros, totals};
use super::reads::Reads;
use super::{ReportError, coverage};
use crate::invalid::Violations;
use crate::window::Window;

/// How many cascades are looked at, the largest first.
const MOST_LISTED: usize = 5_000;
/// How many are read post by post.
const MOST_READ: usize = 100;
/// How many posts these may have together. The largest is read however large it is.
const MOST_POSTS: u64 = 50_000;

/// Answers `ReportService.Propagation`. `now` is the time up to which posts had the chance to be passed on.
pub(crate) async fn propagation(
    store: &dyn Store,
    cache: &Cache,
    now: Timestamp,
    request: v1::PropagationRequest,
) -> Result<v1::PropagationResponse, ReportError> {
    let mut violations = Violations::default();
    let window = Window::read(request.window, &mut violations);
    violations.check("propagation request")?;
    let reads = Reads {
        store,
        subject: &request.subject,
    };
    let head = reads.head().await?;
    let listed = reads.largest_cascades(MOST_LISTED + 1).await?;
    let more = listed.len() > MOST_LISTED;
    let mut listed: Vec<(String, u64)> = listed
        .into_iter()
        .take(MOST_LISTED)
        .map(|(root, passed_on)| (root, passed_on.cast_unsigned()))
        .collect();
    if window != Window::default() {
        listed = began_within(reads, window, listed).await?;
    }
    let sizes: Vec<u64> = listed.iter().map(|(_, passed_on)| *passed_on).collect();
    let rank = |percent| nearest_rank(&sizes, percent, Ord::cmp).unwrap_or_default();
    Ok(v1::PropagationResponse {
        window: Some(window.to_wire()),
        cascades: sizes.len() as u64,
        more,
        passed_on: sizes.iter().sum(),
        median: rank(50),
        nine_tenths: rank(90),
        most: rank(100),
        sizes: by_size(&sizes),
        largest: largest(reads, cache, now, &listed).await?,
        coverage: Some(coverage(&head)),
        subject: request.subject,
    })
}

/// Those whose root counts, and was posted within the window.
async fn began_within(
    reads: Reads<'_>,
    window: Window,
    listed: Vec<(String, u64)>,
) -> Result<Vec<(String, u64)>, StoreError> {
    let ids: Vec<_> = listed.iter().map(|(root, _)| root.as_str()).collect();
    let roots = reads.posts_by_id(&ids).await?;
    let is_within = |at_us: i64| {
        window.start_us().is_none_or(|start| start <= at_us) && window.end_us().is_none_or(|end| at_us < end)
    };
    let began = roots
        .iter()
        .map(|root| root.effective().is_some_and(|impact| is_within(impact.at_us)));
    let kept = listed.iter().zip(began).filter(|(_, began)| *began);
    Ok(kept.map(|(cascade, _)| cascade.clone()).collect())
}

fn by_size(sizes: &[u64]) -> Vec<v1::CascadeSizes> {
    let mut classes: BTreeMap<u64, v1::CascadeSizes> = BTreeMap::new();
    for &passed_on in sizes {
        let at_least = 1 << passed_on.max(1).ilog2();
        let class = classes.entry(at_least).or_default();
        class.at_least = at_least;
        class.cascades += 1;
        class.passed_on += passed_on;
    }
    classes.into_values().collect()
}

/// Reads the largest post by post, as many as may be.
async fn largest(
    reads: Reads<'_>,
    cache: &Cache,
    now: Timestamp,
    listed: &[(String, u64)],
) -> Result<Option<v1::PropagationFigures>, StoreError> {
    let mut all = Propagation::default();
    let (mut cascades, mut passed_on) = (0, 0);
    for (root, expected) in listed.iter().take(MOST_READ) {
        if cascades > 0 && passed_on + expected > MOST_POSTS {
            break;
        }
        let Ok(id) = root.parse::<PostId>() else {
            continue;
        };
        let key = (reads.subject.to_owned(), id);
        let live = cache.get(key.clone(), |(_, root)| Live::new(root.clone()));
        let mut live = live.lock().await;
        live.catch_up(reads).await?;
        cache.settle(&key, live.size());
        let view = View::of(live.tree(), None);
        // All of it may have gone since it was listed.
        if view.entries().len() > 1 {
            all.add(&view, now);
            cascades += 1;
            passed_on += view.entries().len() as u64 - 1;
        }
    }
    let (posts, children) = all.reproduction();
    Ok((cascades > 0).then(|| v1::PropagationFigures {
        cascades,
        passed_on,
        breadth: all.breadth().to_vec(),
        virality_median: all.virality(50),
        virality_nine_tenths: all.virality(90),
        half_after_median_us: all.half_after(50).map(micros),
        half_after_nine_tenths_us: all.half_after(90).map(micros),
        totals: Some(totals(&all.totals())),
        edges: Some(v1::EdgeCounts {
            observed: all.edges(Edge::Observed),
            inferred: all.edges(Edge::Inferred),
            flattened: all.edges(Edge::Flattened),
        }),
        posts,
        children,
        horizon_us: micros(HORIZON),
        reproduction_estimated: (posts > 0).then(|| children as f64 / posts as f64),
    }))
}
