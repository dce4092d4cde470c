//! A source over real sockets, against an instance that knows what it sent. What tests share is in `tests/bench.rs`, what holds in breaks in
//! `tests/breaks.rs`, what holds for recorded statuses in `tests/recorded.rs`.

mod bench;
mod breaks;
mod recorded;

use std::collections::BTreeSet;
use std::time::Duration;

use backtweet_domain::{ManualClock, PostEvent};
use backtweet_simulator::servers::mastodon::Answer;
use serde_json::{Value, json};

use self::bench::*;
use super::*;
use crate::testing::received;

#[tokio::test]
async fn posts_edits_and_deletions_come_as_they_were_sent() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.connect().await;
        let all = statuses(0..50);
        all.iter().for_each(|status| bench.server.post(status));
        let mut edited = status(7);
        edited["content"] = json!("<p>better</p>");
        edited["edited_at"] = json!(received());
        bench.server.edit(&edited);
        bench.server.delete("4711");
        bench.until(|bench| bench.gone() == ["4711"]).await;
        let events = bench.events();
        assert_eq!(events.len(), 51);
        assert!(
            matches!(&events[50], PostEvent::Edited { post } if post.text == "better"),
            "{events:?}"
        );
        assert_eq!(bench.uris(), all.iter().map(uri).collect());
        assert_eq!(bench.server.streamed().len(), 52);
        assert_eq!((bench.left.as_slice(), bench.unreadable), (&[][..], 0));
    }
}

#[tokio::test]
async fn each_stream_brings_what_belongs_to_it_and_nothing_else() {
    let (near, mut far, mut tagged) = (status(1), status(2), status(3));
    far["account"]["acct"] = json!("bob@far.example");
    tagged["account"]["acct"] = json!("bob@far.example");
    tagged["tags"] = json!([{"name": "Rust", "url": "https://home.example/tags/rust"}]);
    let mut both = status(4);
    both["tags"] = tagged["tags"].clone();
    let rows: [(&str, &[&Value]); 5] = [
        ("", &[&near, &far, &tagged, &both]),
        ("public:local", &[&near, &both]),
        ("public:remote", &[&far, &tagged]),
        ("hashtag:rust", &[&tagged, &both]),
        ("hashtag:local:rust", &[&both]),
    ];
    for (stream, expected) in rows {
        for sse in [false, true] {
            let mut bench = Bench::of(stream, sse).await;
            bench.connect().await;
            for status in [&near, &far, &tagged, &both] {
                bench.server.post(status);
            }
            bench.server.push("delete", "1");
            bench.until(|bench| bench.gone() == ["1"]).await;
            let expected: BTreeSet<_> = expected.iter().map(|status| uri(status)).collect();
            assert_eq!(bench.uris(), expected, "{stream} {sse}");
        }
    }
}

#[tokio::test]
async fn odd_events_cost_nothing_but_themselves() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.connect().await;
        let mut huge = status(1);
        huge["content"] = json!("x".repeat(10 * 1024 * 1024));
        bench.server.delete("999");
        bench.server.push("announcement.reaction", r#"{"name":"thumbs"}"#);
        bench.server.push("update", r#"{"id":"1","content":"<p>cut of"#);
        bench.server.post(&huge);
        // One over any limit, too.
        huge["content"] = json!("x".repeat(20 * 1024 * 1024));
        bench.server.post(&huge);
        bench.server.post_reordered(&statuses(2..20));
        bench.server.replay(10);
        bench.server.thump();
        let last = status(20);
        bench.server.post(&last);
        bench.until_all_of(&[last]).await;
        let mut expected: BTreeSet<_> = statuses(2..21).iter().map(uri).collect();
        assert_eq!(bench.uris(), expected, "sse: {sse}");
        assert_eq!(bench.gone(), ["999"]);
        let streamed = bench.server.streamed().len();
        assert!(streamed < 40, "{streamed}: no break brought anything twice");
        // Nor does a break behind them.
        bench.server.close();
        let missed = status(30);
        bench.server.post(&missed);
        expected.insert(uri(&missed));
        bench.until_all_of(&[missed]).await;
        bench.until(|bench| bench.open.is_empty()).await;
        assert_eq!((bench.uris(), bench.left.as_slice()), (expected, &[][..]));
    }
}

#[tokio::test]
async fn a_stalled_stream_is_noticed_even_if_no_read_lasts_that_long() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.source.patience.silent = Duration::from_millis(400);
        bench.connect().await;
        bench.until(|bench| bench.position.is_some()).await;
        bench.server.stall();
        let missed = status(3_600_000);
        bench.server.post(&missed);
        let noticed = async {
            loop {
                let short = Duration::from_millis(50);
                if let Ok(Err(trouble)) = tokio::time::timeout(short, bench.source.read()).await {
                    return trouble;
                }
            }
        };
        let trouble = tokio::time::timeout(DEADLINE, noticed).await.unwrap();
        assert!(
            matches!(&trouble, Trouble::Lost { reason } if reason.contains("heartbeat")),
            "{trouble}"
        );
        bench.until_all_of(&[missed]).await;
    }
}

#[tokio::test]
async fn a_quiet_stream_that_lives_moves_its_position_on() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        bench.connect().await;
        bench.pass(600);
        bench.server.thump();
        let at = bench.clock.now();
        let reached = |bench: &Bench| bench.position.as_ref().and_then(Stand::read).map(|stand| stand.at);
        bench.until(|bench| reached(bench) == Some(at)).await;
        assert_eq!(bench.uris(), BTreeSet::new());
    }
}

