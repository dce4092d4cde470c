//! Every domain value survives the wire, and what means nothing is refused with its place: nothing is lost or made up between two stages.

use backtweet_domain::*;
use backtweet_wire::{WireError, record, v1};
use proptest::prelude::*;
use proptest::sample::select;

fn network() -> impl Strategy<Value = Network> {
    select(Network::ALL.to_vec())
}

fn post_id() -> impl Strategy<Value = PostId> {
    (network(), "[a-z0-9:/é.]{1,20}").prop_map(|(network, native)| PostId::new(network, native).unwrap())
}

fn account_id() -> impl Strategy<Value = AccountId> {
    (network(), "[a-z0-9:@.]{1,20}").prop_map(|(network, native)| AccountId::new(network, native).unwrap())
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800_000_000i64..253_402_207_200_000_000).prop_map(Timestamp::from_micros)
}

fn text() -> impl Strategy<Value = String> {
    "(\\PC|a|é|日){0,12}"
}

fn maybe<T: std::fmt::Debug>(some: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(some)
}

fn author() -> impl Strategy<Value = Author> {
    (
        account_id(),
        maybe(text()),
        maybe(text()),
        any::<Option<u64>>(),
        any::<bool>(),
        maybe(time()),
    )
        .prop_map(|(id, handle, name, followers, bot, created_at)| Author {
            id,
            handle,
            name,
            followers,
            bot,
            created_at,
        })
}

fn references() -> impl Strategy<Value = Vec<Reference>> {
    let kind = select(vec![ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply]);
    let reference = (kind, maybe(post_id()), maybe(account_id()), maybe(text())).prop_map(
        |(kind, target, author, author_handle)| Reference {
            kind,
            target,
            author,
            author_handle,
        },
    );
    prop::collection::vec(reference, 0..4)
}

fn engagement() -> impl Strategy<Value = Engagement> {
    any::<[Option<u64>; 5]>().prop_map(|[reposts, quotes, replies, likes, views]| Engagement {
        reposts,
        quotes,
        replies,
        likes,
        views,
    })
}

/// Entities of a text: any two of its character boundaries may be a place.
fn entities(text: &str) -> impl Strategy<Value = Entities> + use<> {
    let boundaries: Vec<u32> = (0..=text.len())
        .filter(|&at| text.is_char_boundary(at))
        .map(|at| at as u32)
        .collect();
    let span = || {
        let place = (select(boundaries.clone()), select(boundaries.clone()));
        maybe(place.prop_map(|(one, other)| Span {
            start: one.min(other),
            end: one.max(other),
        }))
    };
    let mention = (maybe(account_id()), maybe(self::text()), span(), any::<bool>()).prop_map(
        |(account, handle, span, automatic)| Mention {
            account,
            handle,
            span,
            automatic,
        },
    );
    let tags = || {
        prop::collection::vec(
            (self::text(), span()).prop_map(|(tag, span)| Hashtag { tag, span }),
            0..3,
        )
    };
    let link = ("\\PC{1,9}", "\\PC{1,9}", span()).prop_map(|(url, canonical, span)| Link { url, canonical, span });
    (
        prop::collection::vec(mention, 0..3),
        tags(),
        tags(),
        prop::collection::vec(link, 0..3),
    )
        .prop_map(|(mentions, hashtags, cashtags, links)| Entities {
            mentions,
            hashtags,
            cashtags,
            links,
        })
}

fn post() -> impl Strategy<Value = Post> {
    let spoken = text().prop_flat_map(|text| (entities(&text), Just(text)));
    let about = (maybe(text()), maybe(time()), time(), maybe(text()), any::<bool>());
    (
        post_id(),
        any::<u64>(),
        author(),
        spoken,
        about,
        references(),
        engagement(),
    )
        .prop_map(
            |(
                id,
                revision,
                author,
                (entities, text),
                (language, created_at, witnessed_at, url, has_media),
                references,
                engagement,
            )| Post {
                id,
                revision,
                author,
                text,
                language,
                created_at,
                witnessed_at,
                references,
                entities,
                engagement,
                url,
                has_media,
            },
        )
}

fn state() -> impl Strategy<Value = AccountState> {
    select(vec![AccountState::Active, AccountState::Hidden, AccountState::Deleted])
}

