//! Authors as they were known at an earlier time against a naive ranking of what had been found by then.

use backtweet_domain::{Finding, Role, Scored, SubjectId, Timestamp};
use backtweet_store::{FjallStore, Store};
use backtweet_wire::v1;
use proptest::prelude::*;

use super::{VERSION, as_of, before, each_folded, known_before};
use crate::FoldStage;
use crate::report::authors;
use crate::tests::asked::windows;
use crate::tests::naive::{self, is_within, sighting};
use crate::tests::suite::Suite;
use crate::tests::world::{MINUTE_US, START_US, fold, new_subject, retracted, seen};

async fn ranked(
    store: &dyn Store,
    subject: &SubjectId,
    window: Option<v1::Window>,
    as_of_us: i64,
) -> v1::TopAuthorsResponse {
    let request = v1::TopAuthorsRequest {
        subject: subject.to_string(),
        window,
        limit: 2,
        as_of_us: Some(as_of_us),
    };
    authors::top_authors(store, request).await.unwrap()
}

/// The best two of those whose posts still count, and how many backtweets are by nobody.
fn expected(events: &[Scored], window: v1::Window, before_us: i64) -> (Vec<v1::AuthorFigures>, u64) {
    let (then, today) = (
        naive::effective(&known_before(events, before_us)),
        naive::effective(events),
    );
    let counted = then
        .values()
        .filter(|post| sighting(post).role == Role::Backtweet && is_within(Some(window), post));
    let is_known = |post: &&Scored| today.contains_key(&post.classified.post.to_string());
    let (known, unknown): (Vec<&Scored>, Vec<&Scored>) = counted.partition(is_known);
    let today: Vec<&Scored> = today.values().collect();
    (naive::authors(&today, &known), unknown.len() as u64)
}

#[test]
fn authors_as_of_a_time_stand_as_what_had_been_found_by_then_says() {
    each_folded(100, async |case, store, subject, events| {
        for (number, window) in (0..).zip(windows()) {
            let as_of_us = as_of(case.seed, number);
            let used_us = as_of_us + MINUTE_US / 2;
            let Some(clipped) = before(window, used_us) else {
                continue;
            };
            let answer = ranked(store, subject, window, as_of_us).await;
            let (authors, unranked) = expected(events, clipped, used_us);
            prop_assert_eq!(answer.authors, authors);
            prop_assert_eq!(answer.unranked, unranked);
            prop_assert_eq!(answer.window, Some(clipped));
            prop_assert_eq!(answer.as_of.unwrap().as_of_us, used_us);
        }
        Ok(())
    });
}

#[tokio::test]
async fn an_author_whose_posts_are_gone_is_not_named_and_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = FjallStore::open_at(folder.path()).unwrap();
    let subject = new_subject();
    let at = |mut event: Scored, minute: i64| {
        event.classified.at = Timestamp::from_micros(START_US + minute * MINUTE_US);
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            sighting.role = Role::Backtweet;
        }
        event
    };
    // Posts 0, 3 and 6 are by one author.
    let events: Vec<_> = (0..9).map(|post| at(seen(&subject, 3, post, VERSION), 0)).collect();
    let gone: Vec<_> = [0, 3, 6]
        .map(|post| at(retracted(&subject, post, VERSION), 6_000))
        .into();
    fold(&store, &FoldStage::default(), &events).await;
    fold(&store, &FoldStage::default(), &gone).await;
    let answer = ranked(&store, &subject, None, START_US + 5_999 * MINUTE_US).await;
    assert_eq!((answer.unranked, answer.as_of.unwrap().author_unknown), (3, 3));
    assert!(
        answer.authors.iter().all(|author| !author.author.ends_with("author-0")),
        "{:?}",
        answer.authors
    );
    assert_eq!(answer.authors.len(), 2);
    let after = ranked(&store, &subject, None, START_US + 6_001 * MINUTE_US).await;
    assert_eq!(after.unranked, 0);
}

#[tokio::test]
async fn a_time_that_lies_ahead_is_refused_over_grpc() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let ask = |as_of_us: i64| v1::TopAuthorsRequest {
        subject: "acme".to_owned(),
        as_of_us: Some(as_of_us),
        ..Default::default()
    };
    let error = suite.reports.top_authors(ask(i64::MAX / 2)).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::InvalidArgument);
    assert!(
        error.message().contains("as_of_us: ") && error.message().contains("lies ahead of"),
        "{error}"
    );
    suite.reports.top_authors(ask(0)).await.unwrap();
}
