//! Which subjects a post matches, and by what.

use proptest::prelude::*;

use backtweet_domain::{Entities, Hashtag, Link, Mention, OwnedAccount, Reference, Span, Subject};

use super::*;
use crate::query::tests::{post, subject};

fn index(subjects: &[Subject]) -> SubjectIndex {
    SubjectIndex::compile(subjects)
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

#[test]
fn a_word_in_any_script_is_found_and_a_word_within_a_word_is_not() {
    let words = [
        "cafe",
        "東京",
        "京",
        "c++",
        "at&t",
        ".net",
        "🎉",
        ":)",
        "हिन्दी",
        "ไทย",
        "new york",
    ];
    let subjects = words.iter().enumerate().map(|(place, word)| Subject {
        keywords: vec![(*word).into()],
        ..subject(&format!("s{place}"))
    });
    let index = index(&subjects.collect::<Vec<_>>());
    let found = |text: &str| -> Vec<&str> {
        let found = index.match_post(&post(text)).into_iter();
        found.map(|found| words[found.subject as usize]).collect()
    };
    assert_eq!(found("Das CAFÉ in 東京都"), ["cafe", "東京", "京"]);
    assert_eq!(found("C++, AT&T and .NET"), ["c++", "at&t", ".net"]);
    assert_eq!(found("wow🎉 :))"), ["🎉", ":)"]);
    assert_eq!(found("हिन्दी ภาษาไทย NEW\nYork"), ["हिन्दी", "ไทย", "new york"]);
    assert!(found("cafes, xc++, at&ts, .nets, new yorker, news york, हिन्दीx").is_empty());
}

#[test]
fn words_tags_and_the_query_count_only_where_the_context_allows_it() {
    let index = index(&[Subject {
        accounts: vec![account(None, None, &["acme"])],
        keywords: vec!["apple".into()],
        query: "pear* OR @pears".into(),
        context: "phone OR shop".into(),
        exclude: "pie".into(),
        ..subject("a")
    }]);
    assert_eq!(kinds(&index, &post("an apple phone")), only(Kind::Keyword));
    assert_eq!(kinds(&index, &post("shop for pears")), only(Kind::Keyword));
    for text in ["an apple", "pears", "apple pie in a shop", "a shop"] {
        assert!(index.match_post(&post(text)).is_empty(), "{text}");
    }
    let mut mentioned = post("@acme, an apple pie @pears");
    mentioned.entities.mentions = vec![mention("acme", true, None), mention("pears", false, None)];
    let found = index.match_post(&mentioned)[0];
    assert_eq!(
        (found.kinds, found.automatic),
        (only(Kind::Mention), only(Kind::Mention))
    );
    mentioned.text = "pears in a shop".into();
    let found = index.match_post(&mentioned)[0];
    assert_eq!(
        (found.kinds, found.automatic),
        (only(Kind::Mention).with(Kind::Keyword), KindSet::EMPTY)
    );
}

#[test]
fn a_query_that_cannot_be_read_takes_nothing_else_of_its_subject_along() {
    let subject = Subject {
        keywords: vec!["acme".into()],
        query: "(zeta".into(),
        ..subject("a")
    };
    let without = index(std::slice::from_ref(&subject));
    assert_eq!(kinds(&without, &post("acme zeta")), only(Kind::Keyword));
    assert!(without.match_post(&post("zeta")).is_empty());
    let unguarded = index(&[Subject {
        exclude: "(".into(),
        ..subject.clone()
    }]);
    assert_eq!(kinds(&unguarded, &post("acme")), only(Kind::Keyword));
    let never = index(&[Subject {
        context: "(".into(),
        ..subject.clone()
    }]);
    assert!(never.match_post(&post("acme")).is_empty());
    let uncovered = index(&[Subject {
        query: "lang:en".into(),
        ..subject
    }]);
    assert_eq!(kinds(&uncovered, &post("acme")), only(Kind::Keyword));
}

#[test]
fn who_still_looks_into_an_older_index_sees_the_subjects_as_they_were() {
    let tracks = |id: &str, word: &str, generation| Subject {
        keywords: vec![word.into()],
        generation,
        ..subject(id)
    };
    let old = index(&[tracks("a", "acme", 1), tracks("b", "zeta", 1)]);
    let mut new = old.clone();
    new.put(&tracks("a", "omega", 2));
    new.remove(&SubjectId::new("b").unwrap());
    new.put(&tracks("c", "zeta", 1));
    let ids = |index: &SubjectIndex, text: &str| -> Vec<(String, u64)> {
        let found = index.match_post(&post(text)).into_iter();
        let found = found.map(|found| index.subject(found.subject).unwrap());
        found.map(|found| (found.id.to_string(), found.generation)).collect()
    };
    assert_eq!(ids(&old, "acme zeta omega"), [("a".into(), 1), ("b".into(), 1)]);
    assert_eq!(ids(&new, "acme zeta omega"), [("a".into(), 2), ("c".into(), 1)]);
    let generation = |index: &SubjectIndex, id: &str| {
        let found = index.find(&SubjectId::new(id).unwrap());
        found.map(|(place, indexed)| {
            assert_eq!(index.subject(place), Some(indexed));
            indexed.generation
        })
    };
    assert_eq!(["a", "b", "c"].map(|id| generation(&old, id)), [Some(1), Some(1), None]);
    assert_eq!(["a", "b", "c"].map(|id| generation(&new, id)), [Some(2), None, Some(1)]);
    assert_eq!((old.len(), new.len()), (2, 2));
}

proptest! {
    #[test]
    fn no_post_makes_matching_panic(text in "\\PC{0,60}", start in 0u32..70, end in 0u32..70) {
        let index = index(&[Subject { keywords: vec!["a".into()], domains: vec!["a.b".into()], ..subject("a") }]);
        let mut post = post(&text);
        post.entities.mentions = vec![mention("x", true, Some(Span { start, end }))];
        post.entities.links = vec![Link { url: text.clone(), canonical: text.clone(), span: None }];
        let _ = index.match_post(&post);
    }
}

#[test]
fn a_post_names_a_subject_by_the_words_that_it_is_found_by_and_no_others() {
    let acme = Subject {
        accounts: vec![account(None, None, &["acme"])],
        keywords: vec!["Acme Cloud".into()],
        hashtags: vec!["AcmeRocks".into()],
        domains: vec!["acme.example".into()],
        query: "@acme_support OR \"acme phone\"".into(),
        ..subject("a")
    };
    let globex = Subject {
        keywords: vec!["globex".into()],
        ..subject("b")
    };
    let index = index(&[acme, globex]);
    let mut post = post("@Acme your ACME  cloud and #acmerocks, unlike Globex https://t.example/1 @acme_support");
    post.entities = backtweet_domain::entities::extract(&post.text);
    post.entities.links[0].canonical = "https://shop.acme.example/1".into();
    let named = |id: &str| index.named(index.find(&subject(id).id).unwrap().0, &post);
    assert_eq!(
        named("a"),
        [
            "#acmerocks",
            "@Acme",
            "@acme_support",
            "acme cloud",
            "https://t.example/1"
        ]
    );
    assert_eq!(named("b"), ["globex"]);
}
