//! The one form of queries that mean the same by their shape, and how it is written. Reading what somebody typed is `parse`'s.

use std::collections::HashSet;
use std::fmt;

use super::error::Place;
use super::{Atom, Expr, Feature, Term};
use crate::post::ReferenceKind;
use crate::text::{fold, is_word, stands_alone};

/// A query with the places of its parts. Always in normal form: no `All` in an `All` and no `Any` in an `Any`, no part twice in one of them,
/// no `Not` in a `Not`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) expr: Expr,
    /// What `expr` is made of, in its order; empty for what has no parts.
    pub(super) parts: Vec<Part>,
    pub(super) place: Place,
}

impl Part {
    pub(super) fn leaf(expr: Expr, place: Place) -> Self {
        let parts = Vec::new();
        Self { expr, parts, place }
    }

    pub(super) fn all(parts: Vec<Part>, place: Place) -> Self {
        Self::joined(parts, place, Expr::All, |expr| matches!(expr, Expr::All(_)))
    }

    pub(super) fn any(parts: Vec<Part>, place: Place) -> Self {
        Self::joined(parts, place, Expr::Any, |expr| matches!(expr, Expr::Any(_)))
    }

    /// Parts of the same kind are laid open, and each part is kept once. At least one part is given.
    fn joined(parts: Vec<Part>, place: Place, join: fn(Vec<Expr>) -> Expr, is_same: fn(&Expr) -> bool) -> Self {
        let open = |part: Part| if is_same(&part.expr) { part.parts } else { vec![part] };
        let mut seen = HashSet::new();
        let mut parts: Vec<Part> = parts.into_iter().flat_map(open).collect();
        parts.retain(|part| seen.insert(part.expr.clone()));
        if parts.len() == 1 {
            return parts.remove(0);
        }
        let expr = join(parts.iter().map(|part| part.expr.clone()).collect());
        Self { expr, parts, place }
    }

    pub(super) fn not(mut part: Part, place: Place) -> Self {
        if matches!(part.expr, Expr::Not(_)) {
            return part.parts.remove(0);
        }
        let expr = Expr::Not(Box::new(part.expr.clone()));
        let parts = vec![part];
        Self { expr, parts, place }
    }

    /// Whatever has no parts, with its place.
    pub(super) fn leaves(&self) -> Vec<&Part> {
        if self.parts.is_empty() {
            return vec![self];
        }
        self.parts.iter().flat_map(Part::leaves).collect()
    }
}

impl Term {
    /// The term of what somebody typed; `None` where nothing of it is left. A wildcard behind something that no word can go on from is none.
    pub(super) fn new(typed: &str, open: bool) -> Option<Self> {
        let mut text = fold(typed);
        // Some signs come apart into a space and an accent.
        while text != fold(&text) || text != text.trim() {
            text = fold(&text).trim().to_owned();
        }
        let goes_on = text.chars().next_back().is_some_and(|c| is_word(c) && !stands_alone(c));
        let open = open && goes_on;
        (!text.is_empty()).then_some(Self { text, open })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.open { "*" } else { "" };
        let is_sign = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | '"');
        let reads_otherwise = matches!(self.text.as_str(), "&&" | "|" | "||" | "!");
        if self.text.contains(is_sign) || self.text.starts_with(['-', '@', '#', '$']) || reads_otherwise {
            write!(f, "\"{}{star}\"", self.text)
        } else {
            write!(f, "{}{star}", self.text)
        }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Atom::Text(term) => write!(f, "{term}"),
            Atom::Mention(account) => valued(f, "@", account),
            Atom::Hashtag(tag) => valued(f, "#", tag),
            Atom::Cashtag(tag) => valued(f, "$", tag),
            Atom::From(account) => valued(f, "from:", account),
            Atom::To(account) => valued(f, "to:", account),
            Atom::Url(page) => valued(f, "url:", page),
            Atom::Domain(domain) => valued(f, "domain:", domain),
            Atom::Language(language) => valued(f, "lang:", language),
            Atom::Network(network) => write!(f, "network:{network}"),
            Atom::Refers(kind) => write!(f, "is:{}", kind_name(*kind)),
            Atom::Has(feature) => write!(f, "has:{}", feature_name(*feature)),
            Atom::MinFollowers(least) => write!(f, "min_followers:{least}"),
        }
    }
}

fn valued(f: &mut fmt::Formatter<'_>, key: &str, value: &str) -> fmt::Result {
    if value.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')')) {
        write!(f, "{key}\"{value}\"")
    } else {
        write!(f, "{key}{value}")
    }
}

pub(super) const fn kind_name(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Repost => "repost",
        ReferenceKind::Quote => "quote",
        ReferenceKind::Reply => "reply",
    }
}

pub(super) const fn feature_name(feature: Feature) -> &'static str {
    match feature {
        Feature::Link => "link",
        Feature::Media => "media",
        Feature::Question => "question",
    }
}

/// The query as it is kept: `-` for NOT, a space for AND, parentheses only where they change something. A query that was parsed reads back as
/// itself.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All(parts) => {
                let is_loose = |part: &Expr| matches!(part, Expr::All(_) | Expr::Any(_));
                list(f, parts, " ", is_loose)
            }
            Expr::Any(parts) => list(f, parts, " OR ", |part| matches!(part, Expr::Any(_))),
            Expr::Not(part) if matches!(**part, Expr::Is(_) | Expr::Near { .. }) => write!(f, "-{part}"),
            Expr::Not(part) => write!(f, "-({part})"),
            Expr::Near { left, right, words } => write!(f, "{left} NEAR/{words} {right}"),
            Expr::Is(atom) => write!(f, "{atom}"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, is_loose: fn(&Expr) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        if is_loose(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}
