//! What is said beside figures that were asked for as they were known at an earlier time.

use backtweet_domain::Timestamp;
use backtweet_wire::v1::AsOf;
use serde_json::{Value, json};

use super::bars::grouped;
use crate::output::{self, FAINT, styled};

/// As JSON.
pub fn view(known: &AsOf) -> Value {
    json!({
        "as_of": Timestamp::from_micros(known.as_of_us),
        "changed_since": known.changed_since,
        "author_unknown": known.author_unknown,
    })
}

/// Says what it means, where it was asked for.
pub fn show(known: Option<&AsOf>) {
    if let Some(known) = known {
        output::line(styled(FAINT, text(known)));
    }
}

/// Says it beside a ranking of authors that so many backtweets are missing from.
pub fn show_ranking(known: Option<&AsOf>, unranked: u64) {
    if let Some(known) = known {
        output::line(styled(FAINT, ranking(known, unranked)));
    }
}

fn text(known: &AsOf) -> String {
    format!(
        "{}; authors are those who count today, {} backtweets are by authors who were erased",
        changed(known),
        grouped(known.author_unknown)
    )
}

fn ranking(known: &AsOf, unranked: u64) -> String {
    format!(
        "{}; {} backtweets are missing here, since their authors were erased or are hidden today",
        changed(known),
        grouped(unranked)
    )
}

fn changed(known: &AsOf) -> String {
    format!(
        "as known at {}: {} posts were deleted, edited, hidden or found since",
        Timestamp::from_micros(known.as_of_us),
        grouped(known.changed_since),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_the_time_that_was_used_and_what_changed_since() {
        let known = AsOf {
            as_of_us: 0,
            changed_since: 1_200,
            author_unknown: 7,
        };
        let text = text(&known);
        assert!(
            text.starts_with("as known at 1970-01-01T00:00:00Z: 1,200 posts"),
            "{text}"
        );
        assert!(text.contains("7 backtweets are by authors who were erased"), "{text}");
        let text = ranking(&known, 12);
        assert!(text.contains("12 backtweets are missing here"), "{text}");
    }
}
