//! The index against the naive reading of queries: the same answer for every query and every post, however the index came about.

use std::collections::{BTreeMap, HashMap};

use backtweet_classifier::query::Rules;
use backtweet_classifier::{Match, SubjectIndex};
use backtweet_domain::query::{Atom, Expr, Term};
use backtweet_domain::{Post, Subject, SubjectId};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::naive;
use crate::vocabulary::{covered_queries, posts, queries, terms};

const QUERIES: usize = 10_000;
const POSTS: usize = 1_000;

fn some<T: std::fmt::Debug>(number: usize, strategy: impl Strategy<Value = T>, runner: &mut TestRunner) -> Vec<T> {
    let one = |_| strategy.new_tree(runner).unwrap().current();
    (0..number).map(one).collect()
}

fn subject(number: usize) -> Subject {
    Subject {
        generation: 1,
        ..Subject::new(SubjectId::new(format!("s{number}")).unwrap())
    }
}

/// A query with numbers for what it is made of, so that the naive reading looks for the same thing only once in a post.
enum Numbered {
    All(Vec<Numbered>),
    Any(Vec<Numbered>),
    Not(Box<Numbered>),
    Leaf(usize),
}

#[derive(Default)]
struct Leaves<'a> {
    numbers: HashMap<&'a Expr, usize>,
    all: Vec<&'a Expr>,
}

impl<'a> Leaves<'a> {
    fn number(&mut self, expr: &'a Expr) -> Numbered {
        let mut all = |parts: &'a [Expr]| parts.iter().map(|part| self.number(part)).collect();
        match expr {
            Expr::All(parts) => Numbered::All(all(parts)),
            Expr::Any(parts) => Numbered::Any(all(parts)),
            Expr::Not(part) => Numbered::Not(Box::new(self.number(part))),
            Expr::Near { .. } | Expr::Is(_) => {
                let number = *self.numbers.entry(expr).or_insert_with(|| {
                    self.all.push(expr);
                    self.all.len() - 1
                });
                Numbered::Leaf(number)
            }
        }
    }

    fn holds(&self, query: &Numbered, post: &Post, known: &mut [Option<bool>]) -> bool {
        match query {
            Numbered::All(parts) => parts.iter().all(|part| self.holds(part, post, known)),
            Numbered::Any(parts) => parts.iter().any(|part| self.holds(part, post, known)),
            Numbered::Not(part) => !self.holds(part, post, known),
            Numbered::Leaf(leaf) => *known[*leaf].get_or_insert_with(|| naive::holds(self.all[*leaf], post)),
        }
    }
}

/// Compares the answers for all queries and each of the posts, and returns how many pairs match.
fn compare(
    index: &SubjectIndex,
    queries: &[Expr],
    numbered: &[Numbered],
    leaves: &Leaves<'_>,
    posts: &[Post],
) -> usize {
    let mut matching = 0;
    for post in posts {
        let found = index.match_post(post);
        let mut found = found.iter().map(|found| found.subject as usize).peekable();
        let mut known = vec![None; leaves.all.len()];
        for (number, query) in numbered.iter().enumerate() {
            let expected = leaves.holds(query, post, &mut known);
            let got = found.next_if_eq(&number).is_some();
            let query = &queries[number];
            assert_eq!(got, expected, "`{query}` for {post:#?}");
            matching += usize::from(got);
        }
    }
    matching
}

#[test]
fn no_query_finds_a_post_that_it_does_not_match_or_misses_one_that_it_does() {
    let mut runner = TestRunner::deterministic();
    let queries = some(QUERIES, covered_queries(), &mut runner);
    let posts = some(POSTS, posts(), &mut runner);
    let mut index = SubjectIndex::default();
    for (number, query) in queries.iter().enumerate() {
        let query = Some(Box::new(query.clone()));
        let rules = Rules {
            query,
            ..Rules::default()
        };
        index.put_with(&subject(number), rules);
    }
    let mut leaves = Leaves::default();
    let numbered: Vec<_> = queries.iter().map(|query| leaves.number(query)).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let matching: usize = std::thread::scope(|scope| {
        let (index, queries, numbered, leaves) = (&index, &queries, &numbered, &leaves);
        let shares = posts.chunks(POSTS.div_ceil(threads));
        let compare = |share| move || compare(index, queries, numbered, leaves, share);
        let running: Vec<_> = shares.map(|share| scope.spawn(compare(share))).collect();
        running.into_iter().map(|running| running.join().unwrap()).sum()
    });
    assert!(
        matching > QUERIES * POSTS / 20,
        "{matching} pairs are too few to show a difference"
    );
}

