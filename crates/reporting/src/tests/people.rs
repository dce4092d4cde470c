//! Reach and people after any deliveries, asked of a crowd that was kept up to date all along and of one that is read anew: they are what a
//! count of the posts and edges that remain says, one by one.

mod calls;
mod scale;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::authority::{ERROR, Graph};
use backtweet_domain::standing::{HALF_LIFE, Standing};
use backtweet_domain::{AccountId, Finding, Flag, Network, Role, Scored, Sighting, SubjectId, Timestamp, signal};
use backtweet_store::Store;
use backtweet_wire::v1::{self, PeopleOrder};
use proptest::prelude::*;

use super::asked::windows;
use super::audience::{follow, take};
use super::naive;
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

/// The posts that count in the end.
struct Remaining {
    posts: BTreeMap<String, Scored>,
}

fn sighting(event: &Scored) -> &Sighting {
    match &event.classified.finding {
        Finding::Seen { sighting, .. } => sighting,
        other => panic!("{other:?} is no sighting"),
    }
}

fn worth(event: &Scored) -> i64 {
    let sighting = sighting(event);
    let label = event.sentiment.as_ref().map(|sentiment| sentiment.label);
    signal::strength(sighting.intent, label, sighting.kinds, sighting.role)
}

impl Remaining {
    fn within(&self, window: Option<v1::Window>, is_wanted: impl Fn(&Sighting) -> bool) -> Vec<&Scored> {
        let window = window.unwrap_or_default();
        let is_within = |at: i64| window.from_us.is_none_or(|from| at >= from) && window.to_us.is_none_or(|to| at < to);
        let posts = self.posts.values().filter(|post| {
            let sighting = sighting(post);
            is_within(sighting.post.witnessed_at.micros()) && is_wanted(sighting)
        });
        posts.collect()
    }

    fn reach(&self, window: Option<v1::Window>, root: Option<u64>) -> v1::ReachResponse {
        let posts = self.within(window, |seen| match root.map(post_id) {
            None => seen.role == Role::Backtweet,
            Some(root) => {
                seen.lineage.root == root
                    && seen.post.id != root
                    && matches!(seen.role, Role::Backtweet | Role::Indirect)
            }
        });
        let origins = self.within(None, |seen| match root.map(post_id) {
            None => matches!(seen.role, Role::Origin | Role::Answer),
            Some(root) => seen.post.id == root,
        });
        let (amplifiers, origins) = (known(&posts), known(&origins));
        let is_whole = |known: &BTreeMap<String, Known>| known.values().all(Known::is_whole);
        let union = |known: &BTreeMap<String, Known>| -> BTreeSet<u64> {
            known.values().flat_map(|known| known.edges.clone()).collect()
        };
        let reached = range(&amplifiers);
        let beyond = if is_whole(&amplifiers) && is_whole(&origins) {
            exact(union(&amplifiers).difference(&union(&origins)).count() as u64)
        } else {
            let sure = match is_whole(&origins) {
                true => union(&amplifiers).difference(&union(&origins)).count() as u64,
                false => 0,
            };
            let of_origins = range(&origins);
            let less = match of_origins.unknown {
                0 => reached.low.saturating_sub(of_origins.high),
                _ => 0,
            };
            v1::ReachFigure {
                measured: false,
                estimate: None,
                low: sure.max(less),
                ..reached
            }
        };
        v1::ReachResponse {
            reach: Some(reached),
            beyond: (!origins.is_empty()).then_some(beyond),
            origins: origins.keys().cloned().collect(),
            impressions: posts
                .iter()
                .filter_map(|post| sighting(post).post.author.followers)
                .sum(),
            impressions_unknown: posts
                .iter()
                .filter(|post| sighting(post).post.author.followers.is_none())
                .count() as u64,
            amplifiers: amplifiers.len() as u64,
            amplifiers_whole: amplifiers.values().filter(|known| known.is_whole()).count() as u64,
            amplifiers_known: amplifiers.values().filter(|known| !known.edges.is_empty()).count() as u64,
            amplifiers_read: amplifiers.len() as u64,
            ..v1::ReachResponse::default()
        }
    }

    /// Whether nothing of this cascade is there.
    fn is_without(&self, root: Option<u64>) -> bool {
        let stands = |seen: &Sighting| root.is_some_and(|root| seen.lineage.root == post_id(root));
        root.is_some() && self.within(None, stands).is_empty()
    }

    fn authority(&self) -> BTreeMap<String, f64> {
        let mut graph = Graph::default();
        for post in self
            .posts
            .values()
            .filter(|post| sighting(post).role == Role::Backtweet)
        {
            let parent = sighting(post).lineage.parent.as_ref();
            if let Some(parent) = parent.and_then(|parent| self.posts.get(&parent.to_string())) {
                graph.add(&sighting(post).post.author.id, &sighting(parent).post.author.id, 1);
            }
        }
        let scores = graph.pagerank(1e-12);
        scores
            .into_iter()
            .map(|(account, score)| (account.to_string(), score))
            .collect()
    }

