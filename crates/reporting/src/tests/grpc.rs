//! The services over loopback, with the fold running behind them: what a client of the suite meets.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::timeout;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use backtweet_runtime::followers;
use backtweet_stream::Record;
use backtweet_wire::{topics, v1};

use super::suite::{DEADLINE, Suite, eventually, generation, id, next, next_item};
use super::world::{retracted, seen};

#[tokio::test]
async fn a_subject_changes_its_generation_only_when_it_changes() {
    let mut suite = Suite::start().await;
    let first = suite.put("acme", "anvil").await;
    assert_eq!(
        (first.subject.as_ref().unwrap().generation, first.laggards.len()),
        (1, 0)
    );
    assert_eq!(suite.put("acme", "anvil").await, first);
    assert_eq!(suite.put("acme", "rocket").await.subject.unwrap().generation, 2);
    assert_eq!(suite.get("acme").await.unwrap().keywords, ["rocket"]);
    assert_eq!(suite.get("nobody").await, Err(Code::NotFound));

    suite.put("zeta", "anvil").await;
    let mut list = v1::ListSubjectsRequest {
        page_size: 1,
        page_token: String::new(),
    };
    let mut ids = Vec::new();
    loop {
        let page = suite.subjects.list_subjects(list.clone()).await.unwrap().into_inner();
        ids.extend(page.subjects.into_iter().map(|subject| subject.id));
        if page.next_page_token.is_empty() {
            break;
        }
        list.page_token = page.next_page_token;
    }
    assert_eq!(ids, ["acme", "zeta"]);
}

#[tokio::test]
async fn a_subject_put_again_after_its_deletion_starts_anew() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let mut watch = suite.watch("acme", "").await;
    suite.append(&[seen(&id("acme"), 1, 1, generation(1))]).await;
    next(&mut watch).await.unwrap();
    suite.delete("acme").await.unwrap();
    assert_eq!(suite.get("acme").await, Err(Code::NotFound));
    assert_eq!(suite.delete("acme").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(next_item(&mut watch).await.0, "behind");

    let again = suite.put("acme", "anvil").await;
    assert_eq!(again.subject.unwrap().generation, 2);
    assert_eq!(suite.feed("acme").await.items, []);
    // What was still under way for the first life is ignored; what comes for the second counts.
    suite
        .append(&[
            seen(&id("acme"), 1, 2, generation(1)),
            seen(&id("acme"), 1, 3, generation(2)),
        ])
        .await;
    assert_eq!(next_item(&mut watch).await.0, super::world::post_id(3).to_string());
    assert_eq!(suite.feed("acme").await.items.len(), 1);
}

#[tokio::test]
async fn a_watcher_hears_what_comes_and_goes_and_resumes_behind_what_it_heard() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let mut watch = suite.watch("acme", "").await;
    let acme = id("acme");
    let post = |number| super::world::post_id(number).to_string();
    suite.append(&[seen(&acme, 1, 1, generation(1))]).await;
    let (first, token) = next_item(&mut watch).await;
    assert_eq!(first, post(1));
    suite.append(&[seen(&acme, 1, 2, generation(1))]).await;
    assert_eq!(next_item(&mut watch).await.0, post(2));
    suite.append(&[retracted(&acme, 1, generation(1))]).await;
    assert_eq!(next_item(&mut watch).await.0, format!("gone {}", post(1)));

    let mut resumed = suite.watch("acme", &token).await;
    assert_eq!(next_item(&mut resumed).await.0, post(2));
    assert_eq!(next_item(&mut resumed).await.0, format!("gone {}", post(1)));

    suite.shutdown.cancel();
    assert_eq!(next(&mut watch).await, None);
    assert_eq!(next(&mut resumed).await, None);
    timeout(DEADLINE, suite.running).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_watcher_that_does_not_read_holds_up_nobody_and_misses_nothing() {
    const POSTS: u64 = 3_000;
    let mut suite = Suite::start().await;
    suite.put("acme", "acme").await;
    let request = v1::WatchRequest {
        subject: "acme".into(),
        resume_token: String::new(),
    };
    let mut idle = suite.another().await.watch(request).await.unwrap().into_inner();
    let mut quick = suite.watch("acme", "").await;

    // Far more than what fits between a server and a client that does not read.
    let posts: Vec<_> = (0..POSTS)
        .map(|post| seen(&id("acme"), 1, post, generation(1)))
        .collect();
    suite.append(&posts).await;
    let mut heard = [BTreeSet::new(), BTreeSet::new()];
    for (stream, heard) in [&mut quick, &mut idle].into_iter().zip(&mut heard) {
        while heard.len() < POSTS as usize {
            assert!(heard.insert(next_item(stream).await.0));
        }
    }
    assert_eq!(heard[0], heard[1]);
}

