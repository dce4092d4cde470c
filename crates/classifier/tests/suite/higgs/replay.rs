//! Delivers the posts to the stage over the embedded store as a bad day would: shuffled within the minute, some twice, some an hour late.
//! Keeps what the newest finding of each post says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use backtweet_classifier::stage::Item;
use backtweet_classifier::{Bounds, ClassifyStage, SubjectIndex, Subjects};
use backtweet_domain::{
    AccountId, Author, Entities, Finding, Link, Mention, Network, OwnedAccount, Post, PostEvent, PostId, Reference,
    ReferenceKind, Role, Span, Subject, Timestamp, Version,
};
use backtweet_store::{FjallStore, Outcome, Store, Waiter};
use backtweet_stream::Stage;
use backtweet_wire::record::{decode_classified, encode_post_event};
use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::truth::{Account, Hand, Seen, True, Truth};
use super::{Act, Line};
use crate::world::World;

const BATCH: usize = 1_000;
const MINUTE: i64 = 60_000_000;

/// What came of it.
pub struct Replayed {
    pub delivered: usize,
    /// By the post's number.
    pub seen: HashMap<u64, Seen>,
}

/// Runs everything through the stage.
pub async fn through_the_stage(lines: &[Line], truth: &Truth) -> Replayed {
    let folder = tempfile::tempdir().unwrap();
    let db = fjall::Database::builder(folder.path()).open().unwrap();
    let store = FjallStore::open(&db).unwrap();
    let index = SubjectIndex::compile([&subject(lines)]);
    let stage = ClassifyStage::new(Arc::new(Subjects::fixed(index)), Bounds::default(), Arc::default());

    let order = deliveries(truth);
    let mut newest = Newest::default();
    for batch in order.chunks(BATCH) {
        let items = batch.iter().filter_map(|&number| decode(&stage, truth, number));
        settle(&stage, &store, items.collect(), &mut newest).await;
    }
    Replayed {
        delivered: order.len(),
        seen: newest.seen(),
    }
}

/// Numbers of posts in the order in which they come: by time, but anywhere within their minute; one in 40 an hour late, one in 40 a second
/// time within the next hour.
fn deliveries(truth: &Truth) -> Vec<usize> {
    let mut rng = SmallRng::seed_from_u64(7);
    let mut order = Vec::with_capacity(truth.posts.len() * 41 / 40);
    for (number, post) in truth.posts.iter().enumerate() {
        let minute = post.micros / MINUTE * MINUTE;
        let mut comes = |after: i64| order.push((minute + after + rng.random_range(0..MINUTE), number));
        match number % 40 {
            0 => comes(60 * MINUTE),
            20 => {
                comes(0);
                comes(number as i64 % 60 * MINUTE);
            }
            _ => comes(0),
        }
    }
    order.sort_unstable();
    order.into_iter().map(|(_, number)| number).collect()
}

/// Owns the accounts of the origins.
fn subject(lines: &[Line]) -> Subject {
    let handles: HashSet<_> = lines.iter().map(|line| Account::Owned(line.b).handle()).collect();
    let own = OwnedAccount {
        network: Some(Network::X),
        native: None,
        handles: handles.into_iter().collect(),
    };
    let mut subject = World::random(1, 0, 1).subjects.remove(0);
    subject.accounts = vec![own];
    subject.keywords = Vec::new();
    subject
}

fn decode(stage: &ClassifyStage, truth: &Truth, number: usize) -> Option<Item> {
    let event = PostEvent::Created {
        post: Box::new(post(truth, &truth.posts[number])),
    };
    stage
        .decode(&Bytes::from(event.key()), Some(&encode_post_event(&event)))
        .unwrap()
}

