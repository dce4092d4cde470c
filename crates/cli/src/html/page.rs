//! The page: what is told in which order.

use backtweet_wire::v1::{CascadeResponse, Coverage, PropagationResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::gather::Report;
use super::tables::{behind, breakdown, links};
use super::{cascade, facts, heat, people, posts, timeline};
use crate::view::bars::grouped;
use crate::view::cascade::span;
use crate::view::figures::cause;
use crate::view::kept;

const STYLE: &str = include_str!("style.css");
/// How many gaps are named one by one.
const GAPS: usize = 10;

/// The report as a file of its own.
pub fn page(report: &Report) -> String {
    let figures = facts::figures(&report.summary);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:";
                link rel="icon" href="data:,";
                title { (report.title) " – who pointed back" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kicker { "Backtweet report" }
                    h1 dir="auto" { (report.title) }
                    p.window { (window(report)) }
                    p.headline dir="auto" { (facts::headline(report)) }
                }
                main {
                    (facts::tiles(report))
                    @if figures.backtweets > 0 { (sections(report)) } @else { (nothing()) }
                    section { h2 { "What we did not see" } (unseen(report)) }
                    section { h2 { "How this is counted" } (formulas()) }
                }
                footer { p { "Made on " (report.zone.moment(report.generated_us)) " by Backtweet " (env!("CARGO_PKG_VERSION")) ". A post that is deleted leaves every figure of the next report." } }
            }
        }
    };
    markup.into_string()
}

fn sections(report: &Report) -> Markup {
    let (figures, zone) = (facts::figures(&report.summary), &report.zone);
    let together = report.summary.used_together.clone().unwrap_or_default();
    html! {
        section {
            h2 { "When" }
            p.legend { span.key.citations {} " citations " span.key.reposts {} " reposts" }
            (timeline::chart(&report.timeline, zone))
            (behind("The same in numbers", timeline::table(&report.timeline, zone)))
            h3 { "Hours of the week" }
            @if let Some((day, hour, many)) = heat::busiest(&report.heat_map.cells) {
                p { "Most came on " (day) " between " (format!("{hour:02}:00")) " and " (format!("{:02}:00", (hour + 1) % 24)) ": " (grouped(many)) "." }
            }
            (heat::chart(&report.heat_map))
            (behind("The same in numbers", heat::table(&report.heat_map)))
        }
        section {
            h2 { "What they said" }
            div.columns {
                (breakdown("Sentiment", &figures.sentiments, |name| match name { "positive" => "positive", "negative" => "negative", _ => "neutral" }))
                (breakdown("What they wanted", &figures.intents, |name| if matches!(name, "complaint" | "help_request") { "negative" } else if name == "praise" { "positive" } else { "citations" }))
                (breakdown("How they pointed back", &figures.kinds, |name| if name == "repost" { "reposts" } else { "citations" }))
                (breakdown("Where", &figures.networks, |_| "citations"))
                (breakdown("Languages", &figures.languages, |_| "citations"))
                (breakdown("Hashtags beside it", &together.hashtags, |_| "citations"))
            }
            (links(&together.links))
        }
        section {
            h2 { "What travelled" }
            (posts::list(&report.contents, zone))
            @if let Some(cascade) = &report.cascade { (furthest(cascade)) }
            (together_travelled(&report.propagation))
        }
        section {
            h2 { "Who" }
            div.columns {
                (people::ranking("Advocates", &report.advocates, "positive"))
                (people::ranking("Detractors", &report.detractors, "negative"))
            }
            @if report.advocates.likely_bots > 0 {
                p.note { (grouped(report.advocates.likely_bots)) " of " (grouped(report.advocates.authors)) " authors are likely programs and are left out here." }
            }
        }
    }
}

fn furthest(cascade: &CascadeResponse) -> Markup {
    let figures = cascade.figures.clone().unwrap_or_default();
    let passed_on = figures.size.saturating_sub(1);
    let drawn = (cascade.nodes.len() as u64).saturating_sub(1);
    html! {
        h3 { "The post that most came of, hand to hand" }
        div.beside {
            (cascade::chart(cascade))
            div {
                p.legend { span.key.origin {} " origin " span.key.citations {} " citations " span.key.reposts {} " reposts" }
                p {
                    "It was passed on " strong { (grouped(passed_on)) } " times, through up to " (figures.depth) " hands."
                    @if let (Some(half), Some(most)) = (figures.half_after_us, figures.nine_tenths_after_us) {
                        " Half of that came within " (span(half)) ", nine tenths within " (span(most)) "."
                    }
                }
                @if let Some(virality) = figures.structural_virality {
                    p { "Structural virality " strong { (format!("{virality:.2}")) } ": " (meant(virality)) }
                }
                @if drawn < passed_on {
                    p.note { "Drawn are the first " (grouped(drawn)) "." }
                }
            }
        }
    }
}