#[tokio::test]
async fn a_bad_token_is_said_with_its_remedy_and_mended_without_a_restart() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        let place = bench.folder.path().join("token");
        std::fs::write(&place, "wr0ng").unwrap();
        let trouble = bench.source.connect(None).await.unwrap_err();
        let Trouble::Unusable { reason } = &trouble else {
            panic!("{trouble:?}")
        };
        assert!(reason.contains("401") && reason.contains("token"), "{reason}");
        assert!(!reason.contains("wr0ng"), "{reason}");
        assert!(bench.source.pause(&trouble, 1) >= LONGEST_PAUSE / 2);
        std::fs::remove_file(&place).unwrap();
        let trouble = bench.source.connect(None).await.unwrap_err();
        assert!(
            matches!(&trouble, Trouble::Unusable { reason } if reason.contains("write the token there")),
            "{trouble}"
        );
        std::fs::write(&place, TOKEN).unwrap();
        bench.connect().await;
    }
}

#[tokio::test]
async fn a_subscription_that_is_refused_is_no_quiet_stream() {
    let mut bench = Bench::start(false).await;
    for status in [401, 503] {
        bench.server.fail("subscribe", Answer::Status(status), 1);
        bench.source.connect(None).await.unwrap();
        let trouble = loop {
            if let Err(trouble) = bench.source.read().await {
                break trouble;
            }
        };
        match trouble {
            Trouble::Unusable { reason } => assert!(status == 401 && reason.contains("token"), "{reason}"),
            trouble => assert!(matches!(trouble, Trouble::Status { status: 503, .. }), "{trouble}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_wants_to_be_left_alone_is_left_alone() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        for answer in [Answer::Limited(900), Answer::Down(900)] {
            bench.server.fail("/api/v1/streaming", answer, 1);
            let limited = bench.source.connect(None).await.unwrap_err();
            assert!(bench.source.pause(&limited, 1) >= Duration::from_secs(900), "{limited}");
        }
        bench.server.fail("/api/v1/streaming", Answer::Status(503), 1);
        let down = bench.source.connect(None).await.unwrap_err();
        assert!(matches!(down, Trouble::Status { status: 503, .. }), "{down}");
        for (in_a_row, most) in [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (u32::MAX, 300)] {
            let (pause, most) = (bench.source.pause(&down, in_a_row), Duration::from_secs(most));
            assert!((most / 2..=most).contains(&pause), "{in_a_row}: {pause:?}");
        }
        bench.connect().await;
    }
}

#[tokio::test]
async fn a_server_that_drops_each_connection_is_tried_ever_more_seldom() {
    for sse in [false, true] {
        let mut bench = Bench::start(sse).await;
        let mut pauses = Vec::new();
        for _ in 0..10 {
            bench.connect().await;
            bench.server.close();
            let trouble = loop {
                if let Err(trouble) = bench.source.read().await {
                    break trouble;
                }
            };
            pauses.push(bench.source.pause(&trouble, 1));
            tokio::time::timeout(DEADLINE, bench.server.subscribed(0))
                .await
                .unwrap();
        }
        assert!(pauses[9] >= LONGEST_PAUSE / 2, "{pauses:?}");
        bench.connect().await;
        bench.server.post(&status(1));
        bench.until_all_of(&[status(1)]).await;
        let lost = bench.source.pause(&ended(), 1);
        assert!(lost <= FIRST_PAUSE, "{lost:?}");
    }
}

fn ended() -> Trouble {
    Trouble::Lost {
        reason: "told to".to_owned(),
    }
}

#[tokio::test]
async fn a_token_never_goes_over_the_open_net_because_an_instance_says_so() {
    let clock = Arc::new(ManualClock::at(received()));
    let api = Api::new(place::instance("home.example").unwrap(), "", clock).unwrap();
    let streaming = api.checked("wss://streaming.home.example").unwrap();
    assert_eq!(streaming.as_str(), "https://streaming.home.example/");
    for told in [
        "ws://streaming.home.example",
        "http://home.example",
        "home.example",
        "wss:",
    ] {
        let refused = api.checked(told).unwrap_err();
        assert!(
            matches!(&refused, Trouble::Unusable { reason } if reason.contains(told)),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn streams_are_found_where_the_instance_says_or_else_on_itself() {
    let mut bench = Bench::start(true).await;
    bench.server.fail("/api/v2/instance", Answer::Status(404), 1);
    bench.connect().await;
    bench.source.api.forget_streaming();
    bench.server.fail("/api/v2/instance", Answer::Truncated, 1);
    bench.connect().await;
    bench.source.api.forget_streaming();
    bench.server.fail("/api/v2/instance", Answer::Status(503), 1);
    let down = bench.source.connect(None).await.unwrap_err();
    assert!(matches!(down, Trouble::Status { status: 503, .. }), "{down}");
}

#[test]
fn what_is_wrong_with_a_source_is_said_before_it_connects() {
    let clock = Arc::new(ManualClock::at(received()));
    let config = |instance: &str, token: &str| v1::MastodonSource {
        instance: instance.to_owned(),
        token: token.to_owned(),
        ..v1::MastodonSource::default()
    };
    let rows = [
        (config("a/b", ""), "public", "`a/b`"),
        (config("home.example", ""), "home", "`home`"),
        (config("home.example", "s3cret"), "public", "env:NAME"),
    ];
    for (config, stream, expected) in rows {
        let Err(refused) = MastodonSource::new(&config, stream, clock.clone()) else {
            panic!("{config:?} is taken")
        };
        assert!(refused.contains(expected) && !refused.contains("s3cret"), "{refused}");
    }
    let source = MastodonSource::new(&config("Home.example", ""), "", clock).unwrap();
    assert_eq!(source.instance_host(), "home.example");
}
