//! X API v2 stream objects.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::{Posts, RawPost, RawReference, host, list, text};

pub fn read(path: &Path, posts: &mut Posts) -> Result<()> {
    let unpacked = Command::new("gzip").arg("-dc").arg(path).output()?;
    for line in unpacked
        .stdout
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let line: Value = serde_json::from_slice(line)?;
        let (tweets, users) = (list(&line["includes"]["tweets"]), list(&line["includes"]["users"]));
        for cited in list(&line["data"]["referenced_tweets"]) {
            if let Some(tweet) = tweets.iter().find(|tweet| tweet["id"] == cited["id"]) {
                posts.add(post(tweet, tweets, users));
            }
        }
        posts.add(post(&line["data"], tweets, users));
    }
    Ok(())
}

fn post(tweet: &Value, tweets: &[Value], users: &[Value]) -> RawPost {
    let user = |id: &Value| users.iter().find(|user| user["id"] == *id);
    let name = |id: &Value| {
        user(id)
            .and_then(|user| text(&user["username"]))
            .map(|name| name.to_lowercase())
    };
    let mut references = Vec::new();
    for cited in list(&tweet["referenced_tweets"]) {
        let kind = match cited["type"].as_str() {
            Some("retweeted") => "repost",
            Some("quoted") => "quote",
            _ => "reply",
        };
        let target = tweets.iter().find(|tweet| tweet["id"] == cited["id"]);
        let author = target.map(|target| &target["author_id"]);
        references.push(RawReference {
            kind,
            target: text(&cited["id"]),
            author: author.and_then(text),
            author_handle: author.and_then(name),
        });
    }
    let is_repost = references.iter().any(|reference| reference.kind == "repost");
    let entities = if is_repost { &Value::Null } else { &tweet["entities"] };
    let mention = |mention: &Value| {
        (
            text(&mention["id"]),
            text(&mention["username"]).map(|name| name.to_lowercase()),
        )
    };
    let link = |link: &Value| {
        let url = ["unwound_url", "expanded_url", "url"]
            .iter()
            .find_map(|field| text(&link[field]))?;
        let on_x = url.starts_with("https://twitter.com/") && (url.contains("/photo/") || url.contains("/video/"));
        if on_x { None } else { host(&url) }
    };
    RawPost {
        network: "x",
        id: text(&tweet["id"]).unwrap_or_default(),
        author: text(&tweet["author_id"]).unwrap_or_default(),
        author_handle: name(&tweet["author_id"]),
        followers: user(&tweet["author_id"]).and_then(|user| user["public_metrics"]["followers_count"].as_u64()),
        references,
        mentions: list(&entities["mentions"]).iter().map(mention).collect(),
        hashtags: list(&entities["hashtags"])
            .iter()
            .filter_map(|tag| text(&tag["tag"]))
            .map(|tag| tag.to_lowercase())
            .collect(),
        hosts: list(&entities["urls"]).iter().filter_map(link).collect(),
    }
}
