//! Feeds as they were known at an earlier time, page by page, against trying every post that had been found by then by itself.

use std::collections::BTreeMap;

use backtweet_domain::{AccountState, Finding, Scored, Timestamp};
use backtweet_store::FjallStore;
use backtweet_wire::v1;
use proptest::prelude::*;

use super::{Known, VERSION, as_of, before, each_folded, known};
use crate::FoldStage;
use crate::report::feed;
use crate::tests::asked::whole_feed;
use crate::tests::feed::request;
use crate::tests::naive;
use crate::tests::world::{MINUTE_US, START_US, account, fold, mix, new_subject, post_id, retracted, seen};

/// What is shown of a post.
fn shown(item: v1::FeedItem, known: &Known) -> v1::FeedItem {
    if known.has_text {
        return item;
    }
    let sighting = item.sighting.unwrap();
    let (post, lineage) = (sighting.post.unwrap(), sighting.lineage.unwrap());
    let author = post.author.filter(|_| known.has_author).map(|author| v1::Author {
        id: author.id,
        followers: author.followers,
        ..Default::default()
    });
    v1::FeedItem {
        sighting: Some(v1::Sighting {
            post: Some(v1::Post {
                id: post.id,
                author,
                witnessed_at_us: post.witnessed_at_us,
                ..Default::default()
            }),
            role: sighting.role,
            kinds: sighting.kinds,
            intent: sighting.intent,
            lineage: Some(v1::Lineage {
                root: lineage.root,
                parent: lineage.parent,
                ..Default::default()
            }),
            ..Default::default()
        }),
        sentiment: item.sentiment.map(|sentiment| v1::Sentiment {
            label: sentiment.label,
            model: sentiment.model,
            ..Default::default()
        }),
        signal_milli: item.signal_milli,
        erased: !known.has_author,
        changed: known.has_author,
    }
}

fn id(item: &v1::FeedItem) -> String {
    item.sighting.as_ref().unwrap().post.as_ref().unwrap().id.clone()
}

/// The posts that counted then and pass, as they are shown.
fn expected(known: &BTreeMap<String, Known>, request: &v1::FeedRequest) -> Vec<v1::FeedItem> {
    let posts: Vec<&Scored> = known.values().map(|known| &known.event).collect();
    let items = naive::feed::feed(&posts, request).into_iter();
    let items = items.map(|item| (known.get(&id(&item)).unwrap(), item));
    let is_found = |known: &Known| request.authors.is_empty() || known.has_author;
    items
        .filter(|(known, _)| is_found(known))
        .map(|(known, item)| shown(item, known))
        .collect()
}

#[test]
fn a_feed_as_of_a_time_shows_what_had_been_found_by_then_and_nothing_of_what_is_gone() {
    each_folded(100, async |case, store, subject, events| {
        for number in 0..10 {
            let as_of_us = as_of(case.seed, number);
            let used_us = as_of_us + MINUTE_US / 2;
            let mut asked = v1::FeedRequest {
                as_of_us: Some(as_of_us),
                text: String::new(),
                flags: Vec::new(),
                ..request(subject, mix(&[case.seed, number]))
            };
            if number < 2 {
                // With hardly a filter most of it is shown.
                asked = v1::FeedRequest {
                    subject: asked.subject,
                    as_of_us: asked.as_of_us,
                    order: asked.order,
                    roles: vec![1, 2, 3, 4],
                    ..Default::default()
                };
            }
            let Some(clipped) = before(asked.window, used_us) else {
                continue;
            };
            let within = v1::FeedRequest {
                window: Some(clipped),
                ..asked.clone()
            };
            let expected = expected(&known(events, used_us), &within);
            prop_assert_eq!(whole_feed(store, asked).await, expected);
        }
        Ok(())
    });
}

#[tokio::test]
async fn long_runs_of_posts_that_are_gone_or_came_since_are_paged_through() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let found = |post: u64, minute: i64| {
        let mut event = seen(&subject, 7, post, VERSION);
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.post.witnessed_at = Timestamp::from_micros(START_US + post as i64 * MINUTE_US);
        }
        event
    };
    // Posts 0 to 699 are found in time and go later, 700 to 1,399 are found later; the last was there all along.
    let late = |post: u64| if (700..1_400).contains(&post) { 6_000 } else { 1_500 };
    let events: Vec<_> = (0..1_401).map(|post| found(post, late(post))).collect();
    let gone: Vec<_> = (0..700)
        .map(|post| {
            let mut event = retracted(&subject, post, VERSION);
            event.classified.at = Timestamp::from_micros(START_US + 6_000 * MINUTE_US);
            event
        })
        .collect();
    fold(&store, &FoldStage::default(), &events).await;
    fold(&store, &FoldStage::default(), &gone).await;
    for order in [v1::FeedOrder::Newest, v1::FeedOrder::Oldest, v1::FeedOrder::Signal] {
        let mut request = v1::FeedRequest {
            subject: subject.to_string(),
            roles: vec![1, 2, 3, 4],
            order: order.into(),
            page_size: 300,
            as_of_us: Some(START_US + 2_000 * MINUTE_US),
            ..Default::default()
        };
        let mut items = Vec::new();
        loop {
            let page = feed::feed(&store, request.clone()).await.unwrap();
            assert_eq!(page.as_of.unwrap().changed_since, 1_400);
            items.extend(page.items);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        let erased = items.iter().filter(|item| item.erased).count();
        assert_eq!((items.len(), erased), (701, 700), "{order:?}");
    }
}

#[tokio::test]
async fn a_hidden_account_is_not_shown_and_what_cannot_be_answered_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let at = |mut event: Scored, minute: i64| {
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        event
    };
    let hidden = at(account(&subject, 0, AccountState::Hidden, 1), 6_000);
    let events = [at(seen(&subject, 1, 0, VERSION), 0), hidden];
    fold(&store, &FoldStage::default(), &events).await;
    let request = v1::FeedRequest {
        subject: subject.to_string(),
        roles: vec![1, 2, 3, 4],
        as_of_us: Some(START_US + 5_500 * MINUTE_US),
        page_size: 1,
        ..Default::default()
    };
    let page = feed::feed(&store, request.clone()).await.unwrap();
    let post = page.items[0].sighting.clone().unwrap().post.unwrap();
    assert!(page.items[0].erased);
    assert_eq!(
        (post.id, post.text, post.author),
        (post_id(0).to_string(), String::new(), None)
    );

    let refused = async |request: v1::FeedRequest| feed::feed(&store, request).await.unwrap_err().to_string();
    let searched = v1::FeedRequest {
        text: "word".to_owned(),
        flags: vec![1],
        ..request.clone()
    };
    let error = refused(searched).await;
    assert!(
        error.contains("text: posts that changed") && error.contains("flags: posts that changed"),
        "{error}"
    );

    fold(&store, &FoldStage::default(), &[at(seen(&subject, 1, 1, VERSION), 0)]).await;
    let first = feed::feed(&store, request.clone()).await.unwrap();
    assert_ne!(first.next_page_token, "");
    let another = v1::FeedRequest {
        page_token: first.next_page_token,
        as_of_us: Some(START_US + 5_600 * MINUTE_US),
        ..request
    };
    assert!(
        refused(another)
            .await
            .contains("not from an earlier response to this same request")
    );
}
