//! Praise that can be shown again: what remains of it after any deliveries, in order, and what becomes of permissions.

use backtweet_domain::{
    AccountState, Finding, Flags, Intent, Kind, KindSet, Label, Role, Scored, Sentiment, Timestamp,
};
use backtweet_store::Store;
use backtweet_wire::v1::{self, PermissionStatus};
use proptest::prelude::*;
use tonic::Code;

use super::asked::windows;
use super::naive;
use super::order::run;
use super::suite::{Suite, eventually, generation, id};
use super::world::{NOW_US, account, fold, mix, new_subject, post_id, retracted, seen, stores};
use crate::FoldStage;
use crate::report::ReportError;
use crate::report::praise::{permission, praise};

/// The same events with much praise among them.
pub(super) fn full_of_praise(mut events: Vec<Scored>) -> Vec<Scored> {
    for event in &mut events {
        let Finding::Seen { sighting, version } = &mut event.classified.finding else {
            continue;
        };
        let mixed = mix(&[sighting.post.witnessed_at.micros().cast_unsigned(), version.revision]);
        if !mixed.is_multiple_of(4) {
            sighting.intent = Intent::Praise;
            if !mixed.is_multiple_of(5) {
                sighting.flags = Flags::default();
            }
            sighting.post.author.bot = mixed.is_multiple_of(7);
            if let Some(sentiment) = &mut event.sentiment {
                sentiment.label = Label::Positive;
            }
        }
    }
    events
}

/// All pages, small ones.
async fn pages(store: &dyn Store, subject: &str, window: Option<v1::Window>) -> Vec<v1::Praise> {
    let mut request = v1::PraiseRequest {
        subject: subject.to_owned(),
        window,
        page_size: 2,
        ..Default::default()
    };
    let mut praises = Vec::new();
    loop {
        let page = praise(store, request.clone()).await.unwrap();
        praises.extend(page.praises);
        if page.next_page_token.is_empty() {
            return praises;
        }
        request.page_token = page.next_page_token;
    }
}

fn items(praises: &[v1::Praise]) -> Vec<v1::FeedItem> {
    let item = |praise: &v1::Praise| v1::FeedItem {
        sighting: praise.sighting.clone(),
        sentiment: praise.sentiment.clone(),
        signal_milli: praise.signal_milli,
        ..v1::FeedItem::default()
    };
    praises.iter().map(item).collect()
}

/// Compares the praise of each window with a count of what remains of `events`; whether there was any.
pub(super) async fn is_as_counted(
    store: &dyn Store,
    subject: &str,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let mut is_any = false;
    for &window in windows {
        let expected = naive::praise::praises(events, window);
        is_any |= !expected.is_empty();
        prop_assert_eq!(items(&pages(store, subject, window).await), expected);
    }
    Ok(is_any)
}

pub(super) async fn set(
    store: &dyn Store,
    subject: &str,
    post: &str,
    status: PermissionStatus,
) -> Result<v1::Permission, ReportError> {
    let request = v1::SetPermissionRequest {
        subject: subject.to_owned(),
        post: post.to_owned(),
        status: status.into(),
        by: "ann".to_owned(),
        note: "text that they sent".to_owned(),
    };
    let response = permission::set(store, Timestamp::from_micros(NOW_US), request).await;
    response.map(|response| response.permission.unwrap())
}

