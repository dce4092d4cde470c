//! Who follows whom, in whatever order and however often it is heard, whenever the process is killed, on either store: beside a count of
//! what holds in the end.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use backtweet_domain::reach::Sketch;
use backtweet_domain::{AccountChange, AccountId, AccountState, Follow, Network, PostEvent, Timestamp};
use backtweet_store::{Outcome, Store};
use backtweet_stream::Stage;
use backtweet_wire::record;

use super::world::{mix, seen, stores};
use crate::audience::{AudienceStage, audiences};

pub(super) fn account(prefix: &str, number: u64) -> AccountId {
    AccountId::new(Network::Bluesky, format!("{prefix}-{number}")).unwrap()
}

/// An edge made at a revision, or taken back at it where nobody is followed.
pub(super) fn follow(key: &str, follower: &AccountId, followed: Option<&AccountId>, revision: u64) -> PostEvent {
    PostEvent::Follow(Follow {
        key: key.to_owned(),
        follower: follower.clone(),
        followed: followed.cloned(),
        revision,
        active: followed.is_some(),
        at: Timestamp::EPOCH,
    })
}

fn deleted(account: &AccountId) -> PostEvent {
    PostEvent::Account(AccountChange {
        account: account.clone(),
        state: AccountState::Deleted,
        seq: 1,
        at: Timestamp::EPOCH,
    })
}

/// Drives one batch as the runner does; killed after `rounds`.
async fn drive(store: &dyn Store, events: &[PostEvent], rounds: usize) {
    let decode = |event| {
        AudienceStage
            .decode(&Bytes::new(), Some(&record::encode_post_event(event)))
            .unwrap()
    };
    let mut items: Vec<_> = events.iter().filter_map(decode).collect();
    for _ in 0..rounds {
        let found = store.read(&AudienceStage.look_ups(&items)).await.unwrap();
        let effects = AudienceStage.process(&items, &found);
        let outcomes = store.apply(&effects.writes).await.unwrap();
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied(_))));
        items = AudienceStage.follow_up(&items, &effects);
    }
    assert!(rounds < 2 || items.is_empty());
}

/// Takes events in, batch by batch.
pub(super) async fn take(store: &dyn Store, events: &[PostEvent], batch: usize) {
    for events in events.chunks(batch) {
        drive(store, events, 2).await;
    }
}

const EDGES: u64 = 7;
const FOLLOWERS: u64 = 4;
const FOLLOWED: u64 = 3;

#[derive(Debug, Clone)]
enum Said {
    Follows(u64, u64, u64),
    TakenBack(u64, u64),
    Deleted(u64),
}

impl Said {
    fn event(&self, prefix: &str) -> PostEvent {
        let edge = |edge: u64, followed: Option<&AccountId>, revision| {
            follow(
                &format!("edge-{edge}"),
                &account(prefix, 100 + edge % FOLLOWERS),
                followed,
                revision,
            )
        };
        match *self {
            Said::Follows(key, followed, revision) => edge(key, Some(&account(prefix, followed)), revision),
            Said::TakenBack(key, revision) => edge(key, None, revision),
            Said::Deleted(number) => deleted(&account(prefix, number)),
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        12 => (0..EDGES, 0..FOLLOWED, 0..5u64).prop_map(|(edge, followed, revision)| Said::Follows(edge, followed, revision)),
        6 => (0..EDGES, 0..5u64).prop_map(|(edge, revision)| Said::TakenBack(edge, revision)),
        1 => (0..FOLLOWED).prop_map(Said::Deleted),
    ]
}

/// Who follows each account in the end: the last word about each edge, by revision, counts.
fn naive(said: &[Said], prefix: &str) -> Vec<Sketch> {
    let mut last: BTreeMap<u64, (u64, bool, Option<u64>)> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for said in said {
        let (edge, rank) = match *said {
            Said::Follows(edge, followed, revision) => (edge, (revision, false, Some(followed))),
            Said::TakenBack(edge, revision) => (edge, (revision, true, None)),
            Said::Deleted(number) => {
                gone.insert(number);
                continue;
            }
        };
        let known = last.entry(edge).or_insert(rank);
        // Of two accounts the one with the higher id; all are of one length here.
        *known = rank.max(*known);
    }
    let audience = |number: u64| {
        let mut sketch = Sketch::default();
        for (edge, _) in last
            .iter()
            .filter(|(_, (.., followed))| *followed == Some(number) && !gone.contains(&number))
        {
            sketch.insert(&account(prefix, 100 + edge % FOLLOWERS));
        }
        sketch
    };
    (0..FOLLOWED).map(audience).collect()
}

#[test]
fn audiences_do_not_depend_on_the_order_or_number_of_deliveries() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    let mut runner = TestRunner::new(Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    });
    let case = (
        any::<u64>(),
        prop::collection::vec(said(), 1..40),
        prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        1..9usize,
    );
    let result = runner.run(&case, |(seed, said, again, batch)| {
        let prefix = format!("{seed:x}");
        let again = again.iter().map(|index| said[index.index(said.len())].clone());
        let mut shuffled: Vec<_> = said.iter().cloned().chain(again).collect();
        let mut place = 0;
        shuffled.sort_by_cached_key(|_| {
            place += 1;
            mix(&[seed, place])
        });
        let events: Vec<_> = shuffled.iter().map(|said| said.event(&prefix)).collect();
        let accounts: Vec<_> = (0..FOLLOWED).map(|number| account(&prefix, number)).collect();
        let accounts: Vec<_> = accounts.iter().collect();
        runtime.block_on(async {
            for store in &stores {
                // Killed between the two steps of some batches; what was in hand is delivered again.
                for batch in events.chunks(batch) {
                    drive(store.as_ref(), batch, 1).await;
                    drive(store.as_ref(), batch, 2).await;
                }
                prop_assert_eq!(
                    audiences(store.as_ref(), &accounts).await.unwrap(),
                    naive(&said, &prefix)
                );
            }
            Ok(())
        })
    });
    result.unwrap();
}

