//! `backtweet report reach`.

use anyhow::Result;
use backtweet_wire::v1::{self, ReachAmplifier, ReachFigure, ReachResponse};
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::{Format, Reach};
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::author::name;
use crate::view::bars::{bar, grouped};
use crate::view::figures::{self, CoverageView, WindowView};
use crate::view::reach;

/// What the command line asks for.
pub(super) fn request(args: Reach, asked: &Asked) -> v1::ReachRequest {
    v1::ReachRequest {
        subject: args.subject,
        window: asked.window,
        root: args.root,
        overlap: args.overlap,
        limit: args.limit,
    }
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::ReachRequest, format: Format) -> Result<()> {
    let response = client.reach(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&view(&response))?,
        Format::Csv => {
            let header = [
                "author",
                "handle",
                "followers",
                "posts",
                "impressions",
                "known_followers",
                "whole",
                "marginal",
                "marginal_low",
                "marginal_high",
            ];
            output::csv(header, response.top.iter().map(row))?;
        }
        Format::Text if response.amplifiers == 0 => output::line(match response.root.as_str() {
            "" => format!(
                "nobody pointed back at {} in this window, so nobody was reached",
                response.subject
            ),
            root => format!("nobody was seen to pass {root} on in this window, so nobody was reached"),
        }),
        Format::Text => text(&response),
    }
    Ok(())
}

fn view(response: &ReachResponse) -> Value {
    let figure = |figure: &Option<ReachFigure>| figure.as_ref().map(reach::json);
    json!({
        "subject": response.subject,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "root": response.root,
        "reach": figure(&response.reach),
        "beyond": figure(&response.beyond),
        "origins": response.origins,
        "impressions": response.impressions,
        "impressions_unknown": response.impressions_unknown,
        "amplifiers": response.amplifiers,
        "amplifiers_whole": response.amplifiers_whole,
        "amplifiers_known": response.amplifiers_known,
        "amplifiers_read": response.amplifiers_read,
        "top": response.top.iter().map(amplifier).collect::<Vec<_>>(),
        "overlap": response.overlap.as_ref().map(|overlap| json!({
            "one": overlap.one,
            "other": overlap.other,
            "both": figure(&overlap.both),
        })),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    })
}

fn amplifier(row: &ReachAmplifier) -> Value {
    json!({
        "author": row.author,
        "handle": row.handle,
        "followers": row.followers,
        "posts": row.posts,
        "impressions": row.impressions,
        "known_followers": row.known_followers,
        "whole": row.whole,
        "marginal": row.marginal.as_ref().map(reach::json),
    })
}

fn row(row: &ReachAmplifier) -> [String; 10] {
    let marginal = |part: fn(&ReachFigure) -> u64| {
        let found = row.marginal.as_ref().map(part);
        found.map(|found| found.to_string()).unwrap_or_default()
    };
    [
        row.author.clone(),
        row.handle.clone().unwrap_or_default(),
        row.followers.map(|followers| followers.to_string()).unwrap_or_default(),
        row.posts.to_string(),
        row.impressions.to_string(),
        row.known_followers.to_string(),
        row.whole.to_string(),
        marginal(|it| it.estimate.unwrap_or(it.low)),
        marginal(|it| it.low),
        marginal(|it| it.high),
    ]
}

fn text(response: &ReachResponse) {
    let title = if response.root.is_empty() {
        "everything that pointed back"
    } else {
        &response.root
    };
    output::line(format!("{}  {title}", styled(HEADING, &response.subject)));
    let shown = |figure: &Option<ReachFigure>| figure.as_ref().map_or("?".to_owned(), reach::text);
    output::line(format!("  reach        {}", styled(HEADING, shown(&response.reach))));
    if response.beyond.is_some() {
        output::line(format!(
            "  beyond       {} besides the followers of {}",
            shown(&response.beyond),
            response.origins.join(", ")
        ));
    }
    let without = match response.impressions_unknown {
        0 => String::new(),
        posts => format!(", without {} posts by authors of unknown following", grouped(posts)),
    };
    output::line(format!("  impressions  {}{without}", grouped(response.impressions)));
    output::line(format!("  amplifiers   {}", grouped(response.amplifiers)));
    if let Some(overlap) = &response.overlap {
        output::line(format!(
            "  overlap      {} follow both {} and {}",
            shown(&overlap.both),
            overlap.one,
            overlap.other
        ));
    }
    output::line(table(&response.top));
    notes(response);
}

fn table(rows: &[ReachAmplifier]) -> comfy_table::Table {
    let marginal = |row: &ReachAmplifier| row.marginal.as_ref().map_or(0, |it| it.estimate.unwrap_or(it.low));
    let most = rows.iter().map(marginal).max().unwrap_or(0);
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    table.set_header(["#", "amplifier", "followers", "known", "posts", "only theirs", ""]);
    for (place, row) in rows.iter().enumerate() {
        let who = name(row.handle.as_deref(), &row.author);
        table.add_row([
            (place + 1).to_string(),
            who,
            row.followers.map_or("?".to_owned(), grouped),
            grouped(row.known_followers),
            grouped(row.posts),
            row.marginal.as_ref().map_or("?".to_owned(), reach::text),
            styled(ACCENT, bar(marginal(row), most, 20)),
        ]);
    }
    table
}

fn notes(response: &ReachResponse) {
    let missing = reach::missing(
        response.amplifiers,
        response.amplifiers_known,
        response.amplifiers_whole,
    );
    output::line(styled(
        FAINT,
        missing.unwrap_or_else(|| "measured: all followers of all amplifiers are known".to_owned()),
    ));
    if response.amplifiers_read < response.amplifiers {
        output::line(styled(
            FAINT,
            format!(
                "follow edges were looked at of the {} amplifiers with the most followers",
                grouped(response.amplifiers_read)
            ),
        ));
    }
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
}