#[tokio::test]
async fn a_poisoned_record_does_not_keep_the_next_from_counting() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let poison = Record {
        key: "acme".into(),
        value: Some("nonsense".into()),
        time: suite.ports.clock.now(),
    };
    suite.ports.log.append(topics::SCORED, vec![poison]).await.unwrap();
    suite.append(&[seen(&id("acme"), 1, 1, generation(1))]).await;
    let reports = suite.reports.clone();
    let ask = || {
        let mut reports = reports.clone();
        async move {
            reports
                .summary(v1::SummaryRequest {
                    subject: "acme".into(),
                    ..Default::default()
                })
                .await
                .unwrap()
        }
    };
    let summary = eventually(ask, |summary| {
        summary.get_ref().coverage.as_ref().unwrap().first_us.is_some()
    })
    .await
    .into_inner();
    assert_eq!(summary.window, Some(v1::Window::default()));
    let log = Arc::clone(&suite.ports.log);
    let dead_letters = || async { log.ends(topics::DEAD_LETTERS).await.unwrap().iter().sum::<u64>() };
    eventually(dead_letters, |count| *count == 1).await;
}

#[tokio::test]
async fn a_classifier_that_lags_is_named() {
    let mut suite = Suite::start().await;
    let now = suite.ports.clock.now();
    followers::announce(suite.ports.store.as_ref(), "classifier-a", &[0, 0, 0], now)
        .await
        .unwrap();
    followers::announce(suite.ports.store.as_ref(), "classifier-b", &[9, 9, 9], now)
        .await
        .unwrap();
    assert_eq!(suite.put("acme", "anvil").await.laggards, ["classifier-a"]);
    followers::withdraw(suite.ports.store.as_ref(), "classifier-a")
        .await
        .unwrap();
    assert_eq!(suite.put("acme", "anvil").await.laggards, Vec::<String>::new());
}

pub(super) fn fields(status: &Status) -> Vec<String> {
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let violations = status.get_details_bad_request().unwrap().field_violations;
    violations.into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let turned = Some(v1::Window {
        from_us: Some(9),
        to_us: Some(8),
    });
    let request = v1::TimelineRequest {
        subject: "acme".into(),
        window: turned,
        bucket: 9,
        ..Default::default()
    };
    assert_eq!(
        fields(&suite.reports.timeline(request).await.unwrap_err()),
        ["window.to_us", "bucket"]
    );
    let request = v1::TopAuthorsRequest {
        subject: "acme".into(),
        window: turned,
        limit: 1_001,
        ..Default::default()
    };
    assert_eq!(
        fields(&suite.reports.top_authors(request).await.unwrap_err()),
        ["window.to_us", "limit"]
    );
    let request = v1::FeedRequest {
        subject: "acme".into(),
        kinds: vec![1, 0],
        roles: vec![77],
        ..Default::default()
    };
    assert_eq!(
        fields(&suite.reports.feed(request).await.unwrap_err()),
        ["roles[0]", "kinds[1]"]
    );
    let request = v1::SummaryRequest {
        subject: "nobody".into(),
        ..Default::default()
    };
    assert_eq!(suite.reports.summary(request).await.unwrap_err().code(), Code::NotFound);
    let status = suite
        .subjects
        .put_subject(v1::PutSubjectRequest::default())
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["subject"]);
    let subject = v1::Subject {
        id: "A".into(),
        hashtags: vec!["#a".into()],
        ..Default::default()
    };
    let status = suite
        .subjects
        .put_subject(v1::PutSubjectRequest { subject: Some(subject) })
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["subject.id", "subject.hashtags[0]"]);
}

#[tokio::test]
async fn a_token_from_elsewhere_is_refused() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    suite.put("zeta", "anvil").await;
    let mut watch = suite.watch("acme", "").await;
    suite
        .append(
            &(0..3)
                .map(|post| seen(&id("acme"), 1, post, generation(1)))
                .collect::<Vec<_>>(),
        )
        .await;
    let mut resume_token = String::new();
    for _ in 0..3 {
        resume_token = next(&mut watch).await.unwrap().resume_token;
    }
    let request = v1::FeedRequest {
        subject: "acme".into(),
        page_size: 1,
        roles: vec![1, 2, 3, 4],
        ..Default::default()
    };
    let page_token = suite
        .reports
        .feed(request.clone())
        .await
        .unwrap()
        .into_inner()
        .next_page_token;
    assert_ne!(page_token, "");

    let of_zeta = v1::FeedRequest {
        subject: "zeta".into(),
        page_token: page_token.clone(),
        ..request.clone()
    };
    let of_other_roles = v1::FeedRequest {
        page_token: page_token.clone(),
        roles: vec![1],
        ..request.clone()
    };
    let of_watch = v1::FeedRequest {
        page_token: resume_token.clone(),
        ..request.clone()
    };
    let broken = v1::FeedRequest {
        page_token: format!("{page_token}0"),
        ..request.clone()
    };
    for request in [of_zeta, of_other_roles, of_watch, broken] {
        assert_eq!(fields(&suite.reports.feed(request).await.unwrap_err()), ["page_token"]);
    }
    let larger = v1::FeedRequest {
        page_token,
        page_size: 5,
        ..request
    };
    assert_eq!(suite.reports.feed(larger).await.unwrap().into_inner().items.len(), 2);
    let request = v1::WatchRequest {
        subject: "zeta".into(),
        resume_token,
    };
    assert_eq!(
        fields(&suite.reports.watch(request).await.unwrap_err()),
        ["resume_token"]
    );
}
