//! What a query can be looked up by: words, tags, accounts and links of which every post that matches has at least one.

use super::error::QueryError;
use super::normal::Part;
use super::{Atom, Expr, Term};
use crate::id::Network;

/// What a tag, account or link is worth beside a word, in letters: they are said less often.
const RARE: usize = 8;

impl Expr {
    /// Atoms of which every post that matches has at least one; `None` where there are none such. Of several such sets the smallest, and of
    /// equally small ones that whose commonest atom is rarest, as far as its length tells.
    pub fn cover(&self) -> Option<Vec<Atom>> {
        cover(self, None, &|_| true)
    }

    /// The same for the posts of one network where only some atoms can be looked up; empty where no post of that network can match.
    pub fn cover_on(&self, network: Network, can_look_up: &dyn Fn(&Atom) -> bool) -> Option<Vec<Atom>> {
        cover(self, Some(network), can_look_up)
    }
}

fn cover(expr: &Expr, on: Option<Network>, can_look_up: &dyn Fn(&Atom) -> bool) -> Option<Vec<Atom>> {
    match expr {
        Expr::All(parts) => parts
            .iter()
            .filter_map(|part| cover(part, on, can_look_up))
            .min_by_key(|atoms| (atoms.len(), std::cmp::Reverse(atoms.iter().map(worth).min()))),
        Expr::Any(parts) => {
            let mut atoms: Vec<Atom> = Vec::new();
            for part in parts {
                for atom in cover(part, on, can_look_up)? {
                    if !atoms.contains(&atom) {
                        atoms.push(atom);
                    }
                }
            }
            Some(atoms)
        }
        Expr::Near { left, right, .. } => {
            let sides = [left, right].map(|term: &Term| Atom::Text(term.clone()));
            let usable = sides.into_iter().filter(|atom| can_look_up(atom));
            usable
                .min_by_key(|atom| std::cmp::Reverse(worth(atom)))
                .map(|atom| vec![atom])
        }
        Expr::Is(Atom::Network(network)) if on.is_some_and(|on| on != *network) => Some(Vec::new()),
        Expr::Not(part) => match **part {
            Expr::Is(Atom::Network(network)) if on == Some(network) => Some(Vec::new()),
            _ => None,
        },
        Expr::Is(atom) => (is_indexed(atom) && can_look_up(atom)).then(|| vec![atom.clone()]),
    }
}

/// Whether posts can be found by it.
pub(super) fn is_indexed(atom: &Atom) -> bool {
    match atom {
        Atom::Text(_)
        | Atom::Mention(_)
        | Atom::Hashtag(_)
        | Atom::Cashtag(_)
        | Atom::From(_)
        | Atom::To(_)
        | Atom::Url(_)
        | Atom::Domain(_) => true,
        Atom::Language(_) | Atom::Network(_) | Atom::Refers(_) | Atom::Has(_) | Atom::MinFollowers(_) => false,
    }
}

/// How seldom a post has it, roughly: its letters; an open end makes a word as common as one of half its length.
fn worth(atom: &Atom) -> usize {
    let letters = |text: &str| text.chars().count();
    match atom {
        Atom::Text(term) if super::lint::is_common(&term.text) => 0,
        Atom::Text(term) if term.open => letters(&term.text) / 2,
        Atom::Text(term) => letters(&term.text),
        Atom::Mention(text) | Atom::Hashtag(text) | Atom::Cashtag(text) | Atom::From(text) | Atom::To(text) => {
            RARE + letters(text)
        }
        Atom::Url(text) | Atom::Domain(text) => RARE + letters(text),
        _ => 0,
    }
}

/// Why the query has no cover, where it has none.
pub(super) fn fault(part: &Part) -> Option<QueryError> {
    if part.expr.cover().is_some() {
        return None;
    }
    if let Expr::Any(_) = part.expr {
        return part.parts.iter().find_map(fault);
    }
    let message = format!(
        "there is nothing to look for in `{}`: add a word, tag, account, link or domain that has to be there with it",
        part.expr
    );
    Some(QueryError::new(part.place, message))
}
