//! Posts are looked up again, within the budget: what is gone is told, and what could not be looked up counts.

use backtweet_domain::PostEvent;

use super::*;
use crate::normalise::x::normalise;

const HOUR: Duration = Duration::from_secs(3_600);

/// One connection whose month has room for `posts`, and which looks posts up without long waits.
async fn rig_of(posts: Option<u64>) -> Rig {
    let mut rig = rig_with(Limits::default(), Duration::from_millis(20), |config| {
        config.monthly_posts = posts;
    })
    .await;
    hasten(&mut rig.source);
    rig
}

fn hasten(source: &mut XSource) {
    (source.look.every, source.look.stored) = (Duration::from_millis(5), Duration::from_millis(5));
}

fn id(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["data"]["id"].as_str().unwrap().to_owned()
}

/// Reads until that holds of everything that was read.
async fn read_until(source: &mut XSource, holds: impl Fn(&Read) -> bool) -> Read {
    let mut all = Read::default();
    soon(async {
        while !holds(&all) {
            let read = source.read().await.unwrap();
            all.lines.extend(read.lines);
            all.unchecked += read.unchecked;
            all.left_out += read.left_out;
            all.position = read.position.or(all.position.take());
        }
    })
    .await;
    all
}

/// The posts that these lines take back.
fn taken_back(lines: &[Bytes]) -> Vec<String> {
    let events = lines.iter().flat_map(|line| normalise(line, noon()).unwrap().events);
    let deleted = |event| match event {
        PostEvent::Deleted { id, revision, .. } => (revision == u64::MAX).then(|| id.native().to_owned()),
        _ => None,
    };
    events.filter_map(deleted).collect()
}

fn asked(server: &X) -> usize {
    server.looked_up().iter().map(Vec::len).sum()
}

#[tokio::test]
async fn a_post_that_is_deleted_or_hidden_is_taken_back() {
    let mut rig = rig_of(Some(1_000)).await;
    rig.source.connect(None).await.unwrap();
    let posts: Vec<String> = (0..4).map(|number| post(noon(), number)).collect();
    posts.iter().for_each(|post| rig.server.act(Act::Post(post.clone())));
    lines(&mut rig.source, 4).await;
    assert_eq!(asked(&rig.server), 0, "nothing is paid for that is not due");
    rig.server.remove(&id(&posts[1]));
    rig.server.hide(&id(&posts[2]));
    rig.clock.set(noon().plus(HOUR));
    let read = read_until(&mut rig.source, |read| read.lines.len() == 2).await;
    assert_eq!(taken_back(&read.lines), [id(&posts[1]), id(&posts[2])]);
    assert_eq!(
        rig.server.looked_up(),
        [posts.iter().map(|post| id(post)).collect::<Vec<_>>()]
    );
    // The others are looked up again the next day, those not.
    rig.clock.set(noon().plus(HOUR * 24));
    read_until(&mut rig.source, |_| rig.server.looked_up().len() == 2).await;
    assert_eq!(rig.server.looked_up()[1], [id(&posts[0]), id(&posts[3])]);
    assert_eq!(read.unchecked, 0);
}

