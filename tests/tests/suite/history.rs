//! A subject that is put while its posts come in, with many there already: its figures are those of one that was there from the start.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use backtweet_tests::{Suite, broker, run, servers};
use serde_json::Value;

use crate::acme::{close, put_acme, undisturbed, write_posts};

/// The file of posts in two halves.
fn halves(folder: &Path) -> Result<(PathBuf, [PathBuf; 2])> {
    let whole = folder.join("posts.ndjson");
    write_posts(&whole)?;
    let text = std::fs::read_to_string(&whole)?;
    let middle = text[..text.len() / 2].rfind('\n').map_or(0, |at| at + 1);
    let parts = [folder.join("first.ndjson"), folder.join("second.ndjson")];
    std::fs::write(&parts[0], &text[..middle])?;
    std::fs::write(&parts[1], &text[middle..])?;
    Ok((whole, parts))
}

fn push(file: &Path) -> [&str; 4] {
    ["push", file.to_str().unwrap_or_default(), "--from", "post"]
}

/// Puts a subject between the two halves, and waits until its figures are the true ones.
fn put_in_the_middle(set: &[String], killed: bool) -> Result<()> {
    let work = tempfile::tempdir()?;
    let (whole, [first, second]) = halves(work.path())?;
    let expected = undisturbed(&push(&whole))?;

    let data = tempfile::tempdir()?;
    let mut suite = Suite::start(data.path(), set)?;
    suite.ask(&push(&first))?;
    let mut pushing = suite.spawn(&push(&second))?;
    put_acme(&suite)?;
    if killed {
        suite.kill()?;
        pushing.kill()?;
        suite = Suite::start(data.path(), set)?;
        suite.ask(&push(&second))?;
    }
    pushing.wait()?;
    close(&suite, &suite)?;
    // What was retained is read in passes, until one changes nothing.
    suite.wait_for("acme", |summary| summary["figures"] == expected["figures"])?;
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}

#[test]
fn a_subject_put_in_the_middle_counts_what_came_before_and_nothing_twice() -> Result<()> {
    put_in_the_middle(&[], false)
}

#[test]
fn a_history_that_is_killed_goes_on_where_it_was() -> Result<()> {
    put_in_the_middle(&[], true)
}

#[test]
fn a_subject_put_in_the_middle_counts_the_same_over_kafka_and_redis() -> Result<()> {
    let Some(servers) = servers("a_subject_put_in_the_middle_counts_the_same_over_kafka_and_redis") else {
        return Ok(());
    };
    let _broker = broker();
    put_in_the_middle(&servers, false)
}

#[test]
fn a_history_says_how_far_it_has_come_and_the_classifier_answers_calls() -> Result<()> {
    let work = tempfile::tempdir()?;
    let (whole, _) = halves(work.path())?;
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&push(&whole))?;
    put_acme(&suite)?;
    let history: Value =
        serde_json::from_str(&suite.ask(&["subject", "history", "acme", "--wait", "--format", "json"])?)?;
    assert_eq!(history["records"], 30_600, "every record that was retained");
    assert_eq!(
        (&history["done"], history["finished_at"].is_string()),
        (&history["records"], true)
    );

    let query = [
        "query",
        "validate",
        "acme (love OR hate)",
        "--sample",
        "1000000",
        "--format",
        "json",
    ];
    let validated: Value = serde_json::from_str(&suite.ask(&query)?)?;
    assert_eq!(validated["estimate"]["tried"], 30_000);
    assert_eq!(validated["estimate"]["matched"], 10_000);
    let classified = suite.client_with(&["classify", "--subjects"], "ACMÉ again\nnothing\n".as_bytes())?;
    let classified = String::from_utf8(classified.stdout)?;
    let said: Vec<Value> = classified.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!(said[0]["subjects"][0]["kinds"][0], "keyword");
    assert_eq!((said.len(), &said[1]["subjects"]), (2, &Value::Array(Vec::new())));
    let explained = [
        "query",
        "explain",
        "--subject",
        "acme",
        "--text",
        "So ACME it is",
        "--format",
        "json",
    ];
    let explained: Value = serde_json::from_str(&suite.ask(&explained)?)?;
    assert_eq!(explained["pointing"]["kinds"][0], "keyword");
    assert_eq!(explained["parts"][0]["places"][0]["span"]["start"], 3);
    suite.stop()?;
    Ok(())
}

#[test]
fn a_query_that_is_none_is_refused_with_its_column_and_without_a_suite() -> Result<()> {
    let output = run(&["query", "validate", "acme (love"], b"")?;
    assert_eq!(output.status.code(), Some(65));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("never closed") && said.contains("\n       ^"), "{said}");
    Ok(())
}

#[test]
fn a_post_that_brings_no_entities_is_explained_by_those_of_its_text() -> Result<()> {
    let post = br#"{ "id": "x:1", "author": { "id": "x:2" }, "text": "see https://acme.com/shop", "witnessed_at": "2026-07-01T00:00:00Z" }"#;
    let output = run(
        &["query", "explain", "domain:acme.com", "--post", "-", "--format", "json"],
        post,
    )?;
    let explained: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(explained["pointing"]["kinds"][0], "link");
    Ok(())
}
