//! Campaigns after any deliveries: kept live all along and read anew, they are what a naive count of what remains says.

use backtweet_domain::{AccountId, Finding, Network, PostId, Reference, ReferenceKind, Scored, SubjectId, Version};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use proptest::prelude::*;

use super::asked::windows;
use super::naive;
use super::order::{Case, run};
use super::suite::{Suite, eventually, generation, id};
use super::world::{START_US, fold, mix, new_subject, post_id, retracted, seen, stores};
use crate::FoldStage;
use crate::report::campaign::{Cache, campaign};

const LIMIT: u32 = 2;
/// Hashtags as they are asked for and as they are counted.
const ASKED: [(&[&str], &[&str]); 2] = [
    (&["#ACME"], &["acme"]),
    (&["launch", " #Ete", "ÉTÉ"], &["ete", "launch"]),
];

/// Three authors have written everything, across networks.
fn author_of(post: &PostId) -> AccountId {
    let number: u64 = post.native().trim_start_matches("post-").parse().unwrap();
    AccountId::new(Network::Other, format!("author-{}", number % 3)).unwrap()
}

/// The same events by few authors with larger audiences, who say whose post they hang on.
pub(super) fn by_few(mut events: Vec<Scored>) -> Vec<Scored> {
    for event in &mut events {
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            let post = &mut sighting.post;
            post.author.id = author_of(&post.id);
            post.author.followers = post.author.followers.map(|followers| followers * 200);
            post.references = sighting
                .lineage
                .parent
                .iter()
                .map(|parent| Reference {
                    kind: ReferenceKind::Reply,
                    target: Some(parent.clone()),
                    author: Some(author_of(parent)),
                    author_handle: None,
                    included: false,
                })
                .collect();
        }
    }
    events
}

fn requests(subject: &str, windows: &[Option<v1::Window>]) -> Vec<(v1::CampaignRequest, &'static [&'static str])> {
    let buckets = [(v1::Bucket::Day, "Atlantic/Azores"), (v1::Bucket::Hour, "Asia/Kolkata")];
    let request = |window, place: usize| {
        let ((hashtags, counted), (bucket, time_zone)) = (ASKED[place], buckets[place]);
        let request = v1::CampaignRequest {
            subject: subject.to_owned(),
            hashtags: hashtags.iter().map(|hashtag| (*hashtag).to_owned()).collect(),
            window,
            bucket: bucket.into(),
            time_zone: time_zone.to_owned(),
            limit: LIMIT,
        };
        (request, counted)
    };
    let both = |window| [request(window, 0), request(window, 1)];
    windows.iter().copied().flat_map(both).collect()
}

