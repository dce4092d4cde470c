//! `backtweet report compare`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::Client;
use crate::args::Format;
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::as_of;
use crate::view::bars::{bar, grouped};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::CompareRequest, format: Format) -> Result<()> {
    let response = client.compare(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&json!({
            "window": WindowView::from(&response.window.unwrap_or_default()),
            "subjects": response.subjects.iter().map(view).collect::<Vec<_>>(),
        }))?,
        Format::Csv => {
            let header = [
                "subject",
                "backtweets",
                "share",
                "reposts",
                "reposts_share",
                "citations",
                "citations_share",
                "authors",
                "authors_share",
                "impressions",
                "impressions_share",
                "net_sentiment",
            ];
            output::csv(header, response.subjects.iter().map(row))?;
        }
        Format::Text => text(&response),
    }
    Ok(())
}

fn view(row: &v1::ComparedSubject) -> Value {
    let shares = row.shares.unwrap_or_default();
    json!({
        "subject": row.subject,
        "figures": FiguresView::from(&row.figures.clone().unwrap_or_default()),
        "shares": {
            "backtweets": shares.backtweets,
            "reposts": shares.reposts,
            "citations": shares.citations,
            "impressions": shares.impressions,
            "authors": shares.authors,
        },
        "coverage": CoverageView::from(&row.coverage.clone().unwrap_or_default()),
        "as_of": row.as_of.as_ref().map(as_of::view),
    })
}

fn row(row: &v1::ComparedSubject) -> [String; 12] {
    let (found, shares) = (row.figures.clone().unwrap_or_default(), row.shares.unwrap_or_default());
    let share = |share: Option<f64>| share.map(|share| share.to_string()).unwrap_or_default();
    [
        row.subject.clone(),
        found.backtweets.to_string(),
        share(shares.backtweets),
        found.reposts.to_string(),
        share(shares.reposts),
        found.citations.to_string(),
        share(shares.citations),
        found.authors.to_string(),
        share(shares.authors),
        found.impressions.to_string(),
        share(shares.impressions),
        share(found.net_sentiment),
    ]
}

fn text(response: &v1::CompareResponse) {
    let longest = response
        .subjects
        .iter()
        .map(|row| row.subject.chars().count())
        .max()
        .unwrap_or(0);
    for row in &response.subjects {
        let (found, shares) = (row.figures.clone().unwrap_or_default(), row.shares.unwrap_or_default());
        let percent = |share: Option<f64>| share.map_or("—".to_owned(), |share| format!("{:.1} %", share * 100.0));
        let thousandths = (shares.backtweets.unwrap_or(0.0) * 1_000.0) as u64;
        output::line(format!(
            "{}  {:>8}  {:>7}  {:<30}  {}",
            styled(HEADING, format!("{:<longest$}", row.subject)),
            grouped(found.backtweets),
            percent(shares.backtweets),
            styled(ACCENT, format!("{:<30}", bar(thousandths, 1_000, 30))),
            figures::net(found.net_sentiment),
        ));
        output::line(styled(
            FAINT,
            format!(
                "{:<longest$}  of reposts {}, of citations {}, of authors {}, of impressions {}",
                "",
                percent(shares.reposts),
                percent(shares.citations),
                percent(shares.authors),
                percent(shares.impressions),
            ),
        ));
        let coverage = figures::coverage(&row.coverage.clone().unwrap_or_default());
        output::line(format!("{:<longest$}  {coverage}", ""));
        as_of::show(row.as_of.as_ref());
    }
}
