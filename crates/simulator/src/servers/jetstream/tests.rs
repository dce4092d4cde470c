//! That the fake speaks as the real servers do, where no source of the suite's goes: a source that relied on less would fail in the wild.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

const FIRST: i64 = 1_783_175_888_085_434;
const V2: &str = "xrpc/network.bsky.jetstream.subscribeEvents";

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn event(n: i64, kind: &str, collection: &str) -> Bytes {
    let mut line = json!({"did": format!("did:plc:a{n}"), "time_us": FIRST + n, "kind": kind});
    match kind {
        "commit" => line["commit"] = json!({"collection": collection, "rkey": n.to_string()}),
        kind => line[kind] = json!({"did": "did:plc:a", "seq": n}),
    }
    line.to_string().into()
}

/// A post, a like, a block, a follow, an identity and an account, numbered from 1.
async fn server() -> Jetstream {
    let collections = [
        "app.bsky.feed.post",
        "app.bsky.feed.like",
        "app.bsky.graph.block",
        "app.bsky.graph.follow",
    ];
    let mut events: Vec<Bytes> = (1..)
        .zip(collections)
        .map(|(n, name)| event(n, "commit", name))
        .collect();
    events.push(event(5, "identity", ""));
    events.push(event(6, "account", ""));
    let setup = Setup {
        events,
        ..Setup::default()
    };
    Jetstream::start(setup).await.unwrap()
}

async fn connect(server: &Jetstream, path: &str) -> Result<Client, Box<Error>> {
    let connected = connect_async(format!("{}/{path}", server.url())).await;
    connected.map(|(client, _)| client).map_err(Box::new)
}

/// The status with which the server refuses.
async fn refused(server: &Jetstream, path: &str) -> u16 {
    match connect(server, path).await {
        Err(error) => match *error {
            Error::Http(answer) => answer.status().as_u16(),
            other => panic!("{other}"),
        },
        Ok(_) => panic!("{path} is served"),
    }
}

async fn next(client: &mut Client) -> Option<Message> {
    let next = tokio::time::timeout(Duration::from_secs(30), client.next()).await;
    next.expect("nothing comes").and_then(Result::ok)
}

/// The last characters of the DIDs of the next events.
async fn dids(client: &mut Client, count: usize) -> String {
    let mut dids = String::new();
    for _ in 0..count {
        let frame = next(client).await.unwrap().into_text().unwrap();
        let value: Value = serde_json::from_str(&frame).unwrap();
        let did = value["did"].as_str().or_else(|| value["payload"]["did"].as_str());
        dids.push_str(&did.unwrap()["did:plc:a".len()..]);
    }
    dids
}

#[tokio::test]
async fn filters_take_prefixes_and_only_v2_can_do_without_accounts_and_identities() {
    let server = server().await;
    for (path, expected) in [
        ("subscribe?cursor=0", "123456"),
        ("subscribe?cursor=3", "3456"),
        ("subscribe?cursor=1783175888085436", "23456"),
        ("subscribe?cursor=0&wantedCollections=app.bsky.graph.*", "3456"),
        (
            "subscribe?cursor=0&wantedCollections=app.bsky.feed.post&wantedCollections=app.bsky.graph.block",
            "1356",
        ),
        ("subscribe?cursor=0&wantedDids=did:plc:a2&wantedDids=did:plc:a5", "25"),
        (&format!("{V2}?cursor=1&kinds=commit&collections=app.bsky.feed.*"), "12"),
        (&format!("{V2}?cursor=4&kinds=commit&kinds=account"), "46"),
        (&format!("{V2}?cursor=1&dids=did:plc:a6"), "6"),
    ] {
        let mut client = connect(&server, path).await.unwrap();
        assert_eq!(dids(&mut client, expected.len()).await, expected, "{path}");
    }
}

#[tokio::test]
async fn a_future_cursor_is_the_live_tail() {
    let server = server().await;
    let mut first = connect(&server, "subscribe?cursor=1983175888085436").await.unwrap();
    let mut second = connect(&server, &format!("{V2}?cursor=99")).await.unwrap();
    let told = next(&mut second).await.unwrap().into_text().unwrap();
    assert!(told.contains("#info") && told.contains("FutureCursor"), "{told}");
    server.push([event(7, "identity", "")]).unwrap();
    assert_eq!(dids(&mut first, 1).await, "7");
    assert_eq!(dids(&mut second, 1).await, "7");
}

#[tokio::test]
async fn v2_refuses_what_it_does_not_know_and_all_parameters_of_v1() {
    let server = server().await;
    for query in [
        "wantedCollections=app.bsky.feed.post",
        "wantedDids=did:plc:a1",
        "maxMessageSizeBytes=0",
        "requireHello=true",
        "compress=true",
        "kinds=likes",
        "cursor=now",
        "zstdDictionary=7",
    ] {
        assert_eq!(refused(&server, &format!("{V2}?{query}")).await, 400, "{query}");
    }
    assert_eq!(refused(&server, "firehose").await, 404);
    assert!(server.asked().iter().all(|asked| asked.refused.is_some()));
}

#[tokio::test]
async fn v1_takes_new_options_and_v2_closes_on_any_frame() {
    let server = server().await;
    let options =
        json!({"type": "options_update", "payload": {"wantedCollections": ["app.bsky.feed.like"], "wantedDids": []}})
            .to_string();
    let mut client = connect(&server, "subscribe?cursor=0&requireHello=true").await.unwrap();
    client.send(Message::text(options.clone())).await.unwrap();
    assert_eq!(dids(&mut client, 3).await, "256", "nothing before the hello");
    assert_eq!(server.asked()[0].frames[0], options);

    let mut client = connect(&server, V2).await.unwrap();
    client.send(Message::text(options)).await.unwrap();
    assert!(matches!(next(&mut client).await, Some(Message::Close(_))));
}

#[tokio::test]
async fn frames_are_compressed_by_parameter_or_header_and_pings_come_by_themselves() {
    let dictionary = b"raw content stands for a dictionary without an id".to_vec();
    let setup = Setup {
        dictionary: Some(dictionary.clone()),
        ping: Duration::from_millis(5),
        ..Setup::default()
    };
    let server = Jetstream::start(setup).await.unwrap();
    let mut client = connect(&server, "subscribe").await.unwrap();
    assert!(matches!(next(&mut client).await, Some(Message::Ping(_))));
    let mut request = server.url().into_client_request().unwrap();
    *request.uri_mut() = format!("{}/subscribe", server.url()).parse().unwrap();
    request.headers_mut().insert("socket-encoding", "zstd".parse().unwrap());
    let (by_header, _) = connect_async(request).await.unwrap();
    let by_parameter = connect(&server, "subscribe?compress=true").await.unwrap();
    server.push([event(1, "identity", "")]).unwrap();
    let mut decoder = zstd::bulk::Decompressor::with_dictionary(&dictionary).unwrap();
    for mut client in [by_header, by_parameter] {
        let frame = loop {
            if let Message::Binary(frame) = next(&mut client).await.unwrap() {
                break frame;
            }
        };
        assert_eq!(decoder.decompress(&frame, 10_000).unwrap(), event(1, "identity", ""));
    }
    let compressed: Vec<bool> = server.asked().iter().map(|asked| asked.compressed).collect();
    assert_eq!(compressed, [false, true, true]);
}
