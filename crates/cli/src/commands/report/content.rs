//! `backtweet report content`.

use anyhow::Result;
use backtweet_wire::v1;
use serde_json::{Value, json};

use super::{Asked, Client};
use crate::args::{ContentSort, Format};
use crate::client::refused;
use crate::output::{self, ACCENT, FAINT, HEADING, styled};
use crate::view::as_of;
use crate::view::bars::{bar, grouped};
use crate::view::figures::{self, CoverageView, FiguresView, WindowView};

/// What the command line asks for.
pub(super) fn request(subject: String, asked: &Asked, limit: u32, sort: ContentSort) -> v1::TopContentRequest {
    let order = match sort {
        ContentSort::Backtweets => v1::ContentOrder::Backtweets,
        ContentSort::Reposts => v1::ContentOrder::Reposts,
        ContentSort::Citations => v1::ContentOrder::Citations,
        ContentSort::Signal => v1::ContentOrder::Signal,
        ContentSort::Positive => v1::ContentOrder::Positive,
        ContentSort::Negative => v1::ContentOrder::Negative,
        ContentSort::Authors => v1::ContentOrder::Authors,
        ContentSort::Impressions => v1::ContentOrder::Impressions,
    };
    v1::TopContentRequest {
        subject,
        window: asked.window,
        limit,
        order: order.into(),
        as_of_us: asked.as_of_us,
    }
}

/// Asks and shows.
pub(super) async fn show(client: &mut Client, request: v1::TopContentRequest, asked: &Asked) -> Result<()> {
    let response = client.top_content(request).await.map_err(refused)?.into_inner();
    match asked.format {
        Format::Json => {
            let mut page = json!({
                "subject": response.subject,
                "window": WindowView::from(&response.window.unwrap_or_default()),
                "contents": response.contents.iter().map(view).collect::<Vec<_>>(),
                "missed": response.missed,
                "coverage": CoverageView::from(&response.coverage.unwrap_or_default()),
            });
            if let Some(known) = &response.as_of {
                page["as_of"] = as_of::view(known);
            }
            output::json(&page)?;
        }
        Format::Csv => {
            let header = [
                "post",
                "backtweets",
                "reposts",
                "citations",
                "authors",
                "impressions",
                "net_sentiment",
                "signal_milli",
                "text",
            ];
            output::csv(header, response.contents.iter().map(row))?;
        }
        Format::Text if response.contents.is_empty() => {
            output::line(format!("nothing came of posts by {} in this window", response.subject));
            as_of::show(response.as_of.as_ref());
        }
        Format::Text => text(&response, asked),
    }
    Ok(())
}

fn post(content: &v1::Content) -> v1::Post {
    let sighting = content.sighting.clone();
    sighting.and_then(|sighting| sighting.post).unwrap_or_default()
}

fn view(content: &v1::Content) -> Value {
    let post = post(content);
    json!({
        "post": content.post,
        "text": content.sighting.as_ref().map(|_| post.text),
        "url": post.url,
        "figures": FiguresView::from(&content.figures.clone().unwrap_or_default()),
    })
}

fn row(content: &v1::Content) -> [String; 9] {
    let found = content.figures.clone().unwrap_or_default();
    [
        content.post.clone(),
        found.backtweets.to_string(),
        found.reposts.to_string(),
        found.citations.to_string(),
        found.authors.to_string(),
        found.impressions.to_string(),
        found.net_sentiment.map(|net| net.to_string()).unwrap_or_default(),
        found.signal_milli.to_string(),
        post(content).text,
    ]
}

fn text(response: &v1::TopContentResponse, asked: &Asked) {
    let figures = |content: &v1::Content| content.figures.clone().unwrap_or_default();
    let most = response
        .contents
        .iter()
        .map(|content| figures(content).backtweets)
        .max()
        .unwrap_or(0);
    for content in &response.contents {
        let (found, post) = (figures(content), post(content));
        output::line(format!(
            "{}  {}  {}",
            styled(HEADING, format!("{:>8}", grouped(found.backtweets))),
            figures::net(found.net_sentiment),
            styled(ACCENT, bar(found.backtweets, most, 40)),
        ));
        let text = post.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (when, what) = match content.sighting {
            Some(_) => (asked.zone.time(post.witnessed_at_us), text),
            None if response.as_of.is_some() => ("not seen then, or no longer as it was".to_owned(), String::new()),
            None => ("not seen, or gone".to_owned(), String::new()),
        };
        output::line(styled(FAINT, format!("          {}  {when}", content.post)));
        if !what.is_empty() {
            output::line(format!("          {what}"));
        }
        let details = format!(
            "          {} reposts, {} citations, {} authors, signal {:.1}",
            grouped(found.reposts),
            grouped(found.citations),
            grouped(found.authors),
            found.signal_milli as f64 / 1000.0
        );
        output::line(styled(FAINT, details));
    }
    output::line(figures::coverage(&response.coverage.clone().unwrap_or_default()));
    as_of::show(response.as_of.as_ref());
}
