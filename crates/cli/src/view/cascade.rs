//! How a cascade looks: its figures as lines, its growth as a small picture, and its largest branches as a tree.

mod branches;

use std::fmt::Write;
use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{self, CascadeFigures, CascadeListing, CascadeNode, CascadeResponse, CascadeTotals};
use serde_json::{Value, json};

use super::bars::{bar, grouped, sparkline};
use super::figures::CoverageView;
use crate::output::{ACCENT, FAINT, HEADING, styled};

/// How many cells a picture of growth has at most.
const WIDTH: usize = 60;

/// The cascade as a person reads it, with that many posts of its tree.
pub fn page(response: &CascadeResponse, lines: usize) -> String {
    let figures = response.figures.clone().unwrap_or_default();
    let mut page = format!("{}  {}\n", styled(HEADING, &response.subject), response.root);
    let below = figures.size.saturating_sub(1);
    if below == 0 {
        page.push_str("  nobody was seen to pass it on\n");
    } else {
        for line in facts(&figures).into_iter().chain([forecast(response)]) {
            let _ = writeln!(page, "  {line}");
        }
    }
    if response.changed_since > 0 {
        let changed = format!(
            "{} of these posts were deleted, edited or hidden, or others found, since then",
            grouped(response.changed_since)
        );
        let _ = writeln!(page, "  {}", styled(FAINT, changed));
    }
    page.push_str(&branches::tree(&response.nodes, lines));
    page.trim_end().to_owned()
}

fn facts(figures: &CascadeFigures) -> Vec<String> {
    let totals = figures.totals.unwrap_or_default();
    let virality = figures
        .structural_virality
        .map_or(String::new(), |virality| format!(", structural virality {virality:.2}"));
    let mut lines = vec![
        format!(
            "passed on {} times: {} reposts, {} citations; {} generations{virality}",
            styled(ACCENT.bold(), grouped(figures.size.saturating_sub(1))),
            grouped(totals.reposts),
            grouped(totals.citations),
            figures.depth,
        ),
        audience(figures, &totals),
    ];
    if let (Some(half), Some(most)) = (figures.half_after_us, figures.nine_tenths_after_us) {
        lines.push(format!(
            "half of it within {}, nine tenths within {}",
            span(half),
            span(most)
        ));
    }
    let (length, values) = growth(figures);
    lines.push(format!(
        "growth       {}  by {}",
        styled(ACCENT, sparkline(&values)),
        span(length)
    ));
    lines.push(format!(
        "generations  {}  {}",
        styled(ACCENT, sparkline(&figures.breadth)),
        styled(FAINT, listed(&figures.breadth))
    ));
    lines.extend(reproduction(figures));
    lines.push(styled(FAINT, edges(&figures.edges.unwrap_or_default())));
    lines
}

/// How the edges are known, in words.
pub fn edges(edges: &v1::EdgeCounts) -> String {
    format!(
        "who from whom: {} observed, {} inferred, {} named the origin whatever they passed on",
        grouped(edges.observed),
        grouped(edges.inferred),
        grouped(edges.flattened)
    )
}

/// The estimates of the time until nine tenths of the posts were there, each as a block, and the last in words.
fn reproduction(figures: &CascadeFigures) -> Option<String> {
    let end = nine_tenths(figures);
    let within: Vec<_> = figures
        .reproduction
        .iter()
        .take_while(|window| window.from_us <= end)
        .collect();
    let last = within.last()?;
    let hundredths: Vec<_> = within
        .iter()
        .map(|window| window.children * 100 / window.posts.max(1))
        .collect();
    Some(format!(
        "reproduction {}  {:.2} in the end, from {} posts {}",
        styled(ACCENT, sparkline(&hundredths)),
        last.estimated,
        grouped(last.posts),
        styled(FAINT, "(estimated: posts that each post brought)")
    ))
}

/// When nine tenths of the posts were there.
fn nine_tenths(figures: &CascadeFigures) -> i64 {
    figures.first_us.unwrap_or_default() + figures.nine_tenths_after_us.unwrap_or_default()
}

