//! `backtweet report propagation`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::Client;
use crate::args::Format;
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::bars::{bar, grouped, sparkline};
use crate::view::cascade::{edges, listed, span};
use crate::view::figures::{self, CoverageView, WindowView};

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::PropagationRequest, format: Format) -> Result<()> {
    let response = client.propagation(request).await.map_err(refused)?.into_inner();
    match format {
        Format::Json => output::json(&view(&response))?,
        Format::Csv => {
            let row = |sizes: &v1::CascadeSizes| {
                [sizes.at_least, sizes.cascades, sizes.passed_on].map(|number| number.to_string())
            };
            output::csv(["at_least", "cascades", "passed_on"], response.sizes.iter().map(row))?;
        }
        Format::Text => output::line(text(&response)),
    }
    Ok(())
}

fn view(response: &v1::PropagationResponse) -> Value {
    let sizes = response
        .sizes
        .iter()
        .map(|sizes| json!({ "at_least": sizes.at_least, "cascades": sizes.cascades, "passed_on": sizes.passed_on }));
    json!({
        "subject": response.subject,
        "window": WindowView::from(&response.window.unwrap_or_default()),
        "cascades": response.cascades,
        "more": response.more,
        "passed_on": response.passed_on,
        "median": response.median,
        "nine_tenths": response.nine_tenths,
        "most": response.most,
        "sizes": sizes.collect::<Vec<_>>(),
        "largest": response.largest.as_ref().map(largest_view),
        "coverage": CoverageView::from(&response.coverage.clone().unwrap_or_default()),
    })
}

fn largest_view(largest: &v1::PropagationFigures) -> Value {
    let (totals, edges) = (largest.totals.unwrap_or_default(), largest.edges.unwrap_or_default());
    json!({
        "cascades": largest.cascades,
        "passed_on": largest.passed_on,
        "breadth": largest.breadth,
        "virality_median": largest.virality_median,
        "virality_nine_tenths": largest.virality_nine_tenths,
        "half_after_median_us": largest.half_after_median_us,
        "half_after_nine_tenths_us": largest.half_after_nine_tenths_us,
        "reposts": totals.reposts,
        "citations": totals.citations,
        "audience": totals.audience,
        "audience_unknown": totals.audience_unknown,
        "edges": { "observed": edges.observed, "inferred": edges.inferred, "flattened": edges.flattened },
        "posts": largest.posts,
        "children": largest.children,
        "horizon_us": largest.horizon_us,
        "reproduction_estimated": largest.reproduction_estimated,
    })
}

fn text(response: &v1::PropagationResponse) -> String {
    let coverage = figures::coverage(&response.coverage.clone().unwrap_or_default());
    let Some(largest) = &response.largest else {
        return format!(
            "nobody was seen to pass on what {} began in this window\n{coverage}",
            response.subject
        );
    };
    let at_least = if response.more { "at least " } else { "" };
    let posts_were = if response.cascades == 1 {
        "post was"
    } else {
        "posts were"
    };
    let mut lines = vec![
        format!(
            "{}: {at_least}{} {posts_were} passed on, {} times in all; half of them at most {} times, nine in ten at most {}, one {}",
            styled(HEADING, &response.subject),
            grouped(response.cascades),
            styled(ACCENT.bold(), grouped(response.passed_on)),
            grouped(response.median),
            grouped(response.nine_tenths),
            grouped(response.most),
        ),
        String::new(),
        styled(FAINT, "passed on      posts"),
    ];
    let most = response.sizes.iter().map(|sizes| sizes.cascades).max().unwrap_or(0);
    lines.extend(response.sizes.iter().map(|sizes| {
        let up_to = if sizes.at_least == 1 {
            "once".to_owned()
        } else {
            format!("{} to {}", grouped(sizes.at_least), grouped(2 * sizes.at_least - 1))
        };
        format!(
            "{up_to:<16} {:>6}  {}",
            grouped(sizes.cascades),
            styled(ACCENT, bar(sizes.cascades, most, 40))
        )
    }));
    lines.push(String::new());
    lines.extend(largest_text(largest));
    lines.push(coverage);
    lines.join("\n")
}

fn largest_text(largest: &v1::PropagationFigures) -> Vec<String> {
    let totals = largest.totals.unwrap_or_default();
    let mut lines = vec![
        format!(
            "the {} that travelled furthest, {} reposts and {} citations of them:",
            grouped(largest.cascades),
            grouped(totals.reposts),
            grouped(totals.citations)
        ),
        format!(
            "generations  {}  {}",
            styled(ACCENT, sparkline(&largest.breadth)),
            styled(FAINT, listed(&largest.breadth))
        ),
    ];
    if let (Some(median), Some(most)) = (largest.virality_median, largest.virality_nine_tenths) {
        lines.push(format!(
            "virality     {median:.2}, nine in ten at most {most:.2} {}",
            styled(
                FAINT,
                "(mean steps between two posts; below 2 all heard it from the origin)"
            )
        ));
    }
    if let (Some(median), Some(most)) = (largest.half_after_median_us, largest.half_after_nine_tenths_us) {
        lines.push(format!(
            "speed        half of it within {}, for nine in ten within {}",
            span(median),
            span(most)
        ));
    }
    if let Some(estimated) = largest.reproduction_estimated {
        let about = format!(
            "(estimated from {} posts, each given {})",
            grouped(largest.posts),
            span(largest.horizon_us)
        );
        lines.push(format!("reproduction {estimated:.2} {}", styled(FAINT, about)));
    }
    lines.push(styled(FAINT, edges(&largest.edges.unwrap_or_default())));
    lines
}
