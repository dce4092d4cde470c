//! `backtweet report community`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::json;

use super::{Asked, Client};
use crate::args::Format;
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::bars::{bar, grouped};
use crate::view::cascade::span;
use crate::view::figures::{self, CoverageView, WindowView};

/// Asks and shows.
pub(super) async fn show(client: &mut Client, subject: String, asked: &Asked) -> Result<()> {
    let request = v1::CommunityRequest {
        subject,
        window: asked.window,
    };
    let found = client.community(request).await.map_err(refused)?.into_inner();
    match asked.format {
        Format::Json => output::json(&json!({
            "subject": found.subject,
            "window": WindowView::from(&found.window.unwrap_or_default()),
            "authors": found.authors,
            "authors_error": found.authors_error,
            "answered_authors": found.answered_authors,
            "answered_share": found.answered_share,
            "answered_backtweets": found.answered_backtweets,
            "median_answer_seconds": found.median_answer_us.map(|us| us as f64 / 1e6),
            "on_several_days": found.on_several_days,
            "on_several_days_share": found.on_several_days_share,
            "seen_before": found.seen_before,
            "seen_before_share": found.seen_before_share,
            "pairs": found.pairs,
            "pairs_error": found.pairs_error,
            "mutual_pairs": found.mutual_pairs,
            "reciprocity": found.reciprocity,
            "coverage": CoverageView::from(&found.coverage.clone().unwrap_or_default()),
        }))?,
        Format::Csv => output::csv(["figure", "value"], rows(&found))?,
        Format::Text => text(&found),
    }
    Ok(())
}

fn rows(found: &v1::CommunityResponse) -> Vec<[String; 2]> {
    let count = |count: u64| Some(count.to_string());
    let share = |share: Option<f64>| share.map(|share| share.to_string());
    let rows = [
        ("authors", count(found.authors)),
        ("answered_authors", count(found.answered_authors)),
        ("answered_share", share(found.answered_share)),
        ("answered_backtweets", count(found.answered_backtweets)),
        (
            "median_answer_seconds",
            share(found.median_answer_us.map(|us| us as f64 / 1e6)),
        ),
        ("on_several_days", count(found.on_several_days)),
        ("on_several_days_share", share(found.on_several_days_share)),
        ("seen_before", found.seen_before.and_then(count)),
        ("seen_before_share", share(found.seen_before_share)),
        ("pairs", count(found.pairs)),
        ("mutual_pairs", count(found.mutual_pairs)),
        ("reciprocity", share(found.reciprocity)),
    ];
    rows.map(|(name, value)| [name.to_owned(), value.unwrap_or_default()])
        .into()
}

fn text(found: &v1::CommunityResponse) {
    let coverage = figures::coverage(&found.coverage.clone().unwrap_or_default());
    if found.authors == 0 {
        output::line(format!("nobody pointed back at {} in this window", found.subject));
        return output::line(coverage);
    }
    output::line(format!(
        "{}  {}{} authors of backtweets",
        styled(HEADING, &found.subject),
        about(found.authors_error),
        grouped(found.authors)
    ));
    share("answered", found.answered_authors, found.answered_share);
    if let Some(wait) = found.median_answer_us {
        let answered = grouped(found.answered_backtweets);
        let details = format!("{answered} backtweets answered, half of them within {}", span(wait));
        output::line(styled(FAINT, format!("                     {details}")));
    }
    share("on several days", found.on_several_days, found.on_several_days_share);
    match found.seen_before {
        Some(before) => share("seen before", before, found.seen_before_share),
        None => output::line(styled(
            FAINT,
            "     seen before     nothing from before the window is retained",
        )),
    }
    share("mutual", found.mutual_pairs, found.reciprocity);
    let pairs = format!(
        "of {}{} pairs of whom one points at the other",
        about(found.pairs_error),
        grouped(found.pairs)
    );
    output::line(styled(FAINT, format!("                     {pairs}")));
    output::line(styled(FAINT, "days are those of UTC"));
    output::line(coverage);
}

/// What stands before an estimate.
fn about(error: Option<f64>) -> &'static str {
    if error.is_some() { "about " } else { "" }
}

fn share(what: &str, count: u64, share: Option<f64>) {
    let part = share.unwrap_or(0.0);
    let percent = share.map_or("—".to_owned(), |share| format!("{:.1} %", share * 100.0));
    let bar = styled(ACCENT, bar((part * 1_000.0) as u64, 1_000, 30));
    output::line(format!("{what:>16}  {:>8}  {percent:>7}  {bar}", grouped(count)));
}
