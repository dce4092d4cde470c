//! What a user finds in the folder after `backtweet export`: a whole file with its manifest, or nothing.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};
use backtweet_tests::{Client, DEADLINE, Suite};
use serde_json::{Value, json};

const POSTS: usize = 1_000;

/// A suite with many posts about acme, one of them taken back.
fn filled(data: &Path) -> Result<Suite> {
    let suite = Suite::start(data, &[])?;
    suite.ask(&["subject", "put", "acme", "--keyword", "acme"])?;
    let mut lines = String::new();
    for number in 0..POSTS {
        let post = json!({
            "id": format!("other:post-{number}"),
            "author": { "id": format!("other:author-{}", number % 7), "handle": "ann", "followers": number },
            "text": if number % 2 == 0 { "=acme is wonderful, I love it" } else { "acme, \"again\"" },
            "language": "en",
            "witnessed_at": format!("2026-07-01T{:02}:{:02}:00Z", number / 60, number % 60),
        });
        writeln!(lines, "{post}")?;
    }
    let deleted = json!({ "event": "deleted", "id": "other:post-500", "at": "2026-07-03T00:00:00Z" });
    writeln!(lines, "{deleted}")?;
    suite.client_with(&["push", "-", "--from", "post"], lines.as_bytes())?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == json!(POSTS - 1))?;
    Ok(suite)
}

fn in_folder(folder: &Path) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?;
    let mut names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn a_file_is_whole_and_has_its_manifest_or_is_not_there() -> Result<()> {
    let (data, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let suite = filled(data.path())?;
    let path = |name: &str| folder.path().join(name).display().to_string();

    suite.ask(&["export", "acme", "--to", &path("acme.ndjson"), "--oldest"])?;
    let text = std::fs::read_to_string(path("acme.ndjson"))?;
    let rows = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>()?;
    assert_eq!(rows.len(), POSTS - 1);
    assert!(
        !text.contains("\"other:post-500\""),
        "it holds a post that was taken back"
    );
    assert_eq!(rows[0]["witnessed_at"], "2026-07-01T00:00:00Z");
    assert_eq!(rows[0]["text"], "=acme is wonderful, I love it");
    let manifest = std::fs::read_to_string(path("acme.ndjson.manifest.json"))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    assert_eq!(
        (&manifest["rows"], &manifest["bytes"]),
        (&json!(POSTS - 1), &json!(text.len()))
    );
    assert_eq!(manifest["query"]["order"], "oldest");

    let narrow = [
        "--author",
        "other:author-1",
        "--from",
        "2026-07-01T01:00:00Z",
        "--until",
        "2026-07-01T02:00:00Z",
    ];
    suite.ask(&[&["export", "acme", "--to", &path("acme.csv")], &narrow[..]].concat())?;
    let csv = std::fs::read_to_string(path("acme.csv"))?;
    // 64, 71, … 113 of the hour from 60 to 119; none of them is written over two lines.
    assert_eq!(csv.lines().count(), 1 + 8);
    assert!(csv.contains(",'=acme is wonderful") || csv.contains("\"'=acme is wonderful"));

    let again = suite.client(&["export", "acme", "--to", &path("acme.csv")])?;
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    suite.ask(&["export", "acme", "--to", &path("acme.csv"), "--force"])?;
    assert_eq!(std::fs::read_to_string(path("acme.csv"))?.lines().count(), POSTS);

    suite.ask(&["export", "acme", "--to", &path("acme.parquet")])?;
    let parquet = std::fs::read(path("acme.parquet"))?;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let piped = suite.client(&["export", "acme", "--to", "-", "--as", "parquet"])?;
    ensure!(piped.stdout == parquet, "standard output gets another file");

    for (arguments, remedy) in [
        (["acme", "--to", "acme.txt"], "--as"),
        (["acme", "--to", "/nowhere/acme.csv"], "/nowhere/acme.csv"),
        (["nobody", "--to", &path("nobody.csv")], "nobody"),
    ] {
        let refused = suite.client(&[&["export"], &arguments[..]].concat())?;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        ensure!(refused.status.code() == Some(1) && said.contains(remedy), "{said}");
    }
    let names = [
        "csv",
        "csv.manifest.json",
        "ndjson",
        "ndjson.manifest.json",
        "parquet",
        "parquet.manifest.json",
    ];
    assert_eq!(in_folder(folder.path())?, names.map(|name| format!("acme.{name}")));
    Ok(())
}

#[test]
fn an_export_that_is_interrupted_leaves_nothing_behind() -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let client = Client::of(format!("http://{}", silent.local_addr()?));
    let file = folder.path().join("acme.csv").display().to_string();
    let mut child = client.spawn(&["export", "acme", "--to", &file])?;
    let started = Instant::now();
    while in_folder(folder.path())?.is_empty() {
        ensure!(started.elapsed() < DEADLINE, "it does not begin");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    ensure!(sent.success(), "it was gone already");
    assert_eq!(child.wait()?.code(), Some(130));
    assert_eq!(in_folder(folder.path())?, [""; 0]);
    Ok(())
}
