//! The manifest of an export as JSON.

use backtweet_domain::Timestamp;
use backtweet_wire::v1::{ExportColumn, ExportManifest, ExportRequest, Window};
use serde_json::{Value, json};

use super::figures::CoverageView;

/// The manifest as it lies beside the file.
pub fn json(manifest: &ExportManifest) -> Value {
    json!({
        "program": manifest.program,
        "generated_at": Timestamp::from_micros(manifest.generated_at_us),
        "rows": manifest.rows,
        "bytes": manifest.bytes,
        "sha256": manifest.sha256,
        "query": manifest.query.as_ref().map(query),
        "window": window(manifest.window.unwrap_or_default()),
        "coverage": CoverageView::from(&manifest.coverage.clone().unwrap_or_default()),
        "sequence_at_start": manifest.sequence_at_start,
        "sequence_at_end": manifest.sequence_at_end,
        "schema": {
            "version": manifest.schema_version,
            "columns": manifest.columns.iter().map(column).collect::<Vec<_>>(),
        },
    })
}

fn query(query: &ExportRequest) -> Value {
    json!({
        "subject": query.subject,
        "window": window(query.window.unwrap_or_default()),
        "format": word(query.format().as_str_name(), "EXPORT_FORMAT_"),
        "order": word(query.order().as_str_name(), "EXPORT_ORDER_"),
        "kinds": words(query.kinds().map(|kind| kind.as_str_name()), "KIND_"),
        "intents": words(query.intents().map(|intent| intent.as_str_name()), "INTENT_"),
        "sentiments": words(query.sentiments().map(|label| label.as_str_name()), "LABEL_"),
        "roles": words(query.roles().map(|role| role.as_str_name()), "ROLE_"),
        "networks": words(query.networks().map(|network| network.as_str_name()), "NETWORK_"),
        "languages": query.languages,
        "authors": query.authors,
        "flags": words(query.flags().map(|flag| flag.as_str_name()), "FLAG_"),
        "min_followers": query.min_followers,
        "roots": query.roots,
        "text": query.text,
        "raw_text": query.raw_text,
    })
}

fn window(window: Window) -> Value {
    json!({
        "from": window.from_us.map(Timestamp::from_micros),
        "to": window.to_us.map(Timestamp::from_micros),
    })
}

fn column(column: &ExportColumn) -> Value {
    json!({
        "name": column.name,
        "type": word(column.r#type().as_str_name(), "EXPORT_TYPE_"),
        "optional": column.optional,
    })
}

/// `repost` of `KIND_REPOST`.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase()
}

fn words<'a>(names: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    names.map(|name| word(name, prefix)).collect()
}
