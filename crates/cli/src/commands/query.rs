//! `backtweet query`: trying a query before a subject has it. Everything but the estimate works without a suite.

mod explain;

use std::process::ExitCode;

use anyhow::Result;
use backtweet_domain::Timestamp;
use backtweet_domain::query::point_at;
use backtweet_wire::v1;
use backtweet_wire::v1::classifier_service_client::ClassifierServiceClient;
use serde_json::{Value, json};

use crate::args::{Draft, Format, Query};
use crate::client::{self, refused};
use crate::exit::REFUSED;
use crate::output;

/// Runs the command.
pub async fn run(command: Query, endpoint: &str, format: Format) -> Result<ExitCode> {
    match command {
        Query::Validate { draft, sample } => validate(draft, sample, endpoint, format).await,
        Query::Explain(explain) => explain::run(explain, endpoint, format).await,
    }
}

async fn validate(draft: Draft, sample: u32, endpoint: &str, format: Format) -> Result<ExitCode> {
    let Draft {
        query,
        context,
        exclude,
    } = draft;
    let request = v1::ValidateQueryRequest {
        query,
        context,
        exclude,
        sample,
    };
    let mut response = backtweet_classifier::validate(&request);
    if response.valid {
        match client::connect(endpoint).await {
            Ok(channel) => {
                let mut client = ClassifierServiceClient::new(channel);
                response = client
                    .validate_query(request.clone())
                    .await
                    .map_err(refused)?
                    .into_inner();
            }
            Err(error) => output::warning(format!("no estimate: {error}")),
        }
    }
    match format {
        Format::Text => show(&request, &response),
        Format::Json => output::json(&document(&response))?,
        Format::Csv => table(&response)?,
    }
    Ok(if response.valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(REFUSED)
    })
}

fn show(request: &v1::ValidateQueryRequest, response: &v1::ValidateQueryResponse) {
    for (sort, style, notes) in [
        ("error", output::BAD, &response.errors),
        ("warning", output::ACCENT, &response.warnings),
    ] {
        for note in notes {
            let text = match note.field.as_str() {
                "query" => &request.query,
                "context" => &request.context,
                _ => &request.exclude,
            };
            let try_this = note
                .suggestion
                .as_ref()
                .map(|it| format!("; try `{it}`"))
                .unwrap_or_default();
            let (field, message) = (&note.field, &note.message);
            output::line(format!(
                "{} in {field}: {message}{try_this}",
                output::styled(style.bold(), sort)
            ));
            output::line(point_at(text, note.column as usize, note.length as usize));
        }
    }
    if !response.valid {
        return;
    }
    for (field, normal) in [
        ("query", &response.query),
        ("context", &response.context),
        ("exclude", &response.exclude),
    ] {
        if !normal.is_empty() {
            output::line(format!(
                "{}  {normal}",
                output::styled(output::GOOD, format!("{field:>7}"))
            ));
        }
    }
    if let Some(estimate) = &response.estimate {
        output::line(volume(estimate));
    }
}

/// The estimate in a sentence.
fn volume(estimate: &v1::VolumeEstimate) -> String {
    let v1::VolumeEstimate { tried, matched, .. } = estimate;
    let day = |us: Option<i64>| us.map_or(String::new(), |us| Timestamp::from_micros(us).to_string());
    match (estimate.per_day, estimate.per_day_low, estimate.per_day_high) {
        (Some(rate), Some(low), Some(high)) => format!(
            "about {} posts a day (95 % between {} and {}): {matched} of {tried} retained posts match, {} to {}",
            few(rate),
            few(low),
            few(high),
            day(estimate.from_us),
            day(estimate.to_us)
        ),
        _ if *tried == 0 => "nothing is retained yet that it could be tried on".to_owned(),
        _ => format!("{matched} of {tried} retained posts match; they span too little time to tell how many a day"),
    }
}

/// A rate with as many digits as tell something.
fn few(rate: f64) -> String {
    let digits = if rate >= 10.0 { 0 } else { 2 };
    format!("{rate:.digits$}")
}

fn document(response: &v1::ValidateQueryResponse) -> Value {
    let note = |note: &v1::QueryNote| {
        json!({
            "field": note.field, "column": note.column, "length": note.length, "message": note.message,
            "suggestion": note.suggestion,
        })
    };
    let notes = |notes: &[v1::QueryNote]| notes.iter().map(note).collect::<Vec<_>>();
    let estimate = response.estimate.as_ref().map(|it| {
        json!({
            "tried": it.tried, "matched": it.matched, "from_us": it.from_us, "to_us": it.to_us,
            "per_day": it.per_day, "per_day_low": it.per_day_low, "per_day_high": it.per_day_high,
        })
    });
    json!({
        "valid": response.valid, "query": response.query, "context": response.context, "exclude": response.exclude,
        "errors": notes(&response.errors), "warnings": notes(&response.warnings), "estimate": estimate,
    })
}

fn table(response: &v1::ValidateQueryResponse) -> Result<()> {
    let sorts = [("error", &response.errors), ("warning", &response.warnings)];
    let notes = sorts
        .into_iter()
        .flat_map(|(sort, notes)| notes.iter().map(move |note| (sort, note)));
    let rows = notes.map(|(sort, note)| {
        [
            sort.to_owned(),
            note.field.clone(),
            note.column.to_string(),
            note.length.to_string(),
            note.message.clone(),
            note.suggestion.clone().unwrap_or_default(),
        ]
    });
    output::csv(["sort", "field", "column", "length", "message", "suggestion"], rows)
}
