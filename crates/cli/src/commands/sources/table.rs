//! Sources as a table, as JSON, and as comma-separated values.

use backtweet_domain::Timestamp;
use backtweet_wire::v1;
use backtweet_wire::v1::{Assignment, AssignmentCoverage, AssignmentState};
use serde_json::{Value, json};

use crate::output::{self, ACCENT, BAD, FAINT, GOOD, HEADING, styled};
use crate::view::bars::grouped;
use crate::view::figures::{GapView, cause};

/// What a person sees.
pub fn text(listed: &v1::ListSourcesResponse, seen: &v1::GetCoverageResponse, now: Timestamp) -> String {
    if listed.sources.is_empty() {
        return "nothing is collected live; try `backtweet sources add bluesky`, or push files with `backtweet push`"
            .to_owned();
    }
    let width = listed
        .assignments
        .iter()
        .map(|it| it.id.chars().count())
        .max()
        .unwrap_or(0)
        .max(10);
    let mut lines = vec![styled(
        HEADING,
        format!(
            "{:<width$}  {:<11} {:>9} {:>10} {:>8} {:>9}  collector",
            "assignment", "state", "behind", "events/h", "refused", "missed"
        ),
    )];
    for assignment in &listed.assignments {
        let coverage = coverage_of(seen, &assignment.id);
        let missed: f64 = coverage.map_or(0.0, gap_seconds);
        let (word, style) = state(assignment);
        lines.push(format!(
            "{:<width$}  {} {:>9} {:>10} {:>8} {}  {}",
            assignment.id,
            styled(style, format!("{word:<11}")),
            behind(assignment, now),
            grouped(coverage.map_or(0, |it| it.events)),
            grouped(coverage.map_or(0, |it| it.refused)),
            styled(if missed > 0.0 { BAD } else { FAINT }, format!("{:>9}", span(missed))),
            styled(FAINT, &assignment.collector)
        ));
        if !assignment.trouble.is_empty() {
            lines.push(styled(BAD, format!("{:width$}  {}", "", assignment.trouble)));
        }
        let unchecked = coverage.map_or(0, |it| it.unchecked);
        if unchecked > 0 {
            let unchecked = grouped(unchecked);
            lines.push(styled(
                FAINT,
                format!(
                    "{:width$}  {unchecked} not looked up again in time: deletions may have gone unseen",
                    ""
                ),
            ));
        }
        let gaps = coverage.map_or(&[][..], |it| &it.gaps);
        lines.extend(gaps.iter().rev().take(3).map(|gap| {
            let open = if gap.open { ", still open" } else { "" };
            let (from, to) = (Timestamp::from_micros(gap.from_us), Timestamp::from_micros(gap.to_us));
            styled(
                FAINT,
                format!("{:width$}  missed {from} to {to}: {}{open}", "", cause(gap.cause())),
            )
        }));
    }
    lines.join("\n")
}

/// The same for programs.
pub fn view(listed: &v1::ListSourcesResponse, seen: &v1::GetCoverageResponse) -> Value {
    let assignment = |it: &Assignment| {
        let coverage = coverage_of(seen, &it.id);
        json!({
            "id": it.id,
            "source": it.source,
            "state": state(it).0,
            "collector": it.collector,
            "since": it.since_us.map(Timestamp::from_micros),
            "reached": it.reached_us.map(Timestamp::from_micros),
            "trouble": it.trouble,
            "last_hour": coverage.map(coverage_view),
        })
    };
    json!({
        "sources": listed.sources.iter().map(|source| json!({ "id": source.id, "paused": source.paused })).collect::<Vec<_>>(),
        "assignments": listed.assignments.iter().map(assignment).collect::<Vec<_>>(),
    })
}

fn coverage_view(it: &AssignmentCoverage) -> Value {
    json!({
        "wanted_seconds": it.wanted_seconds,
        "connected_seconds": it.connected_seconds,
        "lines": it.lines,
        "events": it.events,
        "refused": it.refused,
        "limited": it.limited,
        "left_out": it.left_out,
        "lag_ms": it.lag_ms,
        "unchecked": it.unchecked,
        "gaps": it.gaps.iter().map(GapView::from).collect::<Vec<_>>(),
    })
}

/// One row an assignment.
///
/// # Errors
/// When standard output cannot be written.
pub fn csv(listed: &v1::ListSourcesResponse, seen: &v1::GetCoverageResponse) -> anyhow::Result<()> {
    let header = [
        "assignment",
        "state",
        "collector",
        "reached",
        "lines",
        "events",
        "refused",
        "limited",
        "left_out",
        "missed_seconds",
        "unchecked",
    ];
    let rows = listed.assignments.iter().map(|it| {
        let coverage = coverage_of(seen, &it.id).cloned().unwrap_or_default();
        [
            it.id.clone(),
            state(it).0.to_owned(),
            it.collector.clone(),
            it.reached_us
                .map_or_else(String::new, |at| Timestamp::from_micros(at).to_string()),
            coverage.lines.to_string(),
            coverage.events.to_string(),
            coverage.refused.to_string(),
            coverage.limited.to_string(),
            coverage.left_out.to_string(),
            format!("{:.1}", gap_seconds(&coverage)),
            coverage.unchecked.to_string(),
        ]
    });
    output::csv(header, rows)
}

fn coverage_of<'a>(seen: &'a v1::GetCoverageResponse, assignment: &str) -> Option<&'a AssignmentCoverage> {
    seen.assignments.iter().find(|it| it.assignment == assignment)
}

fn gap_seconds(coverage: &AssignmentCoverage) -> f64 {
    coverage
        .gaps
        .iter()
        .map(|gap| (gap.to_us - gap.from_us) as f64 / 1e6)
        .sum()
}

fn state(assignment: &Assignment) -> (&'static str, anstyle::Style) {
    match assignment.state() {
        AssignmentState::Connected => ("connected", GOOD),
        AssignmentState::Waiting => ("waiting", BAD),
        AssignmentState::Paused => ("paused", FAINT),
        AssignmentState::Unassigned | AssignmentState::Unspecified => ("unassigned", ACCENT),
    }
}

fn behind(assignment: &Assignment, now: Timestamp) -> String {
    let behind = |reached| now.since(Timestamp::from_micros(reached)).as_secs_f64();
    assignment
        .reached_us
        .map_or_else(|| "—".to_owned(), |reached| span(behind(reached)))
}

/// A length of time in one unit.
fn span(seconds: f64) -> String {
    match seconds {
        0.0 => "0 s".to_owned(),
        less if less < 120.0 => format!("{less:.1} s"),
        less if less < 7_200.0 => format!("{:.0} min", less / 60.0),
        less => format!("{:.0} h", less / 3_600.0),
    }
}
