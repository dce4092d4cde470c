//! `Push` over a real connection, on the loopback interface.

use std::sync::Arc;
use std::time::Duration;

use backtweet_domain::ManualClock;
use backtweet_store::FjallStore;
use backtweet_stream::{Cleanup, FjallLog, Log, Topic};
use backtweet_wire::topics;
use backtweet_wire::v1::collector_service_client::CollectorServiceClient;
use bytes::Bytes;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Code;
use tonic::transport::{Channel, Server};
use tonic_types::StatusExt;

use super::*;
use crate::testing::{MemoryLog, received};

const DEADLINE: Duration = Duration::from_secs(30);

struct Suite {
    client: CollectorServiceClient<Channel>,
    log: Arc<MemoryLog>,
    _folder: tempfile::TempDir,
}

async fn serve(config: Config) -> Suite {
    let log = Arc::new(MemoryLog::default());
    let (client, folder) = serve_over(log.clone(), config).await;
    Suite {
        client,
        log,
        _folder: folder,
    }
}

async fn serve_over(log: Arc<dyn Log>, config: Config) -> (CollectorServiceClient<Channel>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FjallStore::open_at(folder.path()).unwrap());
    let ports = Ports {
        log,
        store,
        clock: Arc::new(ManualClock::at(received())),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(crate::service(ports, config));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let client = CollectorServiceClient::connect(format!("http://{address}"))
        .await
        .unwrap();
    (client, folder)
}

fn line(number: u64) -> Bytes {
    format!(
        r#"{{"id":"other:{number}","author":{{"id":"other:a"}},"text":"hi","witnessed_at":"2026-07-01T12:00:00Z"}}"#
    )
    .into()
}

fn raw(sequence: u64, wire: v1::Wire, lines: Vec<Bytes>) -> v1::PushRequest {
    let raw = v1::RawLines {
        wire: wire.into(),
        instance: None,
        first_line: 1,
        lines,
    };
    v1::PushRequest {
        sequence,
        events: Vec::new(),
        raw: Some(raw),
    }
}

/// Sends the requests and reads the answers to the end of the stream.
async fn push(suite: &mut Suite, requests: Vec<v1::PushRequest>) -> (Vec<v1::PushResponse>, Option<Status>) {
    let answers = async {
        let mut stream = suite
            .client
            .push(tokio_stream::iter(requests))
            .await
            .unwrap()
            .into_inner();
        let mut answers = Vec::new();
        loop {
            match stream.next().await {
                Some(Ok(answer)) => answers.push(answer),
                Some(Err(status)) => return (answers, Some(status)),
                None => return (answers, None),
            }
        }
    };
    tokio::time::timeout(DEADLINE, answers).await.expect("the stream ends")
}

#[tokio::test]
async fn every_request_is_acknowledged_in_order_once_it_is_durable() {
    let mut suite = serve(Config {
        requests_in_flight: 2,
        ..Config::default()
    })
    .await;
    let requests = (0..50).map(|sequence| {
        raw(
            sequence,
            v1::Wire::Post,
            vec![line(2 * sequence), line(2 * sequence + 1)],
        )
    });
    let (answers, status) = push(&mut suite, requests.collect()).await;
    assert!(status.is_none(), "{status:?}");
    let told: Vec<_> = answers
        .iter()
        .map(|answer| (answer.sequence, answer.accepted))
        .collect();
    assert_eq!(told, (0..50).map(|sequence| (sequence, 2)).collect::<Vec<_>>());
    let keys: Vec<_> = suite.log.events().iter().map(PostEvent::key).collect();
    assert_eq!(
        keys,
        (0..100).map(|number| format!("other:{number}")).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn bad_lines_and_events_never_end_the_stream() {
    let mut suite = serve(Config::default()).await;
    let bad_event = v1::PostEvent { event: None };
    let mixed = v1::PushRequest {
        events: vec![bad_event],
        ..raw(1, v1::Wire::Post, vec![Bytes::from_static(b"{"), line(1)])
    };
    let (answers, status) = push(
        &mut suite,
        vec![
            mixed,
            raw(2, v1::Wire::Jetstream, vec![Bytes::from_static(b"junk")]),
            raw(3, v1::Wire::Post, vec![line(2)]),
        ],
    )
    .await;
    assert!(status.is_none(), "{status:?}");
    let told: Vec<_> = answers
        .iter()
        .map(|answer| (answer.sequence, answer.accepted, answer.refused_count))
        .collect();
    assert_eq!(told, [(1, 1, 2), (2, 0, 1), (3, 1, 0)]);
    assert_eq!(answers[1].refused[0].line, 1);
    assert_eq!(suite.log.dead_letters().len(), 2);
}

#[tokio::test]
async fn an_unknown_wire_is_told_by_field_after_what_came_before_it() {
    for (request, field) in [
        (raw(2, v1::Wire::Unspecified, vec![line(2)]), "raw.wire"),
        (raw(2, v1::Wire::Mastodon, vec![line(2)]), "raw.instance"),
    ] {
        let mut suite = serve(Config::default()).await;
        let (answers, status) = push(&mut suite, vec![raw(1, v1::Wire::Post, vec![line(1)]), request]).await;
        let status = status.expect("the mistake is told");
        assert_eq!((answers.len(), status.code()), (1, Code::InvalidArgument));
        let violations = status.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, field);
        assert_eq!(suite.log.events().len(), 1);
    }
}

#[tokio::test]
async fn a_client_that_sends_without_reading_is_held_back_until_the_log_is_there() {
    let mut suite = serve(Config {
        requests_in_flight: 1,
        ..Config::default()
    })
    .await;
    suite.log.fail(2);
    let requests = (0..20)
        .map(|sequence| raw(sequence, v1::Wire::Post, vec![line(sequence); 50]))
        .collect();
    let (answers, status) = push(&mut suite, requests).await;
    assert!(status.is_none(), "{status:?}");
    assert_eq!(answers.iter().map(|answer| answer.accepted).sum::<u64>(), 1_000);
}

#[tokio::test]
async fn what_was_acknowledged_lies_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(FjallLog::open_at(folder.path()).unwrap());
    let topic = |name: &str| Topic {
        name: name.to_owned(),
        partitions: 1,
        cleanup: Cleanup::Delete {
            retention: Duration::from_secs(3600 * 24 * 3650),
        },
    };
    log.create(&[topic(topics::POSTS), topic(topics::DEAD_LETTERS)])
        .await
        .unwrap();
    let (mut client, _store) = serve_over(log.clone(), Config::default()).await;
    let requests = vec![raw(1, v1::Wire::Post, vec![line(1), Bytes::from_static(b"{"), line(2)])];
    let mut answers = client.push(tokio_stream::iter(requests)).await.unwrap().into_inner();
    let answer = tokio::time::timeout(DEADLINE, answers.message())
        .await
        .expect("an answer")
        .unwrap()
        .unwrap();
    assert_eq!((answer.accepted, answer.refused_count), (2, 1));
    let delivered = log.read(topics::POSTS, 0, 0, 10, 10).await.unwrap();
    let keys: Vec<_> = delivered.iter().map(|delivered| delivered.record.key.clone()).collect();
    assert_eq!(keys, ["other:1", "other:2"]);
    assert_eq!(log.ends(topics::DEAD_LETTERS).await.unwrap(), [1]);
}
