//! What the source says about what it did not get: breaks, and the month's budget.

use super::*;

#[tokio::test]
async fn a_break_is_told_as_a_gap_from_the_last_post_on() {
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    let made = at("2026-11-29T11:59:58Z");
    rig.clock.set(at("2026-11-29T12:00:05Z"));
    rig.server.act(Act::Post(post(made, 1)));
    let read = lines(&mut rig.source, 1).await;
    assert_eq!(read.reached, Some(made));
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    let back = at("2026-11-29T12:10:00Z");
    rig.clock.set(back);
    rig.source.connect(read.position.as_ref()).await.unwrap();
    let read = soon(rig.source.read()).await.unwrap();
    let gap = |from, to, cause| Gap { from, to, cause };
    assert_eq!(read.gaps, [gap(noon(), back, GapCause::Disconnected)]);
    // Told once it is stored.
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    rig.source.connect(read.position.as_ref()).await.unwrap();
    rig.server.act(Act::Post(post(back, 2)));
    assert_eq!(lines(&mut rig.source, 1).await.gaps, []);
}

#[tokio::test]
async fn a_break_before_the_first_post_is_told_by_whoever_reads_on() {
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    let stored = soon(rig.source.read()).await.unwrap().position;
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    let back = noon().plus(Duration::from_secs(600));
    rig.clock.set(back);
    let mut other = rig.other();
    other.connect(stored.as_ref()).await.unwrap();
    let gap = Gap {
        from: noon(),
        to: back,
        cause: GapCause::Disconnected,
    };
    assert_eq!(soon(other.read()).await.unwrap().gaps, [gap]);
}

#[tokio::test]
async fn what_the_plan_sends_again_is_no_gap() {
    let limits = Limits {
        backfill_minutes: 5,
        ..Limits::default()
    };
    let mut rig = rig_with(limits, Duration::from_secs(20), |config| config.backfill_minutes = 5).await;
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    let read = lines(&mut rig.source, 1).await;
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    rig.server.act(Act::Post(post(noon(), 2)));
    rig.clock.set(noon().plus(Duration::from_secs(90)));
    rig.source.connect(read.position.as_ref()).await.unwrap();
    let again = lines(&mut rig.source, 2).await;
    assert_eq!(again.gaps, []);
    assert_eq!(again.lines, [post(noon(), 1), post(noon(), 2)]);
    assert_eq!(rig.server.asked()[1].parameters["backfill_minutes"], "2");
    // A longer break is covered at its end only.
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    let back = noon().plus(Duration::from_secs(3_600));
    rig.clock.set(back);
    rig.source.connect(again.position.as_ref()).await.unwrap();
    let read = soon(rig.source.read()).await.unwrap();
    assert_eq!(rig.server.asked()[2].parameters["backfill_minutes"], "5");
    assert_eq!(read.gaps[0].to, back.minus(Duration::from_secs(300)));
}

#[tokio::test]
async fn a_month_costs_what_it_may_and_the_next_one_begins_anew() {
    let mut rig = rig_with(Limits::default(), Duration::from_secs(20), |config| {
        config.monthly_posts = Some(3);
    })
    .await;
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    let first = lines(&mut rig.source, 1).await;
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    rig.source.connect(first.position.as_ref()).await.unwrap();
    for number in 2..=5 {
        rig.server.act(Act::Post(post(noon(), number)));
    }
    let read = lines(&mut rig.source, 2).await;
    assert_eq!(read.lines, rig.server.sent()[1..3]);
    let turn = at("2026-12-01T00:00:00Z");
    let missed = Gap {
        from: noon(),
        to: turn,
        cause: GapCause::Budget,
    };
    assert_eq!(read.gaps, [missed]);
    let spent = trouble(&mut rig.source).await;
    assert_eq!(rig.source.pause(&spent, 1), turn.since(noon()));
    // Nobody reads before, whoever asks, and nothing is asked of X.
    let asked = rig.server.asked().len();
    let again = rig.source.connect(read.position.as_ref()).await.unwrap_err();
    assert_eq!(again, spent);
    assert_eq!(rig.server.asked().len(), asked);
    rig.clock.set(turn);
    rig.source.connect(read.position.as_ref()).await.unwrap();
    rig.server.act(Act::Post(post(turn, 6)));
    let read = lines(&mut rig.source, 1).await;
    assert_eq!(read.lines, [post(turn, 6)]);
    assert_eq!(read.gaps, []);
}

#[tokio::test]
async fn a_cap_lowered_below_what_was_read_is_told_as_a_gap() {
    let mut rig = rig_with(Limits::default(), Duration::from_secs(20), |config| {
        config.monthly_posts = Some(0);
    })
    .await;
    rig.source.connect(None).await.unwrap();
    let read = soon(rig.source.read()).await.unwrap();
    assert_eq!(read.gaps[0].cause, GapCause::Budget);
    assert!(matches!(trouble(&mut rig.source).await, Trouble::Limited { .. }));
    assert_eq!(rig.server.asked(), []);
}