/// One batch, with all whom it wakes.
async fn settle(stage: &ClassifyStage, store: &FjallStore, mut items: Vec<Item>, newest: &mut Newest) {
    while !items.is_empty() {
        let found = store.read(&stage.look_ups(&items)).await.unwrap();
        let effects = stage.process(&items, &found);
        let mut woken: Vec<Waiter> = Vec::new();
        let mut known = HashSet::new();
        for outcome in store.apply(&effects.writes).await.unwrap() {
            let Outcome::Applied(waiters) = outcome else {
                panic!("nobody else writes")
            };
            woken.extend(waiters.into_iter().filter(|waiter| known.insert(waiter.id.clone())));
        }
        let follow_up = stage.follow_up(&items, &effects);
        effects
            .outputs
            .iter()
            .for_each(|output| newest.hear(output.value.as_ref().unwrap()));
        items = woken.iter().filter_map(|waiter| stage.wake(waiter).unwrap()).collect();
        items.extend(follow_up);
    }
}

/// The newest finding of each post.
#[derive(Default)]
struct Newest(HashMap<u64, (Version, Seen)>);

impl Newest {
    fn hear(&mut self, record: &Bytes) {
        let found = decode_classified(record).unwrap();
        let Finding::Seen { version, sighting } = found.finding else {
            panic!("nothing is taken back: {found:?}")
        };
        let number = |post: &PostId| post.native().parse::<u64>().unwrap();
        let lineage = &sighting.lineage;
        let seen = Seen {
            root: number(&lineage.root),
            parent: lineage.parent.as_ref().map(number),
            depth: lineage.depth,
            kinds: sighting.kinds.iter().map(|kind| kind.name()).collect(),
            role: match sighting.role {
                Role::Backtweet => "backtweet",
                Role::Indirect => "indirect",
                Role::Origin => "origin",
                Role::Answer => "answer",
            },
            how: lineage.by.map(|by| (by, lineage.edge)),
        };
        let id = number(&found.post);
        if self.0.get(&id).is_none_or(|(known, _)| version >= *known) {
            self.0.insert(id, (version, seen));
        }
    }

    fn seen(self) -> HashMap<u64, Seen> {
        self.0.into_iter().map(|(id, (_, seen))| (id, seen)).collect()
    }
}

/// The post as X would send it.
fn post(truth: &Truth, it: &True) -> Post {
    let author = |account: Account| {
        (
            AccountId::new(Network::X, format!("id-{}", account.handle())).unwrap(),
            account.handle(),
        )
    };
    let id = |number: u64| PostId::new(Network::X, number.to_string()).unwrap();
    let mut entities = Entities::default();
    let mut references = Vec::new();
    if let Some((act, target, hand)) = it.did {
        let target = &truth.posts[target];
        let (account, handle) = author(target.author);
        match (act, hand) {
            (Act::Retweet, Hand::ByHand) => {}
            (Act::Mention, _) => {
                let url = format!("https://twitter.com/{handle}/status/{}", target.id);
                entities.links.push(Link::new(url, None));
            }
            (Act::Retweet | Act::Reply, _) => references.push(Reference {
                kind: if act == Act::Reply {
                    ReferenceKind::Reply
                } else {
                    ReferenceKind::Repost
                },
                target: Some(id(target.id)),
                author: Some(account),
                author_handle: Some(handle.clone()),
                included: false,
            }),
        }
        if let Some(at) = it.text.find('@') {
            entities.mentions.push(Mention {
                account: None,
                handle: Some(handle.clone()),
                span: Some(Span {
                    start: at as u32,
                    end: (at + 1 + handle.len()) as u32,
                }),
                automatic: false,
            });
        }
    }
    let (account, handle) = author(it.author);
    Post {
        id: id(it.id),
        revision: 0,
        author: Author {
            id: account,
            handle: Some(handle),
            name: None,
            followers: None,
            bot: false,
            created_at: None,
        },
        text: it.text.clone(),
        language: None,
        created_at: None,
        witnessed_at: Timestamp::from_micros(it.micros),
        references,
        entities,
        engagement: Default::default(),
        url: None,
        has_media: false,
    }
}
