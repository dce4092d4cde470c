//! `backtweet report summary`.

use anyhow::{Result, bail};
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::Format;
use crate::client::refused;
use crate::output;
use crate::view::as_of;
use crate::view::comparison::{self, ComparisonView};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};

/// What the command line asks for.
pub(super) fn request(subject: String, asked: &Asked, compare: bool, top: u32) -> Result<v1::SummaryRequest> {
    if compare && asked.window.is_none_or(|window| window.from_us.is_none()) {
        bail!("nothing lies before a window without a start: add --from, such as --from 7d");
    }
    Ok(v1::SummaryRequest {
        subject,
        window: asked.window,
        compare,
        time_zone: asked.zone.name().to_owned(),
        top,
        as_of_us: asked.as_of_us,
    })
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::SummaryRequest, asked: &Asked) -> Result<()> {
    let compare = request.compare;
    let response = client.summary(request).await.map_err(refused)?.into_inner();
    match asked.format {
        Format::Text => text(&response, asked, compare),
        Format::Json => output::json(&view(&response))?,
        Format::Csv => output::csv(["figure", "value"], rows(&response))?,
    }
    Ok(())
}

fn text(response: &v1::SummaryResponse, asked: &Asked, compare: bool) {
    let found = response.figures.clone().unwrap_or_default();
    output::line(figures::page(&response.subject, &found).trim_end());
    if let Some(together) = &response.used_together {
        output::line(figures::together(together).trim_end());
    }
    if compare {
        output::line(comparison::text(
            "the window before",
            response.previous.as_ref(),
            &asked.zone,
        ));
        output::line(comparison::text(
            "same weekdays before",
            response.week_before.as_ref(),
            &asked.zone,
        ));
    }
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
    as_of::show(response.as_of.as_ref());
    if found.backtweets == 0 {
        output::line("hand it posts with `backtweet push`, or see `backtweet subject get` for what it looks for");
    }
}

/// A summary as JSON.
pub fn view(response: &v1::SummaryResponse) -> Value {
    let mut view = json!({
        "subject": response.subject,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "figures": FiguresView::from(&response.figures.clone().unwrap_or_default()),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    });
    if let Some(known) = &response.as_of {
        view["as_of"] = as_of::view(known);
    }
    for (name, comparison) in [("previous", &response.previous), ("week_before", &response.week_before)] {
        if let Some(comparison) = comparison {
            view[name] = json!(ComparisonView::from(comparison));
        }
    }
    if let Some(together) = &response.used_together {
        let counts = |counts: &[v1::Count]| -> Vec<Value> {
            counts
                .iter()
                .map(|count| json!({ "name": count.name, "count": count.count }))
                .collect()
        };
        view["used_together"] = json!({
            "window": WindowView::from(&together.window.unwrap_or_default()),
            "hashtags": counts(&together.hashtags),
            "links": counts(&together.links),
            "hashtags_missed": together.hashtags_missed,
            "links_missed": together.links_missed,
        });
    }
    view
}

fn rows(response: &v1::SummaryResponse) -> Vec<[String; 2]> {
    let found = response.figures.clone().unwrap_or_default();
    let mut rows = simple(&found, "");
    let together = response.used_together.clone().unwrap_or_default();
    let groups = [
        ("kind", &found.kinds),
        ("intent", &found.intents),
        ("network", &found.networks),
        ("language", &found.languages),
        ("sentiment", &found.sentiments),
        ("model", &found.models),
        ("hashtag", &together.hashtags),
        ("link", &together.links),
    ];
    for (group, counts) in groups {
        let row = |count: &v1::Count| [format!("{group}/{}", count.name), count.count.to_string()];
        rows.extend(counts.iter().map(row));
    }
    rows.push(["signal_milli".to_owned(), found.signal_milli.to_string()]);
    for (name, comparison) in [
        ("previous/", &response.previous),
        ("week_before/", &response.week_before),
    ] {
        if let Some(then) = comparison.as_ref().and_then(|comparison| comparison.figures.as_ref()) {
            rows.extend(simple(then, name));
        }
    }
    rows
}

fn simple(figures: &v1::Figures, prefix: &str) -> Vec<[String; 2]> {
    let simple = [
        ("backtweets", figures.backtweets),
        ("reposts", figures.reposts),
        ("citations", figures.citations),
        ("automatic", figures.automatic),
        ("indirect", figures.indirect),
        ("origins", figures.origins),
        ("answers", figures.answers),
        ("impressions", figures.impressions),
        ("impressions_unknown", figures.impressions_unknown),
        ("authors", figures.authors),
    ];
    simple
        .map(|(name, count)| [format!("{prefix}{name}"), count.to_string()])
        .into()
}
