//! Repost trees of Weibo, each a subject of its own, whole and without a third of its posts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use backtweet_domain::{
    AccountId, Edge, Intent, Kind, KindSet, Lineage, Network, ReferenceKind, Role, Scored, SubjectId, Timestamp,
};
use backtweet_store::Store;
use backtweet_wire::v1;

use super::super::naive;
use super::super::order::fold_all;
use super::super::world::{new_subject, post_id, retracted, stores};
use super::{fold_shuffled, read, sighted};
use crate::report::cascade::{Cache, cascade};
use crate::report::{authors, summary, timeline};

/// So many posts go through, in whole cascades.
const POSTS: usize = 12_000;
/// Trees up to this size are measured from every post to every other.
const SMALL: usize = 300;

/// A post of the file: its parent is the number of another, or of itself.
#[derive(Clone)]
struct Post<'a> {
    number: u64,
    parent: u64,
    author: &'a str,
    second: i64,
}

/// Every fifth cascade, in which each post is known by its number in the file. Nine have their origin's time in words, and are left out.
fn cascades(text: &str) -> Vec<Vec<Post<'_>>> {
    let mut cascades: Vec<(&str, Vec<Post>)> = Vec::new();
    let mut numbers: HashMap<&str, u64> = HashMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [cascade, post, parent, author, second, _] = fields[..] else {
            panic!("{line:?} has not six fields")
        };
        if cascades.last().is_none_or(|last| last.0 != cascade) {
            cascades.push((cascade, Vec::new()));
            numbers.clear();
        }
        let next = numbers.len() as u64;
        // Some posts stand there twice.
        let std::collections::hash_map::Entry::Vacant(entry) = numbers.entry(post) else {
            continue;
        };
        let number = *entry.insert(next);
        // A parent that comes later in the file, or never, is the origin.
        let parent = numbers
            .get(parent)
            .copied()
            .filter(|&parent| parent != number)
            .unwrap_or(0);
        let second = second.parse().unwrap_or(i64::MIN);
        cascades.last_mut().unwrap().1.push(Post {
            number,
            parent,
            author,
            second,
        });
    }
    let is_timed = |posts: &Vec<Post>| posts.iter().all(|post| post.second > 0);
    let posts = cascades.into_iter().map(|(_, posts)| posts).filter(is_timed);
    posts.step_by(5).collect()
}

fn event(subject: &SubjectId, post: &Post) -> Scored {
    let event = sighted(subject, post.number, |sighting| {
        let is_root = post.number == 0;
        sighting.role = if is_root { Role::Origin } else { Role::Backtweet };
        sighting.kinds = if is_root {
            KindSet::EMPTY
        } else {
            KindSet::EMPTY.with(Kind::Repost)
        };
        sighting.automatic = KindSet::EMPTY;
        sighting.intent = Intent::Share;
        sighting.post.author.id = AccountId::new(Network::Other, post.author).unwrap();
        sighting.post.witnessed_at = Timestamp::from_seconds(post.second);
        sighting.lineage = Lineage {
            root: post_id(0),
            parent: (!is_root).then(|| post_id(post.parent)),
            depth: u32::from(!is_root),
            edge: Edge::Observed,
            by: (!is_root).then_some(ReferenceKind::Repost),
        };
    });
    Scored {
        sentiment: None,
        ..event
    }
}

/// What is compared.
#[derive(Debug, PartialEq)]
struct Figures {
    size: u64,
    depth: u32,
    breadth: Vec<u64>,
    /// In thousandths: two ways of adding up may differ in the last bits.
    virality_milli: Option<i64>,
    half_after_us: Option<i64>,
    nine_tenths_after_us: Option<i64>,
    authors: u64,
    /// The best two, and how often they passed it on: all signals are alike.
    top: Vec<(String, u64)>,
    hours: Vec<(i64, u64)>,
}

/// From the posts alone, each of which hangs on its nearest ancestor that is there.
fn batch(whole: &[Post], gone: &BTreeSet<u64>) -> Figures {
    let above = |mut number: u64| {
        while gone.contains(&number) {
            number = whole[number as usize].parent;
        }
        number
    };
    let posts: Vec<_> = whole.iter().filter(|post| !gone.contains(&post.number)).collect();
    let parents: BTreeMap<u64, u64> = posts.iter().map(|post| (post.number, above(post.parent))).collect();
    let way = |mut at: u64| {
        let mut way = vec![at];
        while at != 0 {
            at = parents[&at];
            way.push(at);
        }
        way
    };
    let ways: BTreeMap<u64, Vec<u64>> = parents.keys().map(|&at| (at, way(at))).collect();
    let mut breadth = Vec::new();
    for way in ways.values() {
        breadth.resize(breadth.len().max(way.len()), 0);
        breadth[way.len() - 1] += 1;
    }
    let start = whole[0].second;
    let mut after: Vec<_> = posts
        .iter()
        .filter(|post| post.number != 0)
        .map(|post| post.second - start)
        .collect();
    after.sort_unstable();
    let share_after = |tenths: usize| {
        after
            .get((after.len() * tenths).div_ceil(10).saturating_sub(1))
            .map(|second| second * 1_000_000)
    };
    let mut by_author: BTreeMap<String, u64> = BTreeMap::new();
    let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
    for post in posts.iter().filter(|post| post.number != 0) {
        *by_author.entry(format!("other:{}", post.author)).or_default() += 1;
        *hours.entry(post.second.div_euclid(3_600) * 3_600_000_000).or_default() += 1;
    }
    let authors = by_author.len() as u64;
    let mut top: Vec<_> = by_author.into_iter().collect();
    top.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    top.truncate(2);
    Figures {
        size: posts.len() as u64,
        depth: breadth.len() as u32 - 1,
        breadth,
        virality_milli: (posts.len() > 1).then(|| milli(mean_distance(&ways))),
        half_after_us: share_after(5),
        nine_tenths_after_us: share_after(9),
        authors,
        top,
        hours: hours.into_iter().collect(),
    }
}

