//! Mastodon, X and a file that is appended to, all at once, as a user adds them: what each brings counts, and X is asked for what is tracked.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use backtweet_domain::{Clock, SystemClock};
use backtweet_simulator::servers::mastodon::Mastodon;
use backtweet_simulator::servers::x::{Act, Limits, X};
use backtweet_tests::Suite;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A status with the tracked hashtag, as an instance streams it.
fn status(now_ms: i64) -> Value {
    let id = (now_ms << 16).to_string();
    json!({
        "id": id, "uri": format!("https://home.example/statuses/{id}"), "created_at": SystemClock.now(), "visibility": "public",
        "content": "<p>good news <a href=\"https://home.example/tags/acmelaunch\">#<span>AcmeLaunch</span></a></p>", "language": "en",
        "account": {"id": "1", "acct": "ann", "url": "https://home.example/@ann", "uri": "https://home.example/users/ann"},
        "tags": [{"name": "acmelaunch", "url": "https://home.example/tags/acmelaunch"}],
    })
}

/// X's id of a post made at that time.
fn x_id(made_ms: i64) -> String {
    ((made_ms - 1_288_834_974_657) << 22).to_string()
}

/// A post with it, as the filtered stream sends it.
fn envelope(made_ms: i64) -> String {
    let id = x_id(made_ms);
    json!({
        "data": {"id": id, "text": "so good #AcmeLaunch", "author_id": "7", "lang": "en", "entities": {"hashtags": [{"start": 8, "end": 19, "tag": "AcmeLaunch"}]}},
        "includes": {"users": [{"id": "7", "username": "bob", "public_metrics": {"followers_count": 12}}]},
        "matching_rules": [],
    })
    .to_string()
}

#[test]
fn every_network_that_is_added_counts_and_x_is_asked_for_what_is_tracked() -> Result<()> {
    let runtime = Runtime::new()?;
    let mastodon = runtime.block_on(Mastodon::start("m-token", Arc::new(SystemClock)))?;
    let x = runtime.block_on(X::start("x-token", Limits::default(), Duration::from_secs(20)))?;
    let work = tempfile::tempdir()?;
    let place = |name: &str, text: &str| -> Result<String> {
        let path = work.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let (m_token, x_token) = (place("m", "m-token\n")?, place("x", "x-token\n")?);
    let file = place("posts.ndjson", "")?;

    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--hashtag", "AcmeLaunch"])?;
    let (m_token, x_token) = (format!("file:{m_token}"), format!("file:{x_token}"));
    suite.ask(&[
        "sources",
        "add",
        "mastodon",
        &mastodon.url(),
        "--id",
        "home",
        "--token",
        &m_token,
        "--stream",
        "hashtag:AcmeLaunch",
    ])?;
    suite.ask(&["sources", "add", "x", "--api", &x.url(), "--token", &x_token])?;
    suite.ask(&["sources", "add", "files", &file, "--id", "file", "--from", "post"])?;
    let connected = |sources: &Value| {
        let assignments = sources["assignments"].as_array().map_or(&[][..], Vec::as_slice);
        assignments.len() == 3 && assignments.iter().all(|it| it["state"] == "connected")
    };
    suite.wait(&["sources", "--format", "json"], connected)?;

    let now = SystemClock.now();
    mastodon.post(&status(now.millis()));
    x.act(Act::Post(envelope(now.millis())));
    let line =
        json!({"id": "other:1", "author": {"id": "other:ann"}, "text": "look at #AcmeLaunch", "witnessed_at": now});
    writeln!(std::fs::File::options().append(true).open(&file)?, "{line}")?;

    suite.wait_for("acme", |summary| {
        summary["figures"]["networks"] == json!({"mastodon": 1, "x": 1, "other": 1})
    })?;
    let rules = x.rules();
    assert!(rules.iter().any(|rule| rule.value == "#acmelaunch"), "{rules:?}");
    // Nothing that is a secret is in what people read.
    let listed = suite.ask(&["sources", "--format", "json"])?;
    assert!(!listed.contains("m-token") && !listed.contains("x-token"), "{listed}");
    Ok(())
}

#[test]
fn a_post_on_x_that_is_deleted_leaves_the_figures_and_what_was_not_looked_up_shows() -> Result<()> {
    let runtime = Runtime::new()?;
    let x = runtime.block_on(X::start("x-token", Limits::default(), Duration::from_secs(20)))?;
    let (work, data) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let token = work.path().join("x");
    std::fs::write(&token, "x-token\n")?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--hashtag", "AcmeLaunch"])?;
    let token = format!("file:{}", token.display());
    suite.ask(&["sources", "add", "x", "--api", &x.url(), "--token", &token])?;
    let json = ["sources", "--format", "json"];
    suite.wait(&json, |sources| sources["assignments"][0]["state"] == "connected")?;

    // Seven from more than an hour ago, of which one in five may be looked up; one from so long ago that it is too late.
    let minutes_ago = |minutes: i64| SystemClock.now().millis() - minutes * 60_000;
    let oldest = minutes_ago(110);
    x.act(Act::Post(envelope(oldest)));
    x.act(Act::Post(envelope(minutes_ago(180))));
    (1..7).for_each(|number| x.act(Act::Post(envelope(minutes_ago(70) + number))));
    suite.wait_for("acme", |summary| summary["figures"]["networks"] == json!({"x": 8}))?;
    x.remove(&x_id(oldest));
    suite.wait_for("acme", |summary| summary["figures"]["networks"] == json!({"x": 7}))?;
    let unchecked = |sources: &Value| sources["assignments"][0]["last_hour"]["unchecked"] == 1;
    suite.wait(&json, unchecked)?;
    assert!(suite.ask(&["sources"])?.contains("1 not looked up again in time"));
    let asked: usize = x.looked_up().iter().map(Vec::len).sum();
    assert!(asked <= 2, "{:?}", x.looked_up());
    Ok(())
}
