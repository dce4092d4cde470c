//! Single cases of retention, each told by what a user would see.

use std::time::Duration;

use tonic::Code;

use backtweet_domain::{AccountState, ManualClock, Network, Role, Scored, SubjectId, Timestamp};
use backtweet_store::{Batch, Write};
use backtweet_wire::v1;

use super::super::asked::whole_feed_of;
use super::super::rolled_up;
use super::super::suite::{Suite, eventually, generation, id};
use super::super::world::{account, retracted, seen};
use super::*;
use crate::fold::Head;
use crate::services::measure::measure;

/// A backtweet of a post at an hour.
fn seen_at(subject: &SubjectId, post: u64, hour: i64) -> Scored {
    let mut event = seen(subject, 1, post, generation(1));
    let at = Timestamp::from_micros(START_US + hour * HOUR_US);
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        sighting.role = Role::Backtweet;
        sighting.post.witnessed_at = at;
    }
    event.classified.at = at;
    event
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(START_US + hour * HOUR_US)
}

async fn shown(store: &dyn Store, id: &SubjectId) -> Vec<String> {
    whole_feed_of(store, id.as_str()).await.into_keys().collect()
}

fn ids(posts: &[u64]) -> Vec<String> {
    let mut ids: Vec<_> = posts.iter().map(|&post| post_id(post).to_string()).collect();
    ids.sort();
    ids
}

async fn coverage(store: &dyn Store, id: &SubjectId) -> v1::Coverage {
    let answers = ask_about(store, id, &[None]).await;
    answers.summaries[0].coverage.clone().unwrap()
}

async fn has_record(store: &dyn Store, id: &SubjectId, post: u64) -> bool {
    let reads = Reads {
        store,
        subject: id.as_str(),
    };
    let name = slot::post(&post_id(post).to_string());
    reads.records(&[name]).await.unwrap()[0].is_some()
}

#[tokio::test]
async fn what_went_does_not_come_back_where_posts_are_kept_longer_and_nothing_goes_where_they_are_kept_for_good() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let (store, id, stage) = (store.as_ref(), new_subject(), FoldStage::default());
        let posts = [seen_at(&id, 0, 0), seen_at(&id, 1, 30), seen_at(&id, 2, 31)];
        fold(store, &stage, &posts).await;
        let gone = keep(store, &kept_for(&id, Some(1), &[]), hour(55), AT_ONCE)
            .await
            .unwrap();
        assert_eq!((gone, shown(store, &id).await), (2, ids(&[2])));

        // Three days would hold all of it, but two posts are gone already, and so is what else there was then.
        let longer = kept_for(&id, Some(3), &[]);
        assert_eq!(keep(store, &longer, hour(60), AT_ONCE).await.unwrap(), 0);
        fold(store, &stage, &posts).await;
        fold(store, &stage, &[seen_at(&id, 3, 29), seen_at(&id, 4, 32)]).await;
        assert_eq!(shown(store, &id).await, ids(&[2, 4]));
        let told = coverage(store, &id).await;
        let since = v1::KeptSince {
            network: 0,
            since_us: hour(31).micros(),
        };
        assert_eq!((told.kept, told.too_late), (vec![since], 0));
        assert_eq!(
            (told.first_us, told.last_us),
            (Some(hour(31).micros()), Some(hour(32).micros()))
        );

        for now in [61, 9_000] {
            let gone = keep(store, &kept_for(&id, None, &[]), hour(now), AT_ONCE)
                .await
                .unwrap();
            assert_eq!((gone, shown(store, &id).await), (0, ids(&[2, 4])));
        }
        assert_eq!(keep(store, &longer, hour(9_000), AT_ONCE).await.unwrap(), 2);
        assert!(
            shown(store, &id).await.is_empty(),
            "a silent subject's posts go by the clock"
        );
        let told = coverage(store, &id).await;
        assert_eq!((told.first_us, told.last_us), (None, None));
    }
}

