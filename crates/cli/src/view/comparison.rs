//! An earlier window beside the one that was asked about.

use backtweet_wire::v1::{Change, Comparison};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::bars::grouped;
use super::figures::{CoverageView, FiguresView, WindowView};
use super::zone::Zone;
use crate::output::{BAD, FAINT, GOOD, styled};

/// A comparison as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonView {
    window: WindowView,
    figures: FiguresView,
    coverage: CoverageView,
    changes: Map<String, Value>,
}

impl From<&Comparison> for ComparisonView {
    fn from(comparison: &Comparison) -> Self {
        let mut changes: Map<String, Value> = changes(comparison)
            .into_iter()
            .map(|(name, change)| {
                (
                    name.to_owned(),
                    json!({ "absolute": change.absolute, "percent": change.percent }),
                )
            })
            .collect();
        changes.insert("net_sentiment".to_owned(), comparison.net_sentiment.into());
        Self {
            window: WindowView::from(&comparison.window.unwrap_or_default()),
            figures: FiguresView::from(&comparison.figures.clone().unwrap_or_default()),
            coverage: CoverageView::from(&comparison.coverage.clone().unwrap_or_default()),
            changes,
        }
    }
}

fn changes(comparison: &Comparison) -> [(&'static str, Change); 5] {
    [
        ("backtweets", comparison.backtweets),
        ("reposts", comparison.reposts),
        ("citations", comparison.citations),
        ("authors", comparison.authors),
        ("impressions", comparison.impressions),
    ]
    .map(|(name, change)| (name, change.unwrap_or_default()))
}

/// The comparison as a person reads it, on two lines.
pub fn text(title: &str, comparison: Option<&Comparison>, zone: &Zone) -> String {
    let Some(comparison) = comparison else {
        let reason = "not compared: the subject was not followed for all of it";
        return format!("{title}: {}", styled(FAINT, reason));
    };
    let window = comparison.window.unwrap_or_default();
    let time = |us: Option<i64>| us.map(|us| zone.time(us)).unwrap_or_default();
    let window = styled(FAINT, format!("{} to {}", time(window.from_us), time(window.to_us)));
    let mut parts: Vec<String> = changes(comparison)
        .map(|(name, it)| format!("{name} {}", change(it)))
        .into();
    if let Some(difference) = comparison.net_sentiment {
        parts.push(format!(
            "net sentiment {}",
            styled(colour(difference), format!("{difference:+.2}"))
        ));
    }
    format!("{title}: {window}\n  {}", parts.join("   "))
}

fn change(Change { absolute, percent }: Change) -> String {
    let sign = if absolute < 0 { "−" } else { "+" };
    let number = format!("{sign}{}", grouped(absolute.unsigned_abs()));
    let percent = percent.map(|percent| format!(" ({percent:+.1} %)")).unwrap_or_default();
    styled(colour(absolute as f64), format!("{number}{percent}"))
}

fn colour(change: f64) -> anstyle::Style {
    if change < 0.0 {
        BAD
    } else if change > 0.0 {
        GOOD
    } else {
        FAINT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_change_shows_its_percentage_only_where_there_is_one() {
        let of = |absolute, percent| plain(&change(Change { absolute, percent }));
        assert_eq!(of(-1_200, Some(-25.0)), "−1,200 (-25.0 %)");
        assert_eq!(of(7, None), "+7");
    }

    #[test]
    fn a_window_that_was_not_followed_is_said_to_be_not_compared() {
        assert!(plain(&text("before", None, &Zone::UTC)).contains("not compared"));
    }
}
