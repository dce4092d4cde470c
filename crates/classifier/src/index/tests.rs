//! Which subjects a post matches, and by what.

use proptest::prelude::*;

use backtweet_domain::{
    Author, Entities, Hashtag, Link, Mention, OwnedAccount, PostId, Reference, Span, Subject, Timestamp,
};

use super::*;

fn subject(id: &str) -> Subject {
    Subject {
        id: SubjectId::new(id).unwrap(),
        name: String::new(),
        generation: 1,
        accounts: Vec::new(),
        keywords: Vec::new(),
        hashtags: Vec::new(),
        links: Vec::new(),
        domains: Vec::new(),
        query: String::new(),
        context: String::new(),
        exclude: String::new(),
    }
}

fn post(text: &str) -> Post {
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

fn index(subjects: &[Subject]) -> SubjectIndex {
    SubjectIndex::compile(subjects).unwrap()
}

fn kinds(index: &SubjectIndex, post: &Post) -> KindSet {
    index
        .match_post(post)
        .first()
        .map(|found| found.kinds)
        .unwrap_or_default()
}

fn only(kind: Kind) -> KindSet {
    KindSet::EMPTY.with(kind)
}

fn account(network: Option<Network>, native: Option<&str>, handles: &[&str]) -> OwnedAccount {
    let handles = handles.iter().map(|&handle| handle.to_owned()).collect();
    OwnedAccount {
        network,
        native: native.map(str::to_owned),
        handles,
    }
}

fn mention(handle: &str, automatic: bool, span: Option<Span>) -> Mention {
    Mention {
        account: None,
        handle: Some(handle.into()),
        span,
        automatic,
    }
}

#[test]
fn words_and_phrases_are_found_whole_and_without_regard_to_case() {
    let index = index(&[Subject {
        keywords: vec!["Acme".into(), "Acme  Cloud".into(), "C++".into()],
        ..subject("a")
    }]);
    for text in [
        "ACME!",
        "the acme\ncloud is down",
        "ａｃｍｅ",
        "I write c++20",
        "x#acme",
    ] {
        assert_eq!(kinds(&index, &post(text)), only(Kind::Keyword), "{text}");
    }
    for text in ["acmes", "macme", "äacme", "c+", ""] {
        assert!(index.match_post(&post(text)).is_empty(), "{text}");
    }
}

#[test]
fn an_owned_account_is_known_by_its_id_or_its_handle_on_its_own_network() {
    let index = index(&[
        Subject {
            accounts: vec![account(Some(Network::X), Some("7"), &[])],
            ..subject("id")
        },
        Subject {
            accounts: vec![account(None, None, &["@Ann"])],
            ..subject("handle")
        },
        Subject {
            accounts: vec![account(Some(Network::Mastodon), Some("7"), &["ann"])],
            ..subject("elsewhere")
        },
    ]);
    let found = index.match_post(&post("hello"));
    assert_eq!(
        found
            .iter()
            .map(|found| (found.subject, found.owned))
            .collect::<Vec<_>>(),
        [(0, true), (1, true)]
    );
}

#[test]
fn a_mention_that_the_network_made_is_told_from_one_that_the_author_wrote() {
    let index = index(&[Subject {
        accounts: vec![account(None, None, &["acme"])],
        keywords: vec!["acme".into()],
        ..subject("a")
    }]);
    let mut reply = post("@acme thanks");
    reply.entities.mentions = vec![mention("acme", true, Some(Span { start: 0, end: 5 }))];
    let found = index.match_post(&reply);
    assert_eq!(
        (found[0].kinds, found[0].automatic),
        (only(Kind::Mention), only(Kind::Mention))
    );

    reply.entities.mentions.push(mention("acme", false, None));
    assert_eq!(index.match_post(&reply)[0].automatic, KindSet::EMPTY);
    reply.text.push_str(" from acme");
    assert_eq!(kinds(&index, &reply), only(Kind::Mention).with(Kind::Keyword));
}

#[test]
fn hashtags_links_and_domains_are_found_in_their_canonical_form() {
    let index = index(&[Subject {
        hashtags: vec!["#AcmeDay".into(), "$ACM".into()],
        links: vec!["https://www.example.com/a?utm_source=x".into()],
        domains: vec!["Acme.com".into(), "https://www.acme.org/".into()],
        ..subject("a")
    }]);
    let tagged = |tag: &str| Hashtag {
        tag: tag.into(),
        span: None,
    };
    let with = |change: &dyn Fn(&mut Entities)| {
        let mut post = post("hello");
        change(&mut post.entities);
        kinds(&index, &post)
    };
    assert_eq!(
        with(&|entities| entities.hashtags.push(tagged("ACMEday"))),
        only(Kind::Hashtag)
    );
    assert_eq!(
        with(&|entities| entities.cashtags.push(tagged("acm"))),
        only(Kind::Hashtag)
    );
    assert_eq!(with(&|entities| entities.hashtags.push(tagged("acm"))), KindSet::EMPTY);
    for url in [
        "https://example.com/a",
        "http://acme.com",
        "https://shop.acme.com/x",
        "https://acme.org/y",
    ] {
        assert_eq!(
            with(&|entities| entities.links.push(Link::new(url, None))),
            only(Kind::Link),
            "{url}"
        );
    }
    for url in [
        "https://notacme.com",
        "https://acme.com.evil.example",
        "https://example.com/b",
    ] {
        assert_eq!(
            with(&|entities| entities.links.push(Link::new(url, None))),
            KindSet::EMPTY,
            "{url}"
        );
    }
}

#[test]
fn a_repost_points_by_whom_it_reposts_and_by_nothing_else() {
    let index = index(&[Subject {
        accounts: vec![account(Some(Network::X), Some("9"), &["acme"])],
        keywords: vec!["acme".into()],
        ..subject("a")
    }]);
    let mut repost = post("acme");
    let reference = |author: Option<&str>, author_handle: Option<&str>| Reference {
        kind: ReferenceKind::Repost,
        target: None,
        author: author.map(|native| AccountId::new(Network::X, native).unwrap()),
        author_handle: author_handle.map(str::to_owned),
        included: false,
    };
    repost.references = vec![reference(Some("8"), None)];
    assert!(index.match_post(&repost).is_empty());
    repost.references = vec![reference(Some("9"), None)];
    assert_eq!(kinds(&index, &repost), only(Kind::Repost));
    repost.references = vec![reference(None, Some("acme"))];
    assert_eq!(kinds(&index, &repost), only(Kind::Repost));
}

proptest! {
    #[test]
    fn one_pass_finds_what_a_search_for_each_word_finds(
        words in prop::collection::vec("[abé]{1,3}( [ab]{1,2})?", 1..20),
        text in "[abAé ,]{0,40}",
    ) {
        let subjects: Vec<_> = words.iter().enumerate()
            .map(|(place, word)| Subject { keywords: vec![word.clone()], ..subject(&format!("s{place}")) })
            .collect();
        let found: Vec<_> = index(&subjects).match_post(&post(&text)).iter().map(|found| found.subject).collect();
        let mut text_form = String::new();
        normalise_into(&text, &mut text_form);
        let expected: Vec<u32> = (0u32..).zip(&words).filter(|(_, word)| {
            let word = crate::text::normalise(word);
            text_form.match_indices(&word).any(|(at, _)| is_whole(&text_form, at, at + word.len()))
                || (1..text_form.len()).any(|at| text_form.get(at..).is_some_and(|rest| rest.starts_with(&word))
                    && is_whole(&text_form, at, at + word.len()))
        }).map(|(place, _)| place).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_post_makes_matching_panic(text in "\\PC{0,60}", start in 0u32..70, end in 0u32..70) {
        let index = index(&[Subject { keywords: vec!["a".into()], domains: vec!["a.b".into()], ..subject("a") }]);
        let mut post = post(&text);
        post.entities.mentions = vec![mention("x", true, Some(Span { start, end }))];
        post.entities.links = vec![Link { url: text.clone(), canonical: text.clone(), span: None }];
        let _ = index.match_post(&post);
    }
}
