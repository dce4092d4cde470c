//! What of a post speaks about one of those that it names: the clauses about them, with comparisons seen from their side. What the words
//! feel like is the models' business.

mod clauses;
mod compare;
mod own;
mod tokens;
mod words;

use std::borrow::Cow;

pub use own::own_words;

use clauses::{Clause, clauses};
use compare::{Comparison, compare};
use tokens::{OURS, Text};

/// The words of `text` that speak about who is called by one of `names`: handles, hashtags, links and keywords as the text writes them, without
/// regard to case. All of it where nobody else is named, where they are not, or where nothing tells apart what is said about whom.
///
/// A text is cut where sentences end, before a conjunction that sets apart (`but`, `while`), and at a comma, an emoji or an `and` that
/// somebody new is spoken of behind. A clause is about those whom it names; one that names nobody is about those before, or at the
/// beginning about those behind. Where one is compared with another, each side gets the words that hold for it: of `@a is better than
/// @b`, `worse @b` is what is said about `@b`. Takes time in proportion to the text.
pub fn towards<'t>(text: &'t str, names: &[&str]) -> Cow<'t, str> {
    let text = Text::read(text, names);
    if !text.tokens.iter().any(|token| token.target == Some(OURS)) {
        return Cow::Borrowed(text.text);
    }
    let clauses = clauses(&text);
    let compared: Vec<Option<Comparison>> = clauses.iter().map(|clause| compare(&text, clause)).collect();
    let is_ours = |clause: &Clause| clause.targets.contains(&OURS);
    let says = clauses.iter().any(|clause| is_ours(clause) && clause.says);
    // Who only stands beside what is said, as hashtags do at the end, hears all of it.
    if compared.iter().all(Option::is_none) && (!says || clauses.iter().all(is_ours)) {
        return Cow::Borrowed(text.text);
    }
    let ours = clauses.iter().zip(&compared).filter(|(clause, _)| is_ours(clause));
    let said = ours.map(|(clause, comparison)| match comparison {
        Some(comparison) => Cow::Owned(comparison.seen_by_us(&text, clause)),
        None => Cow::Borrowed(clause.part_of(&text)),
    });
    joined(said)
}

/// What the author of `text` says in their own words about who is called by one of `names`.
pub fn said_about<'t>(text: &'t str, names: &[&str]) -> Cow<'t, str> {
    match own_words(text) {
        Cow::Borrowed(own) => towards(own, names),
        Cow::Owned(own) => Cow::Owned(towards(&own, names).into_owned()),
    }
}

/// The parts one behind the other.
fn joined<'t>(mut parts: impl Iterator<Item = Cow<'t, str>>) -> Cow<'t, str> {
    let mut joined = parts.next().unwrap_or_default();
    for part in parts {
        joined.to_mut().extend([" ", &*part]);
    }
    joined
}

#[cfg(test)]
mod tests;
