//! What a user gets for bad input: a name for what is wrong, and everything else as if nothing had happened.

use anyhow::Result;
use backtweet_tests::{Suite, real_data, run};
use serde_json::{Value, json};

fn post(id: &str, text: &str) -> String {
    json!({ "id": format!("other:{id}"), "author": { "id": "other:a" }, "text": text, "witnessed_at": "2026-07-01T00:00:00Z" })
        .to_string()
}

#[test]
fn bad_lines_are_named_by_number_and_the_others_count() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--keyword", "acme"])?;
    let mut lines = Vec::new();
    lines.extend_from_slice(post("1", "acme one").as_bytes());
    lines.extend_from_slice(b"\n{\"id\": \"other:2\", \"text\": cut off\n\xff\xfe\xfd\n");
    lines.extend(std::iter::repeat_n(b'x', 10 << 20));
    lines.extend_from_slice(format!("\n{}\n{}", post("3", "acme two"), post("{bad}", "acme three")).as_bytes());
    let pushed = suite.client_with(&["push", "-", "--from", "post", "--format", "json"], &lines)?;
    assert_eq!(
        pushed.status.code(),
        Some(65),
        "{}",
        String::from_utf8_lossy(&pushed.stderr)
    );
    let tally: Value = serde_json::from_slice(&pushed.stdout)?;
    assert_eq!(
        (&tally["lines"], &tally["accepted"], &tally["refused"]),
        (&json!(6), &json!(2), &json!(4))
    );
    let mut named: Vec<_> = tally["refusals"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["line"].as_u64())
        .collect();
    named.sort_unstable();
    assert_eq!(named, [2, 3, 4, 6]);
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == json!(2))?;
    Ok(())
}

#[test]
fn files_that_were_cut_off_are_refused_by_line_and_nothing_falls_over() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    let mut bad = 0;
    for file in [
        "mastodon/truncated_malformed.json",
        "mastodon/truncated_mastodonsocial.json",
    ] {
        let Some(path) = real_data(file) else { return Ok(()) };
        let lines = std::fs::read_to_string(&path)?;
        let broken = |line: &str| serde_json::from_str::<Value>(line).is_err();
        let expected: Vec<usize> = (1..)
            .zip(lines.lines())
            .filter(|(_, line)| broken(line))
            .map(|(n, _)| n)
            .collect();
        bad += expected.len();
        let path = path.to_string_lossy().into_owned();
        let pushed = suite.client(&[
            "push",
            &path,
            "--from",
            "mastodon",
            "--instance",
            "mastodon.social",
            "--format",
            "json",
        ])?;
        let tally: Value = serde_json::from_slice(&pushed.stdout)?;
        let refused = tally["refusals"].as_array().cloned().unwrap_or_default();
        let named: Vec<_> = refused.iter().map(|refusal| refusal["line"].clone()).collect();
        assert_eq!(json!(named), json!(expected), "{file}: {tally}");
        assert_eq!(
            pushed.status.code(),
            Some(if expected.is_empty() { 0 } else { 65 }),
            "{file}: {tally}"
        );
    }
    assert!(bad > 0, "none of the files is broken any more");
    assert!(suite.stop()?.success(), "the suite did not outlive the files");
    Ok(())
}

#[test]
fn a_compressed_file_that_was_cut_off_still_hands_on_what_it_holds() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    let Some(path) = real_data("x/stream_v2.ndjson.gz") else {
        return Ok(());
    };
    let cut = data.path().join("cut.ndjson.gz");
    let whole = std::fs::read(path)?;
    std::fs::write(&cut, &whole[..whole.len() / 2])?;
    suite.ask(&["subject", "put", "save12", "--hashtag", "save12"])?;
    let pushed = suite.client(&["push", &cut.to_string_lossy(), "--from", "x"])?;
    assert_eq!(pushed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&pushed.stderr).contains("cannot be read to its end"));
    suite.wait_for("save12", |summary| {
        summary["figures"]["backtweets"].as_u64() > Some(100)
    })?;
    Ok(())
}

#[test]
fn mistakes_on_the_command_line_are_answered_with_a_remedy() -> Result<()> {
    let said = |arguments: &[&str]| -> Result<(Option<i32>, String)> {
        let output = run(arguments, b"")?;
        Ok((
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    };
    let (code, text) = said(&["--endpoint", "http://127.0.0.1:1", "report", "summary", "acme"])?;
    assert_eq!(code, Some(69));
    assert!(text.contains("backtweet up"), "{text}");
    let (code, text) = said(&["report", "summary", "acme", "--from", "noon"])?;
    assert_eq!(code, Some(1));
    assert!(text.contains("`noon`"), "{text}");
    let (code, text) = said(&["up", "--set", "store.kind=paper", "--set", "log.partitoins=3"])?;
    assert_eq!(code, Some(64), "{text}");
    assert!(
        text.contains("paper") && text.contains("partitoins") && text.contains("log.partitions"),
        "{text}"
    );
    let (code, _) = said(&["push", "file", "--from", "mastodon"])?;
    assert_eq!(code, Some(2));
    Ok(())
}

#[test]
fn a_subject_that_cannot_be_tracked_is_refused_field_by_field() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    let refused = suite.client(&[
        "subject",
        "put",
        "acme",
        "--keyword",
        "a",
        "--domain",
        "https://acme.example/x",
    ])?;
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(text.contains("keywords") && text.contains("domains"), "{text}");
    let missing = suite.client(&["report", "summary", "nobody"])?;
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nobody"));
    Ok(())
}