#[tokio::test]
async fn each_network_goes_by_its_own_days_and_a_report_says_so_where_its_window_reaches_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = &stores(folder.path()).await[0];
    let (store, subject) = (store.as_ref(), new_subject());
    // Two posts of each network.
    let posts: Vec<_> = (0..8).map(|post| seen_at(&subject, post, post.cast_signed())).collect();
    fold(store, &FoldStage::default(), &posts).await;
    let kept = kept_for(&subject, Some(2), &[(Network::Bluesky, 3), (Network::X, 1)]);
    keep(store, &kept, hour(49), AT_ONCE).await.unwrap();
    assert_eq!(shown(store, &subject).await, ids(&[0, 1, 3, 4, 5, 7]));
    keep(store, &kept, hour(55), AT_ONCE).await.unwrap();
    assert_eq!(shown(store, &subject).await, ids(&[0, 4, 7]));

    let all = coverage(store, &subject).await;
    let since = |network: v1::Network, at| v1::KeptSince {
        network: network.into(),
        since_us: hour(at).micros(),
    };
    let expected = [
        since(v1::Network::Bluesky, -17),
        since(v1::Network::Mastodon, 7),
        since(v1::Network::X, 31),
        since(v1::Network::Other, 7),
    ];
    assert_eq!(all.kept, expected);
    let clock = ManualClock::at(hour(55));
    for (from, said) in [(Some(31), 0), (Some(30), 1), (Some(6), 3), (None, 4)] {
        let mut beside = Some(all.clone());
        let window = v1::Window {
            from_us: from.map(|from| hour(from).micros()),
            to_us: None,
        };
        measure(store, &clock, &mut beside, Some(window)).await.unwrap();
        assert_eq!(beside.unwrap().kept.len(), said, "{from:?}");
    }
}

#[tokio::test]
async fn of_posts_that_are_in_no_figure_nothing_is_left_either() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let (store, id) = (store.as_ref(), new_subject());
        let stage = FoldStage {
            retention: Some(Duration::from_secs(3_600)),
            ..FoldStage::default()
        };
        let unseen = |mut event: Scored| {
            event.classified.at = hour(9);
            event
        };
        let events = [
            seen_at(&id, 0, 10),
            seen_at(&id, 1, 10),
            retracted(&id, 1, generation(2)),
            unseen(retracted(&id, 2, generation(1))),
            unseen(account(&id, 3, AccountState::Hidden, 1)),
            seen_at(&id, 5, 10),
        ];
        fold(store, &stage, &events).await;
        fold(
            store,
            &stage,
            &[seen_at(&id, 4, 2), account(&id, 0, AccountState::Hidden, 1)],
        )
        .await;
        assert_eq!(
            (coverage(store, &id).await.too_late, shown(store, &id).await),
            (1, ids(&[5]))
        );

        // The first was hidden before such posts were set aside.
        let leave = Write::Leave {
            name: slot::ASIDE.to_owned(),
            entry: FeedEntry {
                order: hour(10).micros(),
                id: post_id(0).to_string(),
            },
        };
        let batch = Batch {
            slot: slot::of(id.as_str()),
            writes: vec![leave],
            ..Batch::default()
        };
        store.apply(&[batch]).await.unwrap();
        for post in 0..6 {
            assert!(has_record(store, &id, post).await, "{post}");
        }
        keep(store, &kept_for(&id, Some(1), &[]), hour(35), AT_ONCE)
            .await
            .unwrap();
        for post in 0..6 {
            assert!(!has_record(store, &id, post).await, "{post}");
        }
        let reads = Reads {
            store,
            subject: id.as_str(),
        };
        for feed in [slot::FEED, slot::CHANGES, slot::HISTORY, slot::ASIDE] {
            assert_eq!(
                reads.feed(feed, None, Direction::Ascending, 9).await.unwrap(),
                [],
                "{feed}"
            );
        }
    }
}

