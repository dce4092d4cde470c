//! `backtweet report feed`.

use anyhow::{Result, bail};
use backtweet_wire::v1;

use super::{Asked, Client};
use crate::args::{Feed, Filters, Format, Sort};
use crate::client::refused;
use crate::output;
use crate::view::{as_of, item};

/// What the command line asks for.
pub(super) fn request(args: Feed, asked: &Asked) -> Result<v1::FeedRequest> {
    let order = match args.sort {
        Sort::Newest => v1::FeedOrder::Newest,
        Sort::Oldest => v1::FeedOrder::Oldest,
        Sort::Signal => v1::FeedOrder::Signal,
        Sort::Followers => v1::FeedOrder::Followers,
    };
    Ok(v1::FeedRequest {
        subject: args.subject,
        window: asked.window,
        order: order.into(),
        as_of_us: asked.as_of_us,
        ..filtered(args.filters)?
    })
}

/// A request for whatever passes the filters.
pub fn filtered(filters: Filters) -> Result<v1::FeedRequest> {
    Ok(v1::FeedRequest {
        kinds: chosen("kind", &filters.kinds, v1::Kind::from_str_name)?,
        intents: chosen("intent", &filters.intents, v1::Intent::from_str_name)?,
        sentiments: chosen("label", &filters.sentiments, v1::Label::from_str_name)?,
        roles: chosen("role", &filters.roles, v1::Role::from_str_name)?,
        networks: chosen("network", &filters.networks, v1::Network::from_str_name)?,
        flags: chosen("flag", &filters.flags, v1::Flag::from_str_name)?,
        languages: filters.languages,
        authors: filters.authors,
        min_followers: filters.min_followers,
        roots: filters.roots,
        text: filters.text,
        ..Default::default()
    })
}

/// The wire's numbers of the names that were given on the command line.
fn chosen<T: Into<i32>>(what: &str, names: &[String], by_name: impl Fn(&str) -> Option<T>) -> Result<Vec<i32>> {
    let number = |name: &String| {
        let wire = format!("{}_{}", what.to_uppercase(), name.to_uppercase().replace('-', "_"));
        match by_name(&wire) {
            Some(value) => Ok(value.into()),
            None => bail!("`{name}` is no {what}: the words are those that `backtweet report summary` shows"),
        }
    };
    names.iter().map(number).collect()
}

/// Asks page by page and shows.
pub(super) async fn show(client: &mut Client, mut request: v1::FeedRequest, limit: u32, asked: &Asked) -> Result<()> {
    let mut left = limit as usize;
    let (mut items, mut known) = (Vec::new(), None);
    while left > 0 {
        request.page_size = u32::try_from(left.min(500)).unwrap_or(500);
        let response = client.feed(request.clone()).await.map_err(refused)?.into_inner();
        left -= response.items.len().min(left);
        items.extend(response.items);
        known = response.as_of;
        request.page_token = response.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    match asked.format {
        Format::Text => {
            if items.is_empty() {
                output::line("nothing here; a wider window or fewer filters may show more");
            }
            for found in &items {
                output::line(item::text(found, &asked.zone));
            }
            as_of::show(known.as_ref());
        }
        Format::Json => {
            for found in &items {
                output::json_line(&item::view(found))?;
            }
        }
        Format::Csv => {
            let field = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Null => String::new(),
                serde_json::Value::Array(parts) => parts
                    .iter()
                    .filter_map(|part| part.as_str())
                    .collect::<Vec<_>>()
                    .join("+"),
                other => other.to_string(),
            };
            let rows = items.iter().map(|found| {
                let view = item::view(found);
                [
                    field(&view["at"]),
                    field(&view["post"]),
                    field(&view["author"]["id"]),
                    field(&view["kinds"]),
                    field(&view["intent"]),
                    field(&view["sentiment"]["label"]),
                    field(&view["signal_milli"]),
                    field(&view["text"]),
                ]
            });
            output::csv(
                [
                    "at",
                    "post",
                    "author",
                    "kinds",
                    "intent",
                    "sentiment",
                    "signal_milli",
                    "text",
                ],
                rows,
            )?;
        }
    }
    Ok(())
}
