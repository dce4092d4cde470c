//! Figures of a window: as JSON with fixed names and order, and as a page that a person likes to read.

use std::fmt::Write;

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{Count, Coverage, Figures, Gap, GapCause, UsedTogether, Window};
use serde::Serialize;
use serde_json::{Map, Value};

use super::bars::{bar, grouped};
use super::kept::{self, KeptView};
use crate::output::{ACCENT, BAD, FAINT, GOOD, HEADING, styled};

/// Figures as JSON. Field names are those of the gRPC contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FiguresView {
    backtweets: u64,
    reposts: u64,
    citations: u64,
    automatic: u64,
    indirect: u64,
    origins: u64,
    answers: u64,
    kinds: Map<String, Value>,
    intents: Map<String, Value>,
    networks: Map<String, Value>,
    languages: Map<String, Value>,
    sentiments: Map<String, Value>,
    net_sentiment: Option<f64>,
    impressions: u64,
    impressions_unknown: u64,
    authors: u64,
    signal_milli: i64,
    models: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authors_error: Option<f64>,
}

fn counts(counts: &[Count]) -> Map<String, Value> {
    counts
        .iter()
        .map(|count| (count.name.clone(), count.count.into()))
        .collect()
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        Self {
            backtweets: figures.backtweets,
            reposts: figures.reposts,
            citations: figures.citations,
            automatic: figures.automatic,
            indirect: figures.indirect,
            origins: figures.origins,
            answers: figures.answers,
            kinds: counts(&figures.kinds),
            intents: counts(&figures.intents),
            networks: counts(&figures.networks),
            languages: counts(&figures.languages),
            sentiments: counts(&figures.sentiments),
            net_sentiment: figures.net_sentiment,
            impressions: figures.impressions,
            impressions_unknown: figures.impressions_unknown,
            authors: figures.authors,
            signal_milli: figures.signal_milli,
            models: counts(&figures.models),
            authors_error: figures.authors_error,
        }
    }
}

/// Coverage as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverageView {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    too_late: u64,
    measured: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_high: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<KeptView>,
}

/// A part of a stream that was not seen, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapView {
    assignment: String,
    from: Timestamp,
    to: Timestamp,
    cause: &'static str,
    open: bool,
}

impl From<&Gap> for GapView {
    fn from(gap: &Gap) -> Self {
        Self {
            assignment: gap.assignment.clone(),
            from: Timestamp::from_micros(gap.from_us),
            to: Timestamp::from_micros(gap.to_us),
            cause: cause(gap.cause()),
            open: gap.open,
        }
    }
}

/// Why something was missed, in words.
pub fn cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::CursorTooOld => "the network no longer had it",
        GapCause::RateLimited => "the network limits what can be fetched again",
        GapCause::Budget => "the budget was used up",
        GapCause::TooSlow => "the server dropped a reader that was too slow",
        GapCause::Disconnected | GapCause::Unspecified => "not connected",
    }
}

impl From<&Coverage> for CoverageView {
    fn from(coverage: &Coverage) -> Self {
        Self {
            first: coverage.first_us.map(Timestamp::from_micros),
            last: coverage.last_us.map(Timestamp::from_micros),
            too_late: coverage.too_late,
            measured: coverage.measured,
            seen_low: coverage.seen_low,
            seen_high: coverage.seen_high,
            gaps: coverage.gaps.iter().map(GapView::from).collect(),
            kept: coverage.kept.iter().map(KeptView::from).collect(),
        }
    }
}

/// A window as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WindowView {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl From<&Window> for WindowView {
    fn from(window: &Window) -> Self {
        Self {
            from: window.from_us.map(Timestamp::from_micros),
            to: window.to_us.map(Timestamp::from_micros),
        }
    }
}

/// The page of one subject's figures.
pub fn page(subject: &str, figures: &Figures) -> String {
    let mut page = String::new();
    let out = &mut page;
    let _ = writeln!(out, "{}", styled(HEADING, subject));
    if figures.backtweets + figures.indirect + figures.origins + figures.answers == 0 {
        let _ = writeln!(out, "  nothing points back yet");
        return page;
    }
    let _ = writeln!(
        out,
        "  {} backtweets by {}{} authors: {} reposts, {} citations{}",
        styled(ACCENT.bold(), grouped(figures.backtweets)),
        if figures.authors_error.is_some() { "about " } else { "" },
        grouped(figures.authors),
        grouped(figures.reposts),
        grouped(figures.citations),
        aside(&[(figures.automatic, "automatic alone")]),
    );
    let unknown = aside(&[(figures.impressions_unknown, "authors' followers unknown")]);
    let _ = writeln!(out, "  {} impressions{unknown}", grouped(figures.impressions));
    let _ = writeln!(out, "  {}", mood(figures));
    let _ = writeln!(
        out,
        "  {}",
        styled(
            FAINT,
            format!(
                "beside them {} indirect, {} posts and {} answers of its own",
                grouped(figures.indirect),
                grouped(figures.origins),
                grouped(figures.answers)
            )
        )
    );
    for (title, counts) in [
        ("how", &figures.kinds),
        ("what for", &figures.intents),
        ("where", &figures.networks),
        ("in", &figures.languages),
    ] {
        breakdown(out, title, counts);
    }
    page
}

