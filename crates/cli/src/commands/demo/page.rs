//! What the demo says in the end: for people, or as JSON.

use std::cmp::Reverse;
use std::time::Duration;

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_simulator::Day;
use backtweet_simulator::oracle::comparable;
use backtweet_wire::v1::{FeedItem, Figures};
use serde_json::{Map, Value, json};

use super::Outcome;
use crate::args::Format;
use crate::output::{self, ACCENT, BAD, FAINT, GOOD, HEADING, styled};
use crate::view::author;
use crate::view::bars::{grouped, sparkline};
use crate::view::figures::{self, CoverageView, FiguresView};
use crate::view::item;
use crate::view::zone::Zone;

const STORIES: [(&str, &str); 3] = [
    ("brewlark", "a coffee roaster runs a campaign hashtag"),
    ("fixwell", "a stranger's praise for a repair shop goes viral"),
    ("tramlo", "a ticket app has an outage, and people complain"),
];

/// Fields of [`Figures`] that a model decides, and that the oracle therefore does not know.
const MODELS: [&str; 5] = ["intents", "sentiments", "net_sentiment", "signal_milli", "models"];

/// Most followers and clearest signal first.
pub fn loudness(item: &FeedItem) -> Reverse<(u64, i64)> {
    let author = item
        .sighting
        .as_ref()
        .and_then(|sighting| sighting.post.as_ref()?.author.as_ref());
    Reverse((
        author.and_then(|author| author.followers).unwrap_or(0),
        item.signal_milli.abs(),
    ))
}

/// Shows the report.
pub fn show(day: &Day, seed: u64, took: Duration, outcomes: &[Outcome], format: Format) -> Result<()> {
    match format {
        Format::Json => return output::json(&report(day, seed, outcomes)),
        Format::Csv => return csv(outcomes),
        Format::Text => {}
    }
    let seconds = took.as_secs_f64();
    let rate = grouped((day.len() as f64 / seconds.max(0.001)) as u64);
    output::line(styled(HEADING, "A day in the life of three brands"));
    output::line(format!(
        "{} events of a synthetic Bluesky, Mastodon and X, taken in, classified, scored and counted in {seconds:.1} s ({rate}/s)\n",
        grouped(day.len() as u64)
    ));
    for outcome in outcomes {
        subject(outcome);
    }
    check(outcomes);
    Ok(())
}

fn subject(outcome: &Outcome) {
    let id = outcome.summary.subject.as_str();
    let story = STORIES
        .iter()
        .find(|(subject, _)| *subject == id)
        .map_or("", |(_, story)| story);
    output::line(styled(FAINT, format!("── {story} ")));
    output::line(figures::page(id, &outcome.figures()).trim_end());

    let counts: Vec<u64> = outcome
        .hours
        .iter()
        .map(|hour| hour.figures.as_ref().map_or(0, |f| f.backtweets))
        .collect();
    if let (Some(first), Some(most)) = (outcome.hours.first(), counts.iter().max()) {
        let start = Timestamp::from_micros(first.start_us);
        let line = styled(ACCENT, sparkline(&counts));
        output::line(format!(
            "   by hour  {line}  {}",
            styled(FAINT, format!("from {start}, at most {}", grouped(*most)))
        ));
    }
    let authors: Vec<String> = outcome
        .authors
        .iter()
        .map(|author| {
            let who = author::name(author.handle.as_deref(), &author.author);
            format!("{who} ({:.1})", author.signal_milli as f64 / 1000.0)
        })
        .collect();
    if !authors.is_empty() {
        output::line(format!(" strongest  {}", authors.join(", ")));
    }
    for found in &outcome.loudest {
        for line in item::text(found, &Zone::UTC).lines() {
            output::line(format!("  {line}"));
        }
    }
    output::line("");
}

/// Says whether the figures are the true ones, and which are not.
fn check(outcomes: &[Outcome]) {
    for outcome in outcomes.iter().filter(|outcome| !outcome.agrees()) {
        let (found, truth) = (known(&outcome.figures()), known(&outcome.truth.figures));
        output::line(styled(
            BAD,
            format!(
                "{}: counted differently than the network knows to be true",
                outcome.summary.subject
            ),
        ));
        for (name, value) in &truth {
            if found.get(name) != Some(value) {
                output::line(format!(
                    "  {name}: {} instead of {value}",
                    found.get(name).unwrap_or(&Value::Null)
                ));
            }
        }
    }
    if outcomes.iter().all(Outcome::agrees) {
        let text =
            "✓ every figure, over the day and in each hour, is the one that the synthetic network knows to be true";
        output::line(styled(GOOD, text));
        output::line(styled(
            FAINT,
            "  (intents and sentiments are what the models read, and are not part of that check)",
        ));
    }
}

/// The figures that no model has a say in, by name.
fn known(figures: &Figures) -> Map<String, Value> {
    let view = serde_json::to_value(FiguresView::from(&comparable(figures))).unwrap_or_default();
    let Value::Object(mut fields) = view else {
        return Map::new();
    };
    fields.retain(|name, _| !MODELS.contains(&name.as_str()));
    fields
}

fn report(day: &Day, seed: u64, outcomes: &[Outcome]) -> Value {
    let subjects: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            let mut found = known(&outcome.figures());
            let Value::Object(all) = serde_json::to_value(FiguresView::from(&outcome.figures())).unwrap_or_default()
            else {
                return Value::Null;
            };
            found.extend(all.into_iter().filter(|(name, _)| MODELS.contains(&name.as_str())));
            json!({
                "subject": outcome.summary.subject,
                "figures": found,
                "truth": known(&outcome.truth.figures),
                "agrees": outcome.agrees(),
                "coverage": CoverageView::from(&outcome.summary.coverage.clone().unwrap_or_default()),
            })
        })
        .collect();
    json!({
        "seed": seed,
        "events": day.len(),
        "subjects": subjects,
        "agrees": outcomes.iter().all(Outcome::agrees),
    })
}

fn csv(outcomes: &[Outcome]) -> Result<()> {
    let rows = outcomes.iter().flat_map(|outcome| {
        let (found, truth) = (known(&outcome.figures()), known(&outcome.truth.figures));
        let subject = outcome.summary.subject.clone();
        found.into_iter().map(move |(name, value)| {
            let true_value = truth.get(&name).unwrap_or(&Value::Null).to_string();
            [subject.clone(), name, value.to_string(), true_value]
        })
    });
    output::csv(["subject", "figure", "value", "truth"], rows)
}

/// What a person may want to try while the suite stays up.
pub fn what_next(endpoint: &str) {
    let program = std::env::args().next().unwrap_or_else(|| "backtweet".to_owned());
    output::line(format!(
        "\nThe suite stays up at {endpoint}. In another terminal, try:\n\
         \x20 {program} --endpoint {endpoint} report timeline tramlo\n\
         \x20 {program} --endpoint {endpoint} report authors brewlark\n\
         \x20 {program} --endpoint {endpoint} report feed fixwell --intent praise\n\
         \x20 {program} --endpoint {endpoint} report summary tramlo --format json\n\
         Ctrl-C stops it and leaves nothing behind."
    ));
}
