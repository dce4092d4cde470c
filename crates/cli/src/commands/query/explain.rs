//! `backtweet query explain`: a tree of conditions with what holds and where, and the text with what matched.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use backtweet_domain::{Kind, Post, Subject, SubjectId};
use backtweet_wire::v1::classifier_service_client::ClassifierServiceClient;
use backtweet_wire::{WireEnum, v1};
use serde_json::{Value, json};

use crate::args::{Explain, Format};
use crate::client::{self, refused};
use crate::output;

/// Runs the command.
pub async fn run(explain: Explain, endpoint: &str, format: Format) -> Result<ExitCode> {
    let post = post(&explain)?;
    let response = match explain.subject {
        Some(id) => {
            let mut client = ClassifierServiceClient::new(client::connect(endpoint).await?);
            let request = v1::ExplainRequest {
                of: Some(v1::explain_request::Of::Subject(id)),
                text: Some(v1::Text {
                    text: Some(v1::text::Text::Post((&post).into())),
                }),
            };
            client.explain(request).await.map_err(refused)?.into_inner()
        }
        None => {
            let draft = Subject {
                query: explain.query.unwrap_or_default(),
                context: explain.context,
                exclude: explain.exclude,
                ..Subject::new(SubjectId::new("query")?)
            };
            backtweet_classifier::explained(&draft, &post)
        }
    };
    match format {
        Format::Text => show(&post.text, &response),
        Format::Json => output::json(&document(&response))?,
        Format::Csv => table(&response)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn post(explain: &Explain) -> Result<Post> {
    match (&explain.text, &explain.post) {
        (Some(text), _) => Ok(backtweet_classifier::plain_post(text.clone())?),
        (None, Some(path)) => {
            let text = read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            let post = serde_json::from_str(&text).with_context(|| format!("`{}` is no post", path.display()))?;
            Ok(backtweet_classifier::with_entities(post))
        }
        (None, None) => anyhow::bail!("there is nothing to try it on: give --text or --post"),
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        Ok(text)
    } else {
        std::fs::read_to_string(path)
    }
}

fn show(text: &str, response: &v1::ExplainResponse) {
    match &response.pointing {
        Some(pointing) if pointing.owned => output::line("it is the subject's own"),
        Some(pointing) => {
            let kinds = kinds(&pointing.kinds).join(", ");
            output::line(format!("it points back: {}", output::styled(output::GOOD, kinds)));
        }
        None if !response.counts => {
            output::line("it does not match: the context is missing, or something excluded is there")
        }
        None => output::line("it does not match"),
    }
    let marked = marked(text, &response.parts);
    if !marked.is_empty() {
        output::line(format!("\n  {marked}\n"));
    }
    let mut field = "";
    for part in &response.parts {
        if part.field != field {
            field = &part.field;
            output::line(output::styled(output::HEADING, field));
        }
        branch(part, 1, text);
    }
}

fn branch(part: &v1::Explanation, depth: usize, text: &str) {
    let (sign, style) = if part.holds {
        ("✓", output::GOOD)
    } else {
        ("✗", output::BAD)
    };
    let places: Vec<String> = part.places.iter().map(|place| place_of(place, text)).collect();
    let (indent, condition) = ("  ".repeat(depth), &part.condition);
    let sign = output::styled(style, sign);
    let places = match places.as_slice() {
        [] => String::new(),
        places => output::styled(output::FAINT, format!("  {}", places.join(", "))),
    };
    output::line(format!("{indent}{sign} {condition}{places}"));
    if let Some(error) = &part.error {
        output::line(format!("{indent}  {}", output::styled(output::BAD, error)));
    }
    part.parts.iter().for_each(|part| branch(part, depth + 1, text));
}

fn place_of(place: &v1::Place, text: &str) -> String {
    let found = place
        .span
        .as_ref()
        .and_then(|span| text.get(span.start as usize..span.end as usize));
    match found {
        Some(found) => format!("{} “{found}”", place.by),
        None => place.by.clone(),
    }
}

/// The text with every part in colour that something matched.
fn marked(text: &str, parts: &[v1::Explanation]) -> String {
    let mut spans = Vec::new();
    parts.iter().for_each(|part| gather(part, &mut spans));
    spans.sort_unstable();
    let (mut marked, mut from) = (String::new(), 0);
    for (start, end) in spans {
        let start = start.max(from);
        if let (Some(before), Some(found)) = (text.get(from..start), text.get(start..end))
            && start < end
        {
            marked.push_str(before);
            marked.push_str(&output::styled(output::ACCENT.bold(), found));
            from = end;
        }
    }
    marked.push_str(text.get(from..).unwrap_or_default());
    marked
}

fn gather(part: &v1::Explanation, spans: &mut Vec<(usize, usize)>) {
    let places = part.places.iter().filter_map(|place| place.span.as_ref());
    spans.extend(places.map(|span| (span.start as usize, span.end as usize)));
    part.parts.iter().for_each(|part| gather(part, spans));
}

fn kinds(kinds: &[i32]) -> Vec<&'static str> {
    kinds
        .iter()
        .filter_map(|&kind| Kind::from_number(kind).ok())
        .map(Kind::name)
        .collect()
}

fn document(response: &v1::ExplainResponse) -> Value {
    let pointing = response
        .pointing
        .as_ref()
        .map(|it| json!({ "owned": it.owned, "kinds": kinds(&it.kinds), "automatic": kinds(&it.automatic) }));
    let parts: Vec<Value> = response.parts.iter().map(part_of).collect();
    json!({ "matches": response.pointing.is_some(), "pointing": pointing, "counts": response.counts, "parts": parts })
}

fn part_of(part: &v1::Explanation) -> Value {
    let place = |place: &v1::Place| {
        let span = place
            .span
            .as_ref()
            .map(|span| json!({ "start": span.start, "end": span.end }));
        json!({ "by": place.by, "span": span })
    };
    json!({
        "field": part.field, "condition": part.condition, "holds": part.holds, "error": part.error,
        "places": part.places.iter().map(place).collect::<Vec<_>>(),
        "parts": part.parts.iter().map(part_of).collect::<Vec<_>>(),
    })
}

fn table(response: &v1::ExplainResponse) -> Result<()> {
    let mut rows = Vec::new();
    response.parts.iter().for_each(|part| flatten(part, 0, &mut rows));
    output::csv(["field", "depth", "condition", "holds", "places"], rows)
}

fn flatten(part: &v1::Explanation, depth: usize, rows: &mut Vec<[String; 5]>) {
    let place = |place: &v1::Place| match &place.span {
        Some(span) => format!("{} {}-{}", place.by, span.start, span.end),
        None => place.by.clone(),
    };
    let places: Vec<String> = part.places.iter().map(place).collect();
    rows.push([
        part.field.clone(),
        depth.to_string(),
        part.condition.clone(),
        part.holds.to_string(),
        places.join("; "),
    ]);
    part.parts.iter().for_each(|part| flatten(part, depth + 1, rows));
}
