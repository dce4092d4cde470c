//! Mastodon statuses, one a line. All are taken to come from one instance, as the push is told.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::{Posts, RawPost, RawReference, host, list, text};

pub fn read(path: &Path, posts: &mut Posts) -> Result<()> {
    let file = std::fs::read_to_string(path)?;
    let statuses: Vec<Value> = file.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut uris = HashMap::new();
    for status in statuses.iter().flat_map(|status| [status, &status["reblog"]]) {
        if let (Some(id), Some(uri)) = (text(&status["id"]), text(&status["uri"])) {
            uris.insert(id, uri);
        }
    }
    for status in &statuses {
        if !matches!(status["visibility"].as_str(), Some("public" | "unlisted")) {
            continue;
        }
        if status["reblog"].is_object() {
            posts.add(post(&status["reblog"], &uris));
        }
        posts.add(post(status, &uris));
    }
    Ok(())
}

fn post(status: &Value, uris: &HashMap<String, String>) -> RawPost {
    let account = &status["account"];
    let mut references = Vec::new();
    let reblog = &status["reblog"];
    if reblog.is_object() {
        references.push(RawReference {
            kind: "repost",
            target: text(&reblog["uri"]),
            author: text(&reblog["account"]["url"]),
            author_handle: handle(&reblog["account"]),
        });
    } else if let Some(parent) = text(&status["in_reply_to_id"]) {
        let answered = &status["in_reply_to_account_id"];
        let itself = answered == &account["id"];
        let who = list(&status["mentions"])
            .iter()
            .find(|mention| &mention["id"] == answered);
        let who = if itself { Some(account) } else { who };
        references.push(RawReference {
            kind: "reply",
            target: uris.get(&parent).cloned(),
            author: who.and_then(|who| text(&who["url"])),
            author_handle: who.and_then(handle),
        });
    }
    let content = if reblog.is_object() { &Value::Null } else { status };
    RawPost {
        network: "mastodon",
        id: text(&status["uri"]).unwrap_or_default(),
        author: text(&account["url"]).unwrap_or_default(),
        author_handle: handle(account),
        followers: account["followers_count"].as_u64(),
        references,
        mentions: list(&content["mentions"])
            .iter()
            .map(|mention| (text(&mention["url"]), handle(mention)))
            .collect(),
        hashtags: list(&content["tags"])
            .iter()
            .filter_map(|tag| text(&tag["name"]))
            .map(|tag| tag.to_lowercase())
            .collect(),
        hosts: text(&content["card"]["url"])
            .into_iter()
            .chain(links(content["content"].as_str().unwrap_or_default()))
            .filter_map(|url| host(&url))
            .collect(),
    }
}

/// The handle with its host: `acct` leaves out the instance's own.
fn handle(account: &Value) -> Option<String> {
    let acct = text(&account["acct"])?.to_lowercase();
    if acct.contains('@') {
        return Some(acct);
    }
    Some(format!("{acct}@{}", host(account["url"].as_str()?)?))
}

/// Where the anchors of a text lead that are neither mentions nor hashtags.
fn links(html: &str) -> Vec<String> {
    let anchors = html.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let links = anchors.filter(|anchor| !anchor.contains("mention") && !anchor.contains("hashtag"));
    let target = |anchor: &str| Some(anchor.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"));
    links.filter_map(target).collect()
}