/// A subject at random with what its queries say.
struct Tracked {
    subject: Subject,
    rules: Rules,
}

/// What random subjects are made of.
struct Parts {
    terms: Vec<Term>,
    covered: Vec<Expr>,
    queries: Vec<Expr>,
}

impl Parts {
    fn tracked(&self, number: usize, generation: u64, rng: &mut SmallRng) -> Tracked {
        let mut rule = |from: &[Expr], chance| {
            rng.random_bool(chance)
                .then(|| Box::new(from.choose(rng).unwrap().clone()))
        };
        let rules = Rules {
            query: rule(&self.covered, 0.7),
            context: rule(&self.queries, 0.3),
            exclude: rule(&self.queries, 0.3),
        };
        let keywords = self.terms.choose_multiple(rng, 2).map(|term| term.text.clone());
        let subject = Subject {
            generation,
            keywords: keywords.collect(),
            hashtags: vec![["acme", "$acme", "東京"].choose(rng).unwrap().to_string()],
            ..subject(number)
        };
        Tracked { subject, rules }
    }
}

impl Tracked {
    /// Whether it matches, the slow way.
    fn matches(&self, post: &Post) -> bool {
        let holds = |rule: &Option<Box<Expr>>| rule.as_ref().map(|rule| naive::holds(rule, post));
        let is = |atom| naive::holds(&Expr::Is(atom), post);
        let keyword = |text: &String| Term {
            text: text.clone(),
            open: false,
        };
        let tag = |tag: &String| match tag.strip_prefix('$') {
            Some(tag) => Atom::Cashtag(tag.into()),
            None => Atom::Hashtag(tag.clone()),
        };
        let found = holds(&self.rules.query) == Some(true)
            || self.subject.keywords.iter().any(|text| is(Atom::Text(keyword(text))))
            || self.subject.hashtags.iter().any(|it| is(tag(it)));
        found && holds(&self.rules.context) != Some(false) && holds(&self.rules.exclude) != Some(true)
    }
}

/// Whom the index finds for each post, and how, whatever their places.
fn answers(index: &SubjectIndex, posts: &[Post]) -> Vec<BTreeMap<SubjectId, (u64, Match)>> {
    let answer = |post| {
        let found = index.match_post(post).into_iter();
        let found = found.map(|found| {
            let indexed = index.subject(found.subject).unwrap();
            assert_eq!(index.find(&indexed.id), Some((found.subject, indexed)));
            (indexed.id.clone(), (indexed.generation, Match { subject: 0, ..found }))
        });
        found.collect()
    };
    posts.iter().map(answer).collect()
}

#[test]
fn subjects_that_came_changed_and_went_one_by_one_answer_like_those_that_came_at_once() {
    let mut runner = TestRunner::deterministic();
    let mut rng = SmallRng::seed_from_u64(1);
    let posts = some(60, posts(), &mut runner);
    let parts = Parts {
        terms: some(300, terms(), &mut runner),
        covered: some(300, covered_queries(), &mut runner),
        queries: some(300, queries(), &mut runner),
    };
    let mut index = SubjectIndex::default();
    let mut tracked: BTreeMap<SubjectId, Tracked> = BTreeMap::new();
    let mut before = None;
    for step in 1..=3_000 {
        let number = rng.random_range(0..400);
        if rng.random_bool(0.4) {
            let id = subject(number).id;
            index.remove(&id);
            tracked.remove(&id);
        } else {
            let new = parts.tracked(number, step, &mut rng);
            index.put_with(&new.subject, new.rules.clone());
            tracked.insert(new.subject.id.clone(), new);
        }
        if step % 500 > 0 {
            continue;
        }
        let mut at_once = SubjectIndex::default();
        tracked
            .values()
            .for_each(|it| at_once.put_with(&it.subject, it.rules.clone()));
        let found = answers(&index, &posts);
        assert_eq!(found, answers(&at_once, &posts));
        assert_eq!(index.len(), tracked.len());
        for (post, found) in posts.iter().zip(&found) {
            for (id, tracked) in &tracked {
                let got = found.get(id).map(|(generation, _)| *generation);
                let expected = tracked.matches(post).then_some(tracked.subject.generation);
                assert_eq!(got, expected, "{:#?} {:#?} {post:#?}", tracked.subject, tracked.rules);
            }
        }
        if let Some((older, answered)) = before.replace((index.clone(), found)) {
            assert_eq!(answers(&older, &posts), answered, "a copy stays as it was");
        }
    }
}
