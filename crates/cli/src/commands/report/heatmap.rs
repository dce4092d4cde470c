//! `backtweet report heatmap`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::Client;
use crate::args::Format;
use crate::client::refused;
use crate::output::{self, HEADING, styled};
use crate::view::as_of;
use crate::view::figures::{self, CoverageView, WindowView};
use crate::view::heat;

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::HeatMapRequest, format: Format) -> Result<()> {
    let response = client.heat_map(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&json!({
            "subject": response.subject,
            "window": WindowView::from(&response.window.unwrap_or_default()),
            "time_zone": response.time_zone,
            "cells": response.cells.iter().map(view).collect::<Vec<_>>(),
            "coverage": CoverageView::from(&response.coverage.unwrap_or_default()),
            "as_of": response.as_of.as_ref().map(as_of::view),
        }))?,
        Format::Csv => {
            let header = ["weekday", "hour", "backtweets", "positive", "negative", "net_sentiment"];
            output::csv(header, response.cells.iter().map(row))?;
        }
        Format::Text if response.cells.is_empty() => {
            output::line(format!("nobody pointed back at {} in this window", response.subject));
        }
        Format::Text => {
            let subject = styled(HEADING, &response.subject);
            output::line(format!("{subject}, by weekday and hour, {}", response.time_zone));
            output::line(heat::map(&response.cells).trim_end());
            output::line(figures::coverage(&response.coverage.unwrap_or_default()));
            as_of::show(response.as_of.as_ref());
        }
    }
    Ok(())
}

fn view(cell: &v1::HeatMapCell) -> Value {
    json!({
        "weekday": cell.weekday,
        "hour": cell.hour,
        "backtweets": cell.backtweets,
        "positive": cell.positive,
        "negative": cell.negative,
        "net_sentiment": cell.net_sentiment,
    })
}

fn row(cell: &v1::HeatMapCell) -> [String; 6] {
    let numbers = [
        cell.weekday.into(),
        cell.hour.into(),
        cell.backtweets,
        cell.positive,
        cell.negative,
    ];
    let [weekday, hour, backtweets, positive, negative] = numbers.map(|number: u64| number.to_string());
    let net = cell.net_sentiment.map(|net| net.to_string()).unwrap_or_default();
    [weekday, hour, backtweets, positive, negative, net]
}
