//! How far a post travelled, pushed in the wrong order, taken back in part, shown, and written for other programs.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use backtweet_tests::Suite;
use serde_json::{Value, json};

/// The origin, 20 that passed it on a minute apart, and a chain of three below the last of them.
fn posts() -> Vec<Value> {
    let post = |number: usize, parent: Option<usize>| {
        let author = |number: usize| {
            format!(
                "other:{}",
                if number == 0 {
                    "acme".to_owned()
                } else {
                    format!("fan-{number}")
                }
            )
        };
        let reference =
            |parent| json!({ "kind": "repost", "target": format!("other:post-{parent}"), "author": author(parent) });
        json!({
            "id": format!("other:post-{number}"),
            "author": { "id": author(number), "handle": format!("fan{number}"), "followers": 10 },
            "text": if number == 0 { "<the> new & better anvil" } else { "" },
            "witnessed_at": format!("2026-07-01T00:{number:02}:00Z"),
            "references": parent.into_iter().map(reference).collect::<Vec<_>>(),
        })
    };
    let parents = (1..=23).map(|number| (number, Some(if number > 20 { number - 1 } else { 0 })));
    std::iter::once((0, None))
        .chain(parents)
        .map(|(number, parent)| post(number, parent))
        .collect()
}

#[test]
fn a_cascade_is_whole_in_whatever_order_it_came_and_a_post_that_is_taken_back_leaves_it_at_once() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--account", "other:acme"])?;
    let ask = ["report", "cascade", "acme", "other:post-0", "--format", "json"];
    let nothing = suite.ask(&["report", "cascades", "acme"])?;
    ensure!(nothing.contains("nobody was seen to pass anything on yet"), "{nothing}");

    let mut lines = String::new();
    for post in posts().iter().rev() {
        writeln!(lines, "{post}")?;
    }
    suite.client_with(&["push", "-", "--from", "post"], lines.as_bytes())?;
    let breadth = |breadth: Value| move |report: &Value| report["figures"]["breadth"] == breadth;
    let whole: Value = serde_json::from_str(&suite.wait(&ask, breadth(json!([1, 20, 1, 1, 1])))?)?;
    assert_eq!(whole["figures"]["amplification"], 23.0);
    assert_eq!(
        whole["figures"]["edges"],
        json!({ "observed": 23, "inferred": 0, "flattened": 0 })
    );

    let then = [&ask[..], &["--as-of", "2026-07-01T00:20:00Z"]].concat();
    let then: Value = serde_json::from_str(&suite.ask(&then)?)?;
    assert_eq!(then["figures"]["size"], 21);
    assert!(
        then["forecast"].is_null()
            && then["no_forecast"]
                .as_str()
                .is_some_and(|reason| reason.contains("younger"))
    );
    let then = [&ask[..], &["--observe", "30m"]].concat();
    let then: Value = serde_json::from_str(&suite.ask(&then)?)?;
    assert_eq!(then["forecast"]["observed_size"], 23);

    let deleted = json!({ "event": "deleted", "id": "other:post-21", "at": "2026-07-01T01:00:00Z" }).to_string();
    suite.client_with(&["push", "-", "--from", "post"], deleted.as_bytes())?;
    let left: Value = serde_json::from_str(&suite.wait(&ask, breadth(json!([1, 20, 1, 1])))?)?;
    assert_eq!(
        left["figures"]["edges"],
        json!({ "observed": 21, "inferred": 1, "flattened": 0 })
    );
    let before = [&ask[..], &["--as-of", "2026-07-01T00:59:00Z"]].concat();
    let before: Value = serde_json::from_str(&suite.ask(&before)?)?;
    assert_eq!(before["figures"]["breadth"], json!([1, 20, 1, 1, 1]));
    assert_eq!(before["changed_since"], 1);

    let page = suite.ask(&ask[..4])?;
    for part in ["passed on 22 times", "@fan20  +20 min", "inferred", "fan0"] {
        ensure!(page.contains(part), "{part} is missing in:\n{page}");
    }
    let file = data.path().join("cascade.graphml");
    let file_name = file.display().to_string();
    suite.ask(&[&ask[..4], &["--export", "graphml", "--out", &file_name]].concat())?;
    let graph = std::fs::read_to_string(&file)?;
    assert_eq!(
        (graph.matches("<node ").count(), graph.matches("<edge ").count()),
        (23, 22)
    );
    let listed = suite.ask(&["report", "cascades", "acme", "--format", "csv"])?;
    ensure!(
        listed.contains("other:post-0,22,2026-07-01T00:00:00Z,other:acme,10,<the> new & better anvil"),
        "{listed}"
    );
    let together = suite.ask(&["report", "propagation", "acme", "--format", "json"])?;
    let together: Value = serde_json::from_str(&together)?;
    assert_eq!((&together["cascades"], &together["most"]), (&json!(1), &json!(22)));
    assert_eq!(together["largest"]["breadth"], json!([1, 20, 1, 1]));
    let page = suite.ask(&["report", "propagation", "acme"])?;
    for part in ["1 post was passed on, 22 times in all", "16 to 31", "(estimated from"] {
        ensure!(page.contains(part), "{part} is missing in:\n{page}");
    }
    let later = suite.ask(&["report", "propagation", "acme", "--from", "2026-07-02T00:00:00Z"])?;
    ensure!(later.contains("nobody was seen to pass on what acme began"), "{later}");
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