fn event() -> impl Strategy<Value = PostEvent> {
    let follow = (
        text(),
        account_id(),
        maybe(account_id()),
        any::<u64>(),
        any::<bool>(),
        time(),
    )
        .prop_map(|(key, follower, followed, revision, active, at)| Follow {
            key,
            follower,
            followed,
            revision,
            active,
            at,
        });
    prop_oneof![
        post().prop_map(|post| PostEvent::Created { post: Box::new(post) }),
        post().prop_map(|post| PostEvent::Edited { post: Box::new(post) }),
        (post_id(), any::<u64>(), time()).prop_map(|(id, revision, at)| PostEvent::Deleted { id, revision, at }),
        (post_id(), engagement(), time()).prop_map(|(id, engagement, at)| PostEvent::Engagement { id, engagement, at }),
        follow.prop_map(PostEvent::Follow),
        (account_id(), state(), any::<u64>(), time()).prop_map(|(account, state, seq, at)| PostEvent::Account(
            AccountChange {
                account,
                state,
                seq,
                at
            }
        )),
    ]
}

fn subject_id() -> impl Strategy<Value = SubjectId> {
    "[a-z0-9][a-z0-9._-]{0,20}".prop_map(|text| SubjectId::new(text).unwrap())
}

fn subject() -> impl Strategy<Value = Subject> {
    let texts = || prop::collection::vec(text(), 0..3);
    let account = (maybe(network()), maybe(text()), texts()).prop_map(|(network, native, handles)| OwnedAccount {
        network,
        native,
        handles,
    });
    let accounts = prop::collection::vec(account, 0..3);
    (
        subject_id(),
        text(),
        any::<u64>(),
        accounts,
        [texts(), texts(), texts(), texts()],
    )
        .prop_map(
            |(id, name, generation, accounts, [keywords, hashtags, links, domains])| Subject {
                id,
                name,
                generation,
                accounts,
                keywords,
                hashtags,
                links,
                domains,
            },
        )
}

fn version() -> impl Strategy<Value = Version> {
    any::<[u64; 3]>().prop_map(|[generation, revision, lineage]| Version {
        generation,
        revision,
        lineage,
    })
}

fn kinds() -> impl Strategy<Value = KindSet> {
    prop::collection::vec(select(Kind::ALL.to_vec()), 0..7).prop_map(|kinds| kinds.into_iter().collect())
}

fn sighting() -> impl Strategy<Value = Sighting> {
    let edge = select(vec![Edge::Observed, Edge::Inferred]);
    let lineage = (post_id(), maybe(post_id()), any::<u32>(), edge).prop_map(|(root, parent, depth, edge)| Lineage {
        root,
        parent,
        depth,
        edge,
    });
    let role = select(vec![Role::Backtweet, Role::Indirect, Role::Origin, Role::Answer]);
    (
        post(),
        role,
        kinds(),
        kinds(),
        lineage,
        select(Intent::ALL.to_vec()),
        0.0..=1.0,
    )
        .prop_map(
            |(post, role, kinds, automatic, lineage, intent, intent_confidence)| Sighting {
                post,
                role,
                kinds,
                automatic,
                lineage,
                intent,
                intent_confidence,
            },
        )
}

fn scored() -> impl Strategy<Value = Scored> {
    let finding = prop_oneof![
        (version(), sighting()).prop_map(|(version, sighting)| Finding::Seen {
            version,
            sighting: Box::new(sighting)
        }),
        version().prop_map(|version| Finding::Retracted { version }),
        (state(), any::<u64>()).prop_map(|(state, seq)| Finding::Account { state, seq }),
    ];
    let classified = (subject_id(), post_id(), time(), finding).prop_map(|(subject, post, at, finding)| Classified {
        subject,
        post,
        at,
        finding,
    });
    let sentiment = (
        select(Label::ALL.to_vec()),
        -1.0..=1.0,
        0.0..=1.0,
        maybe(text()),
        text(),
    )
        .prop_map(|(label, score, confidence, language, model)| Sentiment {
            label,
            score,
            confidence,
            language,
            model,
        });
    (classified, maybe(sentiment)).prop_map(|(classified, sentiment)| Scored { classified, sentiment })
}

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
fn an_empty_record_says_what_it_lacks() {
    refused(record::decode_post_event(b""), "event", "missing");
    refused(record::decode_subject(b""), "id", "``");
    refused(record::decode_scored(b""), "classified", "missing");
    refused(record::decode_post_event(b"\xff"), "record", "backtweet.v1.PostEvent");
}