#[tokio::test]
async fn more_posts_of_one_moment_than_a_step_looks_at_go_and_a_deleted_subject_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = &stores(folder.path()).await[0];
    let (store, id) = (store.as_ref(), new_subject());
    let posts: Vec<_> = (0..40).map(|post| seen_at(&id, post, 5)).collect();
    fold(store, &FoldStage::default(), &posts).await;
    let bluesky = kept_for(&id, None, &[(Network::Bluesky, 1)]);
    assert_eq!(keep(store, &bluesky, hour(40), 1).await.unwrap(), 10);
    let all = kept_for(&id, Some(1), &[]);
    assert_eq!(
        keep(store, &all, hour(29), 3).await.unwrap(),
        0,
        "five o'clock is within the day"
    );
    assert_eq!(keep(store, &all, hour(30), 3).await.unwrap(), 30);

    let deleted = Head {
        deleted_generation: Some(1),
        ..Head::default()
    };
    let batch = Batch {
        slot: slot::of(id.as_str()),
        guards: Vec::new(),
        writes: vec![deleted.put(None)],
    };
    store.apply(&[batch]).await.unwrap();
    keep(store, &all, hour(99), 3).await.unwrap();
    let reads = Reads {
        store,
        subject: id.as_str(),
    };
    let head = reads.head().await.unwrap();
    assert_eq!(
        (head.deleted_generation, head.kept_since.is_empty(), head.forgotten),
        (Some(1), true, 0)
    );
}

#[test]
fn figures_come_out_even_where_minutes_and_hours_were_let_go_before_the_posts_went() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    run(30, |case| {
        runtime.block_on(async {
            for store in &stores {
                let id = new_subject();
                let subject = any_retention(&id, mix(&[case.seed]));
                let end = Timestamp::from_micros(START_US + (mix(&[case.seed, 1]) % 7_500).cast_signed() * MINUTE_US);
                let events = settled(case.shuffled(&id), case.seed);
                rolled_up::fold_all(store.as_ref(), &events, case.batch).await;
                keep(store.as_ref(), &subject, end, AT_ONCE).await.unwrap();
                let kept = still_kept(&events, &subject, end, case.seed);
                rolled_up::check(store.as_ref(), &id, &kept).await?;
                rolled_up::fold_all(store.as_ref(), &events, case.batch).await;
                rolled_up::check(store.as_ref(), &id, &kept).await?;
            }
            Ok(())
        })
    });
}

#[tokio::test]
async fn a_subject_is_put_with_its_retention_and_the_service_keeps_to_it() {
    let mut suite = Suite::start().await;
    let mut subject = v1::Subject {
        id: "acme".into(),
        keywords: vec!["acme".into()],
        retention: Some(v1::Retention {
            days: Some(0),
            networks: Vec::new(),
        }),
        ..Default::default()
    };
    let put = |subject: &v1::Subject| v1::PutSubjectRequest {
        subject: Some(subject.clone()),
    };
    let refused = suite.subjects.put_subject(put(&subject)).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(
        refused.message().contains("subject.retention.days: 0 days"),
        "{}",
        refused.message()
    );

    // One post is from long ago, the other from now, whenever that is.
    subject.retention = None;
    suite.subjects.put_subject(put(&subject)).await.unwrap();
    let acme = id("acme");
    let mut new = seen_at(&acme, 1, 0);
    if let Finding::Seen { sighting, .. } = &mut new.classified.finding {
        sighting.post.witnessed_at = suite.ports.clock.now();
    }
    suite.append(&[seen_at(&acme, 0, -90_000), new]).await;
    let reports = suite.reports.clone();
    let feed = || {
        let (mut reports, roles) = (reports.clone(), vec![1, 2, 3, 4]);
        async move {
            let request = v1::FeedRequest {
                subject: "acme".into(),
                roles,
                ..Default::default()
            };
            reports.feed(request).await.unwrap().into_inner().items.len()
        }
    };
    eventually(feed, |posts| *posts == 2).await;
    subject.retention = Some(v1::Retention {
        days: Some(2),
        networks: Vec::new(),
    });
    suite.subjects.put_subject(put(&subject)).await.unwrap();
    assert_eq!(suite.get("acme").await.unwrap().retention, subject.retention);
    eventually(feed, |posts| *posts == 1).await;
    let response = suite.feed("acme").await;
    let post = response.items[0].sighting.as_ref().unwrap().post.as_ref().unwrap();
    assert_eq!(post.id, post_id(1).to_string());
}