#[tokio::test]
async fn followers_that_leave_a_large_audience_leave_its_sketch_as_well() {
    const MANY: u64 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let store = store.as_ref();
        let star = account("large", 0);
        let edge = |number: u64, followed, revision| {
            follow(&format!("{number}"), &account("large", number), followed, revision)
        };
        let holds = |range: std::ops::RangeInclusive<u64>| {
            let mut sketch = Sketch::default();
            range.for_each(|number| sketch.insert(&account("large", number)));
            sketch
        };
        let made: Vec<_> = (1..=MANY).map(|number| edge(number, Some(&star), 1)).collect();
        take(store, &made, 1_000).await;
        assert_eq!(audiences(store, &[&star]).await.unwrap(), [holds(1..=MANY)]);
        // Down to registers, to few enough to be kept one by one, and to nobody.
        for stay in [5_000, 3_100, 1_600, 1_500, 10, 0] {
            let left: Vec<_> = (stay + 1..=MANY).map(|number| edge(number, None, 2)).collect();
            take(store, &left, 700).await;
            assert_eq!(audiences(store, &[&star]).await.unwrap(), [holds(1..=stay)], "{stay}");
        }
    }
}

#[tokio::test]
async fn who_follows_twice_follows_until_both_edges_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(folder.path()).await {
        let store = store.as_ref();
        let (star, fan) = (account("twice", 0), account("twice", 1));
        let size = async || audiences(store, &[&star]).await.unwrap()[0].estimate().value;
        take(
            store,
            &[follow("a", &fan, Some(&star), 1), follow("b", &fan, Some(&star), 1)],
            2,
        )
        .await;
        assert_eq!(size().await, 1);
        take(store, &[follow("a", &fan, None, 2)], 1).await;
        assert_eq!(size().await, 1);
        take(store, &[follow("b", &fan, None, 2)], 1).await;
        assert_eq!(size().await, 0);
    }
}

#[test]
fn posts_are_passed_over_and_what_leads_nowhere_is_named() {
    let decode = |event: &PostEvent| AudienceStage.decode(&Bytes::new(), Some(&record::encode_post_event(event)));
    let scored = seen(&super::world::new_subject(), 1, 1, super::suite::generation(1));
    let backtweet_domain::Finding::Seen { sighting, .. } = scored.classified.finding else {
        panic!("it is a sighting");
    };
    let created = PostEvent::Created {
        post: Box::new(sighting.post),
    };
    assert_eq!(decode(&created), Ok(None));
    let PostEvent::Follow(mut nowhere) = follow("k", &account("n", 1), None, 1) else {
        panic!("it is a follow");
    };
    nowhere.active = true;
    let cause = decode(&PostEvent::Follow(nowhere)).unwrap_err().cause;
    assert!(cause.contains("leads to nobody"), "{cause}");
    let cause = decode(&follow(&"k".repeat(2_000), &account("n", 1), None, 1))
        .unwrap_err()
        .cause;
    assert!(cause.contains("2000 bytes"), "{cause}");
}
