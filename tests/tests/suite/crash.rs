//! `kill -9` in the middle of a push.

use std::time::Duration;

use anyhow::{Result, ensure};
use backtweet_tests::Suite;
use serde_json::Value;

use crate::acme::{POSTS, close, put_acme, write_posts};

const KILLS: usize = 3;

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
    let expected = close(&calm, &calm)?;
    calm.stop()?;

    let data = tempfile::tempdir()?;
    for kill in 1..=KILLS {
        let suite = Suite::start(data.path(), &[])?;
        put_acme(&suite)?;
        let mut pushing = suite.spawn(&push)?;
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
    let found = close(&suite, &suite)?;
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
    let mut pushing = suite.spawn(&["push", file.to_str().unwrap_or_default(), "--from", "post"])?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"].as_u64() >= Some(500))?;
    suite.kill()?;
    std::thread::sleep(Duration::from_millis(200));

    let listen = format!("listen={}", endpoint.trim_start_matches("http://"));
    let suite = Suite::start(data.path(), &[listen])?;
    ensure!(pushing.wait()?.success(), "the push gave up");
    let found: Value = serde_json::from_str(&close(&suite, &suite)?)?;

    // Counted by hand: a third of the posts name the brand, less those that were taken back, and the markers.
    let gone = |number: usize| (number + 41).is_multiple_of(50) && number + 40 < POSTS;
    let expected = (0..POSTS).filter(|&number| number % 3 == 0 && !gone(number)).count() + 64;
    assert_eq!(found["figures"]["backtweets"], Value::from(expected));
    Ok(())
}
