//! The subject's own posts as they were known at an earlier time against a naive count of what had been found by then.

use backtweet_domain::{Finding, Scored, SubjectId, Timestamp};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use proptest::prelude::*;

use super::{VERSION, as_of, before, each_folded, known, with_authors_of};
use crate::FoldStage;
use crate::report::content;
use crate::tests::asked::{CONTENT_ORDERS, windows};
use crate::tests::cascade::calls::repost;
use crate::tests::naive;
use crate::tests::naive::content::{best, days, grown};
use crate::tests::world::{MINUTE_US, START_US, fold, new_subject, post_id, retracted};

const DAY_US: i64 = 1_440 * MINUTE_US;

async fn ranked(
    store: &dyn Store,
    subject: &SubjectId,
    window: Option<v1::Window>,
    order: v1::ContentOrder,
    as_of_us: i64,
) -> Result<v1::TopContentResponse, String> {
    let request = v1::TopContentRequest {
        subject: subject.to_string(),
        window,
        limit: 2,
        order: order.into(),
        as_of_us: Some(as_of_us),
    };
    let answer = content::top_content(store, request).await;
    answer.map_err(|error| error.to_string())
}

/// What grew from each post by then; authors are those of today.
fn expected(events: &[Scored], within: v1::Window, before_us: i64) -> Vec<v1::Content> {
    let known = known(events, before_us);
    let then: Vec<&Scored> = known.values().map(|known| &known.event).collect();
    let today = naive::effective(events);
    let today = grown(events, &today.values().collect::<Vec<_>>(), within);
    let mut contents = grown(events, &then, within);
    for content in &mut contents {
        let today = today.iter().find(|today| today.post == content.post);
        let today = today.and_then(|today| today.figures.clone()).unwrap_or_default();
        content.figures = content.figures.take().map(|then| with_authors_of(&today, &then));
        let has_text = known.get(&content.post).is_some_and(|known| known.has_text);
        content.sighting = content.sighting.take().filter(|_| has_text);
    }
    contents
}

#[test]
fn content_as_of_a_time_is_ranked_by_what_had_been_found_by_the_end_of_that_day() {
    each_folded(150, async |case, store, subject, events| {
        for (number, window) in (0..).zip(windows()) {
            let as_of_us = as_of(case.seed, number);
            let used_us = as_of_us + (-as_of_us).rem_euclid(DAY_US);
            let Some(within) = before(Some(days(window)), used_us) else {
                continue;
            };
            let contents = expected(events, within, used_us);
            for order in CONTENT_ORDERS {
                let answer = ranked(store, subject, window, order, as_of_us).await.unwrap();
                prop_assert_eq!(answer.contents, best(contents.clone(), order));
                prop_assert_eq!(answer.window, Some(within));
                prop_assert_eq!(answer.missed, 0);
                prop_assert_eq!(answer.as_of.unwrap().as_of_us, used_us);
            }
        }
        Ok(())
    });
}

#[tokio::test]
async fn a_post_of_which_all_was_deleted_since_is_among_the_first_as_it_was_then() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let at = |mut event: Scored, minute: i64| {
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        event
    };
    let events: Vec<_> = (0..4)
        .map(|post| at(repost(&subject, post, 0, post as i64), post as i64))
        .collect();
    let gone: Vec<_> = (0..4)
        .map(|post| at(retracted(&subject, post, VERSION), 3_000))
        .collect();
    fold(&store, &FoldStage::default(), &events).await;
    fold(&store, &FoldStage::default(), &gone).await;
    let ask = async |minute: i64, window: Option<v1::Window>| {
        let at = START_US + minute * MINUTE_US;
        ranked(&store, &subject, window, v1::ContentOrder::Unspecified, at).await
    };
    let then = ask(10, None).await.unwrap();
    assert_eq!(then.contents[0].post, post_id(0).to_string());
    assert_eq!(then.contents[0].sighting, None);
    let figures = then.contents[0].figures.clone().unwrap();
    assert_eq!((figures.backtweets, figures.authors), (3, 0));
    // Two days later all of it was gone.
    assert_eq!(ask(4_400, None).await.unwrap().contents, []);
    let later = v1::Window {
        from_us: Some(START_US + 2 * DAY_US),
        to_us: None,
    };
    let error = ask(10, Some(later)).await.unwrap_err();
    assert!(error.contains("as_of_us: nothing of the window was there"), "{error}");
}

#[tokio::test]
async fn a_post_that_three_hundred_others_passed_since_is_still_the_first_of_then() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    // Of each of the first 300 roots one backtweet was found on the first day and two later; of the last root two were, and none later.
    let below = |root: u64, number: u64| {
        let mut event = repost(&subject, 1_000 * (number + 1) + root, root, 0);
        let is_later = root < 300 && number > 0;
        event.classified.at = Timestamp::from_micros(START_US + if is_later { 2 * DAY_US } else { 0 });
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.lineage.root = post_id(root);
        }
        event
    };
    let many = |root: u64| if root < 300 { 3 } else { 2 };
    let events: Vec<_> = (0..301)
        .flat_map(|root| (0..many(root)).map(move |number| (root, number)))
        .map(|(root, number)| below(root, number))
        .collect();
    fold(&store, &FoldStage::default(), &events).await;
    let order = v1::ContentOrder::Unspecified;
    let then = ranked(&store, &subject, None, order, START_US + MINUTE_US)
        .await
        .unwrap();
    let shown = |content: &v1::Content| (content.post.clone(), content.figures.as_ref().unwrap().backtweets);
    assert_eq!(shown(&then.contents[0]), (post_id(300).to_string(), 2));
    assert_eq!(shown(&then.contents[1]).1, 1);
}
