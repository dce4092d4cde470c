//! Any domain value, for properties to be tried on.

use backtweet_domain::*;
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
    let reference = (
        kind,
        maybe(post_id()),
        maybe(account_id()),
        maybe(text()),
        any::<bool>(),
    )
        .prop_map(|(kind, target, author, author_handle, included)| Reference {
            kind,
            target,
            author,
            author_handle,
            included,
        });
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

/// Any event of the `posts` topic.
pub fn event() -> impl Strategy<Value = PostEvent> {
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

/// Any subject.
pub fn subject() -> impl Strategy<Value = Subject> {
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
        [text(), text(), text()],
        retention(),
    )
        .prop_map(
            |(id, name, generation, accounts, [keywords, hashtags, links, domains], texts, retention)| {
                let [query, context, exclude] = texts;
                Subject {
                    id,
                    name,
                    generation,
                    accounts,
                    keywords,
                    hashtags,
                    links,
                    domains,
                    query,
                    context,
                    exclude,
                    retention,
                }
            },
        )
}

fn retention() -> impl Strategy<Value = Retention> {
    let days = || 1..=Retention::MOST_DAYS;
    let networks = prop::collection::btree_map(network(), days(), 0..3);
    (maybe(days()), networks).prop_map(|(days, networks)| Retention { days, networks })
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
    let edge = select(vec![Edge::Observed, Edge::Inferred, Edge::Flattened]);
    let by = select(vec![ReferenceKind::Repost, ReferenceKind::Quote, ReferenceKind::Reply]);
    let lineage =
        (post_id(), maybe(post_id()), any::<u32>(), edge, maybe(by)).prop_map(|(root, parent, depth, edge, by)| {
            Lineage {
                root,
                parent,
                depth,
                edge,
                by,
            }
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
        prop::collection::vec(select(Flag::ALL.to_vec()), 0..6),
        prop::collection::vec("\\PC{0,8}", 0..3),
    )
        .prop_map(
            |(post, role, kinds, automatic, lineage, intent, intent_confidence, flags, named)| Sighting {
                post,
                role,
                kinds,
                automatic,
                lineage,
                intent,
                intent_confidence,
                flags: flags.into_iter().collect(),
                named,
            },
        )
}

/// Any finding, scored or not.
pub fn scored() -> impl Strategy<Value = Scored> {
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
