//! Reach and people after any deliveries, asked of a crowd that was kept up to date all along and of one that is read anew: they are what a
//! count of the posts and edges that remain says, one by one.

mod calls;
mod naive;
mod scale;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use backtweet_domain::authority::ERROR;
use backtweet_domain::{AccountId, Finding, Network, Scored, SubjectId, Timestamp};
use backtweet_store::Store;
use backtweet_wire::v1::{self, PeopleOrder};
use proptest::prelude::*;

use self::naive::Remaining;
use super::asked::windows;
use super::audience::{follow, take};
use super::order::run;
use super::world::{NOW_US, fold, mix, new_subject, post_id, stores};
use crate::FoldStage;
use crate::report::ReportError;
use crate::report::crowd::Cache;
use crate::report::people::people;
use crate::report::reach::reach;

const NOW: Timestamp = Timestamp::from_micros(NOW_US);
const FANS: u64 = 6;
const ORDERS: [PeopleOrder; 4] = [
    PeopleOrder::Advocates,
    PeopleOrder::Detractors,
    PeopleOrder::Authority,
    PeopleOrder::Marginal,
];

/// With so few followers that some audiences are known as a whole, sometimes a bot; and most by one author, so that flags say something.
pub(super) fn with_few_followers(mut event: Scored) -> Scored {
    let is_prolific = (0..4).any(|post| event.classified.post == post_id(post));
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
        if is_prolific {
            sighting.post.author.id = AccountId::new(Network::Other, "author-0").unwrap();
        }
        let pick = mix(&[sighting.post.text.len() as u64, sighting.post.revision]);
        sighting.post.author.followers = (!pick.is_multiple_of(5)).then_some(pick % 4);
        sighting.post.author.bot = (pick >> 20).is_multiple_of(9);
    }
    event
}

fn authors() -> Vec<AccountId> {
    let numbers =
        |network: Network| (0..3).map(move |number| AccountId::new(network, format!("author-{number}")).unwrap());
    Network::ALL.into_iter().flat_map(numbers).collect()
}

fn fan(number: u64) -> AccountId {
    AccountId::new(Network::Other, format!("fan-{number}")).unwrap()
}

/// Who follows each author. The same for all cases on one store, since audiences are nobody's subject's.
fn followers(author: &AccountId) -> BTreeSet<u64> {
    let salt = mix(&author.to_string().bytes().map(u64::from).collect::<Vec<_>>());
    (0..FANS).filter(|fan| mix(&[salt, *fan]).is_multiple_of(2)).collect()
}

pub(super) async fn follow_all(store: &dyn Store) {
    let mut events = Vec::new();
    for author in authors() {
        let theirs = followers(&author);
        for number in 0..FANS {
            let key = format!("{author}-{number}");
            events.push(follow(&key, &fan(number), Some(&author), 1));
            if !theirs.contains(&number) {
                events.push(follow(&key, &fan(number), None, 2));
            }
        }
    }
    take(store, &events, 5).await;
}

async fn ask_reach(
    store: &dyn Store,
    cache: &Cache,
    subject: &SubjectId,
    window: Option<v1::Window>,
    root: Option<u64>,
) -> Option<v1::ReachResponse> {
    let request = v1::ReachRequest {
        subject: subject.to_string(),
        window,
        root: root.map(|root| post_id(root).to_string()).unwrap_or_default(),
        ..v1::ReachRequest::default()
    };
    let mut response = match reach(store, cache, request).await {
        Ok(response) => response,
        Err(ReportError::NotFound(_)) => return None,
        Err(error) => panic!("{error}"),
    };
    (response.subject, response.root) = Default::default();
    (response.window, response.coverage) = (None, None);
    Some(response)
}

/// Compares the reach of each window, and of what passed each of two roots on, asked with each of the named caches, with a count of what
/// remains; whether anybody was reached.
pub(super) async fn reach_is_as_counted(
    store: &dyn Store,
    caches: &[(&str, &Cache)],
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let remaining = Remaining::of(events);
    let mut is_any = false;
    for &window in windows {
        for root in [None, Some(0), Some(1)] {
            let expected = (!remaining.is_without(root)).then(|| remaining.reach(window, root));
            is_any |= expected.as_ref().is_some_and(|expected| expected.amplifiers > 0);
            for (name, cache) in caches {
                let found = ask_reach(store, cache, subject, window, root).await;
                prop_assert_eq!(&found, &expected, "{}", name);
            }
        }
    }
    Ok(is_any)
}

