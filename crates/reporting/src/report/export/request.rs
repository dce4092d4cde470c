//! Reads what is asked for: the format, and the posts as a feed is asked for them.

use backtweet_wire::v1::{ExportFormat, ExportOrder, ExportRequest, FeedOrder, FeedRequest};

use crate::invalid::Violations;

/// The format, with no default: a file of the wrong kind would only be noticed by its reader.
pub(super) fn format(request: &ExportRequest, violations: &mut Violations) -> ExportFormat {
    let format = ExportFormat::try_from(request.format).unwrap_or_default();
    if format == ExportFormat::Unspecified {
        let reason = format!("{} is no format: use ndjson, csv or parquet", request.format);
        violations.add("format", reason);
    }
    if request.raw_text && format != ExportFormat::Csv {
        violations.add(
            "raw_text",
            "only texts of a csv are ever changed: leave it out, or use csv",
        );
    }
    format
}

/// The feed that holds the posts.
pub(super) fn feed(request: &ExportRequest, violations: &mut Violations) -> FeedRequest {
    let order = match ExportOrder::try_from(request.order) {
        Ok(ExportOrder::Unspecified | ExportOrder::Newest) => FeedOrder::Newest,
        Ok(ExportOrder::Oldest) => FeedOrder::Oldest,
        Err(_) => {
            let reason = format!("{} is no order: use newest or oldest", request.order);
            violations.add("order", reason);
            FeedOrder::Newest
        }
    };
    let request = request.clone();
    FeedRequest {
        subject: request.subject,
        window: request.window,
        kinds: request.kinds,
        intents: request.intents,
        sentiments: request.sentiments,
        roles: request.roles,
        networks: request.networks,
        languages: request.languages,
        authors: request.authors,
        flags: request.flags,
        min_followers: request.min_followers,
        roots: request.roots,
        text: request.text,
        order: order.into(),
        ..FeedRequest::default()
    }
}
