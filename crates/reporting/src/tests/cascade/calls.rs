//! Single questions about cascades: as of a time, of posts that are gone, of posts that began none, lists, and over gRPC.

use backtweet_domain::{Edge, Finding, Lineage, ReferenceKind, Role, Scored, SubjectId, Timestamp, Version};
use backtweet_store::FjallStore;
use backtweet_wire::v1;

use super::super::naive;
use super::super::suite::{Suite, eventually};
use super::super::world::{MINUTE_US, START_US, fold, new_subject, post_id, retracted, seen};
use super::{NOW, ask, list};
use crate::FoldStage;
use crate::report::cascade::{Cache, cascade};
use crate::report::propagation;

/// The repost numbered `post` of post 0, so many minutes after it.
pub(in crate::tests) fn repost(subject: &SubjectId, post: u64, parent: u64, minute: i64) -> Scored {
    let version = Version {
        generation: 1,
        revision: 1,
        lineage: 0,
    };
    let mut event = seen(subject, 1, post, version);
    event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        sighting.role = if post == 0 { Role::Origin } else { Role::Backtweet };
        sighting.post.witnessed_at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        sighting.post.author.followers = Some(100);
        sighting.lineage = Lineage {
            root: post_id(0),
            parent: (post > 0).then(|| post_id(parent)),
            depth: u32::from(post > 0),
            edge: Edge::Observed,
            by: (post > 0).then_some(ReferenceKind::Repost),
        };
    }
    event
}

#[tokio::test]
async fn as_of_a_time_and_with_an_observation_a_cascade_is_what_was_there_then() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let events: Vec<_> = (0..40).map(|post| repost(&subject, post, 0, post as i64 * 2)).collect();
    fold(&store, &FoldStage::default(), &events).await;
    let cache = Cache::default();
    let request = v1::CascadeRequest {
        subject: subject.to_string(),
        root: post_id(0).to_string(),
        ..Default::default()
    };
    let ask = async |as_of: Option<i64>, observe_seconds| {
        let request = v1::CascadeRequest {
            as_of_us: as_of.map(|minute| START_US + minute * MINUTE_US),
            observe_seconds,
            ..request.clone()
        };
        cascade(&store, &cache, NOW, request).await
    };
    let now = ask(None, None).await.unwrap();
    assert_eq!(now.figures.as_ref().unwrap().size, 40);
    assert_eq!(now.nodes, []);
    let then = ask(Some(40), None).await.unwrap();
    assert_eq!(then.figures.unwrap().size, 21);
    assert_eq!(then.forecast.map(|forecast| forecast.observed_size), Some(15));
    assert_eq!(ask(None, Some(2_400)).await.unwrap().forecast, then.forecast);
    let young = ask(Some(29), None).await.unwrap();
    assert!(
        young.forecast.is_none() && young.no_forecast.contains("younger"),
        "{young:?}"
    );
    let before = ask(Some(-1), None).await.unwrap_err().to_string();
    assert!(
        before.contains("as_of_us") && before.contains("2026-10-30T00:00:00Z"),
        "{before}"
    );
}

#[tokio::test]
async fn what_hung_on_posts_that_are_all_gone_hangs_on_the_nearest_that_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let chain: Vec<_> = (0..6)
        .map(|post: u64| repost(&subject, post, post.saturating_sub(1), post as i64))
        .collect();
    fold(&store, &FoldStage::default(), &chain).await;
    let live = Cache::default();
    let before = ask(&store, &live, &subject, &post_id(0)).await.unwrap();
    assert_eq!(before.breadth, [1; 6]);
    let gone: Vec<_> = (2..5).map(|post| retracted(&subject, post, naive::FINAL)).collect();
    fold(&store, &FoldStage::default(), &gone).await;
    for cache in [live, Cache::default()] {
        let answer = ask(&store, &cache, &subject, &post_id(0)).await.unwrap();
        assert_eq!(answer.breadth, [1; 3]);
        assert_eq!(answer.nodes[2].1, Some(post_id(1).to_string()));
    }
}

#[tokio::test]
async fn a_post_that_began_no_cascade_is_named_with_the_one_that_it_stands_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    fold(
        &store,
        &FoldStage::default(),
        &[repost(&subject, 0, 0, 0), repost(&subject, 1, 0, 1)],
    )
    .await;
    let ask = async |root: String| {
        let request = v1::CascadeRequest {
            subject: subject.to_string(),
            root,
            ..Default::default()
        };
        cascade(&store, &Cache::default(), NOW, request)
            .await
            .unwrap_err()
            .to_string()
    };
    assert!(
        ask(post_id(1).to_string())
            .await
            .contains(&format!("in that of `{}`", post_id(0)))
    );
    assert!(ask(post_id(7).to_string()).await.contains("began no cascade of"));
    assert!(ask("nonsense".into()).await.contains("root: `nonsense`"));
}

