//! A quick look must say the same as reading the frame whole, or nothing.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const AT: i64 = 1_783_175_888_085_434;

fn both(frame: &str) -> Glance<'_> {
    let whole = Fields::whole(frame.as_bytes()).judge();
    assert_eq!(glance(frame.as_bytes()), whole, "{frame}");
    whole
}

fn v2(kind: &str, more: &str) -> String {
    format!(
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#{kind}","seq":42,"did":"did:plc:ann","time":"2026-01-01T00:00:00Z","witnessedAt":"2026-07-04T14:38:08.085434Z"{more}}}}}"#
    )
}

#[test]
fn the_head_is_enough_on_both_wires() {
    let v1 = r#"{"did":"did:plc:ann","time_us":1783175888085434,"kind":"commit","commit":{"rev":"3m","operation":"create","collection":"app.bsky.feed.post","rkey":"1","record":NONSENSE"#;
    let seen = glance(v1.as_bytes());
    assert_eq!(
        (seen.what, seen.did.as_deref(), seen.seq),
        (What::Line, Some("did:plc:ann"), None)
    );
    assert_eq!(seen.at, Some(Timestamp::from_micros(AT)));

    let post = v2("commit", r#","rev":"3m","collection":"app.bsky.feed.post","record":{}"#);
    let seen = both(&post);
    assert_eq!(
        (seen.what, seen.did.as_deref(), seen.seq),
        (What::Line, Some("did:plc:ann"), Some(42))
    );
    assert_eq!(seen.at, Some(Timestamp::from_micros(AT)));
}

#[test]
fn what_is_not_kept_is_passed_over_and_notices_are_set_apart() {
    let like =
        json!({"did": "did:plc:ann", "time_us": AT, "kind": "commit", "commit": {"collection": "app.bsky.feed.like"}});
    assert_eq!(both(&like.to_string()).what, What::Other);
    assert_eq!(
        both(&v2("commit", r#","collection":"app.bsky.feed.like""#)).what,
        What::Other
    );
    assert_eq!(both(&v2("sync", r#","sync":{}"#)).what, What::Other);
    assert_eq!(both(&v2("account", r#","account":{"active":true}"#)).what, What::Line);
    let info = r#"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#info","name":"OutdatedCursor"}}"#;
    assert_eq!(both(info).what, What::Notice);
    assert_eq!(
        both(r#"{"$type":"error","error":"ConsumerTooSlow"}"#).what,
        What::Notice
    );
    for unclear in [
        "",
        "[]",
        "7",
        "{}",
        "rubbish",
        r#"{"kind":"commit","commit":{}}"#,
        r#"{"$type":"new"}"#,
    ] {
        assert_eq!(
            both(unclear).what,
            What::Line,
            "the normaliser says what is wrong with `{unclear}`"
        );
    }
}

#[test]
fn no_record_can_pass_itself_off_as_the_head() {
    for frame in [
        // The record first, with the names of the head in it.
        r#"{"commit":{"record":{"collection":"app.bsky.feed.post","did":"x","text":"\"collection\":\"app.bsky.feed.post\""},"collection":"a.b"},"did":"did:plc:ann","time_us":1783175888085434,"kind":"commit"}"#,
        r#"{"x\"did":"did:plc:eve","did":"did:plc:ann","time_us":1783175888085434,"kind":"commit","commit":{"collection":"a.b"}}"#,
        r#"{"kind":"commit","commit":{"a":["}",{"]":"{"}],"collection":"a.b"},"time_us":1783175888085434,"did":"did:plc:ann"}"#,
        r#" { "did" : "did:plc:\u0061nn" , "time_us" : 1783175888085434 , "kind":"commit","commit":{ "collection":"a.b" } } "#,
    ] {
        let seen = both(frame);
        assert_eq!(
            (seen.what, seen.did.as_deref()),
            (What::Other, Some("did:plc:ann")),
            "{frame}"
        );
        assert_eq!(seen.at, Some(Timestamp::from_micros(AT)));
    }
}

/// A frame of v1 whose record holds `text` as a key and as a value, its fields in any order.
fn shuffled() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        any::<String>(),
        Just("\"did\":\"x\"".to_owned()),
        Just("\\\"}".to_owned()),
        Just("collection".to_owned())
    ];
    let collection = prop_oneof![Just("app.bsky.feed.post"), Just("a.b")];
    (text, collection, Just(vec![0, 1, 2, 3]).prop_shuffle(), any::<bool>()).prop_map(
        |(text, collection, order, first)| {
            let record = json!({&text: [{"collection": "x", "did": &text}, &text]});
            let (name, record) = (
                format!(r#""collection":"{collection}""#),
                format!(r#""record":{record}"#),
            );
            let commit = if first {
                format!("{record},{name}")
            } else {
                format!("{name},{record}")
            };
            let fields = [
                r#""did":"did:plc:ann""#.to_owned(),
                format!(r#""time_us":{AT}"#),
                r#""kind":"commit""#.to_owned(),
                format!(r#""commit":{{{commit}}}"#),
            ];
            let fields: Vec<&str> = order.into_iter().map(|place| fields[place].as_str()).collect();
            format!("{{{}}}", fields.join(","))
        },
    )
}

proptest! {
    #[test]
    fn whatever_a_record_holds_and_however_fields_are_ordered_the_head_is_read_alike(frame in shuffled()) {
        let quick = Fields::quick(frame.as_bytes()).map(Fields::judge);
        prop_assert_eq!(quick, Some(Fields::whole(frame.as_bytes()).judge()));
    }

    #[test]
    fn no_bytes_make_it_panic(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
        glance(&frame);
    }

    #[test]
    fn no_cut_makes_it_panic(end in 0..400_usize) {
        let frame = v2("commit", r#","rev":"3m","collection":"app.bsky.feed.post","record":{"a":["\\",{}]}"#);
        glance(&frame.as_bytes()[..end.min(frame.len())]);
    }
}
