//! What the stage asks, writes and emits for one event.

use std::time::Duration;

use backtweet_domain::{
    AccountId, Author, Entities, Network, Post, PostEvent, PostId, Reference, ReferenceKind, Subject, SubjectId,
    Timestamp,
};
use backtweet_store::Write;
use backtweet_wire::record::encode_post_event;

use super::*;
use crate::index::SubjectIndex;

const NOON: Timestamp = Timestamp::from_seconds(1_780_000_000);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn index(id: &str) -> SubjectIndex {
    let subject = Subject {
        generation: 1,
        keywords: vec!["acme".into()],
        ..Subject::new(SubjectId::new(id).unwrap())
    };
    SubjectIndex::compile([&subject])
}

fn stage() -> ClassifyStage {
    let subjects = Subjects::fixed(index("acme"));
    ClassifyStage::new(Arc::new(subjects), Bounds::default(), Arc::default())
}

fn x(native: &str) -> PostId {
    PostId::new(Network::X, native).unwrap()
}

/// The X id of a post made at `time`.
fn made_at(time: Timestamp) -> PostId {
    x(&((time.millis() as u64 - 1_288_834_974_657) << 22).to_string())
}

fn post(text: &str, target: Option<PostId>) -> Box<Post> {
    let reference = |target| Reference {
        kind: ReferenceKind::Reply,
        target: Some(target),
        author: None,
        author_handle: None,
        included: false,
    };
    Box::new(Post {
        id: x("1"),
        revision: 1,
        author: Author {
            id: AccountId::new(Network::X, "7").unwrap(),
            handle: None,
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: text.into(),
        language: None,
        created_at: None,
        witnessed_at: NOON,
        references: target.into_iter().map(reference).collect(),
        entities: Entities::default(),
        engagement: Default::default(),
        url: None,
        has_media: false,
    })
}

fn items(stage: &ClassifyStage, event: &PostEvent) -> Vec<Item> {
    let key = Bytes::from(event.key());
    stage
        .decode(&key, Some(&encode_post_event(event)))
        .unwrap()
        .into_iter()
        .collect()
}

/// What happens to a store that holds nothing.
fn effects(stage: &ClassifyStage, event: &PostEvent) -> Effects {
    let items = items(stage, event);
    let found: Vec<_> = stage.look_ups(&items).iter().map(|_| Found::Record(None)).collect();
    stage.process(&items, &found)
}

fn expiry(effects: &Effects) -> Option<Timestamp> {
    effects
        .writes
        .iter()
        .flat_map(|batch| &batch.writes)
        .find_map(|write| match write {
            Write::Put { expires, .. } => *expires,
            _ => None,
        })
}

#[test]
fn a_post_is_waited_for_unless_its_id_tells_that_it_is_older_than_the_bound() {
    let stage = stage();
    let waits = |target: PostId| {
        let items = items(
            &stage,
            &PostEvent::Created {
                post: post("", Some(target)),
            },
        );
        let look_ups = stage.look_ups(&items);
        assert_eq!(look_ups.len(), 2);
        match &look_ups[1] {
            LookUp::ReadOrPark { park, .. } => Some(park.expires),
            _ => None,
        }
    };
    assert_eq!(waits(made_at(NOON.minus(DAY))), Some(NOON.plus(2 * DAY)));
    assert_eq!(waits(made_at(NOON.minus(3 * DAY))), None);
    assert_eq!(
        waits("mastodon:https://a.example/1".parse().unwrap()),
        Some(NOON.plus(2 * DAY))
    );
}

#[test]
fn posts_that_concern_nobody_cost_neither_look_ups_nor_writes() {
    let stage = stage();
    assert!(
        items(
            &stage,
            &PostEvent::Created {
                post: post("hello", None)
            }
        )
        .is_empty()
    );
    let engagement = PostEvent::Engagement {
        id: x("1"),
        engagement: Default::default(),
        at: NOON,
    };
    assert!(items(&stage, &engagement).is_empty());
    assert_eq!(
        effects(
            &stage,
            &PostEvent::Created {
                post: post("", Some(x("20")))
            }
        ),
        Effects::default()
    );
}

#[test]
fn edits_and_deletions_of_strangers_are_remembered_shortly_and_conversations_for_long() {
    let stage = stage();
    let deleted = PostEvent::Deleted {
        id: x("1"),
        revision: u64::MAX,
        at: NOON,
    };
    for event in [
        PostEvent::Edited {
            post: post("hello", None),
        },
        deleted,
    ] {
        let effects = effects(&stage, &event);
        assert_eq!(expiry(&effects), Some(NOON.plus(14 * DAY)));
        assert!(effects.outputs.is_empty());
    }
    let effects = effects(
        &stage,
        &PostEvent::Created {
            post: post("acme", None),
        },
    );
    assert_eq!(expiry(&effects), Some(NOON.plus(90 * DAY)));
    assert_eq!(effects.outputs.len(), 1);
}

#[test]
fn a_record_in_the_store_that_cannot_be_read_is_written_anew() {
    let stage = stage();
    let items = items(
        &stage,
        &PostEvent::Created {
            post: post("acme", None),
        },
    );
    let broken = backtweet_store::Stored {
        version: 8,
        open: false,
        bytes: Bytes::from_static(b"\xff"),
    };
    let effects = stage.process(&items, &[Found::Record(Some(broken))]);
    assert_eq!(effects.writes[0].guards[0].version, Some(8));
    assert_eq!(effects.outputs.len(), 1);
}

#[test]
fn a_post_that_the_network_sent_along_is_waited_for_however_old_it_is() {
    let stage = stage();
    let mut post = post("", Some(made_at(NOON.minus(900 * DAY))));
    let waits = |post: &Post| {
        let post = Box::new(post.clone());
        let items = items(&stage, &PostEvent::Created { post });
        matches!(stage.look_ups(&items)[1], LookUp::ReadOrPark { .. })
    };
    assert!(!waits(&post));
    post.references[0].included = true;
    assert!(waits(&post));
}

/// How many look-ups a new post costs.
fn costs(post: Box<Post>) -> usize {
    let stage = stage();
    let items = items(&stage, &PostEvent::Created { post });
    stage.look_ups(&items).len()
}

#[test]
fn only_posts_that_are_passed_on_by_hand_pay_for_it() {
    assert_eq!(costs(post("a word to @ann and @bob, and start @ cat", None)), 0);
    assert_eq!(costs(post("what a day at the harbour, via the bridge", None)), 0);
    assert_eq!(costs(post("RT @ann: what a day at the harbour", None)), 2);
    assert_eq!(costs(post("what a day at the harbour via @ann", None)), 2);
    assert_eq!(
        costs(post("thanks! via @ann", None)),
        0,
        "too few words to find anything by"
    );
    assert_eq!(costs(post("acme", None)), 1);

    let mut linking = post("look", None);
    linking.entities.links = vec![backtweet_domain::Link::new("https://x.com/ann/status/7", None)];
    assert_eq!(costs(linking), 2);
}

#[test]
fn a_post_in_a_conversation_registers_under_its_names_and_wakes_who_waits_there() {
    let stage = stage();
    let mut said = post("acme keeps the lights on tonight", None);
    said.author.handle = Some("ann".into());
    let made = items(&stage, &PostEvent::Created { post: said });
    let found = [Found::Record(None)];
    let effects = stage.process(&made, &found);
    let members = stage.follow_up(&made, &effects);
    let asked = stage.look_ups(&members);
    assert_eq!(asked.len(), 3, "its author, itself and its name");

    let waits = items(
        &stage,
        &PostEvent::Created {
            post: post("RT @ann acme keeps the lights on tonight", None),
        },
    );
    let LookUp::ReadOrPark { key, .. } = &stage.look_ups(&waits)[1] else {
        panic!("it waits for what it passes on")
    };
    let LookUp::Record(name) = &asked[2] else {
        panic!("it is found by its name")
    };
    assert_eq!(name, key);

    let Some(Write::Put { stored, .. }) = effects.writes[0].writes.first() else {
        panic!("it is kept")
    };
    let found = [
        Found::Record(None),
        Found::Record(Some(stored.clone())),
        Found::Record(None),
    ];
    let registered = stage.process(&members, &found);
    let batch = registered.writes.iter().find(|batch| batch.slot == key.slot).unwrap();
    assert!(batch.writes.iter().any(|write| matches!(write, Write::Wake { .. })));
    let expires = batch.writes.iter().find_map(|write| match write {
        Write::Put { expires, .. } => *expires,
        _ => None,
    });
    assert_eq!(expires, Some(NOON.plus(90 * DAY)));
}

#[test]
fn a_history_says_nothing_of_subjects_that_it_is_not_for() {
    let first = PostEvent::Created {
        post: post("acme", None),
    };
    let stored = effects(&stage(), &first)
        .writes
        .iter()
        .flat_map(|batch| &batch.writes)
        .find_map(|write| match write {
            Write::Put { stored, .. } => Some(stored.clone()),
            _ => None,
        });
    // An edit that the live stream has not come to: it cannot be told yet whether it still belongs to the other subject.
    let mut edited = post("acme again", None);
    edited.revision = 2;
    let history = ClassifyStage::of_history(index("late"), Bounds::default());
    let items = items(&history, &PostEvent::Edited { post: edited });
    let mut found: Vec<_> = history.look_ups(&items).iter().map(|_| Found::Record(None)).collect();
    found[0] = Found::Record(stored);
    let said = history.process(&items, &found).outputs;
    let subjects = said.iter().map(|output| {
        let found = backtweet_wire::record::decode_classified(output.value.as_ref().unwrap()).unwrap();
        found.subject.to_string()
    });
    assert_eq!(subjects.collect::<Vec<_>>(), ["late"]);
}
