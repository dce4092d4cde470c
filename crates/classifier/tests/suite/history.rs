//! Subjects that are put, or changed, when much has happened already: what was retained counts as if they had been there before it.

use backtweet_domain::{PostEvent, Subject};
use backtweet_runtime::history;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use crate::oracle::truth;
use crate::service::{Suite, until};
use crate::world::{World, post};

/// Waits until everything is worked off, live and as history.
async fn settle(suite: &Suite, subjects: &[Subject]) {
    until("all posts", async || suite.is_done().await).await;
    until("the histories", async || {
        let ids = subjects.iter().map(|subject| &subject.id);
        let kept = history::read(suite.store(), ids).await.unwrap();
        kept.iter().zip(subjects).all(|(kept, subject)| {
            let record = kept.as_ref().map(|(_, record)| record);
            record.is_some_and(|it| it.generation == subject.generation && it.finished_at_us.is_some())
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_put_late_has_the_conversations_that_it_would_have_had_from_the_start() {
    for seed in 0..6 {
        let suite = Suite::new().await;
        let world = World::random(seed, 120, 2);
        let mut events = world.events.clone();
        events.shuffle(&mut SmallRng::seed_from_u64(seed));
        let (before, behind) = events.split_at(80);
        suite.put(&world.subjects[0]).await;
        suite.happen(before).await;
        let (running, shutdown) = suite.start("only");
        until("what came before", async || suite.is_done().await).await;

        suite.put(&world.subjects[1]).await;
        suite.happen(behind).await;
        settle(&suite, &world.subjects).await;
        assert_eq!(suite.fold().await.sights(), truth(&world), "seed {seed}");
        shutdown.cancel();
        running.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_goes_on_in_another_classifier_where_the_first_one_is_killed() {
    let suite = Suite::new().await;
    let world = World::random(7, 200, 2);
    suite.put(&world.subjects[0]).await;
    suite.happen(&world.events).await;
    let (first, _) = suite.start("first");
    until("what came before", async || suite.is_done().await).await;
    suite.put(&world.subjects[1]).await;
    until("a history to begin", async || {
        let kept = history::read(suite.store(), [&world.subjects[1].id]).await.unwrap();
        kept[0].is_some()
    })
    .await;
    first.abort();
    let _ = first.await;

    let (second, shutdown) = suite.start("second");
    settle(&suite, &world.subjects).await;
    assert_eq!(suite.fold().await.sights(), truth(&world));
    shutdown.cancel();
    second.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_subject_takes_in_what_it_means_now_and_gives_up_what_it_meant() {
    let suite = Suite::new().await;
    let mut subject = World::random(1, 0, 1).subjects.remove(0);
    suite.put(&subject).await;
    let created = |(number, text): (usize, &str)| PostEvent::Created {
        post: Box::new(post(number, "ann", text)),
    };
    let posts = [(0, "acme"), (1, "acme and zeta"), (2, "zeta"), (3, "nothing")].map(created);
    suite.happen(&posts).await;
    let (running, shutdown) = suite.start("only");
    settle(&suite, std::slice::from_ref(&subject)).await;
    let seen = |sights: crate::oracle::Sights| sights.into_keys().map(|(_, post)| post.to_string()).collect::<Vec<_>>();
    assert_eq!(seen(suite.fold().await.sights()), ["other:p0", "other:p1"]);

    subject.keywords = vec!["zeta".to_owned()];
    subject.generation += 1;
    suite.put(&subject).await;
    settle(&suite, std::slice::from_ref(&subject)).await;
    assert_eq!(seen(suite.fold().await.sights()), ["other:p1", "other:p2"]);
    shutdown.cancel();
    running.await.unwrap().unwrap();
}