/// Compares campaigns, asked with each of the named caches, with a count of what remains of `events`; whether any had participants.
pub(super) async fn are_as_counted(
    store: &dyn Store,
    caches: &[(&str, &Cache)],
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let mut is_any = false;
    for (request, counted) in requests(subject.as_str(), windows) {
        let expected = naive::campaign::campaign(events, &request, counted, LIMIT as usize);
        is_any |= !expected.top.is_empty();
        for (name, cache) in caches {
            let found = campaign(store, cache, request.clone()).await.unwrap();
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }
    Ok(is_any)
}

async fn stay_as_counted(store: &dyn Store, case: &Case) -> Result<(), TestCaseError> {
    let (subject, live) = (new_subject(), Cache::default());
    let events = by_few(case.shuffled(&subject));
    for end in (case.batch..events.len() + case.batch).step_by(case.batch) {
        let so_far = &events[..end.min(events.len())];
        fold(store, &FoldStage::default(), &so_far[end - case.batch..]).await;
        let windows = [windows()[0], windows()[1], windows()[4]];
        let caches = [("kept live", &live), ("read anew", &Cache::default())];
        are_as_counted(store, &caches, &subject, so_far, &windows).await?;
    }
    Ok(())
}

#[test]
fn whatever_comes_goes_and_comes_back_a_campaign_is_what_a_count_of_what_remains_says() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(80, |case| {
        runtime.block_on(async {
            for store in &stores {
                stay_as_counted(store.as_ref(), &case).await?;
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn a_campaign_is_answered_over_grpc_and_what_is_wrong_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let request = v1::CampaignRequest {
        subject: "acme".into(),
        hashtags: vec!["#Acme".into()],
        bucket: v1::Bucket::Day.into(),
        time_zone: "UTC".into(),
        ..Default::default()
    };
    let nothing = suite.reports.campaign(request.clone()).await.unwrap().into_inner();
    assert_eq!((nothing.figures.unwrap().backtweets, nothing.uptake), (0, vec![]));
    let events: Vec<_> = (0..200).map(|post| seen(&id("acme"), 1, post, generation(1))).collect();
    suite.append(&events).await;
    let expected = naive::campaign::campaign(&events, &request, &["acme"], 20).figures;
    let reports = suite.reports.clone();
    let ask = || {
        let (mut reports, request) = (reports.clone(), request.clone());
        async move { reports.campaign(request).await.unwrap().into_inner().figures }
    };
    eventually(ask, |figures| *figures == expected).await;

    let wrong = v1::CampaignRequest {
        hashtags: vec!["#".into(), "two words".into()],
        bucket: 99,
        limit: 101,
        time_zone: "Mars".into(),
        ..request.clone()
    };
    let status = suite.reports.campaign(wrong).await.unwrap_err();
    let expected = ["hashtags[0]", "hashtags[1]", "time_zone", "bucket", "limit"];
    assert_eq!(super::grpc::fields(&status), expected);
    let none = v1::CampaignRequest {
        hashtags: vec![],
        ..request.clone()
    };
    let status = suite.reports.campaign(none).await.unwrap_err();
    assert_eq!(super::grpc::fields(&status), ["hashtags"]);
    let unknown = v1::CampaignRequest {
        subject: "nobody".into(),
        ..request
    };
    let status = suite.reports.campaign(unknown).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::NotFound);
}

/// How long a campaign of 100,000 posts takes to be read, and to be asked for again.
#[tokio::test]
#[ignore = "a measurement: run it in release, with --nocapture"]
async fn a_campaign_of_100_000_posts_is_read_once_and_then_costs_what_changed() {
    const POSTS: u64 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let (subject, live) = (new_subject(), Cache::default());
    let event = |post: u64| {
        let version = Version {
            generation: 1,
            revision: 0,
            lineage: 0,
        };
        let mut event = seen(&subject, 1, post, version);
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.role = backtweet_domain::Role::Backtweet;
            let author = format!("author-{}", mix(&[post]) % 40_000);
            sighting.post.author.id = AccountId::new(Network::Other, author).unwrap();
            sighting.post.author.followers = Some(mix(&[post, 1]) % 5_000);
            sighting.lineage.root = post_id(0);
            sighting.lineage.parent = Some(post_id(mix(&[post, 2]) % POSTS));
            let hashtag = |tag: &str| backtweet_domain::Hashtag {
                tag: tag.to_owned(),
                span: None,
            };
            sighting.post.entities.hashtags = vec![hashtag("acme"), hashtag(["a", "b", "c"][(post % 3) as usize])];
        }
        event
    };
    let posts: Vec<u64> = (0..POSTS).collect();
    let started = std::time::Instant::now();
    for posts in posts.chunks(4_000) {
        let events: Vec<_> = posts.iter().map(|&post| event(post)).collect();
        fold(&store, &FoldStage::default(), &events).await;
    }
    eprintln!("folded: {:?}", started.elapsed());
    let request = |from: Option<i64>| v1::CampaignRequest {
        subject: subject.to_string(),
        hashtags: vec!["acme".to_owned()],
        window: from.map(|from| v1::Window {
            from_us: Some(from),
            to_us: None,
        }),
        ..Default::default()
    };
    let ask = async |what: &str, from: Option<i64>| {
        let started = std::time::Instant::now();
        let response = campaign(&store, &live, request(from)).await.unwrap();
        let found = response.figures.unwrap().backtweets;
        eprintln!("{what}: {found} posts, {:?}", started.elapsed());
        found
    };
    assert_eq!(ask("read for the first time", None).await, POSTS);
    assert_eq!(ask("asked again", None).await, POSTS);
    ask("asked again for a part", Some(START_US + 40 * 3_600_000_000)).await;
    fold(&store, &FoldStage::default(), &[retracted(&subject, 1, naive::FINAL)]).await;
    assert_eq!(ask("asked again behind a retraction", None).await, POSTS - 1);
}