#[tokio::test]
async fn an_edit_that_the_stream_did_not_bring_is_found() {
    let mut rig = rig_of(Some(1_000)).await;
    let first = id(&post(noon(), 1));
    let newer = post(noon().plus(Duration::from_secs(600)), 1);
    let edit = newer.replace(
        r#""author_id""#,
        &format!(r#""edit_history_tweet_ids":["{first}","{}"],"author_id""#, id(&newer)),
    );
    // While nobody is connected.
    rig.server.act(Act::Post(edit));
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    lines(&mut rig.source, 1).await;
    rig.clock.set(noon().plus(HOUR));
    let read = read_until(&mut rig.source, |read| read.lines.len() == 1).await;
    let events = normalise(&read.lines[0], rig.clock.now()).unwrap().events;
    assert!(
        matches!(&events[..], [PostEvent::Edited { post }] if post.id.native() == first),
        "{events:?}"
    );
    assert_eq!(rig.server.looked_up(), [vec![first], vec![id(&newer)]]);
}

#[tokio::test]
async fn what_is_to_be_looked_up_survives_a_restart_and_a_break() {
    let mut rig = rig_of(Some(1_000)).await;
    rig.source.connect(None).await.unwrap();
    let gone = post(noon(), 1);
    rig.server.act(Act::Post(gone.clone()));
    let stored = lines(&mut rig.source, 1).await.position;
    rig.server.act(Act::Cut);
    trouble(&mut rig.source).await;
    rig.server.remove(&id(&gone));
    rig.clock.set(noon().plus(HOUR));
    let mut other = rig.other();
    hasten(&mut other);
    other.connect(stored.as_ref()).await.unwrap();
    let read = read_until(&mut other, |read| !read.lines.is_empty()).await;
    assert_eq!(taken_back(&read.lines), [id(&gone)]);
}

#[tokio::test]
async fn a_limit_is_waited_out_while_the_stream_is_read_and_costs_nothing() {
    let mut rig = rig_of(Some(1_000)).await;
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    lines(&mut rig.source, 1).await;
    rig.server.remove(&id(&post(noon(), 1)));
    rig.server.refuse_look_ups(Refusal {
        retry_after: Some("1".to_owned()),
        ..refusal(429, "slowly")
    });
    let later = noon().plus(HOUR);
    rig.clock.set(later);
    let began = Instant::now();
    rig.server.act(Act::Post(post(later, 2)));
    assert_eq!(lines(&mut rig.source, 1).await.lines, [post(later, 2)]);
    let read = read_until(&mut rig.source, |read| !read.lines.is_empty()).await;
    assert_eq!(taken_back(&read.lines).len(), 1);
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "it was left alone for so long"
    );
    // Two over the stream, and one look-up.
    assert!(read.position.unwrap().0.contains(r#""posts":3"#));
}

#[tokio::test]
async fn a_budget_that_is_too_small_is_kept_to_and_what_it_left_out_counts() {
    let mut rig = rig_of(Some(20)).await;
    rig.source.connect(None).await.unwrap();
    for number in 0..10 {
        rig.server.act(Act::Post(post(noon(), number)));
    }
    lines(&mut rig.source, 10).await;
    // A fifth of what is left of the month, rounded down: 2, and 1 of the rest.
    rig.clock.set(noon().plus(HOUR));
    read_until(&mut rig.source, |_| asked(&rig.server) == 3).await;
    rig.clock.set(noon().plus(HOUR * 3));
    let read = read_until(&mut rig.source, |read| read.unchecked > 0).await;
    assert_eq!((read.unchecked, asked(&rig.server)), (7, 3));
    let position = read.position.unwrap().0;
    assert!(
        position.contains(r#""looked_up":3"#) && position.contains(r#""posts":13"#),
        "{position}"
    );
    // Nothing is left for the look-ups, and the stream goes on.
    rig.server.act(Act::Post(post(noon().plus(HOUR * 3), 99)));
    assert_eq!(lines(&mut rig.source, 1).await.left_out, 0);
}

#[tokio::test]
async fn what_cannot_be_looked_up_counts_once_it_is_too_late_and_a_new_month_pays_for_itself() {
    let mut rig = rig_of(Some(1_000)).await;
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    lines(&mut rig.source, 1).await;
    let mut turn = |now| {
        let source = &mut rig.source;
        source.progress.turn(now);
        let api = Arc::clone(&source.follow.api);
        let told = source
            .look
            .go_on(Moment::Due, &mut source.progress, source.cap, now, &api);
        (told.unchecked, told.has_moved)
    };
    assert_eq!(turn(noon().plus(HOUR)), (0, true), "it is counted as made");
    // It could not be, for hours.
    assert_eq!(turn(noon().plus(HOUR * 3)), (1, true));
    assert_eq!(turn(noon().plus(HOUR * 24)), (0, true), "the next time");
    assert_eq!(turn(at("2026-12-01T00:00:00Z")), (0, false), "the month is over");
    assert_eq!(asked(&rig.server), 0);
}

#[tokio::test]
async fn without_a_budget_look_ups_are_a_fifth_of_all_that_is_read() {
    let mut rig = rig_of(None).await;
    rig.source.connect(None).await.unwrap();
    for number in 0..20 {
        rig.server.act(Act::Post(post(noon(), number)));
    }
    lines(&mut rig.source, 20).await;
    rig.clock.set(noon().plus(HOUR));
    read_until(&mut rig.source, |_| asked(&rig.server) == 5).await;
    rig.clock.set(noon().plus(HOUR * 3));
    let read = read_until(&mut rig.source, |read| read.unchecked > 0).await;
    assert_eq!((read.unchecked, asked(&rig.server)), (15, 5));
}

#[tokio::test]
async fn crashes_cost_some_look_ups_and_never_overdraw_the_budget() {
    let mut rig = rig_of(Some(1_000)).await;
    rig.source.connect(None).await.unwrap();
    (0..300).for_each(|number| rig.server.act(Act::Post(post(noon(), number))));
    let mut stored = lines(&mut rig.source, 300).await.position;
    rig.clock.set(noon().plus(HOUR));
    let rig = rig;
    let mut crashes = 0;
    for _ in 0..6 {
        rig.server.act(Act::Cut);
        let mut source = rig.other();
        hasten(&mut source);
        soon(async {
            while source.connect(stored.as_ref()).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let before = rig.server.looked_up().len();
        for _ in 0..20 {
            tokio::select! {
                biased;
                // It dies while the answer is on its way.
                () = rig.server.until_looked_up(before + 1) => {
                    crashes += 1;
                    break;
                }
                read = source.read() => match read {
                    Ok(read) => stored = read.position.or(stored),
                    Err(_) => break,
                },
            }
        }
        let progress = Progress::read(stored.as_ref().unwrap()).unwrap();
        let counted: serde_json::Value = serde_json::from_str(&progress.position().0).unwrap();
        let looked_up = counted["looked_up"].as_u64().unwrap();
        assert!(asked(&rig.server) as u64 <= looked_up, "{counted}");
        assert!(
            looked_up <= 200 && counted["posts"].as_u64() <= Some(1_000),
            "{counted}"
        );
    }
    assert!(crashes >= 2, "{:?}", rig.server.looked_up());
}

#[tokio::test]
async fn a_look_up_is_not_made_before_a_long_lease_would_have_run_out() {
    let rig = rig().await;
    let lease = Duration::from_secs(600);
    assert!(rig.other().under_lease(lease).look.stored > lease);
}
