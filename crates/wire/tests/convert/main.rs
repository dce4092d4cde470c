//! Every domain value survives the wire, and what means nothing is refused with its place: nothing is lost or made up between two stages.

#![allow(clippy::unwrap_used)]

mod values;

use backtweet_domain::*;
use backtweet_wire::{WireError, record, v1};
use proptest::prelude::*;
use values::{event, scored, subject};

proptest! {
    #[test]
    fn every_event_survives_the_wire(event in event()) {
        prop_assert_eq!(record::decode_post_event(&record::encode_post_event(&event)), Ok(event));
    }

    #[test]
    fn every_subject_survives_the_wire(subject in subject()) {
        prop_assert_eq!(record::decode_subject(&record::encode_subject(&subject)), Ok(subject));
    }

    #[test]
    fn every_finding_survives_the_wire(scored in scored()) {
        let classified = &scored.classified;
        prop_assert_eq!(&record::decode_classified(&record::encode_classified(classified)).unwrap(), classified);
        prop_assert_eq!(record::decode_scored(&record::encode_scored(&scored)), Ok(scored));
    }

    #[test]
    fn no_bytes_make_reading_a_record_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = record::decode_post_event(&bytes);
        let _ = record::decode_subject(&bytes);
        let _ = record::decode_scored(&bytes);
        let _ = record::decode_dead_letter(&bytes);
    }

    #[test]
    fn a_record_with_a_broken_byte_is_read_or_refused_without_a_panic(event in event(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = record::encode_post_event(&event).to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = record::decode_post_event(&bytes);
    }
}

fn good_post() -> v1::Post {
    v1::Post {
        id: "x:2".into(),
        author: Some(v1::Author {
            id: "x:1".into(),
            ..Default::default()
        }),
        text: "né @acme".into(),
        references: vec![v1::Reference {
            kind: 2,
            target: Some("x:1".into()),
            ..Default::default()
        }],
        mentions: vec![v1::Mention {
            span: Some(v1::Span { start: 4, end: 9 }),
            ..Default::default()
        }],
        links: vec![v1::Link {
            url: "https://www.acme.com/?gclid=1".into(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn refused<D: std::fmt::Debug>(result: Result<D, WireError>, field: &str, names: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.field, field, "{error}");
    assert!(error.reason.contains(names), "{error}");
}

#[test]
fn a_refused_post_names_the_field_the_value_and_the_remedy() {
    let spoilt = |spoil: fn(&mut v1::Post)| {
        let mut post = good_post();
        spoil(&mut post);
        let event = v1::PostEvent {
            event: Some(v1::post_event::Event::Created(post)),
        };
        PostEvent::try_from(event)
    };
    assert!(spoilt(|_| ()).is_ok());
    refused(
        spoilt(|post| post.id = "2".into()),
        "post.id",
        "`2` does not start with a network",
    );
    refused(spoilt(|post| post.id = "x:{".into()), "post.id", "`{` is no id");
    refused(spoilt(|post| post.author = None), "post.author", "missing");
    refused(
        spoilt(|post| post.references[0].target = Some("y:1".into())),
        "post.references[0].target",
        "`y:1`",
    );
    refused(
        spoilt(|post| post.references[0].kind = 0),
        "post.references[0].kind",
        "unspecified",
    );
    refused(
        spoilt(|post| post.references[0].kind = 9),
        "post.references[0].kind",
        "9",
    );
    refused(
        spoilt(|post| post.witnessed_at_us = i64::MAX),
        "post.witnessed_at_us",
        "9223372036854775807",
    );
    refused(spoilt(|post| post.links[0].url.clear()), "post.links[0].url", "missing");
    for (start, end) in [(4, 10), (2, 4), (5, 4), (u32::MAX, u32::MAX)] {
        let mut post = good_post();
        post.mentions[0].span = Some(v1::Span { start, end });
        refused(
            Post::try_from(post),
            "mentions[0].span",
            &format!("{start}..{end} is no part of a text of 9 bytes"),
        );
    }
}

#[test]
fn a_pushed_link_gets_its_canonical_form() {
    let post = Post::try_from(good_post()).unwrap();
    assert_eq!(post.entities.links[0].canonical, "https://acme.com/");
}

#[test]
fn scores_out_of_range_are_refused_and_nan_is_out_of_every_range() {
    let sentiment = |score, confidence| {
        Sentiment::try_from(v1::Sentiment {
            label: 1,
            score,
            confidence,
            language: None,
            model: String::new(),
        })
    };
    assert!(sentiment(-1.0, 1.0).is_ok());
    refused(sentiment(-1.1, 1.0), "score", "-1.1 is out of range");
    refused(sentiment(f64::NAN, 1.0), "score", "NaN");
    refused(sentiment(0.0, -0.1), "confidence", "from 0 to 1");
    refused(sentiment(0.0, f64::INFINITY), "confidence", "inf");
}

#[test]
fn an_account_of_any_network_stays_one_and_an_unheard_of_network_does_not_become_one() {
    let account = |network| {
        OwnedAccount::try_from(v1::OwnedAccount {
            network,
            ..Default::default()
        })
    };
    assert_eq!(account(0).unwrap().network, None);
    refused(account(17), "network", "17");
}

#[test]
fn a_retention_of_no_days_or_of_one_network_twice_is_refused() {
    let read = |days, networks: &[(i32, u32)]| {
        let of_network = |&(network, days): &(i32, u32)| v1::NetworkRetention { network, days };
        Retention::try_from(v1::Retention {
            days,
            networks: networks.iter().map(of_network).collect(),
        })
    };
    assert!(read(Some(36_500), &[(1, 1), (3, 30)]).is_ok());
    refused(read(Some(0), &[]), "days", "0 days");
    refused(read(None, &[(1, 36_501)]), "networks[0].days", "36501");
    refused(read(None, &[(0, 3)]), "networks[0].network", "unspecified");
    refused(
        read(None, &[(1, 3), (1, 4)]),
        "networks[1].network",
        "bluesky is named twice",
    );
}

#[test]
fn an_empty_record_says_what_it_lacks() {
    refused(record::decode_post_event(b""), "event", "missing");
    refused(record::decode_subject(b""), "id", "``");
    refused(record::decode_scored(b""), "classified", "missing");
    refused(record::decode_post_event(b"\xff"), "record", "backtweet.v1.PostEvent");
}