fn audience(figures: &CascadeFigures, totals: &CascadeTotals) -> String {
    let unknown = match totals.audience_unknown {
        0 => String::new(),
        many => styled(FAINT, format!(" ({} authors' followers unknown)", grouped(many))),
    };
    let amplification = match (figures.amplification, figures.origin_followers) {
        (Some(amplification), Some(own)) if amplification < 100.0 => {
            format!(", {amplification:.1} times the {} of the origin", grouped(own))
        }
        (Some(amplification), Some(own)) => {
            let times = grouped(amplification.round() as u64);
            format!(", {times} times the {} of the origin", grouped(own))
        }
        _ => String::new(),
    };
    format!(
        "{} followers reached at most{unknown}{amplification}",
        grouped(totals.audience)
    )
}

/// The numbers of a row, as many as are read at a glance.
pub fn listed(values: &[u64]) -> String {
    let mut text: Vec<_> = values.iter().take(12).map(|&value| grouped(value)).collect();
    if values.len() > 12 {
        text.push("…".to_owned());
    }
    text.join(" ")
}

fn forecast(response: &CascadeResponse) -> String {
    let Some(forecast) = &response.forecast else {
        return styled(FAINT, format!("no forecast: {}", response.no_forecast));
    };
    format!(
        "forecast     {} in the end, with {:.0} % between {} and {}  {}",
        styled(ACCENT.bold(), grouped(forecast.expected)),
        forecast.interval * 100.0,
        grouped(forecast.low),
        grouped(forecast.high),
        styled(
            FAINT,
            format!(
                "from {} in the first {}",
                grouped(forecast.observed_size),
                span(forecast.observed_us)
            )
        ),
    )
}

/// Posts by stretch of time until nine tenths were there, quiet ones with them, in at most [`WIDTH`] stretches; and how long each is, in
/// microseconds.
fn growth(figures: &CascadeFigures) -> (i64, Vec<u64>) {
    let (length, start) = (figures.growth_length_us.max(1), figures.first_us.unwrap_or_default());
    let place = |at: i64| usize::try_from((at - start) / length).unwrap_or(0);
    let many = place(nine_tenths(figures)) + 1;
    let together = many.div_ceil(WIDTH);
    let mut values = vec![0; many.div_ceil(together)];
    for bucket in &figures.growth {
        let came = bucket.came.unwrap_or_default();
        if let Some(value) = values.get_mut(place(bucket.start_us) / together) {
            *value += came.reposts + came.citations;
        }
    }
    (length.saturating_mul(i64::try_from(together).unwrap_or(1)), values)
}

