//! What leaves the stage for what comes in.

use backtweet_domain::{
    AccountId, AccountState, Author, Edge, Entities, Intent, KindSet, Label, Lineage, Post, PostId, Reference,
    ReferenceKind, Sighting, SubjectId, Timestamp, Version,
};

use super::*;
use crate::Fast;

fn stage() -> ScoreStage {
    ScoreStage::new(Arc::new(Fast::new()))
}

fn post(number: u32, text: &str) -> Post {
    Post {
        id: format!("x:{number}").parse().unwrap(),
        revision: 0,
        author: Author {
            id: "x:7".parse::<AccountId>().unwrap(),
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: text.to_owned(),
        language: Some("en".to_owned()),
        created_at: None,
        witnessed_at: Timestamp::from_seconds(9),
        references: Vec::new(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}

fn seen(role: Role, post: Post) -> Classified {
    let lineage = Lineage {
        root: post.id.clone(),
        parent: None,
        depth: 0,
        edge: Edge::Observed,
        by: None,
    };
    let sighting = Sighting {
        role,
        kinds: KindSet::EMPTY,
        automatic: KindSet::EMPTY,
        lineage,
        intent: Intent::Other,
        intent_confidence: 0.0,
        flags: backtweet_domain::Flags::NONE,
        named: Vec::new(),
        post,
    };
    let (id, at) = (sighting.post.id.clone(), Timestamp::from_seconds(5));
    finding(
        id,
        at,
        Finding::Seen {
            version: Version::default(),
            sighting: Box::new(sighting),
        },
    )
}

fn finding(post: PostId, at: Timestamp, finding: Finding) -> Classified {
    Classified {
        subject: SubjectId::new("acme").unwrap(),
        post,
        at,
        finding,
    }
}

fn scored(items: &[Classified]) -> Vec<Scored> {
    let effects = stage().process(items, &[]);
    assert!(effects.writes.is_empty());
    let read = |output: &Output| record::decode_scored(output.value.as_ref().unwrap()).unwrap();
    effects.outputs.iter().map(read).collect()
}

#[test]
fn every_finding_goes_on_in_order_and_each_text_gets_its_own_sentiment() {
    let items = [
        seen(Role::Backtweet, post(1, "I love it, thank you!")),
        seen(Role::Origin, post(2, "We are proud and happy to announce this")),
        seen(Role::Indirect, post(3, "This is the worst thing ever")),
        seen(Role::Answer, post(4, "Sorry about the terrible wait")),
        seen(Role::Backtweet, post(5, "")),
    ];
    let scored = scored(&items);
    let labels: Vec<_> = scored
        .iter()
        .map(|scored| scored.sentiment.as_ref().map(|sentiment| sentiment.label))
        .collect();
    assert_eq!(labels, [Some(Label::Positive), None, Some(Label::Negative), None, None]);
    let findings: Vec<_> = scored.into_iter().map(|scored| scored.classified).collect();
    assert_eq!(findings, items);
}

#[test]
fn a_repost_is_not_scored_for_words_that_are_not_its_own() {
    let mut repost = post(1, "I love it");
    let target = Some("x:3".parse().unwrap());
    repost.references.push(Reference {
        kind: ReferenceKind::Repost,
        target,
        author: None,
        author_handle: None,
        included: false,
    });
    assert_eq!(scored(&[seen(Role::Backtweet, repost)])[0].sentiment, None);
}

fn label(post: Post, named: &[&str]) -> Option<Label> {
    let mut classified = seen(Role::Backtweet, post);
    if let Finding::Seen { sighting, .. } = &mut classified.finding {
        sighting.named = named.iter().map(|&name| name.to_owned()).collect();
    }
    scored(&[classified])[0]
        .sentiment
        .as_ref()
        .map(|sentiment| sentiment.label)
}

#[test]
fn a_post_about_several_is_scored_for_each_by_what_it_says_about_them() {
    let text = "the #Acme phone is great, I love it, but the support of @globex is a terrible joke";
    assert_eq!(label(post(1, text), &["#Acme"]), Some(Label::Positive));
    assert_eq!(label(post(1, text), &["@globex"]), Some(Label::Negative));
    let text = "@acme is so much better than @globex";
    assert_eq!(label(post(1, text), &["@acme"]), Some(Label::Positive));
    assert_eq!(label(post(1, text), &["@globex"]), Some(Label::Negative));
}

fn quoting(text: &str) -> Post {
    let mut quote = post(1, text);
    quote.references.push(Reference {
        kind: ReferenceKind::Quote,
        target: Some("x:3".parse().unwrap()),
        author: None,
        author_handle: None,
        included: true,
    });
    quote
}

#[test]
fn a_quote_is_scored_by_the_words_of_who_quotes() {
    // On X and Bluesky the quoted text is no part of the post's own.
    assert_eq!(label(quoting("I love this, thank you!"), &[]), Some(Label::Positive));
    assert_eq!(label(quoting(""), &[]), None);
    // Mastodon puts the link in front; other programs quote as mail does.
    let link = "RE: https://social.example/@acme/1";
    assert_eq!(
        label(quoting(&format!("{link}\n\nI love this, thank you!")), &[]),
        Some(Label::Positive)
    );
    assert_eq!(label(quoting(link), &[]), None);
    let mail = "> this is the worst and most awful thing ever\n\nI love this, thank you!";
    assert_eq!(label(quoting(mail), &[]), Some(Label::Positive));
    // By hand.
    let by_hand = "I love this, thank you! RT @acme: this is the worst and most awful thing ever";
    assert_eq!(label(post(1, by_hand), &["@acme"]), Some(Label::Positive));
    assert_eq!(
        label(post(1, "RT @acme: this is the worst thing ever"), &["@acme"]),
        None
    );
    assert_eq!(
        label(post(1, "\"this is the worst thing ever\" via @acme"), &["@acme"]),
        None
    );
    let within = "I love it, thank you! They wrote \"this is the worst and most awful thing ever\"";
    assert_eq!(label(post(1, within), &[]), Some(Label::Positive));
}

#[test]
fn retractions_and_account_states_go_on_as_they_are() {
    let id: PostId = "x:1".parse().unwrap();
    let items = [
        finding(
            id.clone(),
            Timestamp::EPOCH,
            Finding::Retracted {
                version: Version::default(),
            },
        ),
        finding(
            id,
            Timestamp::EPOCH,
            Finding::Account {
                state: AccountState::Hidden,
                seq: 3,
            },
        ),
    ];
    let scored = scored(&items);
    assert!(scored.iter().all(|scored| scored.sentiment.is_none()));
    assert_eq!(
        scored.into_iter().map(|scored| scored.classified).collect::<Vec<_>>(),
        items
    );
}

#[test]
fn records_are_keyed_by_subject_and_timed_by_the_event_so_that_a_subject_folds_in_order() {
    let effects = stage().process(&[seen(Role::Backtweet, post(1, "fine"))], &[]);
    let output = &effects.outputs[0];
    assert_eq!((output.topic, &*output.key), (topics::SCORED, b"acme".as_slice()));
}

#[test]
fn a_record_that_is_no_finding_says_why() {
    let decode = |value: Option<&'static [u8]>| {
        let value = value.map(Bytes::from_static);
        stage().decode(&Bytes::new(), value.as_ref()).unwrap_err().cause
    };
    assert!(decode(None).contains("no value"));
    assert!(decode(Some(b"\xff\xff")).contains("ClassifiedEvent"));
}
