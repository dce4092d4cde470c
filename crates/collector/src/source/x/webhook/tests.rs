//! Who may deliver posts, and what becomes of them. The signatures were made with openssl.

use backtweet_domain::ManualClock;
use backtweet_runtime::Ports;
use backtweet_store::FjallStore;

use super::*;
use crate::testing::{MemoryLog, received};

const BODY: &str = r#"{"data":{"id":"1219780709600124929","text":"hi","author_id":"1"}}"#;
const SIGNED: &str = "sha256=xFfng35SY+J+AB/ayflzRhyq3k6M7x3mCrP3knW5HYQ=";

fn webhook(folder: &std::path::Path) -> Webhook {
    let path = folder.join("secret");
    std::fs::write(&path, "consumer-secret").unwrap();
    Webhook::new(&format!("file:{}", path.display())).unwrap()
}

#[test]
fn a_challenge_is_answered_as_x_expects_it() {
    let folder = tempfile::tempdir().unwrap();
    let answer = webhook(folder.path()).answer("a-token");
    assert_eq!(
        answer,
        r#"{"response_token":"sha256=CLASKboLlP+2oISUH+2r+jaO2rKyHxRs8VjZzuqwAEE="}"#
    );
}

#[test]
fn a_body_that_was_tampered_with_is_not_taken_for_x() {
    let folder = tempfile::tempdir().unwrap();
    let webhook = webhook(folder.path());
    assert!(webhook.is_signed(BODY.as_bytes(), SIGNED.as_bytes()));
    let other = BODY.replace("hi", "ho");
    assert!(!webhook.is_signed(other.as_bytes(), SIGNED.as_bytes()));
    assert!(!webhook.is_signed(format!("{BODY}\n").as_bytes(), SIGNED.as_bytes()));
    for place in 0..SIGNED.len() {
        let mut signature = SIGNED.as_bytes().to_vec();
        signature[place] ^= 1;
        assert!(!webhook.is_signed(BODY.as_bytes(), &signature), "{place}");
        assert!(!webhook.is_signed(BODY.as_bytes(), &SIGNED.as_bytes()[..place]));
    }
    assert!(!webhook.is_signed(BODY.as_bytes(), format!("{SIGNED}=").as_bytes()));
    assert!(!format!("{webhook:?}").contains("consumer-secret"));
}

#[tokio::test]
async fn posts_that_x_delivers_are_durable_before_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(MemoryLog::default());
    let intake = Intake::new(Ports {
        log: log.clone(),
        store: Arc::new(FjallStore::open_at(folder.path().join("store")).unwrap()),
        clock: Arc::new(ManualClock::at(received())),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(webhook(folder.path()).serve(listener, Arc::new(intake)));
    let client = crate::transport::http().build().unwrap();

    let answer = client.get(format!("{url}?crc_token=a-token")).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("CLASKboLlP"));
    let post = |signature: Option<&str>, body: Vec<u8>| {
        let request = client.post(&url).body(body);
        signature
            .into_iter()
            .fold(request, |request, signature| request.header(SIGNATURE, signature))
            .send()
    };
    for signature in [None, Some("sha256=AAAA")] {
        assert_eq!(post(signature, BODY.into()).await.unwrap().status().as_u16(), 401);
    }
    assert_eq!(log.events().len(), 0);
    assert_eq!(post(Some(SIGNED), BODY.into()).await.unwrap().status().as_u16(), 200);
    let keys: Vec<String> = log.events().iter().map(backtweet_domain::PostEvent::key).collect();
    assert_eq!(keys, ["x:1219780709600124929"]);
    // A body without bounds is not read.
    let large = post(Some(SIGNED), vec![b'x'; MAX_LINE_BYTES + 1]).await;
    assert!(large.map_or(true, |answer| answer.status().as_u16() == 413));
    log.fail_for_good(backtweet_wire::topics::POSTS);
    assert_eq!(post(Some(SIGNED), BODY.into()).await.unwrap().status().as_u16(), 503);
    server.abort();
}