#[tokio::test]
async fn cascades_are_listed_by_when_they_began_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let mut events = Vec::new();
    for root in 0..3u64 {
        for post in 0..=root + 1 {
            let mut event = repost(&subject, root * 10 + post, root * 10, (post + 100 * (2 - root)) as i64);
            if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
                sighting.lineage.root = post_id(root * 10);
                sighting.lineage.parent = (post > 0).then(|| post_id(root * 10));
            }
            events.push(event);
        }
    }
    fold(&store, &FoldStage::default(), &events).await;
    let roots = async |order| {
        let listed = list(&store, &subject, order).await;
        listed
            .into_iter()
            .map(|listed| (listed.root, listed.passed_on))
            .collect::<Vec<_>>()
    };
    let expected = |roots: [u64; 3]| roots.map(|root| (post_id(root * 10).to_string(), root + 1)).to_vec();
    assert_eq!(roots(v1::CascadeOrder::Unspecified).await, expected([2, 1, 0]));
    assert_eq!(roots(v1::CascadeOrder::Newest).await, expected([0, 1, 2]));
}

#[tokio::test]
async fn a_retraction_shows_at_once_over_grpc() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let acme = SubjectId::new("acme").unwrap();
    let events: Vec<_> = (0..3)
        .map(|post| repost(&acme, post, post.saturating_sub(1), post as i64))
        .collect();
    suite.append(&events).await;
    let reports = suite.reports.clone();
    let ask = || {
        let mut reports = reports.clone();
        async move {
            let request = v1::CascadeRequest {
                subject: "acme".into(),
                root: post_id(0).to_string(),
                with_nodes: true,
                ..Default::default()
            };
            let response = reports.cascade(request).await.ok()?.into_inner();
            let edges = response.nodes.iter().map(|node| node.edge).collect::<Vec<_>>();
            Some((response.figures?.breadth, edges))
        }
    };
    let (observed, inferred) = (v1::Edge::Observed.into(), v1::Edge::Inferred.into());
    eventually(ask, |answer| {
        *answer == Some((vec![1, 1, 1], vec![0, observed, observed]))
    })
    .await;
    suite.append(&[retracted(&acme, 1, naive::FINAL)]).await;
    eventually(ask, |answer| *answer == Some((vec![1, 1], vec![0, inferred]))).await;
    let listed = suite.reports.list_cascades(v1::ListCascadesRequest {
        subject: "acme".into(),
        ..Default::default()
    });
    assert_eq!(listed.await.unwrap().into_inner().cascades[0].passed_on, 1);
}

#[tokio::test]
async fn all_cascades_together_tell_their_sizes_and_a_window_leaves_out_those_that_began_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let (subject, cache) = (new_subject(), Cache::default());
    let ask = async |from_us: Option<i64>| {
        let request = v1::PropagationRequest {
            subject: subject.to_string(),
            window: from_us.map(|from_us| v1::Window {
                from_us: Some(from_us),
                to_us: None,
            }),
        };
        propagation::propagation(&store, &cache, NOW, request).await.unwrap()
    };
    let nothing = ask(None).await;
    assert_eq!((nothing.cascades, nothing.most, nothing.largest), (0, 0, None));

    // A chain of three, each a minute after the one before.
    let events: Vec<_> = (0..4u64)
        .map(|post| repost(&subject, post, post.saturating_sub(1), post as i64))
        .collect();
    fold(&store, &FoldStage::default(), &events).await;
    let whole = ask(None).await;
    assert_eq!(
        (whole.cascades, whole.passed_on, whole.median, whole.more),
        (1, 3, 3, false)
    );
    let size = v1::CascadeSizes {
        at_least: 2,
        cascades: 1,
        passed_on: 3,
    };
    assert_eq!(whole.sizes, [size]);
    let largest = whole.largest.unwrap();
    assert_eq!(largest.breadth, [1, 1, 1, 1]);
    // Of the six pairs three are one step apart, two are two, and one is three.
    assert_eq!(largest.virality_median, Some(10.0 / 6.0));
    assert_eq!((largest.posts, largest.children), (4, 3));
    assert_eq!(ask(Some(START_US)).await.cascades, 1);
    assert_eq!(ask(Some(START_US + MINUTE_US)).await.cascades, 0);
}
