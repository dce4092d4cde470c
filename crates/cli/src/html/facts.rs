//! What happened in one sentence, and the figures that everybody asks for, each beside what it was before and how much of it was seen.

use backtweet_wire::v1::{Change, Coverage, Figures, ReachFigure, ReachResponse, SummaryResponse};
use maud::{Markup, html};

use super::gather::Report;
use crate::view::bars::grouped;

/// Net sentiment closer to 0 than this takes no side.
const EVEN: f64 = 0.1;
/// From this many percent more on, a change is told as times.
const MANIFOLD: i64 = 900;

/// The sentence that stands first.
pub fn headline(report: &Report) -> String {
    let figures = figures(&report.summary);
    if figures.backtweets == 0 {
        return format!("Nobody pointed back at {} in this time.", report.title);
    }
    let authors = many(figures.authors, "account", "accounts");
    let times = if figures.backtweets == 1 {
        "once".to_owned()
    } else {
        format!("{} times", grouped(figures.backtweets))
    };
    let before = report
        .summary
        .previous
        .as_ref()
        .and_then(|before| percent(before.backtweets.as_ref()?));
    let before = before.map_or(String::new(), |percent| match percent {
        0 => ", as often as in the time before".to_owned(),
        more if more >= MANIFOLD => format!(", {} times as often as in the time before", grouped(manifold(more))),
        more if more > 0 => format!(", {} % more than in the time before", grouped(more.unsigned_abs())),
        less => format!(", {} % less than in the time before", grouped(less.unsigned_abs())),
    });
    format!(
        "{authors} pointed back at {} {times}{before}.{}",
        report.title,
        mood(&figures)
    )
}

/// How it felt, where that can be told.
fn mood(figures: &Figures) -> String {
    let Some(net) = figures.net_sentiment else {
        return String::new();
    };
    let of = |name: &str| {
        figures
            .sentiments
            .iter()
            .find(|count| count.name == name)
            .map_or(0, |count| count.count)
    };
    let (positive, negative) = (grouped(of("positive")), grouped(of("negative")));
    let lean = match net {
        net if net >= EVEN => "More spoke for it than against",
        net if net <= -EVEN => "More spoke against it than for it",
        _ => "As many spoke for it as against, about",
    };
    format!(" {lean}: {positive} positive, {negative} negative.")
}

fn many(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { several })
}

/// The figures of the window.
pub fn figures(summary: &SummaryResponse) -> Figures {
    summary.figures.clone().unwrap_or_default()
}

/// How many times as much it is as before.
fn manifold(percent: i64) -> u64 {
    (percent.unsigned_abs() + 150) / 100
}

/// A change as people say it.
fn changed(percent: i64) -> String {
    match percent {
        more if more >= MANIFOLD => format!("{} times the time before", grouped(manifold(more))),
        other => format!("{other:+} % against the time before").replace('-', "−"),
    }
}

/// Rounded; `None` where there was nothing before.
fn percent(change: &Change) -> Option<i64> {
    change.percent.map(|percent| percent.round() as i64)
}

/// One of the figures.
struct Tile {
    name: &'static str,
    value: String,
    change: Option<String>,
    note: String,
}

/// The figures that everybody asks for.
pub fn tiles(report: &Report) -> Markup {
    let figures = figures(&report.summary);
    let before = report.summary.previous.as_ref();
    let change = |change: Option<&Change>| change.and_then(percent).map(changed);
    let seen = seen(&report.summary.coverage.clone().unwrap_or_default());
    let unknown = match figures.impressions_unknown {
        0 => seen.clone(),
        unknown => format!("{} of unknown audience left out; {seen}", grouped(unknown)),
    };
    let estimated = figures.authors_error.map_or(seen.clone(), |error| {
        format!("± {:.1} %, estimated; {seen}", 196.0 * error)
    });
    let tiles = [
        Tile {
            name: "Backtweets",
            value: grouped(figures.backtweets),
            change: change(before.and_then(|before| before.backtweets.as_ref())),
            note: seen.clone(),
        },
        Tile {
            name: "Authors",
            value: grouped(figures.authors),
            change: change(before.and_then(|before| before.authors.as_ref())),
            note: estimated,
        },
        Tile {
            name: "Impressions",
            value: short(figures.impressions),
            change: change(before.and_then(|before| before.impressions.as_ref())),
            note: unknown,
        },
        Tile {
            name: "Reach",
            value: reach(&report.reach),
            change: None,
            note: reach_note(&report.reach),
        },
        Tile {
            name: "Net sentiment",
            value: figures
                .net_sentiment
                .map_or("–".to_owned(), |net| format!("{net:+.2}").replace('-', "−")),
            change: before
                .and_then(|before| before.net_sentiment)
                .map(|change| format!("{change:+.2} against the time before").replace('-', "−")),
            note: format!("from −1 to +1; {seen}"),
        },
    ];
    html! {
        div.tiles {
            @for tile in tiles {
                div.tile {
                    p.name { (tile.name) }
                    p.value { (tile.value) }
                    @if let Some(change) = tile.change {
                        p.change { (change) }
                    }
                    p.note { (tile.note) }
                }
            }
        }
    }
}

/// Which part of the stream was seen, in a few words.
pub fn seen(coverage: &Coverage) -> String {
    match (coverage.seen_low, coverage.seen_high) {
        (Some(low), _) if low >= 1.0 => "all was seen".to_owned(),
        (Some(low), Some(high)) => format!("{:.1} to {:.1} % was seen", low * 100.0, high * 100.0),
        _ => "of what was handed in".to_owned(),
    }
}

fn reach(response: &ReachResponse) -> String {
    match response.reach {
        Some(ReachFigure {
            estimate: Some(estimate),
            ..
        }) => short(estimate),
        Some(ReachFigure { low, high, .. }) if high > 0 => format!("{} to {}", short(low), short(high)),
        _ => "–".to_owned(),
    }
}

fn reach_note(response: &ReachResponse) -> String {
    let figure = response.reach.unwrap_or_default();
    let unknown = match figure.unknown {
        0 => String::new(),
        unknown => format!("; {} with unknown audiences", many(unknown, "account", "accounts")),
    };
    if figure.measured {
        format!(
            "different people, between {} and {}{unknown}",
            short(figure.low),
            short(figure.high)
        )
    } else {
        format!("different people: a range, since not all follow edges are known{unknown}")
    }
}

/// A number in at most four figures.
pub fn short(number: u64) -> String {
    let units = [(1_000_000_000, "bn"), (1_000_000, "m"), (10_000, "k")];
    for (unit, name) in units {
        if number >= unit {
            let unit = if unit == 10_000 { 1_000 } else { unit };
            let scaled = number as f64 / unit as f64;
            return if scaled < 100.0 {
                format!("{scaled:.1}\u{a0}{name}")
            } else {
                format!("{scaled:.0}\u{a0}{name}")
            };
        }
    }
    grouped(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_short() {
        let numbers = [0, 9_999, 10_000, 123_456, 1_234_567, 987_654_321, 5_000_000_000];
        let shown =
            ["0", "9,999", "10.0 k", "123 k", "1.2 m", "988 m", "5.0 bn"].map(|short| short.replace(' ', "\u{a0}"));
        assert_eq!(numbers.map(short), shown);
    }
}