/// A span of time in its two largest units.
pub fn span(micros: i64) -> String {
    let seconds = Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let (mut left, mut parts) = (seconds, Vec::new());
    for (unit, name) in units.iter().skip(first).take(2) {
        if left >= *unit {
            parts.push(format!("{} {name}", left / unit));
        }
        left %= unit;
    }
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// The figures as JSON. Names are those of the gRPC contract.
pub fn json(response: &CascadeResponse) -> Value {
    let figures = response.figures.clone().unwrap_or_default();
    let totals = |totals: Option<CascadeTotals>| {
        let totals = totals.unwrap_or_default();
        json!({
            "reposts": totals.reposts,
            "citations": totals.citations,
            "audience": totals.audience,
            "audience_unknown": totals.audience_unknown,
        })
    };
    let time = |at: Option<i64>| at.map(Timestamp::from_micros);
    let edges = figures.edges.unwrap_or_default();
    let growth = figures.growth.iter().map(|bucket| {
        let start = Timestamp::from_micros(bucket.start_us);
        json!({ "start": start, "came": totals(bucket.came), "so_far": totals(bucket.so_far) })
    });
    let reproduction = figures.reproduction.iter().map(|window| {
        json!({
            "from": Timestamp::from_micros(window.from_us),
            "to": Timestamp::from_micros(window.to_us),
            "posts": window.posts,
            "children": window.children,
            "estimated": window.estimated,
        })
    });
    json!({
        "subject": response.subject,
        "root": response.root,
        "root_seen": response.root_seen,
        "figures": {
            "size": figures.size,
            "depth": figures.depth,
            "breadth": figures.breadth,
            "structural_virality": figures.structural_virality,
            "totals": totals(figures.totals),
            "indirect": figures.indirect,
            "answers": figures.answers,
            "edges": { "observed": edges.observed, "inferred": edges.inferred, "flattened": edges.flattened },
            "first": time(figures.first_us),
            "last": time(figures.last_us),
            "half_after_us": figures.half_after_us,
            "nine_tenths_after_us": figures.nine_tenths_after_us,
            "origin_followers": figures.origin_followers,
            "amplification": figures.amplification,
            "growth_length_us": figures.growth_length_us,
            "growth": growth.collect::<Vec<_>>(),
            "reproduction_horizon_us": figures.reproduction_horizon_us,
            "reproduction": reproduction.collect::<Vec<_>>(),
        },
        "forecast": response.forecast.as_ref().map(|forecast| json!({
            "observed_us": forecast.observed_us,
            "observed_size": forecast.observed_size,
            "expected": forecast.expected,
            "interval": forecast.interval,
            "low": forecast.low,
            "high": forecast.high,
        })),
        "no_forecast": Some(&response.no_forecast).filter(|reason| !reason.is_empty()),
        "changed_since": response.changed_since,
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    })
}

/// The columns of [`row`].
pub const COLUMNS: [&str; 9] = [
    "at",
    "post",
    "parent",
    "edge",
    "passing",
    "generation",
    "size",
    "author",
    "followers",
];

/// A post of the cascade as comma-separated values.
pub fn row(node: &CascadeNode) -> [String; 9] {
    [
        node.at_us
            .map(|at| Timestamp::from_micros(at).to_string())
            .unwrap_or_default(),
        node.id.clone(),
        node.parent.clone().unwrap_or_default(),
        word(node.edge().as_str_name(), "EDGE_"),
        word(node.passing().as_str_name(), "PASSING_"),
        node.depth.to_string(),
        node.size.to_string(),
        node.author.clone().unwrap_or_default(),
        node.followers
            .map(|followers| followers.to_string())
            .unwrap_or_default(),
    ]
}

/// A name of the wire as a person writes it; empty where it is unspecified.
fn word(name: &str, prefix: &str) -> String {
    let name = name.trim_start_matches(prefix).to_lowercase();
    if name == "unspecified" { String::new() } else { name }
}

/// The columns of [`listing_row`].
pub const LISTING_COLUMNS: [&str; 6] = ["root", "passed_on", "at", "author", "followers", "text"];

/// A cascade of a list as comma-separated values.
pub fn listing_row(listing: &CascadeListing) -> [String; 6] {
    [
        listing.root.clone(),
        listing.passed_on.to_string(),
        listing
            .at_us
            .map(|at| Timestamp::from_micros(at).to_string())
            .unwrap_or_default(),
        listing.author.clone().unwrap_or_default(),
        listing
            .followers
            .map(|followers| followers.to_string())
            .unwrap_or_default(),
        listing.text.clone(),
    ]
}

/// A cascade of a list as JSON.
pub fn listing_json(listing: &v1::CascadeListing) -> Value {
    json!({
        "root": listing.root,
        "passed_on": listing.passed_on,
        "at": listing.at_us.map(Timestamp::from_micros),
        "author": { "id": listing.author, "handle": listing.handle, "followers": listing.followers },
        "text": listing.text,
    })
}

/// A cascade of a list as a person reads it, beside the largest.
pub fn listing(listing: &CascadeListing, most: u64) -> String {
    let who = listing.handle.as_ref().map_or_else(
        || {
            listing
                .author
                .clone()
                .unwrap_or_else(|| "its root was not seen, or is gone".to_owned())
        },
        |handle| format!("@{handle}"),
    );
    let when = listing
        .at_us
        .map(|at| format!("{}  ", Timestamp::from_micros(at)))
        .unwrap_or_default();
    let text: Vec<_> = listing.text.split_whitespace().collect();
    let text: String = text.join(" ").chars().take(100).collect();
    let mut lines = format!(
        "{:>9}  {:<20}  {}{}  {}",
        grouped(listing.passed_on),
        styled(ACCENT, format!("{:<20}", bar(listing.passed_on, most, 20))),
        styled(FAINT, when),
        styled(HEADING, who),
        styled(FAINT, &listing.root),
    );
    if !text.is_empty() {
        let _ = write!(lines, "\n           {text}");
    }
    lines
}

#[cfg(test)]
mod tests;