fn milli(virality: f64) -> i64 {
    (virality * 1_000.0).round() as i64
}

/// The mean distance between two posts: walked from each to each where they are few; otherwise by how many pairs each edge parts.
fn mean_distance(ways: &BTreeMap<u64, Vec<u64>>) -> f64 {
    let many = ways.len() as f64;
    let pairs = many * (many - 1.0);
    if ways.len() > SMALL {
        let mut below: BTreeMap<u64, f64> = BTreeMap::new();
        for at in ways.values().flatten().filter(|&&at| at != 0) {
            *below.entry(*at).or_default() += 1.0;
        }
        return below.values().map(|below| below * (many - below)).sum::<f64>() * 2.0 / pairs;
    }
    let distance = |a: &Vec<u64>, b: &Vec<u64>| {
        let shared = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
        (a.len() + b.len() - 2 * shared) as f64
    };
    let from = |a: &Vec<u64>| ways.values().map(|b| distance(a, b)).sum::<f64>();
    ways.values().map(from).sum::<f64>() / pairs
}

async fn reported(store: &dyn Store, subject: &SubjectId) -> Figures {
    let (id, root) = (subject.to_string(), post_id(0).to_string());
    let now = Timestamp::from_seconds(2_000_000_000);
    let request = v1::CascadeRequest {
        subject: id.clone(),
        root,
        ..Default::default()
    };
    let cascade = cascade(store, &Cache::default(), now, request).await.unwrap();
    let cascade = cascade.figures.unwrap();
    let request = v1::SummaryRequest {
        subject: id.clone(),
        ..Default::default()
    };
    let summary = summary::summary(store, request, now).await.unwrap();
    let request = v1::TimelineRequest {
        subject: id.clone(),
        bucket: v1::Bucket::Hour.into(),
        ..Default::default()
    };
    let timeline = timeline::timeline(store, request).await.unwrap();
    let request = v1::TopAuthorsRequest {
        subject: id,
        limit: 2,
        ..Default::default()
    };
    let authors = authors::top_authors(store, request).await.unwrap();
    let backtweets = |figures: &Option<v1::Figures>| figures.as_ref().map_or(0, |figures| figures.backtweets);
    let hours = timeline
        .buckets
        .iter()
        .map(|bucket| (bucket.start_us, backtweets(&bucket.figures)));
    Figures {
        size: cascade.size,
        depth: cascade.depth,
        breadth: cascade.breadth,
        virality_milli: cascade.structural_virality.map(milli),
        half_after_us: cascade.half_after_us,
        nine_tenths_after_us: cascade.nine_tenths_after_us,
        authors: summary.figures.unwrap().authors,
        top: authors
            .authors
            .into_iter()
            .map(|author| (author.author, author.backtweets))
            .collect(),
        hours: hours.filter(|(_, backtweets)| *backtweets > 0).collect(),
    }
}

#[test]
fn real_cascades_have_the_figures_of_a_batch_computation_whole_and_without_a_third_of_their_posts() {
    let Some(text) = read("cascades/weibo.tsv.gz") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for store in runtime.block_on(stores(folder.path())) {
        let (mut posts, mut trees) = (0, 0);
        for whole in cascades(&text) {
            if posts + whole.len() > POSTS {
                break;
            }
            (posts, trees) = (posts + whole.len(), trees + 1);
            runtime.block_on(check(store.as_ref(), &whole));
        }
        println!("{trees} cascades, {posts} posts");
        assert!(trees > 0);
    }
}

async fn check(store: &dyn Store, whole: &[Post<'_>]) {
    let subject = new_subject();
    let events: Vec<_> = whole.iter().map(|post| event(&subject, post)).collect();
    fold_shuffled(store, &events).await;
    assert_eq!(reported(store, &subject).await, batch(whole, &BTreeSet::new()));
    let gone: BTreeSet<u64> = (1..whole.len() as u64).step_by(3).collect();
    let retractions: Vec<_> = gone
        .iter()
        .map(|&post| retracted(&subject, post, naive::FINAL))
        .collect();
    fold_all(store, &retractions, 100).await;
    assert_eq!(reported(store, &subject).await, batch(whole, &gone));
}
