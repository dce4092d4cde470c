//! Breaks: what was posted meanwhile is fetched, and what cannot be had is said.

use super::*;

/// A stream that brought `seen`, broke in the middle of `cut`, and stands again.
async fn broken(sse: bool, seen: &[Value], cut: &Value) -> Bench {
    let mut bench = Bench::start(sse).await;
    bench.connect().await;
    seen.iter().for_each(|status| bench.server.post(status));
    bench.until_all_of(seen).await;
    bench.server.post_and_cut(cut);
    tokio::time::timeout(DEADLINE, bench.server.subscribed(0))
        .await
        .unwrap();
    bench
}

#[tokio::test]
async fn a_break_in_the_middle_of_an_event_loses_no_post() {
    for sse in [false, true] {
        let mut all = statuses(0..100);
        let mut bench = broken(sse, &all[..5], &all[5]).await;
        all[6..].iter().for_each(|status| bench.server.post(status));
        bench.until(|bench| !bench.open.is_empty()).await;
        tokio::time::timeout(DEADLINE, bench.server.subscribed(1))
            .await
            .unwrap();
        // The stream goes on while the break is made good.
        for millis in 100..200 {
            all.push(status(millis));
            bench.server.post(&all[all.len() - 1]);
        }
        bench.until_all_of(&all).await;
        bench.until(|bench| bench.open.is_empty()).await;
        assert_eq!(bench.left, []);
        assert_eq!(bench.troubles, []);
        // It was a break indeed.
        let streamed = bench.server.streamed();
        let cut: Vec<_> = all[5..100].iter().map(Value::to_string).collect();
        assert!(!streamed.iter().any(|sent| cut.contains(&sent.payload)));
        assert_eq!(streamed.len(), 105);
    }
}

#[tokio::test]
async fn what_is_posted_between_two_collectors_before_the_first_status_is_fetched_by_the_second() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.connect().await;
        bench.until(|bench| bench.position.is_some()).await;
        bench.source = source(&bench.server, "public", sse, &bench.folder, &bench.clock);
        tokio::time::timeout(DEADLINE, bench.server.subscribed(0))
            .await
            .unwrap();
        bench.pass(10);
        let missed = statuses(3_605_000..3_605_100);
        missed.iter().for_each(|status| bench.server.post(status));
        bench.connect().await;
        bench.until_all_of(&missed).await;
        bench.until(|bench| bench.open.is_empty()).await;
        assert_eq!((bench.left.as_slice(), bench.troubles.as_slice()), (&[][..], &[][..]));
    }
}

#[tokio::test]
async fn a_backfill_ends_where_it_meets_the_stream_and_not_at_its_first_late_post() {
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    let missed = statuses(2..300);
    missed.iter().for_each(|status| bench.server.post(status));
    bench.until(|bench| !bench.open.is_empty()).await;
    tokio::time::timeout(DEADLINE, bench.server.subscribed(1))
        .await
        .unwrap();
    // One of the break's own time comes first over the stream, and would end the backfill early.
    let late = status(50);
    bench.server.push("update", &late.to_string());
    let fresh = statuses(1_000_000..1_000_500);
    fresh.iter().for_each(|status| bench.server.post(status));
    bench.until_all_of(&missed).await;
    bench.until_all_of(&fresh).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!(bench.left, []);
    // Met: most of what the stream brought was not asked for again.
    assert!(bench.server.paged().len() < 500, "{}", bench.server.paged().len());
}

#[tokio::test]
async fn a_post_that_reached_the_instance_late_is_fetched_too() {
    let mut bench = broken(true, &[status(60_000)], &status(60_001)).await;
    // Made before the newest post that was seen, on another instance.
    let late = status(30_000);
    bench.server.post(&late);
    bench.until_all_of(&[late, status(60_001)]).await;
}

