//! The suite's own JSON as clients write it, carefully and not.

use backtweet_domain::{Engagement, Span};
use serde_json::{Value, json};

use super::*;
use crate::normalise::tests::received;

fn read(line: &Value) -> Normalised {
    normalise(line.to_string().as_bytes(), received()).unwrap()
}

fn only_post(line: &Value) -> Post {
    match read(line).events.remove(0) {
        PostEvent::Created { post } => *post,
        other => panic!("{other:?}"),
    }
}

fn bare(more: Value) -> Value {
    let mut post =
        json!({"id": "other:1", "author": {"id": "other:ann"}, "text": "hi", "witnessed_at": "2026-07-01T12:00:00Z"});
    for (key, value) in more.as_object().unwrap() {
        post[key] = value.clone();
    }
    post
}

#[test]
fn every_event_reads_back_as_it_was_written() {
    let post = Box::new(only_post(&bare(json!({}))));
    let at = Timestamp::from_seconds(1_780_000_000);
    for event in [
        PostEvent::Created { post: post.clone() },
        PostEvent::Edited { post: post.clone() },
        PostEvent::Deleted {
            id: post.id.clone(),
            revision: u64::MAX,
            at,
        },
        PostEvent::Engagement {
            id: post.id.clone(),
            engagement: Engagement {
                likes: Some(1),
                ..Engagement::default()
            },
            at,
        },
    ] {
        let line = serde_json::to_string(&event).unwrap();
        assert_eq!(normalise(line.as_bytes(), received()).unwrap().events, [event]);
    }
    let follow = json!({"event": "follow", "key": "k", "follower": "x:1", "followed": "x:2", "revision": 1, "active": true, "at": "2026-07-01T12:00:00Z"});
    assert!(matches!(&read(&follow).events[..], [PostEvent::Follow(_)]));
    let account =
        json!({"event": "account", "account": "x:1", "state": "hidden", "seq": 4, "at": "2026-07-01T12:00:00Z"});
    assert!(matches!(&read(&account).events[..], [PostEvent::Account(_)]));
}

#[test]
fn what_a_client_numbers_its_edits_by_leaves_room_for_completing_each() {
    let rank = |more: Value| only_post(&bare(more)).revision;
    let [first, second] = [0, 1].map(|edition| rank(json!({"revision": edition})));
    let completed = revision::with_links(revision::with_references(first));
    assert!(first < completed && completed < second);
    let deleted = json!({"event": "deleted", "id": "other:1", "revision": 0, "at": "2026-07-01T12:00:00Z"});
    assert!(
        matches!(read(&deleted).events[..], [PostEvent::Deleted { revision, .. }] if (completed..second).contains(&revision))
    );
}

#[test]
fn a_post_without_an_event_time_gets_its_own_time_or_that_of_receipt() {
    let at = |created: Value| only_post(&bare(json!({"witnessed_at": null, "created_at": created}))).witnessed_at;
    assert_eq!(at(json!("2026-07-01T11:00:00Z")).to_string(), "2026-07-01T11:00:00Z");
    assert_eq!(at(json!("2033-01-01T00:00:00Z")), received());
    assert_eq!(at(Value::Null), received());
}

#[test]
fn entities_are_found_in_the_text_unless_the_post_brings_its_own() {
    let text = "@Ann likes #rust and https://example.org/a";
    let found = only_post(&bare(json!({"text": text}))).entities;
    assert_eq!(
        (found.mentions.len(), found.hashtags.len(), found.links.len()),
        (1, 1, 1)
    );
    assert_eq!(
        only_post(&bare(json!({"text": text, "entities": {}}))).entities,
        Entities::default()
    );
}

#[test]
fn what_clients_write_carelessly_is_brought_into_form() {
    let entities = json!({
        "mentions": [{"handle": "@Ann", "span": {"start": 1, "end": 9}}],
        "hashtags": [{"tag": "#rust", "span": {"start": 0, "end": 2}}],
        "links": [{"url": "https://EXAMPLE.org/a?utm_source=x"}],
    });
    let out = read(&bare(
        json!({"text": "é #rust", "entities": entities, "author": {"id": "other:ann", "handle": "@ANN"}}),
    ));
    let [PostEvent::Created { post }] = &out.events[..] else {
        panic!("{out:?}")
    };
    assert_eq!(post.author.handle.as_deref(), Some("ann"));
    assert_eq!(
        (
            post.entities.mentions[0].handle.as_deref(),
            post.entities.mentions[0].span
        ),
        (Some("ann"), None)
    );
    assert_eq!(
        (post.entities.hashtags[0].tag.as_str(), post.entities.hashtags[0].span),
        ("rust", Some(Span { start: 0, end: 2 }))
    );
    assert_eq!(post.entities.links[0].canonical, "https://example.org/a");
    assert_eq!(out.repaired, 1);
}

#[test]
fn a_refusal_names_the_field_and_quotes_the_line() {
    let refused = |line: Value| normalise(line.to_string().as_bytes(), received()).unwrap_err();
    let why = refused(json!({"event": "created", "post": {"author": {"id": "other:a"}}}));
    assert!(why.reason.starts_with("missing field `id` in `{\"author\""), "{why}");
    assert_eq!(refused(json!({"event": "vanished"})).field, "event");
    let why = refused(bare(json!({"id": "1"})));
    assert!(why.reason.contains("does not start with a network"), "{why}");
    assert_eq!(refused(bare(json!({"text": "x".repeat(70_000)}))).field, "text");
    assert_eq!(
        refused(bare(json!({"witnessed_at": "1969-01-01T00:00:00Z"}))).field,
        "witnessed_at"
    );
}