#[test]
fn praise_is_what_a_count_of_what_remains_says_and_permissions_go_with_their_posts() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(100, |case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject) = (store.as_ref(), new_subject());
                let events = full_of_praise(case.shuffled(&subject));
                for batch in events.chunks(case.batch) {
                    fold(store, &FoldStage::default(), batch).await;
                }
                let windows = [windows()[0], windows()[1]];
                is_as_counted(store, subject.as_str(), &events, &windows).await?;
                let praises = pages(store, subject.as_str(), None).await;
                for praise in &praises {
                    let set = set(store, subject.as_str(), &praise.post, PermissionStatus::Asked).await;
                    prop_assert_eq!(set.unwrap().at_us, Some(NOW_US));
                }
                let now = pages(store, subject.as_str(), None).await;
                prop_assert!(
                    now.iter()
                        .all(|it| it.permission.as_ref().unwrap().note.starts_with("text"))
                );
                prop_assert_eq!(now.len(), praises.len());
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn a_permission_outlives_a_hidden_account_and_dies_with_the_post() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let (store, subject) = (store.as_ref(), new_subject());
        let mut event = seen(&subject, 1, 1, generation(1));
        if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
            (sighting.role, sighting.flags) = (Role::Backtweet, Flags::default());
            sighting.kinds = KindSet::EMPTY.with(Kind::Reply);
            sighting.intent = Intent::Praise;
        }
        event.sentiment = Some(Sentiment {
            label: Label::Positive,
            score: 0.5,
            confidence: 0.5,
            language: None,
            model: "test/1".into(),
        });
        let post = post_id(1).to_string();
        let put = async |status| set(store, subject.as_str(), &post, status).await;
        let statuses = async || {
            let praises = pages(store, subject.as_str(), None).await;
            praises
                .iter()
                .map(|it| it.permission.as_ref().unwrap().status())
                .collect::<Vec<_>>()
        };
        let fold = async |event: Scored| fold(store, &FoldStage::default(), &[event]).await;

        assert!(matches!(
            put(PermissionStatus::Asked).await,
            Err(ReportError::NotFound(_))
        ));
        fold(event.clone()).await;
        assert_eq!(statuses().await, [PermissionStatus::None]);
        put(PermissionStatus::Asked).await.unwrap();
        put(PermissionStatus::Granted).await.unwrap();
        assert_eq!(statuses().await, [PermissionStatus::Granted]);

        fold(account(&subject, 1, AccountState::Hidden, 1)).await;
        assert_eq!(statuses().await, []);
        assert!(matches!(
            put(PermissionStatus::Refused).await,
            Err(ReportError::NotFound(_))
        ));
        fold(account(&subject, 1, AccountState::Active, 2)).await;
        assert_eq!(statuses().await, [PermissionStatus::Granted]);

        fold(retracted(&subject, 1, generation(1))).await;
        assert_eq!(statuses().await, []);
        // Should it ever be there again, it is as nobody had been asked.
        let Finding::Seen { version, .. } = &mut event.classified.finding else {
            unreachable!()
        };
        version.revision += 1;
        fold(event.clone()).await;
        assert_eq!(statuses().await, [PermissionStatus::None]);
        put(PermissionStatus::Refused).await.unwrap();
        put(PermissionStatus::None).await.unwrap();
        assert_eq!(statuses().await, [PermissionStatus::None]);
    }
}

#[tokio::test]
async fn praise_and_permissions_are_answered_over_grpc_and_what_is_wrong_is_said_field_by_field() {
    let mut suite = Suite::start().await;
    suite.put("acme", "anvil").await;
    let events: Vec<_> = (0..60).map(|post| seen(&id("acme"), 1, post, generation(1))).collect();
    let events = full_of_praise(events);
    suite.append(&events).await;
    let request = v1::PraiseRequest {
        subject: "acme".into(),
        page_size: 100,
        ..Default::default()
    };
    let expected = naive::praise::praises(&events, None);
    assert!(!expected.is_empty());
    let reports = suite.reports.clone();
    let ask = || {
        let (mut reports, request) = (reports.clone(), request.clone());
        async move { reports.praise(request).await.unwrap().into_inner().praises }
    };
    let praises = eventually(ask, |praises| items(praises) == expected).await;
    assert!(praises.iter().all(|it| it.public && it.licence.contains("author")));

    let wrong = v1::PraiseRequest {
        page_token: "nonsense".into(),
        ..request
    };
    let status = suite.reports.praise(wrong).await.unwrap_err();
    assert_eq!(super::grpc::fields(&status), ["page_token"]);
    let wrong = v1::SetPermissionRequest {
        subject: "acme".into(),
        post: praises[0].post.clone(),
        status: 0,
        by: "b".repeat(201),
        note: "n".repeat(2_001),
    };
    let status = suite.reports.set_permission(wrong.clone()).await.unwrap_err();
    assert_eq!(super::grpc::fields(&status), ["status", "by", "note"]);
    let unknown = v1::SetPermissionRequest {
        post: "x:404".into(),
        status: 2,
        by: String::new(),
        note: String::new(),
        ..wrong
    };
    let status = suite.reports.set_permission(unknown).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}
