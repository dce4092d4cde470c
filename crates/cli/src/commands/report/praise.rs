//! `backtweet report praise`.

use anyhow::Result;
use backtweet_wire::v1::{self, PermissionStatus};
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::{Format, ListPraise};
use crate::client::refused;
use crate::output::{self, BAD, FAINT, GOOD, HEADING, styled};
use crate::view::{figures, item, permission};

const PAGE: u32 = 100;

/// Asks page by page and shows.
pub(super) async fn show(client: &mut Client, args: ListPraise, asked: &Asked) -> Result<()> {
    let mut request = v1::PraiseRequest {
        subject: args.subject,
        window: asked.window,
        ..v1::PraiseRequest::default()
    };
    let mut left = args.limit;
    let mut praises = Vec::new();
    let mut coverage = v1::Coverage::default();
    while left > 0 {
        request.page_size = left.min(PAGE);
        let response = client.praise(request.clone()).await.map_err(refused)?.into_inner();
        left -= u32::try_from(response.praises.len()).unwrap_or(left).min(left);
        praises.extend(response.praises);
        coverage = response.coverage.unwrap_or_default();
        request.page_token = response.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    match asked.format {
        Format::Json => praises.iter().try_for_each(|praise| output::json_line(&view(praise)))?,
        Format::Csv => {
            let header = [
                "post",
                "author",
                "signal_milli",
                "has_media",
                "link",
                "permission",
                "text",
            ];
            output::csv(header, praises.iter().map(row))?;
        }
        Format::Text if praises.is_empty() => {
            output::line(format!(
                "no praise of {} that could be shown again in this window; `backtweet report feed {0} --intent praise` shows all praise there is",
                request.subject
            ));
        }
        Format::Text => {
            praises.iter().for_each(|praise| text(praise, asked));
            output::line(figures::coverage(&coverage));
        }
    }
    Ok(())
}

fn found(praise: &v1::Praise) -> v1::FeedItem {
    v1::FeedItem {
        sighting: praise.sighting.clone(),
        sentiment: praise.sentiment.clone(),
        signal_milli: praise.signal_milli,
        ..v1::FeedItem::default()
    }
}

fn view(praise: &v1::Praise) -> Value {
    let mut view = item::view(&found(praise));
    view["has_media"] = praise.has_media.into();
    view["public"] = praise.public.into();
    view["link"] = json!(praise.link);
    view["licence"] = praise.licence.clone().into();
    view["permission"] = permission::view(&praise.permission.clone().unwrap_or_default());
    view
}

fn row(praise: &v1::Praise) -> [String; 7] {
    let post = praise.sighting.as_ref().and_then(|sighting| sighting.post.clone());
    let post = post.unwrap_or_default();
    [
        praise.post.clone(),
        post.author.unwrap_or_default().id,
        praise.signal_milli.to_string(),
        praise.has_media.to_string(),
        praise.link.clone().unwrap_or_default(),
        permission::name(&praise.permission.clone().unwrap_or_default()).to_owned(),
        post.text,
    ]
}

fn text(praise: &v1::Praise, asked: &Asked) {
    let kept = praise.permission.clone().unwrap_or_default();
    let style = match kept.status() {
        PermissionStatus::Granted => GOOD,
        PermissionStatus::Refused => BAD,
        _ => HEADING,
    };
    output::line(item::text(&found(praise), &asked.zone));
    let details = [
        Some(format!("signal {:.1}", praise.signal_milli as f64 / 1000.0)),
        praise.has_media.then(|| "with media".to_owned()),
        Some(praise.link.clone().unwrap_or_else(|| praise.post.clone())),
    ];
    let details: Vec<_> = details.into_iter().flatten().collect();
    output::line(styled(FAINT, format!("    {}", details.join(", "))));
    let by = if kept.by.is_empty() {
        String::new()
    } else {
        format!(" by {}", kept.by)
    };
    let when = kept
        .at_us
        .map(|at| format!(", {}", asked.zone.time(at)))
        .unwrap_or_default();
    let note = if kept.note.is_empty() {
        String::new()
    } else {
        format!(": {}", kept.note)
    };
    output::line(format!(
        "    permission {}{}",
        styled(style, permission::name(&kept)),
        styled(FAINT, format!("{by}{when}{note}"))
    ));
    output::line(styled(FAINT, format!("    {}", praise.licence)));
}
