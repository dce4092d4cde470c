//! What queries say about posts.

use backtweet_domain::query::parse;
use backtweet_domain::{Author, Entities, Network, PostId, Span, SubjectId, Timestamp};

use super::*;

pub(crate) fn subject(id: &str) -> backtweet_domain::Subject {
    backtweet_domain::Subject {
        generation: 1,
        ..backtweet_domain::Subject::new(SubjectId::new(id).unwrap())
    }
}

pub(crate) fn post(text: &str) -> Post {
    Post {
        id: PostId::new(Network::X, "1").unwrap(),
        revision: 0,
        author: Author {
            id: AccountId::new(Network::X, "7").unwrap(),
            handle: Some("ann".into()),
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: text.into(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::EPOCH,
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}

pub(crate) fn mention(handle: &str, automatic: bool, start: u32, end: u32) -> Mention {
    Mention {
        account: None,
        handle: Some(handle.into()),
        span: Some(Span { start, end }),
        automatic,
    }
}

fn holds(query: &str, post: &Post) -> bool {
    let mut text = String::new();
    push_own_text(post, &mut text);
    View::of(post, &text).holds(&parse(query).unwrap().expr)
}

#[test]
fn terms_are_near_whichever_comes_first_but_not_where_one_stands_on_the_other() {
    for (query, text, expected) in [
        ("acme NEAR/1 refund", "acme wants a refund", false),
        ("acme NEAR/2 refund", "acme wants a refund", true),
        ("acme NEAR/2 refund", "refund from the acme", true),
        ("refund* NEAR/0 acme", "refunding acme", true),
        ("acme NEAR/0 acme", "acme", false),
        ("acme NEAR/0 acme", "acme acme", true),
        ("\"a b\" NEAR/0 \"b c\"", "a b c", false),
        ("\"a b\" NEAR/5 \"b c\"", "a b c, b c", true),
        ("acme NEAR/1 refund", "acme x x acme x refund", true),
        ("acme NEAR/2 refund", "acme 東京 refund", true),
        ("acme NEAR/1 refund", "acme 東京 refund", false),
    ] {
        assert_eq!(holds(query, &post(text)), expected, "{query} in {text}");
    }
}

#[test]
fn words_that_the_network_put_there_are_none_of_the_authors_wherever_they_stand() {
    let mut reply = post("hi @acme there @zeta? you");
    reply.entities.mentions = vec![mention("zeta", true, 15, 21), mention("acme", true, 3, 8)];
    assert!(!holds("acme", &reply) && !holds("zeta", &reply) && !holds("has:question", &reply));
    assert!(holds("hi there you", &reply) && holds("\"hi there\"", &reply) && holds("@acme @zeta", &reply));
    reply.entities.mentions[1].span = Some(Span { start: 4, end: 3 });
    assert!(holds("acme", &reply), "a span that is none hides nothing");
}

#[test]
fn a_query_says_what_those_of_its_parts_say_that_hold_and_may() {
    let said = |query: &str, post: &Post| {
        let mut text = String::new();
        push_own_text(post, &mut text);
        let expr = parse(query).unwrap().expr;
        let view = View::of(post, &text);
        assert!(view.holds(&expr), "{query}");
        view.said(&expr)
    };
    let mut tagged = post("@acme what a day");
    tagged.entities.mentions = vec![mention("acme", true, 0, 5)];
    tagged.entities.hashtags = vec![Hashtag {
        tag: "Day".into(),
        span: None,
    }];
    tagged.entities.links = vec![Link::new("https://shop.acme.example/a", None)];
    for (query, kinds) in [
        ("@acme OR zeta", vec![Kind::Mention]),
        ("#day what", vec![Kind::Hashtag, Kind::Keyword]),
        ("what NEAR day", vec![Kind::Keyword]),
        ("domain:acme.example url:shop.acme.example/a", vec![Kind::Link]),
        ("from:ann -#night", vec![Kind::Keyword]),
        ("from:ann -(zeta -#day)", vec![Kind::Hashtag]),
    ] {
        let said = said(query, &tagged);
        assert_eq!(said.kinds, kinds.into_iter().collect(), "{query}");
        assert!(!said.written, "{query}");
    }
    tagged.entities.mentions.push(mention("acme", false, 0, 5));
    assert!(said("@acme OR zeta", &tagged).written);
}
