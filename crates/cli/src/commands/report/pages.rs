//! `backtweet report pages`.

mod visits;

use std::process::ExitCode;

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::{Format, Pages};
use crate::client::refused;
use crate::exit;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::bars::{bar, grouped};
use crate::view::figures::{self, CoverageView, WindowView};
use crate::view::zone::Zone;

/// How many bad lines are named.
const NAMED: usize = 20;

/// What the command line asks for, with what was read of the file.
pub(super) struct Wanted {
    request: v1::PagesRequest,
    visits: visits::Read,
}

impl Wanted {
    pub(super) fn assemble(args: Pages, asked: &Asked) -> Result<Self> {
        let visits = args
            .visits
            .as_deref()
            .map(visits::read)
            .transpose()?
            .unwrap_or_default();
        let request = v1::PagesRequest {
            subject: args.subject,
            window: asked.window,
            limit: args.limit,
            visits: visits.rows.iter().map(|(_, row)| row.clone()).collect(),
        };
        Ok(Self { request, visits })
    }
}

/// Asks and shows. Lines of the file that could not be taken are named and counted on standard error.
pub(super) async fn show(client: &mut Client, wanted: Wanted, asked: &Asked) -> Result<ExitCode> {
    let Wanted { request, visits } = wanted;
    let response = client.pages(request).await.map_err(refused)?.into_inner();
    let line_of = |refused: &v1::RefusedVisits| visits.rows.get(refused.index as usize).map_or(0, |(line, _)| *line);
    let refused = response
        .refused
        .iter()
        .map(|it| format!("line {}: {}", line_of(it), it.reason));
    let bad: Vec<String> = visits.bad.iter().cloned().chain(refused).collect();
    let total = visits.bad.len() + response.refused_total as usize;
    bad.iter().take(NAMED).for_each(output::warning);
    if total > 0 {
        output::warning(format!(
            "{total} lines of visits were left out, {} were read",
            visits.rows.len() - response.refused_total as usize
        ));
    }
    match asked.format {
        Format::Json => output::json(&view(&response))?,
        Format::Csv => {
            let header = [
                "page",
                "kind",
                "references",
                "authors",
                "authority_milli",
                "followers_unknown",
                "fresh_share",
                "median_age_days",
                "last_day",
                "visits",
            ];
            output::csv(header, response.pages.iter().map(row))?;
        }
        Format::Text => text(&response),
    }
    Ok(ExitCode::from(if total > 0 { exit::REFUSED } else { 0 }))
}

fn kind(page: &v1::PageFigures) -> &'static str {
    match page.kind() {
        v1::PageKind::Profile => "profile",
        v1::PageKind::Link | v1::PageKind::Unspecified => "link",
    }
}

fn view(response: &v1::PagesResponse) -> Value {
    let page = |page: &v1::PageFigures| {
        json!({
            "page": page.page,
            "kind": kind(page),
            "references": page.references,
            "authors": page.authors,
            "authority_milli": page.authority_milli,
            "followers_unknown": page.followers_unknown,
            "fresh_share": page.fresh_share,
            "median_age_days": page.median_age_days,
            "last_day": Timestamp::from_micros(page.last_day_us),
            "visits": page.visits,
        })
    };
    let correlation = |correlation: Option<&v1::Correlation>| {
        correlation.map(|it| json!({ "coefficient": it.coefficient, "n": it.n }))
    };
    json!({
        "subject": response.subject,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "pages": response.pages.iter().map(page).collect::<Vec<_>>(),
        "missed": response.missed,
        "by_page": correlation(response.by_page.as_ref()),
        "by_day": correlation(response.by_day.as_ref()),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    })
}

fn row(page: &v1::PageFigures) -> [String; 10] {
    [
        page.page.clone(),
        kind(page).to_owned(),
        page.references.to_string(),
        page.authors.to_string(),
        page.authority_milli.to_string(),
        page.followers_unknown.to_string(),
        page.fresh_share.to_string(),
        page.median_age_days.to_string(),
        Zone::UTC.date(page.last_day_us),
        page.visits.map(|visits| visits.to_string()).unwrap_or_default(),
    ]
}

fn text(response: &v1::PagesResponse) {
    if response.pages.is_empty() {
        output::line(format!(
            "nothing points at a page or profile of {0} in this window; `backtweet subject get {0}` shows which links, domains and accounts it has",
            response.subject
        ));
    }
    let most = response.pages.iter().map(|page| page.references).max().unwrap_or(0);
    for page in &response.pages {
        output::line(format!(
            "{}  {}  {}",
            styled(HEADING, format!("{:>8}", grouped(page.references))),
            page.page,
            styled(ACCENT, bar(page.references, most, 30)),
        ));
        let mut details = format!(
            "{} authors, authority {:.1}, {:.0} % of the last 30 days, half no older than {} days, last on {}",
            grouped(page.authors),
            page.authority_milli as f64 / 1000.0,
            page.fresh_share * 100.0,
            page.median_age_days,
            Zone::UTC.date(page.last_day_us),
        );
        if let Some(visits) = page.visits {
            details.push_str(&format!(", {} visits", grouped(visits)));
        }
        output::line(styled(FAINT, format!("          {details}")));
    }
    for (what, of, correlation) in [
        ("Spearman's rank correlation", "pages", &response.by_page),
        ("Pearson's correlation", "days", &response.by_day),
    ] {
        let Some(correlation) = correlation else {
            continue;
        };
        let n = correlation.n;
        output::line(match correlation.coefficient {
            Some(coefficient) => format!("references and visits: {what} over {n} {of} {coefficient:+.2}"),
            None => format!("references and visits: {n} {of} are too few, or too much alike, for {what}"),
        });
    }
    output::line(styled(
        FAINT,
        "authority: log10(1 + followers), summed over references; days are those of UTC",
    ));
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
}
