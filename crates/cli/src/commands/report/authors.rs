//! `backtweet report authors`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::json;

use super::Client;
use crate::args::Format;
use crate::client::refused;
use crate::output::{self, FAINT, styled};
use crate::view::as_of;
use crate::view::author::name;
use crate::view::bars::grouped;
use crate::view::figures::{CoverageView, WindowView};

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::TopAuthorsRequest, format: Format) -> Result<()> {
    let response = client.top_authors(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => {
            let rows: Vec<_> = response
                .authors
                .iter()
                .map(|row| {
                    json!({
                        "author": row.author,
                        "handle": row.handle,
                        "name": row.name,
                        "followers": row.followers,
                        "backtweets": row.backtweets,
                        "signal_milli": row.signal_milli,
                    })
                })
                .collect();
            let mut view = json!({
                "subject": response.subject,
                "window": WindowView::from(&response.window.unwrap_or_default()),
                "authors": rows,
                "coverage": CoverageView::from(&response.coverage.unwrap_or_default()),
            });
            if let Some(known) = &response.as_of {
                view["as_of"] = as_of::view(known);
                view["unranked"] = json!(response.unranked);
            }
            output::json(&view)?;
        }
        Format::Csv => {
            let rows = response.authors.into_iter().map(|row| {
                let followers = row.followers.map(|count| count.to_string()).unwrap_or_default();
                let (backtweets, signal) = (row.backtweets.to_string(), row.signal_milli.to_string());
                [
                    row.author,
                    row.handle.unwrap_or_default(),
                    followers,
                    backtweets,
                    signal,
                ]
            });
            output::csv(["author", "handle", "followers", "backtweets", "signal_milli"], rows)?;
        }
        Format::Text if response.authors.is_empty() => {
            output::line(format!("nobody pointed back at {} in this window", response.subject));
            as_of::show_ranking(response.as_of.as_ref(), response.unranked);
        }
        Format::Text => {
            let mut table = comfy_table::Table::new();
            table.load_preset(comfy_table::presets::NOTHING);
            table.set_header(["#", "author", "followers", "backtweets", "signal"]);
            for (place, row) in response.authors.iter().enumerate() {
                let who = name(row.handle.as_deref(), &row.author);
                table.add_row([
                    (place + 1).to_string(),
                    who,
                    row.followers.map_or("?".to_owned(), grouped),
                    grouped(row.backtweets),
                    format!("{:.1}", row.signal_milli as f64 / 1000.0),
                ]);
            }
            output::line(table);
            output::line(styled(
                FAINT,
                "signal: intent × sentiment × kind, summed over an author's backtweets",
            ));
            as_of::show_ranking(response.as_of.as_ref(), response.unranked);
        }
    }
    Ok(())
}
