//! Signal strength: how much a backtweet is worth, by a published formula.

#[cfg(test)]
mod tests;

use crate::backtweet::{Intent, Kind, KindSet, Role};
use crate::sentiment::Label;

/// What a backtweet is worth, in thousandths: 1,000 is one neutral mention, and less than 0 speaks against the subject.
///
/// strength = intent x sentiment x kind, each factor in tenths:
///
/// | intent | weight | | sentiment | weight | | kind | weight |
/// |---|---|---|---|---|---|---|---|
/// | praise | 20 | | positive | 30 | | quote | 20 |
/// | complaint | 20 | | neutral | 10 | | reply | 15 |
/// | help request | 15 | | not scored | 10 | | mention | 10 |
/// | question | 15 | | unknown | 5 | | link | 10 |
/// | share | 10 | | negative | -30 | | hashtag | 8 |
/// | other | 10 | | | | | keyword | 5 |
/// | spam | 0 | | | | | repost | 4 |
/// | | | | | | | indirect | 2 |
///
/// - Of several kinds the weightiest counts: one post is one signal, however many ways it points.
/// - Whatever the model reads, a complaint never speaks for the subject (its sentiment weighs at most -10), and praise never against it (at least 10).
/// - Passing a text on unchanged is worth less than any citing of it, and what grew from a cascade without naming anybody less still.
/// - The subject's own posts (origins and answers) are worth 0.
pub fn strength(intent: Intent, label: Option<Label>, kinds: KindSet, role: Role) -> i64 {
    let kind = match role {
        Role::Backtweet => kinds.iter().map(kind_weight).max().unwrap_or(INDIRECT_WEIGHT),
        Role::Indirect => INDIRECT_WEIGHT,
        Role::Origin | Role::Answer => 0,
    };
    let sentiment = match intent {
        Intent::Complaint => sentiment_weight(label).min(-10),
        Intent::Praise => sentiment_weight(label).max(10),
        _ => sentiment_weight(label),
    };
    intent_weight(intent) * sentiment * kind
}

const INDIRECT_WEIGHT: i64 = 2;

fn intent_weight(intent: Intent) -> i64 {
    match intent {
        Intent::Praise | Intent::Complaint => 20,
        Intent::HelpRequest | Intent::Question => 15,
        Intent::Share | Intent::Other => 10,
        Intent::Spam => 0,
    }
}

fn sentiment_weight(label: Option<Label>) -> i64 {
    match label {
        Some(Label::Positive) => 30,
        Some(Label::Neutral) | None => 10,
        Some(Label::Unknown) => 5,
        Some(Label::Negative) => -30,
    }
}

fn kind_weight(kind: Kind) -> i64 {
    match kind {
        Kind::Quote => 20,
        Kind::Reply => 15,
        Kind::Mention | Kind::Link => 10,
        Kind::Hashtag => 8,
        Kind::Keyword => 5,
        Kind::Repost => 4,
    }
}