/// What a mean distance between two posts says.
fn meant(virality: f64) -> &'static str {
    match virality {
        low if low < 2.05 => "nearly all had it straight from the origin, as from a broadcast.",
        middle if middle < 4.0 => "some had it from one another, most from the origin.",
        _ => "it passed from hand to hand, as word of mouth does.",
    }
}

fn together_travelled(propagation: &PropagationResponse) -> Markup {
    let more = if propagation.more { "at least " } else { "" };
    html! {
        @if propagation.cascades > 0 {
            p {
                "In all, " (more) (grouped(propagation.cascades)) " posts that began in this time were passed on, "
                (grouped(propagation.passed_on)) " times together; half of them at most " (grouped(propagation.median)) " times, nine in ten at most "
                (grouped(propagation.nine_tenths)) "."
            }
        }
    }
}

fn nothing() -> Markup {
    html! {
        section {
            h2 { "Nothing to show yet" }
            p { "No post of this time pointed back at the subject. A longer time, or a wider search for it, may show more." }
        }
    }
}

fn unseen(report: &Report) -> Markup {
    let coverage = report.summary.coverage.clone().unwrap_or_default();
    html! {
        p { (measured(&coverage)) }
        @if coverage.too_late > 0 {
            p { (grouped(coverage.too_late)) " posts came too late to be counted." }
        }
        @if let Some(kept) = kept::since(&coverage.kept, |at| report.zone.moment(at)) {
            p { "By the subject's retention, " (kept) ": older ones are in no figure." }
        }
        @if !coverage.gaps.is_empty() {
            table {
                thead { tr { th { "Source" } th { "From" } th { "To" } th { "Why" } } }
                tbody {
                    @for gap in coverage.gaps.iter().take(GAPS) {
                        tr {
                            td { (gap.assignment) }
                            td { (report.zone.moment(gap.from_us)) }
                            td { (report.zone.moment(gap.to_us)) }
                            td { (cause(gap.cause())) }
                        }
                    }
                }
            }
            @if coverage.gaps.len() > GAPS { p.note { "and " (coverage.gaps.len() - GAPS) " more." } }
        }
    }
}

fn measured(coverage: &Coverage) -> String {
    match (coverage.seen_low, coverage.seen_high) {
        (Some(low), _) if low >= 1.0 => "The live sources missed nothing of this time.".to_owned(),
        (Some(low), Some(high)) => format!(
            "The live sources saw between {:.1} and {:.1} % of what happened in this time, in the gaps below they saw nothing.",
            low * 100.0,
            high * 100.0
        ),
        _ => "These posts were handed in rather than collected, so nobody can tell what is missing.".to_owned(),
    }
}

fn formulas() -> Markup {
    let formulas = [
        (
            "Backtweet",
            "a post that points back at the subject: a repost duplicates its words, a citation (quote, reply, mention, link, hashtag, keyword) adds others. Its own posts, and answers by it, are not counted.",
        ),
        (
            "Impressions",
            "the sum of the authors' followers at the time of posting. The same person may be in it many times.",
        ),
        (
            "Reach",
            "the size of the union of the authors' audiences; a range where follow edges are missing.",
        ),
        (
            "Net sentiment",
            "(P − N) / (P + N), over positive and negative backtweets. Neutral and unknown ones are left out.",
        ),
        (
            "Structural virality",
            "the mean number of steps between two posts of a cascade (Goel et al. 2016).",
        ),
        (
            "Advocates and detractors",
            "by the signal strength of what they said, halved every 30 days, and by whom only they bring.",
        ),
    ];
    html! {
        dl {
            @for (name, formula) in formulas { dt { (name) } dd { (formula) } }
        }
    }
}

/// The time that the report covers, in words.
fn window(report: &Report) -> String {
    let (window, coverage) = (
        report.summary.window.unwrap_or_default(),
        report.summary.coverage.clone().unwrap_or_default(),
    );
    let from = window.from_us.or(coverage.first_us).map(|us| report.zone.moment(us));
    let to = window.to_us.or(coverage.last_us).map(|us| report.zone.moment(us));
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} to {to}, {}", report.zone.name()),
        _ => "nothing was seen yet".to_owned(),
    }
}
