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

/// With so few followers that some audiences are known as a whole, and sometimes a bot.
fn with_few_followers(mut event: Scored) -> Scored {
    if let Finding::Seen { sighting, .. } = &mut event.classified.finding {
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

async fn follow_all(store: &dyn Store) {
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

/// Everybody in an order; handles and names are left out.
async fn ask_people(
    store: &dyn Store,
    cache: &Cache,
    subject: &SubjectId,
    window: Option<v1::Window>,
    order: PeopleOrder,
) -> Vec<v1::Person> {
    let request = v1::PeopleRequest {
        subject: subject.to_string(),
        window,
        order: order.into(),
        ..v1::PeopleRequest::default()
    };
    let mut people = people(store, cache, request, NOW).await.unwrap().people;
    for person in &mut people {
        (person.handle, person.name) = Default::default();
    }
    people
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
                    let remaining = Remaining {
                        posts: super::naive::effective(so_far),
                    };
                    // All windows once everything came; until then the crowd is only kept up to date.
                    let asked = if end >= events.len() { windows() } else { vec![None] };
                    for window in asked {
                        for root in [None, Some(0), Some(1)] {
                            let mut expected = remaining.reach(window, root);
                            let found = ask_reach(store, &live, &subject, window, root).await;
                            if let Some(found) = &found {
                                expected.top.clone_from(&found.top);
                                prop_assert_eq!(found, &expected, "kept live");
                            } else {
                                prop_assert!(remaining.is_without(root));
                            }
                            let anew = ask_reach(store, &Cache::default(), &subject, window, root).await;
                            prop_assert_eq!(found, anew);
                        }
                        let everybody = remaining.people(window);
                        for order in ORDERS {
                            let found = ask_people(store, &live, &subject, window, order).await;
                            let value = |person: &v1::Person| person.standing.as_ref().map_or(0, |it| it.value_milli);
                            let mut expected: Vec<_> = everybody.clone();
                            match order {
                                PeopleOrder::Detractors => {
                                    expected.retain(|person| value(person) < 0);
                                    expected.sort_by_key(value);
                                }
                                PeopleOrder::Marginal => {
                                    expected.retain(|person| person.micro_milli.is_some_and(|micro| micro > 0));
                                    expected.sort_by_key(|person| Reverse(person.micro_milli));
                                }
                                PeopleOrder::Authority => {
                                    // Shares that differ by less than they are off by may stand in either order.
                                    let shares: Vec<_> = found.iter().map(|person| person.authority).collect();
                                    prop_assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
                                    let mut found = found;
                                    found.sort_by(|a, b| a.author.cmp(&b.author));
                                    expected.retain(|person| person.authority.is_some());
                                    same(&found, &expected)?;
                                    continue;
                                }
                                _ => {
                                    expected.retain(|person| value(person) > 0);
                                    expected.sort_by_key(|person| -value(person));
                                }
                            }
                            same(&found, &expected)?;
                            same(
                                &ask_people(store, &Cache::default(), &subject, window, order).await,
                                &found,
                            )?;
                        }
                    }
                }
            }
            Ok(())
        })
    });
}
