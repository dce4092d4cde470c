//! What is said about why a post matches.

use backtweet_domain::{Hashtag, Kind, Link};

use super::*;
use crate::query::tests::{mention, post, subject};

fn written<'a>(post: &'a Post, places: &[Place]) -> Vec<&'a str> {
    let spans = places.iter().filter_map(|place| place.span);
    spans
        .map(|span| &post.text[span.start as usize..span.end as usize])
        .collect()
}

#[test]
fn every_part_of_a_subject_says_where_in_the_post_it_is() {
    let subject = Subject {
        accounts: vec![OwnedAccount {
            network: None,
            native: Some("7".into()),
            handles: vec!["@Acme".into(), "zeta".into()],
        }],
        keywords: vec!["cafe".into(), "gone".into()],
        hashtags: vec!["#Day".into()],
        links: vec!["shop.example/a".into()],
        domains: vec!["shop.example".into()],
        ..subject("a")
    };
    let mut post = post("@acme das CAFÉ, Cafe\u{301} #day shop.example/a");
    post.entities.mentions = vec![mention("acme", false, 0, 5)];
    let tag_at = post.text.find('#').unwrap();
    let span = |start: usize, length: usize| {
        let offset = |at| u32::try_from(at).unwrap();
        Some(Span {
            start: offset(start),
            end: offset(start + length),
        })
    };
    post.entities.hashtags = vec![Hashtag {
        tag: "day".into(),
        span: span(tag_at, 4),
    }];
    post.entities.links = vec![Link::new("https://shop.example/a", span(tag_at + 5, 14))];
    let explained = explain(&subject, &post);
    let found: Vec<_> = explained
        .parts
        .iter()
        .map(|part| (part.text.as_str(), written(&post, &part.places)))
        .collect();
    assert_eq!(
        found,
        [
            ("7", vec![]),
            ("@Acme", vec!["@acme"]),
            ("zeta", vec![]),
            ("cafe", vec!["CAFÉ", "Cafe\u{301}"]),
            ("gone", vec![]),
            ("#Day", vec!["#day"]),
            ("shop.example/a", vec!["shop.example/a"]),
            ("shop.example", vec!["shop.example/a"]),
        ]
    );
    assert_eq!(explained.parts[0].places, [at(By::Author, None)]);
    assert!(explained.owned && explained.counts && explained.query == Reading::Absent);
    let kinds = [Kind::Mention, Kind::Link, Kind::Hashtag, Kind::Keyword];
    assert_eq!(explained.kinds, kinds.into_iter().collect());
}

#[test]
fn a_query_is_taken_apart_and_what_stops_it_is_named() {
    let subject = Subject {
        query: "acme (refund* NEAR/1 money OR zeta) -spam".into(),
        context: "shop".into(),
        exclude: "game OR (".into(),
        ..subject("a")
    };
    let post = post("The ACME shop: refunding my Money");
    let explained = explain(&subject, &post);
    let Reading::Read(query) = &explained.query else {
        panic!("{explained:?}")
    };
    assert_eq!((query.what == What::All, query.holds), (true, true));
    let [acme, any, not] = query.parts.as_slice() else {
        panic!("{query:?}")
    };
    assert_eq!(written(&post, &acme.places), ["ACME"]);
    assert_eq!((any.parts[0].holds, any.parts[1].holds), (true, false));
    assert_eq!(written(&post, &any.parts[0].places), ["refund", "Money"]);
    assert_eq!((not.holds, not.parts[0].holds), (true, false));
    assert!(matches!(&explained.context, Reading::Read(context) if context.holds));
    assert!(matches!(&explained.exclude, Reading::Unreadable(_)));
    assert!(explained.counts && explained.matched());

    let elsewhere = Subject {
        context: "game".into(),
        ..subject
    };
    let explained = explain(&elsewhere, &post);
    assert!(!explained.counts && !explained.matched());
    assert!(matches!(explained.query, Reading::Read(query) if query.holds));
}