#[tokio::test]
async fn a_post_between_the_last_page_and_the_subscription_is_fetched_too() {
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    bench.source.patience.settled = Duration::from_secs(2);
    bench.until(|bench| bench.uris().contains(&uri(&status(1)))).await;
    let gap = bench.open[0].clone();
    let before = bench.server.asked().len();
    let between = status(2);
    let posting = async {
        while bench.server.asked().len() == before {
            tokio::task::yield_now().await;
        }
        bench.server.post_unstreamed(&between);
    };
    let (filled, ()) = tokio::join!(bench.source.backfill(&gap), posting);
    bench.batches.push(filled.unwrap().read.lines);
    assert!(bench.uris().contains(&uri(&between)));
}

#[tokio::test]
async fn a_page_that_could_not_be_stored_is_fetched_again() {
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    let missed = statuses(2..100);
    missed.iter().for_each(|status| bench.server.post(status));
    bench.until(|bench| !bench.open.is_empty()).await;
    let mut gap = bench.open[0].clone();
    let mut pages = Vec::new();
    loop {
        let page = bench.source.backfill(&gap).await.unwrap();
        assert_eq!(bench.source.backfill(&gap).await.unwrap(), page);
        pages.push(page.read.lines.len());
        match page.left {
            Some(left) => gap = left,
            None => break,
        }
    }
    assert_eq!(pages, [40, 40, 20, 0]);
}

#[tokio::test]
async fn a_collector_that_takes_over_fetches_what_nobody_read() {
    let mut bench = broken(false, &statuses(0..3), &status(3)).await;
    let missed = statuses(3..130);
    missed.iter().for_each(|status| bench.server.post(status));
    bench.pass(60);
    // Another process: nothing but the position is left, and a gap that the one before did not close.
    bench.source = source(&bench.server, "public", false, &bench.folder, &bench.clock);
    let before = bench.clock.now();
    let old = Gap {
        from: before.minus(Duration::from_secs(7200)),
        to: before.minus(Duration::from_secs(3600)),
        cause: GapCause::Disconnected,
    };
    let older = status(-2_000_000);
    bench.server.post(&older);
    bench.connect().await;
    bench.until(|bench| bench.open.len() == 1).await;
    assert_eq!(bench.open[0].to, before);
    bench.until_all_of(&missed).await;
    bench.until(|bench| bench.open.is_empty()).await;
    bench.open.push(old);
    bench.until_all_of(&[older]).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!(bench.left, []);
}

#[tokio::test]
async fn requests_wait_for_the_limit_to_be_set_back_and_never_run_into_it() {
    let mut bench = broken(true, &[status(0)], &status(1)).await;
    let missed = statuses(2..400);
    missed.iter().for_each(|status| bench.server.post(status));
    bench.server.limit(3, Duration::from_secs(300));
    bench.until_all_of(&missed).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!((bench.left.as_slice(), bench.server.refused()), (&[][..], 0));
    assert_eq!(bench.troubles.len(), 3, "{:?}", bench.troubles);
    let limited = |trouble: &Trouble| matches!(trouble, Trouble::Limited { after: Some(after), .. } if *after <= Duration::from_secs(300));
    assert!(bench.troubles.iter().all(limited), "{:?}", bench.troubles);
}

#[tokio::test]
async fn a_limit_that_others_used_up_is_kept_to() {
    is_kept_to(Answer::Limited(120)).await;
}

#[tokio::test]
async fn an_instance_that_says_until_when_it_is_down_is_not_asked_before() {
    is_kept_to(Answer::Down(120)).await;
}

/// Whether no page is asked for in the two minutes after this answer.
async fn is_kept_to(answer: Answer) {
    let mut bench = broken(true, &[status(0)], &status(1)).await;
    bench.server.fail("/api/v1/timelines", answer, 1);
    bench.until(|bench| !bench.troubles.is_empty()).await;
    let asked = bench.server.asked().len();
    bench.clock.set(bench.clock.now().minus(Duration::from_secs(60)));
    let gap = bench.open[0].clone();
    let trouble = bench.source.backfill(&gap).await.unwrap_err();
    assert!(
        matches!(&trouble, Trouble::Limited { after: Some(after), .. } if after.as_secs() == 60),
        "{trouble:?}"
    );
    assert_eq!(bench.server.asked().len(), asked);
    bench.pass(60);
    bench.until_all_of(&[status(1)]).await;
}