    /// Everybody, by id; without what only a store shows of them.
    fn people(&self, window: Option<v1::Window>) -> Vec<v1::Person> {
        let posts = self.within(window, |seen| seen.role == Role::Backtweet);
        let amplifiers = known(&posts);
        let is_whole = amplifiers.values().all(Known::is_whole);
        let now = window
            .and_then(|window| window.to_us)
            .map_or(NOW_US, |end| end.min(NOW_US));
        let authority = self.authority();
        let person = |(author, known): (&String, &Known)| {
            let posts: Vec<_> = posts
                .iter()
                .filter(|post| sighting(post).post.author.id.to_string() == *author)
                .collect();
            let others: BTreeSet<u64> = amplifiers
                .iter()
                .filter(|(other, _)| *other != author)
                .flat_map(|(_, known)| known.edges.clone())
                .collect();
            let alone = known.edges.difference(&others).count() as u64;
            let many =
                |is_so: &dyn Fn(&Sighting) -> bool| posts.iter().filter(|post| is_so(sighting(post))).count() as u64;
            let has = |seen: &Sighting, flag: Flag| seen.flags.contains(flag);
            let declared = many(&|seen| seen.post.author.bot) > 0;
            let flagged = many(&|seen| has(seen, Flag::Automated) || has(seen, Flag::DuplicateText));
            let signals = posts.iter().map(|post| (sighting(post).post.witnessed_at, worth(post)));
            let exactly = backtweet_domain::reach::Estimate::exact(alone);
            let standing = Standing::of(
                signals,
                is_whole.then_some(exactly),
                HALF_LIFE,
                Timestamp::from_micros(now),
            );
            v1::Person {
                author: author.clone(),
                followers: known.followers,
                backtweets: posts.len() as u64,
                standing: Some(v1::PersonStanding {
                    value_milli: standing.value,
                    strength_milli: standing.strength,
                    recent_milli: standing.recent,
                    half_life_seconds: 30 * 86_400,
                    with_marginal: is_whole,
                }),
                marginal: (!known.edges.is_empty() || known.is_whole()).then(|| v1::ReachFigure {
                    measured: is_whole,
                    ..exact(alone)
                }),
                authority: authority.get(author).copied(),
                bot: Some(v1::BotEvidence {
                    likely_bot: declared || posts.len() >= 3 && 2 * flagged > posts.len() as u64,
                    declared,
                    automated: many(&|seen| has(seen, Flag::Automated)),
                    duplicates: many(&|seen| has(seen, Flag::DuplicateText)),
                    flagged,
                }),
                micro_milli: (!known.edges.is_empty() || known.is_whole())
                    .then(|| alone * alone * 1_000 / known.followers.unwrap_or(0).max(alone).max(1)),
                ..v1::Person::default()
            }
        };
        amplifiers.iter().map(person).collect()
    }
}

/// What is known of an author's followers.
struct Known {
    followers: Option<u64>,
    edges: BTreeSet<u64>,
}

impl Known {
    fn is_whole(&self) -> bool {
        self.followers
            .is_some_and(|followers| followers <= self.edges.len() as u64)
    }
}

fn known(posts: &[&Scored]) -> BTreeMap<String, Known> {
    let mut all = BTreeMap::new();
    for author in posts.iter().map(|post| &sighting(post).post.author) {
        let known = all.entry(author.id.to_string()).or_insert_with(|| Known {
            followers: None,
            edges: followers(&author.id),
        });
        known.followers = known.followers.max(author.followers);
    }
    all
}

fn exact(count: u64) -> v1::ReachFigure {
    v1::ReachFigure {
        measured: true,
        estimate: Some(count),
        low: count,
        high: count,
        unknown: 0,
    }
}

/// How many follow any of them.
fn range(known: &BTreeMap<String, Known>) -> v1::ReachFigure {
    let union: BTreeSet<u64> = known.values().flat_map(|known| known.edges.clone()).collect();
    if known.values().all(Known::is_whole) {
        return exact(union.len() as u64);
    }
    let whole = known.values().filter(|known| known.is_whole());
    let whole: BTreeSet<u64> = whole.flat_map(|known| known.edges.clone()).collect();
    let parts = known.values().filter(|known| !known.is_whole());
    let parts: Vec<u64> = parts
        .map(|known| known.followers.unwrap_or(known.edges.len() as u64))
        .collect();
    let low = (union.len() as u64).max(parts.iter().copied().max().unwrap_or(0));
    v1::ReachFigure {
        measured: false,
        estimate: None,
        low,
        high: (whole.len() as u64 + parts.iter().sum::<u64>()).max(low),
        unknown: known.values().filter(|known| known.followers.is_none()).count() as u64,
    }
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
                        posts: naive::effective(so_far),
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
