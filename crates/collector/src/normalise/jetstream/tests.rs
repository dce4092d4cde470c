//! Frames made by hand, for what the recorded ones do not show.

mod facets;

use backtweet_domain::Span;
use serde_json::{Value, json};

use super::*;
use crate::normalise::tests::received;

const AT: i64 = 1_783_175_888_085_434;
const REV: &str = "3mptbypluud2a";

fn frame(collection: &str, operation: &str, record: Value) -> Vec<u8> {
    let commit = json!({"rev": REV, "operation": operation, "collection": collection, "rkey": "3mptbyplj5d2a", "record": record});
    json!({"did": "did:plc:ann", "time_us": AT, "kind": "commit", "commit": commit})
        .to_string()
        .into_bytes()
}

fn read(line: &[u8]) -> Normalised {
    normalise(line, received()).unwrap()
}

fn post_of(record: Value) -> (Post, u64) {
    let mut out = read(&frame(POST, "create", record));
    assert_eq!(out.events.len(), 1);
    match out.events.remove(0) {
        PostEvent::Created { post } => (*post, out.repaired),
        other => panic!("{other:?}"),
    }
}

fn id(text: &str) -> PostId {
    text.parse().unwrap()
}

#[test]
fn a_post_keeps_who_when_where_and_in_which_language() {
    let (post, repaired) =
        post_of(json!({"text": "hi", "createdAt": "2026-07-04T14:38:06.240Z", "langs": ["de", "en"]}));
    assert_eq!(post.id, id("bluesky:at://did:plc:ann/app.bsky.feed.post/3mptbyplj5d2a"));
    assert_eq!(post.author.id.to_string(), "bluesky:did:plc:ann");
    assert_eq!(post.witnessed_at, Timestamp::from_micros(AT));
    assert_eq!(post.created_at.unwrap().to_string(), "2026-07-04T14:38:06.24Z");
    assert_eq!(post.language.as_deref(), Some("de"));
    assert_eq!(post.revision, revision::of(tid_value(REV).unwrap()));
    assert_eq!(
        post.url.as_deref(),
        Some("https://bsky.app/profile/did:plc:ann/post/3mptbyplj5d2a")
    );
    assert_eq!(repaired, 0);
}

#[test]
fn replies_and_quotes_name_the_post_and_its_author_and_lists_are_no_quotes() {
    let parent = "at://did:plc:bob/app.bsky.feed.post/1";
    let quoted = "at://did:plc:cat/app.bsky.feed.post/2";
    let reply = json!({"root": {"uri": "at://x", "cid": "c"}, "parent": {"uri": parent, "cid": "c"}});
    let embeds = [
        json!({"$type": "app.bsky.embed.record", "record": {"uri": quoted, "cid": "c"}}),
        json!({"$type": "app.bsky.embed.recordWithMedia", "record": {"$type": "app.bsky.embed.record",
            "record": {"uri": quoted, "cid": "c"}}, "media": {"$type": "app.bsky.embed.video", "video": {}}}),
    ];
    for (embed, has_media) in embeds.into_iter().zip([false, true]) {
        let (post, repaired) = post_of(json!({"text": "", "reply": reply, "embed": embed}));
        let quote = post.reference(ReferenceKind::Quote).unwrap();
        assert_eq!(quote.target, Some(id(&format!("bluesky:{quoted}"))));
        assert_eq!(quote.author.as_ref().unwrap().to_string(), "bluesky:did:plc:cat");
        let reply = post.reference(ReferenceKind::Reply).unwrap();
        assert_eq!(reply.target, Some(id(&format!("bluesky:{parent}"))));
        assert_eq!((post.has_media, repaired), (has_media, 0));
    }
    let list = json!({"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:c/app.bsky.graph.list/2", "cid": "c"}});
    let (post, repaired) = post_of(json!({"text": "", "embed": list}));
    assert_eq!((post.references, repaired), (vec![], 0));
}

#[test]
fn a_made_up_time_is_dropped_and_the_post_is_kept() {
    for made_up in [
        "2031-01-01T00:00:00Z",
        "1066-10-14T09:00:00Z",
        "0001-01-01T00:00:00Z",
        "yesterday",
        "",
    ] {
        let (post, repaired) = post_of(json!({"text": "hi", "createdAt": made_up}));
        assert_eq!((post.created_at, repaired), (None, 1), "{made_up}");
    }
    let ahead = json!({"did": "did:plc:ann", "time_us": i64::MAX, "kind": "commit", "commit":
        {"rev": REV, "operation": "delete", "collection": POST, "rkey": "1"}});
    let out = read(ahead.to_string().as_bytes());
    assert_eq!(
        (out.events[0].at(), out.repaired),
        (received(), 1),
        "a clock that runs ahead is set right"
    );
}