#[tokio::test]
async fn a_bad_page_is_asked_for_again() {
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    let missed = statuses(2..130);
    missed.iter().for_each(|status| bench.server.post(status));
    bench.server.fail("/api/v1/timelines", Answer::Truncated, 2);
    bench.server.fail("/api/v1/timelines", Answer::Status(503), 2);
    bench.until_all_of(&missed).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!((bench.left.as_slice(), bench.troubles.len()), (&[][..], 4));
}

#[tokio::test]
async fn a_break_before_the_first_post_loses_none_either() {
    for posts in [0, 1, 90] {
        let mut bench = Bench::start(true).await;
        bench.server.post(&status(0));
        bench.connect().await;
        bench.until(|bench| bench.position.is_some()).await;
        bench.server.close();
        // Ids are made when posts are.
        let now = bench.clock.now().millis() - (received().millis() - 3_600_000);
        let missed = statuses(now..now + posts);
        missed.iter().for_each(|status| bench.server.post(status));
        bench.until(|bench| !bench.open.is_empty()).await;
        bench.until_all_of(&missed).await;
        bench.until(|bench| bench.open.is_empty()).await;
        assert_eq!(bench.left, []);
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_is_said_with_its_cause() {
    // Nothing was ever seen, and ids of Mastodon's kin hold no time that is known: there is nothing to start from.
    let mut bench = Bench::start(true).await;
    bench.connect().await;
    bench.until(|bench| bench.position.is_some()).await;
    bench.server.close();
    let mut kin = status(1);
    kin["id"] = json!("01HF7YAT00BKG");
    bench.server.post(&kin);
    bench.until(|bench| !bench.left.is_empty()).await;
    assert_eq!(bench.left[0].cause, GapCause::Disconnected);
    assert!(bench.left[0].from < bench.left[0].to && bench.left[0].to == bench.clock.now());

    // The instance shows no such timeline.
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    bench.server.fail("/api/v1/timelines", Answer::Status(404), 1);
    bench.until(|bench| !bench.left.is_empty()).await;
    assert_eq!(bench.left[0].cause, GapCause::Disconnected);

    // The limit is never set back, or the token may not read; for how long is told by the clock.
    for (answer, cause) in [
        (Answer::Limited(300), GapCause::RateLimited),
        (Answer::Status(403), GapCause::Disconnected),
    ] {
        let mut bench = broken(true, &[status(0)], &status(1)).await;
        bench.server.fail("/api/v1/timelines", answer, usize::MAX);
        bench.until(|bench| !bench.open.is_empty()).await;
        let gap = bench.open[0].clone();
        for _ in 0..6 {
            bench.source.backfill(&gap).await.unwrap_err();
            bench.pass(301);
        }
        bench.until(|bench| !bench.left.is_empty()).await;
        assert_eq!(bench.left, [Gap { cause, ..gap }]);
        // The stream is read on all the same.
        bench.server.post(&status(9));
        bench.until_all_of(&[status(9)]).await;
    }
}

#[tokio::test]
async fn breaks_that_follow_each_other_are_each_made_good() {
    let mut bench = broken(false, &[status(0)], &status(1)).await;
    let mut all = statuses(1..2);
    for round in 1..4 {
        let missed = statuses(round * 1000..round * 1000 + 90);
        missed.iter().for_each(|status| bench.server.post(status));
        all.extend(missed);
        // Again before the one before is made good.
        bench.until(|bench| bench.open.len() as i64 >= round).await;
        if round < 3 {
            bench.server.close();
        }
    }
    bench.until_all_of(&all).await;
    bench.until(|bench| bench.open.is_empty()).await;
    assert_eq!(bench.left, []);
}
