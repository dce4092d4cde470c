//! What becomes of lines and events that are handed in, over a log that fails when told to.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::ManualClock;
use backtweet_store::FjallStore;
use backtweet_stream::Backoff;
use serde_json::json;

use super::*;
use crate::testing::{MOST_BYTES, MemoryLog, received};

fn intake() -> (Intake, Arc<MemoryLog>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(MemoryLog::default());
    let store = Arc::new(FjallStore::open_at(folder.path()).unwrap());
    let clock = Arc::new(ManualClock::at(received()));
    let moment = Duration::from_millis(1);
    let config = Config {
        backoff: Backoff {
            least: moment,
            most: moment,
        },
        ..Config::default()
    };
    (
        Intake::with(
            Ports {
                log: log.clone(),
                store,
                clock,
            },
            config,
        ),
        log,
        folder,
    )
}

fn line(number: usize, text: &str) -> Bytes {
    let post = json!({"id": format!("other:{number}"), "author": {"id": "other:ann"}, "text": text, "witnessed_at": "2026-07-01T12:00:00Z"});
    post.to_string().into()
}

fn published(log: &MemoryLog) -> Vec<String> {
    log.events().iter().map(PostEvent::key).collect()
}

#[tokio::test]
async fn bad_lines_are_told_by_number_kept_as_dead_letters_and_cost_nothing_else() {
    let (intake, log, _folder) = intake();
    let lines = [
        line(1, "a"),
        Bytes::from_static(b"{"),
        line(3, "c"),
        Bytes::from_static(b"\xff"),
        Bytes::new(),
    ];
    let taken = intake.take_lines(Wire::Post, None, 101, &lines).await.unwrap();
    assert_eq!((taken.accepted, taken.ignored, taken.refused_count), (2, 1, 2));
    let numbers: Vec<_> = taken.refused.iter().map(|refusal| refusal.line).collect();
    assert_eq!(numbers, [102, 104]);
    assert_eq!(published(&log), ["other:1", "other:3"]);
    let letters = log.dead_letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(
        (letters[0].stage.as_str(), letters[0].offset, letters[0].attempts),
        ("collector", 102, 1)
    );
    assert_eq!(letters[1].value.as_deref(), Some(&b"\xff"[..]));
    assert!(letters[1].cause.contains("is not UTF-8"), "{}", letters[1].cause);
}

#[tokio::test]
async fn a_flood_of_bad_lines_is_counted_whole_and_told_in_part() {
    let (intake, _log, _folder) = intake();
    let lines = vec![Bytes::from_static(b"no"); 250];
    let taken = intake.take_lines(Wire::X, None, 1, &lines).await.unwrap();
    assert_eq!((taken.refused.len(), taken.refused_count), (100, 250));
}

#[tokio::test]
async fn a_log_that_is_down_is_waited_for_and_loses_nothing() {
    let (intake, log, _folder) = intake();
    log.fail(3);
    let taken = intake
        .take_lines(Wire::Post, None, 1, &[line(1, "a"), line(2, "b")])
        .await
        .unwrap();
    assert_eq!(taken.accepted, 2);
    assert_eq!(published(&log), ["other:1", "other:2"]);
}

#[tokio::test]
async fn a_record_that_the_log_never_takes_costs_only_itself_and_the_order_stays() {
    let (intake, log, _folder) = intake();
    let big = "x".repeat(MOST_BYTES + 1);
    let lines: Vec<_> = (0..9)
        .map(|number| line(number, if number % 4 == 2 { &big } else { "a" }))
        .collect();
    let taken = intake.take_lines(Wire::Post, None, 1, &lines).await.unwrap();
    assert_eq!((taken.accepted, taken.refused_count), (7, 2));
    let numbers: Vec<_> = taken
        .refused
        .iter()
        .map(|refusal| (refusal.line, refusal.why.field.as_str()))
        .collect();
    assert_eq!(numbers, [(3, "record"), (7, "record")]);
    assert_eq!(
        published(&log),
        [
            "other:0", "other:1", "other:3", "other:4", "other:5", "other:7", "other:8"
        ]
    );
}

#[tokio::test]
async fn a_log_that_cannot_be_used_is_an_error_and_not_a_wait() {
    let (intake, log, _folder) = intake();
    log.fail_for_good(topics::POSTS);
    let error = intake
        .take_lines(Wire::Post, None, 1, &[line(1, "a")])
        .await
        .unwrap_err();
    assert!(matches!(error, IntakeError::Log(LogError::Unusable { .. })), "{error}");
    assert_eq!(error.into_status().code(), tonic::Code::Internal);
}

#[tokio::test]
async fn mastodon_without_its_instance_is_refused_as_a_whole() {
    let (intake, _log, _folder) = intake();
    let error = intake
        .take_lines(Wire::Mastodon, None, 1, &[Bytes::new()])
        .await
        .unwrap_err();
    let Some((field, reason)) = error.violation() else {
        panic!("{error}")
    };
    assert_eq!(field, "instance");
    assert!(reason.contains("name the host"), "{reason}");
}

#[tokio::test]
async fn ready_events_are_checked_like_lines() {
    let (intake, log, _folder) = intake();
    let mut post = match post::normalise(&line(1, "hi"), received()).unwrap().events.remove(0) {
        PostEvent::Created { post } => post,
        other => panic!("{other:?}"),
    };
    post.witnessed_at = received().plus(Duration::from_secs(3600));
    let mut long = post.clone();
    long.text = "x".repeat(70_000);
    let events = vec![PostEvent::Created { post }, PostEvent::Created { post: long }];
    let taken = intake.take(events).await.unwrap();
    assert_eq!((taken.accepted, taken.refused_count), (1, 1));
    assert_eq!(
        (taken.refused[0].line, taken.refused[0].why.field.as_str()),
        (2, "text")
    );
    assert_eq!(log.events()[0].at(), received());
}