#[test]
fn an_edit_a_repost_and_what_is_taken_back_are_events_of_their_own() {
    let out = read(&frame(POST, "update", json!({"text": "new"})));
    assert!(matches!(&out.events[..], [PostEvent::Edited { post }] if post.text == "new"));

    let subject = json!({"uri": "at://did:plc:bob/app.bsky.feed.post/1", "cid": "c"});
    let out = read(&frame(
        REPOST,
        "create",
        json!({"subject": subject, "createdAt": "2026-07-04T14:38:08.999Z"}),
    ));
    let [PostEvent::Created { post }] = &out.events[..] else {
        panic!("{out:?}")
    };
    assert!(post.is_repost() && post.text.is_empty());
    assert_eq!(
        post.id,
        id("bluesky:at://did:plc:ann/app.bsky.feed.repost/3mptbyplj5d2a")
    );

    for collection in [POST, REPOST] {
        let out = read(&frame(collection, "delete", Value::Null));
        let expected = PostEvent::Deleted {
            id: id(&format!("bluesky:at://did:plc:ann/{collection}/3mptbyplj5d2a")),
            revision: revision::last_of(tid_value(REV).unwrap()),
            at: Timestamp::from_micros(AT),
        };
        assert_eq!(out.events, [expected]);
    }
}

#[test]
fn a_repost_found_through_another_names_that_one_first_and_nobody_but_the_author_it_reposts() {
    let subject = json!({"uri": "at://did:plc:bob/app.bsky.feed.post/1", "cid": "c"});
    let references = |via: Value| {
        let out = read(&frame(REPOST, "create", json!({"subject": subject, "via": via})));
        let [PostEvent::Created { post }] = &out.events[..] else {
            panic!("{out:?}")
        };
        let told = post.references.iter().map(|it| {
            assert_eq!(it.kind, ReferenceKind::Repost);
            let author = it.author.as_ref().map(|author| author.native().to_owned());
            (it.target.clone().unwrap().native().to_owned(), author)
        });
        (told.collect::<Vec<_>>(), out.repaired)
    };
    let post = (
        "at://did:plc:bob/app.bsky.feed.post/1".to_owned(),
        Some("did:plc:bob".to_owned()),
    );
    let repost = "at://did:plc:cat/app.bsky.feed.repost/3mpta65gqot2j";
    let through = references(json!({"uri": repost, "cid": "c"}));
    assert_eq!(through, (vec![(repost.to_owned(), None), post.clone()], 0));
    for (via, repaired) in [
        (
            json!({"uri": "at://did:plc:cat/app.bsky.graph.starterpack/1", "cid": "c"}),
            0,
        ),
        (json!("nonsense"), 1),
        (Value::Null, 0),
    ] {
        assert_eq!(references(via), (vec![post.clone()], repaired));
    }
}

#[test]
fn a_follow_is_taken_back_by_the_key_it_was_made_with() {
    let made = read(&frame(FOLLOW, "create", json!({"subject": "did:plc:bob"})));
    let undone = read(&frame(FOLLOW, "delete", Value::Null));
    let ([PostEvent::Follow(made)], [PostEvent::Follow(undone)]) = (&made.events[..], &undone.events[..]) else {
        panic!("{made:?} {undone:?}");
    };
    assert_eq!(made.key, undone.key);
    assert_eq!((made.active, undone.active), (true, false));
    assert_eq!(
        (made.followed.as_ref().map(|id| id.native()), &undone.followed),
        (Some("did:plc:bob"), &None)
    );
}

