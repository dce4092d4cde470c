//! Jetstream v1 events, one a line.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{Posts, RawPost, RawReference, host, list, text};

pub fn read(path: &Path, posts: &mut Posts) -> Result<()> {
    for line in std::fs::read_to_string(path)?.lines() {
        let event: Value = serde_json::from_str(line)?;
        let commit = &event["commit"];
        let collection = commit["collection"].as_str().unwrap_or_default();
        if commit["operation"] == "create" && matches!(collection, "app.bsky.feed.post" | "app.bsky.feed.repost") {
            posts.add(post(&event, commit, &commit["record"]));
        }
    }
    Ok(())
}

fn post(event: &Value, commit: &Value, record: &Value) -> RawPost {
    let did = text(&event["did"]).unwrap_or_default();
    let part = |field: &str| text(&commit[field]).unwrap_or_default();
    let mut references = Vec::new();
    let mut cite = |kind, uri: &Value| {
        if let Some(uri) = text(uri).filter(|uri| uri.contains("/app.bsky.feed.post/")) {
            let author = uri.trim_start_matches("at://").split('/').next().map(str::to_owned);
            references.push(RawReference {
                kind,
                target: Some(uri),
                author,
                author_handle: None,
            });
        }
    };
    if part("collection") == "app.bsky.feed.repost" {
        cite("repost", &record["subject"]["uri"]);
    }
    cite("quote", &record["embed"]["record"]["uri"]);
    cite("quote", &record["embed"]["record"]["record"]["uri"]);
    cite("reply", &record["reply"]["parent"]["uri"]);
    let features = || {
        list(&record["facets"])
            .iter()
            .flat_map(|facet| list(&facet["features"]))
    };
    let tags = features()
        .filter_map(|feature| text(&feature["tag"]))
        .chain(list(&record["tags"]).iter().filter_map(text));
    let embed = [
        &record["embed"]["external"]["uri"],
        &record["embed"]["media"]["external"]["uri"],
    ];
    let links = features()
        .filter(|feature| feature["did"].is_null())
        .map(|feature| &feature["uri"])
        .chain(embed);
    RawPost {
        network: "bluesky",
        id: format!("at://{did}/{}/{}", part("collection"), part("rkey")),
        author: did,
        author_handle: None,
        followers: None,
        mentions: features()
            .filter_map(|feature| text(&feature["did"]))
            .map(|did| (Some(did), None))
            .collect(),
        hashtags: tags.map(|tag| tag.to_lowercase()).collect(),
        hosts: links.filter_map(|url| host(url.as_str()?)).collect(),
        references,
    }
}
