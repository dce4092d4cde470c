//! One subject and a file of posts for it, large enough that something can go wrong while it is pushed.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, ensure};
use backtweet_tests::{Client, Suite};
use serde_json::{Value, json};

pub const POSTS: usize = 30_000;

/// Every third post names the brand; half of those are answered further down; some are taken back.
pub fn write_posts(path: &Path) -> Result<()> {
    let mut lines = String::new();
    for number in 0..POSTS {
        let mut post = json!({
            "id": format!("other:post-{number}"),
            "author": { "id": format!("other:author-{}", number % 997), "followers": number % 1000 },
            "text": if number % 3 == 0 { "Acme is wonderful, I love it" } else { "nothing in particular" },
            "language": "en",
            "witnessed_at": "2026-07-01T00:00:00Z",
        });
        if number % 2 == 1 && number > 60 {
            let target = format!("other:post-{}", number - 31);
            post["references"] = json!([{ "kind": "reply", "target": target }]);
        }
        writeln!(lines, "{post}")?;
        if number % 50 == 49 {
            let deleted = json!({ "event": "deleted", "id": format!("other:post-{}", number - 40), "at": "2026-07-01T01:00:00Z" });
            writeln!(lines, "{deleted}")?;
        }
    }
    std::fs::write(path, lines)?;
    Ok(())
}

pub fn put_acme(reports: &Client) -> Result<()> {
    reports.ask(&["subject", "put", "acme", "--keyword", "acme"]).map(drop)
}

/// The summary, once posts that were pushed behind everything else count too. Where nothing goes wrong, that is the end of it.
pub fn close(collector: &Client, reports: &Client) -> Result<String> {
    let mut markers = String::new();
    for number in 0..64 {
        let post = json!({
            "id": format!("other:marker-{number}"),
            "author": { "id": "other:marker" },
            "text": "acme, and this is the end",
            "language": "xx",
            "witnessed_at": "2026-07-02T00:00:00Z",
        });
        writeln!(markers, "{post}")?;
    }
    let pushed = collector.client_with(&["push", "-", "--from", "post"], markers.as_bytes())?;
    ensure!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    reports.wait_for("acme", |summary| summary["figures"]["languages"]["xx"] == 64)
}

/// What an embedded suite makes of the file when it is left alone.
pub fn undisturbed(push: &[&str]) -> Result<Value> {
    let data = tempfile::tempdir()?;
    let calm = Suite::start(data.path(), &[])?;
    put_acme(&calm)?;
    calm.ask(push)?;
    let expected = close(&calm, &calm)?;
    calm.stop()?;
    Ok(serde_json::from_str(&expected)?)
}

/// Waits until a part of the file's backtweets is counted.
pub fn wait_for_part(reports: &Client, part: usize) -> Result<()> {
    let counted = |summary: &Value| summary["figures"]["backtweets"].as_u64() >= Some(part as u64);
    reports.wait_for("acme", counted).map(drop)
}
