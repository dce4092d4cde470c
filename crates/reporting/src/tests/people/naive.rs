//! Reach and people counted one by one, from the posts and follow edges that remain.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::authority::Graph;
use backtweet_domain::reach::Estimate;
use backtweet_domain::standing::{HALF_LIFE, Standing};
use backtweet_domain::{Finding, Flag, Role, Scored, Sighting, Timestamp, signal};
use backtweet_wire::v1;

use super::super::naive::effective;
use super::super::world::{NOW_US, post_id};
use super::followers;

/// The posts that count in the end.
pub(super) struct Remaining {
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
    pub(super) fn of(events: &[Scored]) -> Self {
        Self {
            posts: effective(events),
        }
    }

    fn within(&self, window: Option<v1::Window>, is_wanted: impl Fn(&Sighting) -> bool) -> Vec<&Scored> {
        let window = window.unwrap_or_default();
        let is_within = |at: i64| window.from_us.is_none_or(|from| at >= from) && window.to_us.is_none_or(|to| at < to);
        let posts = self.posts.values().filter(|post| {
            let sighting = sighting(post);
            is_within(sighting.post.witnessed_at.micros()) && is_wanted(sighting)
        });
        posts.collect()
    }

    pub(super) fn reach(&self, window: Option<v1::Window>, root: Option<u64>) -> v1::ReachResponse {
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
            top: top(&posts, &amplifiers),
            ..v1::ReachResponse::default()
        }
    }

    /// Whether nothing of this cascade is there.
    pub(super) fn is_without(&self, root: Option<u64>) -> bool {
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
    pub(super) fn people(&self, window: Option<v1::Window>) -> Vec<v1::Person> {
        let posts = self.within(window, |seen| seen.role == Role::Backtweet);
        let amplifiers = known(&posts);
        let is_whole = amplifiers.values().all(Known::is_whole);
        let now = window
            .and_then(|window| window.to_us)
            .map_or(NOW_US, |end| end.min(NOW_US));
        let newest = self
            .within(None, |_| true)
            .iter()
            .map(|post| sighting(post).post.witnessed_at.micros())
            .max();
        let now = newest.map_or(now, |newest| newest.min(now));
        let authority = self.authority();
        let person = |(author, known): (&String, &Known)| {
            let posts: Vec<_> = posts
                .iter()
                .filter(|post| sighting(post).post.author.id.to_string() == *author)
                .collect();
            let alone = alone(author, &amplifiers);
            let many =
                |is_so: &dyn Fn(&Sighting) -> bool| posts.iter().filter(|post| is_so(sighting(post))).count() as u64;
            let has = |seen: &Sighting, flag: Flag| seen.flags.contains(flag);
            let declared = many(&|seen| seen.post.author.bot) > 0;
            let flagged = many(&|seen| has(seen, Flag::Automated) || has(seen, Flag::DuplicateText));
            let signals = posts.iter().map(|post| (sighting(post).post.witnessed_at, worth(post)));
            let exactly = Estimate::exact(alone);
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
                marginal: known.is_any().then(|| v1::ReachFigure {
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
                micro_milli: known
                    .is_any()
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

    fn is_any(&self) -> bool {
        !self.edges.is_empty() || self.is_whole()
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

/// How many follow this author and none of the others.
fn alone(author: &str, amplifiers: &BTreeMap<String, Known>) -> u64 {
    let others = amplifiers.iter().filter(|(other, _)| *other != author);
    let others: BTreeSet<u64> = others.flat_map(|(_, known)| known.edges.clone()).collect();
    amplifiers[author].edges.difference(&others).count() as u64
}

/// Those who made these posts, whoever brings the most alone first; each as their newest post shows them.
fn top(posts: &[&Scored], amplifiers: &BTreeMap<String, Known>) -> Vec<v1::ReachAmplifier> {
    let is_whole = amplifiers.values().all(Known::is_whole);
    let row = |(author, known): (&String, &Known)| {
        let theirs = posts.iter().map(|post| sighting(post));
        let theirs: Vec<_> = theirs
            .filter(|seen| seen.post.author.id.to_string() == *author)
            .collect();
        let newest = theirs
            .iter()
            .max_by_key(|seen| (seen.post.witnessed_at, seen.post.id.to_string()));
        v1::ReachAmplifier {
            author: author.clone(),
            handle: newest.and_then(|seen| seen.post.author.handle.clone()),
            followers: known.followers,
            posts: theirs.len() as u64,
            impressions: theirs.iter().filter_map(|seen| seen.post.author.followers).sum(),
            known_followers: known.edges.len() as u64,
            whole: known.is_whole(),
            marginal: known.is_any().then(|| v1::ReachFigure {
                measured: is_whole,
                ..exact(alone(author, amplifiers))
            }),
        }
    };
    let mut rows: Vec<_> = amplifiers.iter().map(row).collect();
    rows.sort_by_key(|row| Reverse((row.marginal.as_ref().map(|marginal| marginal.low), row.followers)));
    rows.truncate(10);
    rows
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