#[test]
fn only_a_deleted_account_is_erased() {
    let state = |account: Value| {
        let line = json!({"did": "did:plc:ann", "time_us": AT, "kind": "account", "account": account});
        match &read(line.to_string().as_bytes()).events[..] {
            [PostEvent::Account(change)] => (change.state, change.seq),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(state(json!({"active": true, "seq": 1})), (AccountState::Active, 1));
    assert_eq!(
        state(json!({"active": false, "seq": 2, "status": "deleted"})),
        (AccountState::Deleted, 2)
    );
    for status in ["suspended", "deactivated", "takendown", "something-new"] {
        assert_eq!(
            state(json!({"active": false, "seq": 3, "status": status})),
            (AccountState::Hidden, 3)
        );
    }
}

#[test]
fn what_the_suite_does_not_keep_is_counted() {
    for line in [
        frame("app.bsky.feed.like", "create", json!({"subject": {"uri": "at://x"}})),
        frame("place.stream.broadcast.origin", "update", json!({})),
        json!({"did": "did:plc:ann", "time_us": AT, "kind": "identity", "identity": {}})
            .to_string()
            .into_bytes(),
        json!({"did": "did:plc:ann", "time_us": AT, "kind": "sync"})
            .to_string()
            .into_bytes(),
        frame(POST, "rename", json!({})),
    ] {
        let out = read(&line);
        assert_eq!(
            (out.events.len(), out.ignored),
            (0, 1),
            "{}",
            String::from_utf8_lossy(&line)
        );
    }
}

#[test]
fn a_refusal_names_the_field_the_value_and_the_remedy() {
    let refused = |line: Value| normalise(line.to_string().as_bytes(), received()).unwrap_err();
    let commit = |rev: &str, record: Value| {
        json!({"did": "did:plc:ann", "time_us": AT, "kind": "commit", "commit":
        {"rev": rev, "operation": "create", "collection": POST, "rkey": "1", "record": record}})
    };
    assert_eq!(refused(json!({})).field, "kind");
    assert_eq!(refused(json!({"kind": "commit"})).field, "commit");
    assert_eq!(refused(commit("junk", json!({"text": ""}))).field, "commit.rev");
    assert_eq!(refused(commit(REV, json!({}))).field, "commit.record.text");
    assert_eq!(
        refused(commit(REV, json!(7))).to_string(),
        "commit.record: is `7`: send the post's record"
    );
    assert_eq!(refused(commit(REV, json!({"text": "x".repeat(70_000)}))).field, "text");
    let past = json!({"did": "did:plc:ann", "time_us": -5, "kind": "account", "account": {"active": true, "seq": 1}});
    assert_eq!(refused(past).field, "at");
}

/// The same event as v2 sends it.
fn second(v1: &Value) -> Value {
    let kind = v1["kind"].as_str().unwrap();
    let at = Timestamp::from_micros(v1["time_us"].as_i64().unwrap()).to_string();
    let mut payload = json!({"$type": format!("network.bsky.jetstream.subscribeEvents#{kind}"), "seq": 42, "did": v1["did"],
        "time": "2026-01-01T00:00:00Z", "witnessedAt": at});
    match kind {
        "commit" => (payload.as_object_mut().unwrap()).extend(v1["commit"].as_object().unwrap().clone()),
        kind => payload[kind] = v1[kind].clone(),
    }
    json!({"$type": "message", "payload": payload})
}

#[test]
fn an_account_that_may_have_another_handle_is_told_of() {
    let line = json!({"did": "did:plc:ann", "time_us": AT, "kind": "identity", "identity": {}}).to_string();
    let renamed: Vec<String> = read(line.as_bytes()).renamed.iter().map(ToString::to_string).collect();
    assert_eq!(renamed, ["bluesky:did:plc:ann"]);
}

#[test]
fn both_wires_give_the_same_events_so_that_changing_over_doubles_nothing() {
    let files = ["production_v1", "golden_v1", "sample_2024"];
    let recorded = files.map(|file| crate::normalise::tests::recorded(&format!("jetstream/{file}.jsonl")));
    let state = json!({"active": false, "seq": 7, "status": "deleted"});
    let made = [
        frame(POST, "create", json!({"text": "a", "langs": ["de"]})),
        frame(POST, "update", json!({"text": "b"})),
        frame(FOLLOW, "create", json!({"subject": "did:plc:bob"})),
        frame(FOLLOW, "delete", Value::Null),
        frame("app.bsky.feed.like", "create", json!({})),
        (json!({"did": "did:plc:ann", "time_us": AT, "kind": "account", "account": state}).to_string()).into_bytes(),
        (json!({"did": "did:plc:ann", "time_us": AT, "kind": "identity", "identity": {}}).to_string()).into_bytes(),
    ];
    for line in recorded.into_iter().flatten().chain(made) {
        let v2 = second(&serde_json::from_slice(&line).unwrap()).to_string();
        assert_eq!(read(&line), read(v2.as_bytes()), "{v2}");
    }
}

#[test]
fn notices_of_v2_are_no_events_and_what_an_event_lacks_is_named() {
    let message = |payload: Value| json!({"$type": "message", "payload": payload});
    for line in [
        message(json!({"$type": "network.bsky.jetstream.subscribeEvents#info", "name": "OutdatedCursor"})),
        message(
            json!({"$type": "network.bsky.jetstream.subscribeEvents#sync", "seq": 1, "did": "did:plc:ann", "sync": {}}),
        ),
        message(json!({"$type": "network.bsky.jetstream.subscribeEvents#new"})),
        json!({"$type": "error", "error": "ConsumerTooSlow"}),
        json!({"$type": "new"}),
    ] {
        assert_eq!(read(line.to_string().as_bytes()), Normalised::nothing(), "{line}");
    }
    let account = "network.bsky.jetstream.subscribeEvents#account";
    let state = json!({"active": true, "seq": 1});
    for (line, field) in [
        (json!({"$type": "message"}), "payload"),
        (message(json!({})), "payload.$type"),
        (message(json!({"$type": account})), "payload.account"),
        (
            message(json!({"$type": account, "did": "did:plc:ann", "account": state})),
            "payload.witnessedAt",
        ),
    ] {
        let refused = normalise(line.to_string().as_bytes(), received()).unwrap_err();
        assert_eq!(refused.field, field);
    }
}
