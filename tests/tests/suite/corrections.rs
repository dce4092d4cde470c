//! From a text that the model reads wrongly to a file of labels that a model is measured on, and which model it is.

use anyhow::{Result, ensure};
use backtweet_tests::{Suite, run};
use serde_json::{Value, json};

/// A text as the running suite scores it, with its id.
fn score(suite: &Suite, text: &str) -> Result<Value> {
    let scored = suite.client_with(&["score", "--keep"], format!("{text}\n").as_bytes())?;
    Ok(serde_json::from_slice(&scored.stdout)?)
}

#[test]
fn what_people_correct_survives_a_kill_and_is_a_file_that_models_are_measured_on() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    let empty = suite.client(&["models", "corrections"])?;
    assert!(empty.status.success() && empty.stdout.is_empty());
    assert!(String::from_utf8_lossy(&empty.stderr).contains("score --keep"));

    let text = "what a sick beat\tit kills me";
    let scored = score(&suite, text)?;
    assert_eq!(scored["model"], "fast/1");
    let id = scored["id"].as_str().unwrap_or_default();
    let said = suite.ask(&["models", "correct", id, "positive", "--by", "ann", "--note", "slang"])?;
    assert!(said.contains("is positive") && said.contains(text), "{said}");
    let other = score(&suite, "not for me")?;
    let other = other["id"].as_str().unwrap_or_default();
    suite.ask(&["models", "correct", other, "negative"])?;
    suite.kill()?;

    let suite = Suite::start(data.path(), &[])?;
    let labelled = suite.ask(&["models", "corrections"])?;
    assert_eq!(
        labelled,
        format!("{id}\tpositive\t{text}\n{other}\tnegative\tnot for me\n")
    );
    let listed: Value = serde_json::from_str(&suite.ask(&["models", "corrections", "--format", "json"])?)?;
    assert_eq!(
        (&listed[0]["by"], &listed[0]["note"], &listed[0]["answer"]["model"]),
        (&json!("ann"), &json!("slang"), &json!("fast/1"))
    );
    let file = data.path().join("labels.tsv");
    std::fs::write(&file, labelled)?;
    let file = file.display().to_string();
    let measured: Value =
        serde_json::from_str(&suite.ask(&["models", "evaluate", "--labels", &file, "--format", "json"])?)?;
    assert_eq!(measured[0]["texts"], 2);

    suite.ask(&["models", "correct", other, "none"])?;
    let again = suite.client(&["models", "correct", other, "negative"])?;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("score it again"));
    assert_eq!(suite.ask(&["models", "corrections"])?.lines().count(), 1);
    Ok(())
}

#[test]
fn the_model_that_is_configured_scores_the_stream_and_is_named_beside_each_post() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &["sentiment.model=lexicon".to_owned()])?;
    suite.ask(&["subject", "put", "acme", "--keyword", "acme"])?;
    push(&suite, "other:1")?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == json!(1))?;
    let feed: Value = serde_json::from_str(&suite.ask(&["report", "feed", "acme", "--format", "json"])?)?;
    let model = feed["sentiment"]["model"].as_str().unwrap_or_default();
    assert!(model.starts_with("vader/"), "{feed}");
    assert_eq!(score(&suite, "I love acme")?["model"], model);
    suite.kill()?;

    let suite = Suite::start(data.path(), &[])?;
    push(&suite, "other:2")?;
    suite.wait_for("acme", |summary| {
        summary["figures"]["models"] == json!({ "fast/1": 1, "vader/1": 1 })
    })?;
    let summary = suite.ask(&["report", "summary", "acme"])?;
    assert!(summary.contains("1 by fast/1, 1 by vader/1"), "{summary}");
    Ok(())
}

fn push(suite: &Suite, id: &str) -> Result<()> {
    let post = json!({
        "id": id, "author": { "id": "other:a" }, "text": "I love acme", "language": "en",
        "witnessed_at": "2026-07-01T00:00:00Z",
    });
    let pushed = suite.client_with(&["push", "-", "--from", "post"], post.to_string().as_bytes())?;
    ensure!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    Ok(())
}

#[test]
fn a_model_that_there_is_not_ends_the_program_with_those_that_there_are() -> Result<()> {
    let output = run(&["up", "--set", "sentiment.model=quick"], b"")?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(
        said.contains("`sentiment.model` = `quick`: write one of fast, deep, auto, lexicon"),
        "{said}"
    );
    Ok(())
}
