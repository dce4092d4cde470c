//! What is allowed in a query and hardly meant: too broad, unable to match, ambiguous, said twice.

mod words;

use super::cover::is_indexed;
use super::error::Warning;
use super::normal::Part;
use super::{Atom, Expr, Feature, Term};
use crate::post::ReferenceKind;
use crate::text::{is_word, stands_alone};

/// More followers than there are people.
const ABSURD_FOLLOWERS: u64 = 8_000_000_000;
/// With fewer letters an open word stands for too many.
const FEWEST_OPEN: usize = 3;

pub(super) fn warnings(root: &Part, has_context: bool) -> Vec<Warning> {
    let mut found = Vec::new();
    looked_up(root, has_context, &mut found);
    visit(root, &mut found);
    found.sort_by_key(|warning| warning.column);
    found
}

/// Whether a word is among the commonest of a language.
pub(super) fn is_common(word: &str) -> bool {
    words::COMMON.iter().any(|language| language.contains(&word))
}

fn warn(part: &Part, message: impl Into<String>, remedy: impl Into<String>) -> Warning {
    Warning {
        column: part.place.column,
        length: part.place.length,
        message: message.into(),
        remedy: remedy.into(),
    }
}

/// The atoms that every post is found by have to be telling ones.
fn looked_up(root: &Part, has_context: bool, found: &mut Vec<Warning>) {
    let leaves = root.leaves();
    for atom in root.expr.cover().unwrap_or_default() {
        let Atom::Text(term) = &atom else { continue };
        let holds = |part: &&&Part| match &part.expr {
            Expr::Near { left, right, .. } => left == term || right == term,
            expr => *expr == Expr::Is(atom.clone()),
        };
        let Some(part) = leaves.iter().find(holds) else {
            continue;
        };
        if let Some(why) = broad(term) {
            found.push(warn(
                part,
                format!("`{term}` is too broad: {why}"),
                "add a word that has to be there with it, or a longer one",
            ));
        } else if !has_context && words::AMBIGUOUS.contains(&term.text.as_str()) {
            found.push(warn(
                part,
                format!("`{term}` is a brand and a common word"),
                "say in the context what else has to be there, or exclude what must not",
            ));
        }
    }
}

fn broad(term: &Term) -> Option<&'static str> {
    let letters = term.text.chars().filter(|c| is_word(*c)).count();
    let is_dense = term.text.chars().all(stands_alone);
    if term.text.chars().count() == 1 {
        Some("it is a single character")
    } else if letters == 0 {
        Some("it has no letter")
    } else if is_common(&term.text) {
        Some("it is one of the commonest words there are")
    } else if term.open && letters < FEWEST_OPEN && !is_dense {
        Some("many words begin so")
    } else {
        None
    }
}

fn visit(part: &Part, found: &mut Vec<Warning>) {
    match &part.expr {
        Expr::All(_) => {
            contradictions(part, found);
            redundant(part, found, |inner| matches!(inner, Expr::Any(_)));
        }
        Expr::Any(_) => redundant(part, found, |inner| matches!(inner, Expr::All(_))),
        Expr::Is(Atom::Text(term)) => lower_case_operator(part, term, found),
        Expr::Is(Atom::MinFollowers(least)) if *least > ABSURD_FOLLOWERS => {
            found.push(warn(part, "nobody has so many followers", "ask for fewer"));
        }
        _ => {}
    }
    part.parts.iter().for_each(|part| visit(part, found));
}

fn lower_case_operator(part: &Part, term: &Term, found: &mut Vec<Warning>) {
    let is_bare = part.place.length == term.text.chars().count();
    let word = term.text.split('/').next().unwrap_or_default();
    if is_bare && matches!(word, "and" | "or" | "not" | "near") {
        found.push(warn(
            part,
            format!("`{word}` is a word to look for here"),
            format!("write {} to join, or put it in quotes", word.to_uppercase()),
        ));
    }
}

/// `a OR (a b)` is `a`, and so is `a (a OR b)`.
fn redundant(part: &Part, found: &mut Vec<Warning>, contains: fn(&Expr) -> bool) {
    let has = |whole: &Part, one: &Part| {
        let ones = if contains(&one.expr) {
            one.parts.as_slice()
        } else {
            std::slice::from_ref(one)
        };
        ones.iter()
            .all(|one| whole.parts.iter().any(|part| part.expr == one.expr))
    };
    for whole in part.parts.iter().filter(|whole| contains(&whole.expr)) {
        let other = part
            .parts
            .iter()
            .find(|one| one.place != whole.place && has(whole, one));
        if let Some(one) = other {
            found.push(warn(
                whole,
                format!("`{}` changes nothing beside `{}`", whole.expr, one.expr),
                "leave it out",
            ));
        }
    }
}

fn contradictions(all: &Part, found: &mut Vec<Warning>) {
    let parts = &all.parts;
    for (index, part) in parts.iter().enumerate() {
        let others = || parts[..index].iter();
        let both = others().find_map(|other| Some((other, contradict(&other.expr, &part.expr)?)));
        if let Some((other, (why, remedy))) = both {
            let message = format!("this cannot match beside `{}`: {why}", other.expr);
            found.push(warn(part, message, remedy));
        }
    }
}

/// Why no post is both, and what to do.
fn contradict(one: &Expr, other: &Expr) -> Option<(&'static str, &'static str)> {
    let is_not = |not: &Expr, expr: &Expr| matches!(not, Expr::Not(inner) if **inner == *expr);
    if is_not(one, other) || is_not(other, one) {
        return Some(("it is the opposite", "leave one of them out"));
    }
    let repost = Expr::Is(Atom::Refers(ReferenceKind::Repost));
    if (*one == repost && needs_own(other)) || (*other == repost && needs_own(one)) {
        return Some((
            "a repost has no words, tags, mentions or links of its own and is nothing but a repost",
            "leave is:repost out, or ask for from:, lang: or network: only",
        ));
    }
    let (Expr::Is(one), Expr::Is(other)) = (one, other) else {
        return None;
    };
    match (one, other) {
        (Atom::Network(one), Atom::Network(other)) if one != other => {
            Some(("a post is on one network", "write OR between them"))
        }
        (Atom::Language(one), Atom::Language(other)) if !is_below(one, other) && !is_below(other, one) => {
            Some(("a post has one language", "write OR between them"))
        }
        (Atom::From(one), Atom::From(other)) if one != other => {
            Some(("a post has one author", "write OR between them"))
        }
        _ => None,
    }
}

fn is_below(language: &str, above: &str) -> bool {
    let rest = language.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Whether nothing but a post that says something itself matches.
fn needs_own(expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().any(needs_own),
        Expr::Any(parts) => parts.iter().all(needs_own),
        Expr::Not(_) | Expr::Is(Atom::From(_) | Atom::Refers(ReferenceKind::Repost)) => false,
        Expr::Near { .. } | Expr::Is(Atom::Refers(_) | Atom::Has(Feature::Link | Feature::Question)) => true,
        Expr::Is(atom) => is_indexed(atom),
    }
}
