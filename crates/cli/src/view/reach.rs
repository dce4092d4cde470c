//! How numbers of accounts look that are measured, or known to lie within a range.

use backtweet_wire::v1::ReachFigure;
use serde_json::{Value, json};

use super::bars::grouped;

/// As JSON. Field names are those of the gRPC contract.
pub fn json(figure: &ReachFigure) -> Value {
    json!({
        "measured": figure.measured,
        "estimate": figure.estimate,
        "low": figure.low,
        "high": figure.high,
        "unknown": figure.unknown,
    })
}

/// As a person reads it: a number, one with its interval, or a range.
pub fn text(figure: &ReachFigure) -> String {
    let (low, high) = (grouped(figure.low), grouped(figure.high));
    match figure.estimate {
        Some(estimate) if figure.low == figure.high => grouped(estimate),
        Some(estimate) => format!("{} ({low} to {high})", grouped(estimate)),
        None if figure.unknown > 0 => format!("{low} or more"),
        None if figure.low == figure.high => low,
        None => format!("{low} to {high}"),
    }
}

/// What is missing where followers are not all known; nothing where they are.
pub fn missing(authors: u64, known: u64, whole: u64) -> Option<String> {
    if authors == whole {
        return None;
    }
    Some(if known == 0 {
        "no follow edges were collected of anybody here: reach is a range, and nobody's marginal reach is known; Bluesky's live stream brings \
         follow edges, and so do follow events that are pushed"
            .to_owned()
    } else {
        format!(
            "all followers are known of {} of {}, some of {}: reach is a range, and marginal reach is counted among those who are known",
            grouped(whole),
            grouped(authors),
            grouped(known)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_never_shown_as_a_number() {
        let figure = |estimate: Option<u64>, low, high, unknown| ReachFigure {
            measured: estimate.is_some(),
            estimate,
            low,
            high,
            unknown,
        };
        assert_eq!(text(&figure(Some(1_500), 1_500, 1_500, 0)), "1,500");
        assert_eq!(
            text(&figure(Some(20_000), 19_700, 20_300, 0)),
            "20,000 (19,700 to 20,300)"
        );
        assert_eq!(text(&figure(None, 3, 5, 0)), "3 to 5");
        assert_eq!(text(&figure(None, 3, 5, 1)), "3 or more");
        assert_eq!(missing(2, 2, 2), None);
        assert!(missing(2, 0, 0).unwrap().starts_with("no follow edges"));
    }
}
