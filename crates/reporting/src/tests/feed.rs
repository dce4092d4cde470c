//! Feeds with any filter, in any order, page by page, against trying every post by itself; and what is wrong with a request.

use backtweet_domain::{SubjectId, Version};
use backtweet_store::FjallStore;
use backtweet_wire::v1;
use proptest::prelude::*;

use super::asked::{whole_feed, windows};
use super::naive::{self, feed::SEARCHES};
use super::order::run;
use super::world::{MINUTE_US, START_US, fold, mix, new_subject, post_id, seen};
use crate::FoldStage;
use crate::report::feed;

/// A request that follows from `seed`. Each filter is there in one of three.
pub(super) fn request(subject: &SubjectId, seed: u64) -> v1::FeedRequest {
    let pick = |what: u64, many: u64| mix(&[seed, what]) % many;
    let numbers = |what: u64, many: u64| -> Vec<i32> {
        let two = [0, 1].map(|place| 1 + (mix(&[seed, what, place]) % many) as i32);
        if pick(what, 3) == 0 { two.to_vec() } else { Vec::new() }
    };
    let names = |what: u64, all: &[String]| -> Vec<String> {
        let one = || all[pick(what + 100, all.len() as u64) as usize].clone();
        if pick(what, 3) == 0 { vec![one()] } else { Vec::new() }
    };
    let authors = [0, 1, 2].map(|number| format!("{}:author-{number}", post_id(number).network()));
    let all_roles = vec![1, 2, 3, 4];
    v1::FeedRequest {
        subject: subject.to_string(),
        window: windows()[pick(0, 6) as usize],
        kinds: numbers(1, 7),
        intents: numbers(2, 7),
        sentiments: numbers(3, 4),
        roles: if pick(4, 2) == 0 { all_roles } else { numbers(4, 4) },
        networks: numbers(5, 4),
        languages: names(6, &["en".to_owned(), "pt".to_owned(), "de".to_owned()]),
        authors: names(7, &authors),
        flags: numbers(8, 6),
        min_followers: if pick(9, 3) == 0 { pick(10, 600) } else { 0 },
        roots: names(11, &[post_id(0).to_string(), post_id(1).to_string()]),
        text: SEARCHES[if pick(12, 2) == 0 { 0 } else { pick(13, 7) as usize }]
            .0
            .to_owned(),
        order: pick(14, 5) as i32,
        ..Default::default()
    }
}

#[test]
fn a_feed_shows_exactly_what_passes_in_the_order_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    run(100, |case| {
        runtime.block_on(async {
            let subject = new_subject();
            for batch in case.shuffled(&subject).chunks(case.batch) {
                fold(&store, &FoldStage::default(), batch).await;
            }
            for number in 0..20 {
                let request = request(&subject, case.seed ^ number);
                let expected = naive::feed_of(&case.events(&subject), &request);
                prop_assert_eq!(whole_feed(&store, request).await, expected);
            }
            Ok(())
        })
    });
}

const VERSION: Version = Version {
    generation: 1,
    revision: 1,
    lineage: 0,
};

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let posts: Vec<_> = (0..5_100).map(|post| seen(&subject, 1, post, VERSION)).collect();
    fold(&store, &FoldStage::default(), &posts).await;
    let of = |text: &str, order: v1::FeedOrder, window| v1::FeedRequest {
        subject: subject.to_string(),
        text: text.to_owned(),
        order: order.into(),
        window,
        ..Default::default()
    };
    let refused = async |request| feed::feed(&store, request).await.unwrap_err().to_string();

    let everything = of("", v1::FeedOrder::Signal, None);
    assert!(refused(everything).await.contains("more than 5000 posts"));
    assert!(
        refused(of("\"open", v1::FeedOrder::Newest, None))
            .await
            .contains("not closed")
    );
    let unknown = v1::FeedRequest {
        order: 9,
        ..of("", v1::FeedOrder::Newest, None)
    };
    assert!(refused(unknown).await.contains("9 is no order"));

    let day = v1::Window {
        from_us: Some(START_US),
        to_us: Some(START_US + 1_440 * MINUTE_US),
    };
    let request = of("", v1::FeedOrder::Signal, Some(day));
    let page = feed::feed(&store, request.clone()).await.unwrap();
    let altered = v1::FeedRequest {
        page_token: page.next_page_token,
        min_followers: 1,
        ..request
    };
    assert!(
        refused(altered)
            .await
            .contains("not from an earlier response to this same request")
    );
}

#[tokio::test]
async fn a_word_that_hardly_ever_occurs_gives_short_pages_that_lead_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let posts: Vec<_> = (0..5_600).map(|post| seen(&subject, 2, post, VERSION)).collect();
    fold(&store, &FoldStage::default(), &posts).await;
    let oldest = whole_feed(
        &store,
        v1::FeedRequest {
            subject: subject.to_string(),
            roles: vec![1, 2, 3, 4],
            order: v1::FeedOrder::Oldest.into(),
            window: Some(v1::Window {
                from_us: None,
                to_us: Some(START_US - 10_000 * MINUTE_US),
            }),
            ..Default::default()
        },
    )
    .await;
    let text = oldest[0].sighting.as_ref().unwrap().post.as_ref().unwrap().text.clone();
    let rare = text.split(' ').nth(1).unwrap();
    let mut request = v1::FeedRequest {
        subject: subject.to_string(),
        roles: vec![1, 2, 3, 4],
        text: rare.to_owned(),
        ..Default::default()
    };
    let first = feed::feed(&store, request.clone()).await.unwrap();
    assert_eq!(first.items, []);
    request.page_token = first.next_page_token;
    let second = feed::feed(&store, request).await.unwrap();
    assert_eq!((second.items.len(), second.next_page_token.as_str()), (1, ""));
}
