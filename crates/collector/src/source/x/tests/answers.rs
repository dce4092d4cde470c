//! What the server's answers mean, and how long it is left alone.

use super::*;

#[tokio::test]
async fn what_the_server_answers_says_how_long_to_wait() {
    let mut rig = rig().await;
    rig.server.refuse(Refusal {
        reset: Some(noon().micros() / 1_000_000 + 77),
        ..refusal(429, "slowly")
    });
    let limited = rig.source.connect(None).await.unwrap_err();
    assert_eq!(rig.source.pause(&limited, 1), Duration::from_secs(77));
    assert_eq!(rig.source.pause(&limited, 3), Duration::from_secs(240));
    rig.server.refuse(refusal(503, "later"));
    let down = rig.source.connect(None).await.unwrap_err();
    let pauses = [1, 2, 3, 7, 8, 90].map(|in_a_row| rig.source.pause(&down, in_a_row).as_secs());
    assert_eq!(pauses, [5, 10, 20, 320, 320, 320]);
    // Unless it says until when it is down: then it is not asked before.
    rig.server.refuse(Refusal {
        retry_after: Some("1800".to_owned()),
        ..refusal(503, "later")
    });
    let down = rig.source.connect(None).await.unwrap_err();
    let pauses = [1, 2, 90].map(|in_a_row| rig.source.pause(&down, in_a_row).as_secs());
    assert_eq!(pauses, [1_800; 3]);
    rig.server.refuse(refusal(401, ""));
    let stranger = rig.source.connect(None).await.unwrap_err();
    assert!(matches!(stranger, Trouble::Unusable { .. }), "{stranger}");
    assert!(!stranger.to_string().contains(TOKEN));
    let lost = Trouble::Lost { reason: String::new() };
    assert_eq!(
        [1, 2, 3, 66].map(|row| rig.source.pause(&lost, row).as_millis()),
        [0, 250, 500, 16_000]
    );
    let limited = Trouble::Limited {
        after: None,
        reason: String::new(),
    };
    assert_eq!(
        [1, 2, 3].map(|row| rig.source.pause(&limited, row).as_secs()),
        [60, 120, 240]
    );
    // Where the rules' limits are used up, the stream is read all the same.
    rig.server.refuse_rules(refusal(429, "too many"));
    rig.server.put_rule("cats", "somebody else's");
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    assert_eq!(lines(&mut rig.source, 1).await.lines, rig.server.sent());
}

#[tokio::test]
async fn a_second_reader_of_the_only_connection_is_turned_away() {
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    let mut config = v1::XSource {
        token: format!("file:{}", rig._folder.path().join("token").display()),
        api: rig.server.url(),
        ..v1::XSource::default()
    };
    let other = XSource::new(
        &config,
        0,
        rig.subjects.subscribe(),
        Arc::clone(&rig.clock) as Arc<dyn Clock>,
    );
    let refused = other.unwrap().connect(None).await.unwrap_err();
    assert!(matches!(refused, Trouble::Limited { after: None, .. }), "{refused}");
    // A value that makes no sense is named before anything is asked for.
    config.backfill_minutes = 6;
    let wrong = XSource::new(
        &config,
        0,
        rig.subjects.subscribe(),
        Arc::clone(&rig.clock) as Arc<dyn Clock>,
    );
    assert!(wrong.err().unwrap().contains("backfill_minutes: 6"));
}
