//! A post cut into clauses, and whom each is about. What the clauses say is not read here, but for whether they say anything.

use std::ops::Range;

use super::tokens::{Break, OURS, Text, Token};
use super::words::{AND, APART, APART_BEFORE, APART_SOMETIMES, FILLERS, PRONOUNS, has};

/// A part of a text that speaks about the same ones.
#[derive(Debug)]
pub(super) struct Clause {
    /// Its words, by place.
    pub(super) words: Range<usize>,
    /// Whom it is about.
    pub(super) targets: Vec<u32>,
    /// Whether there is more to it than names.
    pub(super) says: bool,
    /// Whether one of those whom it is about is surely somebody.
    strong: bool,
}

/// Where a clause begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// With a sentence or a line.
    Sentence,
    /// With a word that sets it apart.
    Contrast,
    /// With a comma or an `and`, and only where it is about others.
    Soft,
}

impl Clause {
    /// Where it stands, with the signs behind it.
    pub(super) fn range(&self, text: &Text<'_>) -> Range<usize> {
        let start = |word: usize| text.tokens.get(word).map_or(text.text.len(), |token| token.range.start);
        let first = if self.words.start == 0 {
            0
        } else {
            start(self.words.start)
        };
        first..start(self.words.end)
    }

    /// What it is in the text.
    pub(super) fn part_of<'t>(&self, text: &Text<'t>) -> &'t str {
        text.text[self.range(text)].trim()
    }
}

/// With more names than this a clause tells nobody from anybody.
const MOST: usize = 16;

/// The clauses, in order; together they are the whole text.
pub(super) fn clauses(text: &Text<'_>) -> Vec<Clause> {
    let tokens = &text.tokens;
    let mut clauses: Vec<Clause> = Vec::new();
    let mut start = 0;
    let mut begins = Bound::Sentence;
    for end in 1..tokens.len() {
        if let Some(next) = bound(tokens, end) {
            add(&mut clauses, clause(tokens, start..end), begins);
            (start, begins) = (end, next);
        }
    }
    add(&mut clauses, clause(tokens, start..tokens.len()), begins);
    refer_back(tokens, &mut clauses);
    hand_on(&mut clauses);
    clauses
}

/// How a clause may begin at a word.
fn bound(tokens: &[Token], at: usize) -> Option<Bound> {
    let token = &tokens[at];
    if is_apart(tokens, at) {
        return Some(Bound::Contrast);
    }
    match token.before {
        Break::Hard => Some(Bound::Sentence),
        Break::Soft => Some(Bound::Soft),
        Break::None => has(AND, &token.key).then_some(Bound::Soft),
    }
}

/// Whether a word sets what is behind it apart from what is before it, whatever they are.
pub(super) fn sets_apart(token: &Token) -> bool {
    has(APART, &token.key) || has(APART_SOMETIMES, &token.key)
}

fn is_apart(tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let next = tokens.get(at + 1);
    // `mas` is but in Portuguese and more in Spanish, `mais` but in French and more in Portuguese.
    let surely = || {
        token.before == Break::Soft || next.is_some_and(|next| next.target.is_some() || has(APART_BEFORE, &next.key))
    };
    let a_while = || at > 0 && has(&["a"], &tokens[at - 1].key);
    let pair = || {
        let next = next.map_or("", |next| &*next.key);
        matches!(
            (&*token.key, next),
            ("sin", "embargo")
                | ("no", "entanto")
                | ("par", "contre")
                | ("alors", "que")
                | ("anche", "se")
                | ("في", "حين")
                | ("even", "though")
        )
    };
    has(APART, &token.key) && !a_while() || has(APART_SOMETIMES, &token.key) && surely() || pair()
}

fn clause(tokens: &[Token], words: Range<usize>) -> Clause {
    let mut targets = Vec::new();
    let named = tokens[words.clone()].iter().filter_map(|token| token.target);
    named.for_each(|target| note(&mut targets, target));
    Clause {
        says: says(&tokens[words.clone()]),
        strong: tokens[words.clone()]
            .iter()
            .any(|token| token.target.is_some() && !token.weak),
        words,
        targets,
    }
}

fn note(targets: &mut Vec<u32>, target: u32) {
    if !targets.contains(&target) && (targets.len() < MOST || target == OURS) {
        targets.push(target);
    }
}

/// Whether words say anything about those whom they name: more than one word, or one that feels.
fn says(tokens: &[Token]) -> bool {
    let telling = tokens.iter().filter(|token| {
        token.target.is_none() && token.is_plain() && !has(FILLERS, &token.key) && !has(AND, &token.key)
    });
    let mut count = 0;
    for token in telling {
        count += 1;
        if count > 1 || crate::polarity::feels(&token.key) {
            return true;
        }
    }
    false
}

/// Adds a clause, or to the last one: where that is nothing but names, or where only a comma or an `and` is between them and nothing tells
/// that others are spoken of. A sentence of its own is not about a mere hashtag in it.
fn add(clauses: &mut Vec<Clause>, mut clause: Clause, begins: Bound) {
    let Some(last) = clauses.last_mut() else {
        clauses.push(clause);
        return;
    };
    let same = || !clause.strong || clause.targets.iter().all(|it| last.targets.contains(it));
    if !last.says && begins != Bound::Contrast || begins == Bound::Soft && (!clause.says || same()) {
        last.words.end = clause.words.end;
        last.says |= clause.says;
        last.strong |= clause.strong;
        clause
            .targets
            .into_iter()
            .for_each(|target| note(&mut last.targets, target));
        return;
    }
    if begins == Bound::Sentence && !clause.strong {
        clause.targets.clear();
    }
    clauses.push(clause);
}

/// A clause that begins with `it` or `they` is about those before, whoever else it names.
fn refer_back(tokens: &[Token], clauses: &mut [Clause]) {
    for at in 1..clauses.len() {
        let (before, rest) = clauses.split_at_mut(at);
        let clause = &mut rest[0];
        let mut words = tokens[clause.words.clone()].iter();
        let first = words.find(|token| !sets_apart(token) && !has(AND, &token.key));
        if !clause.targets.is_empty() && first.is_some_and(|first| has(PRONOUNS, &first.key)) {
            let back = &before[at - 1].targets;
            back.iter().for_each(|target| note(&mut clause.targets, *target));
        }
    }
}

/// What names nobody is about those before; at the beginning, about those behind.
fn hand_on(clauses: &mut [Clause]) {
    let first = clauses.iter().find(|clause| !clause.targets.is_empty());
    let mut last = first.map(|clause| clause.targets.clone()).unwrap_or_default();
    for clause in clauses {
        if clause.targets.is_empty() {
            clause.targets.clone_from(&last);
        } else {
            last.clone_from(&clause.targets);
        }
    }
}
