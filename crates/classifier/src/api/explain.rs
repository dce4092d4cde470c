//! An explanation in the contract's words.

use backtweet_domain::query::{Atom, Expr, Term};
use backtweet_domain::{Post, ReferenceKind, Subject};
use backtweet_wire::v1;

use super::kinds;
use crate::query::explain::{By, Node, Part, PartSort, Place, Reading, What, explain};

/// Which part of which post matches which part of a subject.
pub fn explained(subject: &Subject, post: &Post) -> v1::ExplainResponse {
    let explanation = explain(subject, post);
    let pointing = v1::Pointing {
        subject: subject.id.to_string(),
        owned: explanation.owned,
        kinds: kinds(explanation.kinds),
        automatic: kinds(explanation.automatic),
    };
    let mut parts: Vec<v1::Explanation> = explanation.parts.iter().map(part).collect();
    let readings = [
        ("query", &subject.query, &explanation.query),
        ("context", &subject.context, &explanation.context),
        ("exclude", &subject.exclude, &explanation.exclude),
    ];
    parts.extend(
        readings
            .into_iter()
            .filter_map(|(field, text, read)| reading(field, text, read)),
    );
    v1::ExplainResponse {
        pointing: explanation.matched().then_some(pointing),
        parts,
        counts: explanation.counts,
    }
}

fn part(part: &Part) -> v1::Explanation {
    let field = match part.sort {
        PartSort::Account => "accounts",
        PartSort::Keyword => "keywords",
        PartSort::Hashtag => "hashtags",
        PartSort::Link => "links",
        PartSort::Domain => "domains",
    };
    v1::Explanation {
        field: field.to_owned(),
        condition: part.text.clone(),
        holds: !part.places.is_empty(),
        places: part.places.iter().map(place).collect(),
        ..Default::default()
    }
}

fn reading(field: &str, text: &str, reading: &Reading) -> Option<v1::Explanation> {
    match reading {
        Reading::Absent => None,
        Reading::Unreadable(error) => Some(v1::Explanation {
            field: field.to_owned(),
            condition: text.to_owned(),
            error: Some(error.to_string()),
            ..Default::default()
        }),
        Reading::Read(read) => Some(node(field, read)),
    }
}

fn node(field: &str, read: &Node) -> v1::Explanation {
    let condition = match &read.what {
        What::All => "AND".to_owned(),
        What::Any => "OR".to_owned(),
        What::Not => "NOT".to_owned(),
        What::Near { left, right, words } => near(left, right, *words),
        What::Is(atom) => is(atom),
    };
    v1::Explanation {
        field: field.to_owned(),
        condition,
        holds: read.holds,
        places: read.places.iter().map(place).collect(),
        parts: read.parts.iter().map(|part| node(field, part)).collect(),
        error: None,
    }
}

fn near(left: &Term, right: &Term, words: u16) -> String {
    let (left, right) = (left.clone(), right.clone());
    Expr::Near { left, right, words }.to_string()
}

fn is(atom: &Atom) -> String {
    Expr::Is(atom.clone()).to_string()
}

fn place(place: &Place) -> v1::Place {
    let by = match place.by {
        By::Author => "author",
        By::Reference(ReferenceKind::Repost) => "repost",
        By::Reference(ReferenceKind::Quote) => "quote",
        By::Reference(ReferenceKind::Reply) => "reply",
        By::Mention => "mention",
        By::AutomaticMention => "automatic mention",
        By::Hashtag => "hashtag",
        By::Link => "link",
        By::Text => "text",
    };
    v1::Place {
        by: by.to_owned(),
        span: place.span.map(|span| v1::Span {
            start: span.start,
            end: span.end,
        }),
    }
}
