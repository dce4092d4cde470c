//! `kill -9` in the middle of a push.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use backtweet_tests::{Suite, program};
use serde_json::{Value, json};

const POSTS: usize = 30_000;
const KILLS: usize = 3;

/// Every third post names the brand; half of those are answered further down; some are taken back.
fn write_posts(path: &Path) -> Result<()> {
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

fn put_acme(suite: &Suite) -> Result<()> {
    suite.ask(&["subject", "put", "acme", "--keyword", "acme"]).map(drop)
}

fn close(suite: &Suite) -> Result<String> {
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
    let pushed = suite.client_with(&["push", "-", "--from", "post"], markers.as_bytes())?;
    ensure!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    suite.wait_for("acme", |summary| summary["figures"]["languages"]["xx"] == 64)
}

#[test]
fn figures_after_kills_in_the_middle_of_a_push_are_those_of_an_undisturbed_run() -> Result<()> {
    let work = tempfile::tempdir()?;
    let file = work.path().join("posts.ndjson");
    write_posts(&file)?;
    let file = file.to_str().unwrap_or_default();
    let push = ["push", file, "--from", "post"];

    let calm_data = tempfile::tempdir()?;
    let calm = Suite::start(calm_data.path(), &[])?;
    put_acme(&calm)?;
    calm.ask(&push)?;
    let expected = close(&calm)?;
    calm.stop()?;

    let data = tempfile::tempdir()?;
    for kill in 1..=KILLS {
        let suite = Suite::start(data.path(), &[])?;
        put_acme(&suite)?;
        let mut pushing = Command::new(program())
            .args(["--endpoint", suite.endpoint(), "--quiet"])
            .args(push)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // Killed once a part of the push has been counted, each time a later one; at the latest when all of it has.
        let part = (POSTS / 3 * kill / (KILLS + 2)) as u64;
        suite.wait_for("acme", |summary| {
            summary["figures"]["backtweets"].as_u64() >= Some(part)
        })?;
        suite.kill()?;
        pushing.kill()?;
        pushing.wait()?;
    }

    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&push)?;
    let found = close(&suite)?;
    assert_eq!(
        found, expected,
        "what was killed counts differently from what was left alone"
    );
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}

#[test]
fn a_push_goes_on_by_itself_when_the_suite_comes_back() -> Result<()> {
    let work = tempfile::tempdir()?;
    let file = work.path().join("posts.ndjson");
    write_posts(&file)?;
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    put_acme(&suite)?;
    let endpoint = suite.endpoint().to_owned();
    let mut pushing = Command::new(program())
        .args(["--endpoint", &endpoint, "--quiet", "push"])
        .arg(&file)
        .args(["--from", "post"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"].as_u64() >= Some(500))?;
    suite.kill()?;
    std::thread::sleep(Duration::from_millis(200));

    let listen = format!("listen={}", endpoint.trim_start_matches("http://"));
    let suite = Suite::start(data.path(), &[listen])?;
    ensure!(pushing.wait()?.success(), "the push gave up");
    let found: Value = serde_json::from_str(&close(&suite)?)?;

    // Counted by hand: a third of the posts name the brand, less those that were taken back, and the markers.
    let gone = |number: usize| (number + 41).is_multiple_of(50) && number + 40 < POSTS;
    let expected = (0..POSTS).filter(|&number| number % 3 == 0 && !gone(number)).count() + 64;
    assert_eq!(found["figures"]["backtweets"], Value::from(expected));
    Ok(())
}