fn aside(parts: &[(u64, &str)]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .filter(|part| part.0 > 0)
        .map(|(n, what)| format!("{} {what}", grouped(*n)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        styled(FAINT, format!(" ({})", parts.join(", ")))
    }
}

/// Net sentiment in its colour; spaces where there is none.
pub fn net(net: Option<f64>) -> String {
    net.map_or(" ".repeat(5), |net| {
        styled(if net < 0.0 { BAD } else { GOOD }, format!("{net:+.2}"))
    })
}

/// Net sentiment with what it is made of.
pub fn mood(figures: &Figures) -> String {
    let of = |name: &str| {
        figures
            .sentiments
            .iter()
            .find(|count| count.name == name)
            .map_or(0, |count| count.count)
    };
    let (positive, negative) = (of("positive"), of("negative"));
    let net = figures
        .net_sentiment
        .map_or("no sentiment either way".to_owned(), |net| {
            styled(if net < 0.0 { BAD } else { GOOD }, format!("net sentiment {net:+.2}"))
        });
    let most = positive.max(negative).max(1);
    format!(
        "{net}  {} {}  {} {}  {}",
        styled(GOOD, format!("+{}", grouped(positive))),
        styled(GOOD, bar(positive, most, 12)),
        styled(BAD, format!("−{}", grouped(negative))),
        styled(BAD, bar(negative, most, 12)),
        styled(
            FAINT,
            format!(
                "{} neutral, {} unknown{}",
                grouped(of("neutral")),
                grouped(of("unknown")),
                several(&figures.models)
            )
        ),
    )
}

/// Figures that more than one model had a part in are to be compared with care.
fn several(models: &[Count]) -> String {
    if models.len() < 2 {
        return String::new();
    }
    let models: Vec<_> = models
        .iter()
        .map(|model| format!("{} by {}", grouped(model.count), model.name))
        .collect();
    format!("; {}", models.join(", "))
}

/// The largest counts as bars.
pub fn breakdown(out: &mut String, title: &str, counts: &[Count]) {
    let mut counts: Vec<_> = counts.iter().filter(|count| count.count > 0).collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    let most = counts.first().map_or(0, |count| count.count);
    for (place, count) in counts.iter().take(6).enumerate() {
        let title = if place == 0 { title } else { "" };
        let name = count.name.replace('_', " ");
        let line = format!(
            "{title:>10}  {name:<13}{:>8}  {}",
            grouped(count.count),
            styled(ACCENT, bar(count.count, most, 24))
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// Hashtags and links used together with backtweets.
pub fn together(together: &UsedTogether) -> String {
    let mut text = String::new();
    for (title, counts) in [("tagged", &together.hashtags), ("linking", &together.links)] {
        let most = counts.first().map_or(0, |count| count.count);
        for (place, count) in counts.iter().enumerate() {
            let title = if place == 0 { title } else { "" };
            let bar = styled(ACCENT, bar(count.count, most, 12));
            let _ = writeln!(text, "{title:>10}  {:>8}  {bar} {}", grouped(count.count), count.name);
        }
    }
    text
}

/// What stands beside every figure.
pub fn coverage(coverage: &Coverage) -> String {
    let mut text = match (coverage.first_us, coverage.last_us) {
        (Some(first), Some(last)) => {
            format!(
                "seen from {} to {}",
                Timestamp::from_micros(first),
                Timestamp::from_micros(last)
            )
        }
        _ => "nothing seen".to_owned(),
    };
    if coverage.too_late > 0 {
        let _ = write!(text, "; {} came too late to count", grouped(coverage.too_late));
    }
    if let Some(kept) = kept::since(&coverage.kept, |at| Timestamp::from_micros(at).to_string()) {
        let _ = write!(text, "; {kept}");
    }
    match (coverage.seen_low, coverage.seen_high) {
        (Some(low), Some(high)) if low >= 1.0 && high >= 1.0 => text.push_str("; live sources missed nothing"),
        (Some(low), Some(high)) => {
            let seconds: f64 = coverage
                .gaps
                .iter()
                .map(|gap| (gap.to_us - gap.from_us) as f64 / 1e6)
                .sum();
            let _ = write!(
                text,
                "; live sources saw {:.1} to {:.1} % ({} gaps, {seconds:.0} s; see `backtweet sources`)",
                low * 100.0,
                high * 100.0,
                coverage.gaps.len()
            );
        }
        _ => text.push_str("; pushed posts only, so nobody knows what was missed"),
    }
    styled(FAINT, text)
}