/// Everybody in an order; handles and names are left out.
async fn ask_people(
    store: &dyn Store,
    cache: &Cache,
    subject: &SubjectId,
    window: Option<v1::Window>,
    order: PeopleOrder,
) -> v1::PeopleResponse {
    let request = v1::PeopleRequest {
        subject: subject.to_string(),
        window,
        order: order.into(),
        ..v1::PeopleRequest::default()
    };
    let mut response = people(store, cache, request, NOW).await.unwrap();
    for person in &mut response.people {
        (person.handle, person.name) = Default::default();
    }
    response
}

/// Whether authority is that of the direct computation, and all else the same.
fn same(asked: &[v1::Person], expected: &[v1::Person]) -> Result<(), TestCaseError> {
    let blank = |people: &[v1::Person]| -> Vec<v1::Person> {
        let blank = |person: &v1::Person| v1::Person {
            authority: person.authority.map(|_| 0.0),
            ..person.clone()
        };
        people.iter().map(blank).collect()
    };
    prop_assert_eq!(blank(asked), blank(expected));
    for (asked, expected) in asked.iter().zip(expected) {
        let off = asked.authority.unwrap_or(0.0) - expected.authority.unwrap_or(0.0);
        prop_assert!(off.abs() <= ERROR + 1e-6, "{asked:?} instead of {expected:?}");
    }
    Ok(())
}

/// Those of `everybody`, in order of their ids, who have a place in an order, in that order where it is exact.
fn ranked(everybody: &[v1::Person], order: PeopleOrder) -> Vec<v1::Person> {
    let value = |person: &v1::Person| person.standing.as_ref().map_or(0, |it| it.value_milli);
    let mut ranked = everybody.to_vec();
    match order {
        PeopleOrder::Detractors => {
            ranked.retain(|person| value(person) < 0);
            ranked.sort_by_key(value);
        }
        PeopleOrder::Marginal => {
            ranked.retain(|person| person.micro_milli.is_some_and(|micro| micro > 0));
            ranked.sort_by_key(|person| Reverse(person.micro_milli));
        }
        PeopleOrder::Authority => ranked.retain(|person| person.authority.is_some()),
        _ => {
            ranked.retain(|person| value(person) > 0);
            ranked.sort_by_key(|person| -value(person));
        }
    }
    ranked
}

/// Compares the people of each window in each order, asked with each of the named caches, with a count of what remains; whether there were any.
pub(super) async fn are_as_counted(
    store: &dyn Store,
    caches: &[(&str, &Cache)],
    subject: &SubjectId,
    events: &[Scored],
    windows: &[Option<v1::Window>],
) -> Result<bool, TestCaseError> {
    let remaining = Remaining::of(events);
    let mut is_any = false;
    for &window in windows {
        let everybody = remaining.people(window);
        let is_likely_bot = |person: &&v1::Person| person.bot.as_ref().is_some_and(|bot| bot.likely_bot);
        let likely_bots = everybody.iter().filter(is_likely_bot).count() as u64;
        is_any |= !everybody.is_empty();
        for order in ORDERS {
            let expected = ranked(&everybody, order);
            for (_, cache) in caches {
                let found = ask_people(store, cache, subject, window, order).await;
                prop_assert_eq!(found.authors, everybody.len() as u64);
                prop_assert_eq!(found.likely_bots, likely_bots);
                let mut found = found.people;
                if order == PeopleOrder::Authority {
                    // Shares that differ by less than they are off by may stand in either order.
                    let shares: Vec<_> = found.iter().map(|person| person.authority).collect();
                    prop_assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
                    found.sort_by(|a, b| a.author.cmp(&b.author));
                }
                same(&found, &expected)?;
            }
        }
    }
    Ok(is_any)
}

#[test]
fn whatever_comes_and_goes_reach_and_people_are_what_a_count_of_what_remains_says() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stores = runtime.block_on(stores(folder.path()));
    for store in &stores {
        runtime.block_on(follow_all(store.as_ref()));
    }
    run(60, |case| {
        runtime.block_on(async {
            for store in &stores {
                let (store, subject, live) = (store.as_ref(), new_subject(), Cache::default());
                let events: Vec<_> = case.shuffled(&subject).into_iter().map(with_few_followers).collect();
                for end in (case.batch..events.len() + case.batch).step_by(case.batch) {
                    let so_far = &events[..end.min(events.len())];
                    fold(store, &FoldStage::default(), &so_far[end - case.batch..]).await;
                    // All windows once everything came; until then the crowd is only kept up to date.
                    let asked = if end >= events.len() { windows() } else { vec![None] };
                    let caches = [("kept live", &live), ("read anew", &Cache::default())];
                    reach_is_as_counted(store, &caches, &subject, so_far, &asked).await?;
                    are_as_counted(store, &caches, &subject, so_far, &asked).await?;
                }
            }
            Ok(())
        })
    });
}
