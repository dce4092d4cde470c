//! Who speaks for a brand and whom they reach: a range as long as nobody knows who follows whom, measured once follow events are pushed, and
//! without those who took their post back.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use backtweet_tests::Suite;
use serde_json::{Value, json};

fn post(author: &str, text: &str, followers: u64, hangs_on: Option<(&str, &str)>) -> Value {
    let reference = |(target, author): (&str, &str)| json!({ "kind": "quote", "target": target, "author": author });
    json!({
        "id": format!("other:by-{author}"),
        "author": { "id": format!("other:{author}"), "handle": author, "followers": followers, "bot": author == "robot" },
        "text": text,
        "language": "en",
        "witnessed_at": "2026-07-01T12:00:00Z",
        "references": hangs_on.into_iter().map(reference).collect::<Vec<_>>(),
    })
}

fn follow(follower: &str, followed: &str) -> Value {
    json!({
        "event": "follow",
        "key": format!("{follower}-{followed}"),
        "follower": format!("other:{follower}"),
        "followed": format!("other:{followed}"),
        "revision": 1,
        "active": true,
        "at": "2026-07-01T10:00:00Z",
    })
}

fn push(suite: &Suite, events: &[Value]) -> Result<()> {
    let mut lines = String::new();
    for event in events {
        writeln!(lines, "{event}")?;
    }
    suite.client_with(&["push", "-", "--from", "post"], lines.as_bytes())?;
    Ok(())
}

#[test]
fn reach_is_measured_once_follow_events_are_pushed_and_follows_what_is_taken_back() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&[
        "subject",
        "put",
        "acme",
        "--account",
        "other:acme",
        "--keyword",
        "anvil",
    ])?;
    let nobody = suite.ask(&["report", "reach", "acme"])?;
    ensure!(nobody.contains("nobody pointed back at acme"), "{nobody}");
    let nobody = suite.ask(&["report", "people", "acme"])?;
    ensure!(nobody.contains("nobody pointed back at acme"), "{nobody}");

    let origin = ("other:by-acme", "other:acme");
    let posts = [
        post("acme", "the new anvil", 1, None),
        post("ann", "I love this anvil, it is great", 3, Some(origin)),
        post(
            "bob",
            "this anvil is terrible, awful, I hate it",
            2,
            Some(("other:by-ann", "other:ann")),
        ),
        post("robot", "a great anvil, I love it", 0, None),
    ];
    push(&suite, &posts)?;
    let ask = ["report", "reach", "acme", "--format", "json"];
    let amplifiers = |many: u64| move |report: &Value| report["amplifiers"] == many;
    let range: Value = serde_json::from_str(&suite.wait(&ask, amplifiers(3))?)?;
    assert_eq!(range["reach"]["measured"], false);
    assert_eq!(
        (&range["reach"]["low"], &range["reach"]["high"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(range["impressions"], 5);
    let page = suite.ask(&ask[..3])?;
    ensure!(page.contains("no follow edges were collected"), "{page}");
    let page = suite.ask(&["report", "people", "acme", "--order", "marginal"])?;
    ensure!(page.contains("no follow edges were collected"), "{page}");

    let edges = [
        ("f1", "ann"),
        ("f2", "ann"),
        ("f3", "ann"),
        ("f3", "bob"),
        ("f4", "bob"),
        ("f1", "acme"),
    ];
    push(&suite, &edges.map(|(follower, followed)| follow(follower, followed)))?;
    let is_measured = |report: &Value| report["reach"]["measured"] == true && report["beyond"]["measured"] == true;
    let overlap = [&ask[..], &["--overlap", "other:ann", "other:bob"]].concat();
    let measured: Value = serde_json::from_str(&suite.wait(&overlap, is_measured)?)?;
    assert_eq!(measured["reach"]["estimate"], 4);
    assert_eq!(measured["beyond"]["estimate"], 3);
    assert_eq!(measured["origins"], json!(["other:acme"]));
    assert_eq!(measured["overlap"]["both"]["estimate"], 1);
    assert_eq!(measured["top"][0]["author"], "other:ann");
    assert_eq!(measured["top"][0]["marginal"]["estimate"], 2);
    let below = suite.ask(&[&ask[..], &["--root", "other:by-acme"]].concat())?;
    assert_eq!(serde_json::from_str::<Value>(&below)?["amplifiers"], 2);

    let people = |order: &str, more: &[&str]| -> Result<Value> {
        let people = ["report", "people", "acme", "--format", "json", "--order", order];
        Ok(serde_json::from_str(&suite.ask(&[&people[..], more].concat())?)?)
    };
    let authors = |report: &Value| -> Vec<String> {
        let people = report["people"].as_array().cloned().unwrap_or_default();
        people
            .iter()
            .map(|person| person["handle"].as_str().unwrap_or("?").to_owned())
            .collect()
    };
    let advocates = people("advocates", &[])?;
    ensure!(
        authors(&advocates).first().is_some_and(|first| first == "ann"),
        "{advocates}"
    );
    assert_eq!(advocates["people"][0]["standing"]["with_marginal"], true);
    assert_eq!(advocates["likely_bots"], 1);
    assert_eq!(authors(&people("detractors", &[])?), ["bob"]);
    assert_eq!(authors(&people("marginal", &[])?), ["ann", "bob"]);
    assert_eq!(authors(&people("authority", &[])?), ["ann", "bob"]);
    let without = people("advocates", &["--no-bots"])?;
    ensure!(!authors(&without).contains(&"robot".to_owned()), "{without}");
    let page = suite.ask(&["report", "people", "acme", "--order", "detractors"])?;
    ensure!(page.contains("@bob") && page.contains("likely bots: 1"), "{page}");
    let rows = suite.ask(&["report", "people", "acme", "--order", "marginal", "--format", "csv"])?;
    ensure!(rows.lines().count() == 3, "{rows}");

    let deleted = json!({ "event": "deleted", "id": "other:by-bob", "at": "2026-07-01T13:00:00Z" });
    push(&suite, &[deleted])?;
    let left: Value = serde_json::from_str(&suite.wait(&ask, amplifiers(2))?)?;
    assert_eq!(left["reach"]["estimate"], 3);
    assert_eq!(authors(&people("detractors", &[])?), Vec::<String>::new());
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
