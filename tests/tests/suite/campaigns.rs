//! What campaigns, praise, owned pages and the people around a subject come to, from the file of posts to the page that is shown.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use backtweet_tests::Suite;
use serde_json::{Value, json};

/// Forty fans a quarter of an hour apart, of whom every second one uses the campaign's hashtag, and who all follow the first: the launch,
/// which fan 1 praises.
fn posts() -> Vec<Value> {
    let post = |number: usize, author: &str, minute: usize, text: &str| {
        json!({
            "id": format!("other:post-{number}"),
            "author": { "id": format!("other:{author}"), "handle": author, "followers": 2_000 },
            "text": text,
            "language": "en",
            "witnessed_at": format!("2026-07-01T{:02}:{:02}:00Z", minute / 60, minute % 60),
        })
    };
    let mut posts = vec![
        post(0, "acme", 0, "Here it is: the new anvil #AcmeLaunch"),
        post(
            1,
            "fan1",
            5,
            "@acme I love the new anvil, thank you so much #AcmeLaunch #anvils",
        ),
    ];
    for number in 2..40 {
        let text = if number % 2 == 0 {
            "@acme one for me #acmelaunch"
        } else {
            "@acme seen it"
        };
        posts.push(post(number, &format!("fan{number}"), number * 15, text));
    }
    for number in 40..44 {
        let mut repost = post(number, &format!("fan{number}"), number * 15, "");
        repost["references"] = json!([{ "kind": "repost", "target": "other:post-1", "author": "other:fan1" }]);
        posts.push(repost);
    }
    posts
}

fn push(suite: &Suite, lines: &[Value]) -> Result<()> {
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{line}")?;
    }
    let pushed = suite.client_with(&["push", "-", "--from", "post"], text.as_bytes())?;
    ensure!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    Ok(())
}

fn taken_back(post: usize) -> Value {
    json!({ "event": "deleted", "id": format!("other:post-{post}"), "at": "2026-07-02T00:00:00Z" })
}

#[test]
fn a_campaign_is_shown_with_who_took_part_and_forgets_what_is_taken_back() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--account", "@acme"])?;
    let page = ["report", "campaign", "acme", "--hashtag", "#AcmeLaunch"];
    let nothing = suite.ask(&page)?;
    ensure!(nothing.contains("no backtweet carries it"), "{nothing}");

    push(&suite, &posts())?;
    let ask = [&page[..], &["--bucket", "hour", "--format", "json"]].concat();
    let passed_on = |report: &Value| report["micro_influencers"][0]["passed_on"] == 4;
    let whole: Value = serde_json::from_str(&suite.wait(&ask, |report| {
        report["figures"]["backtweets"] == 20 && report["origins_total"] == 1 && passed_on(report)
    })?)?;
    assert_eq!(
        (&whole["first_time"], &whole["figures"]["authors"]),
        (&json!(20), &json!(20))
    );
    assert_eq!(whole["micro_influencers"][0]["author"], "other:fan1");
    assert_eq!(whole["used_together"], json!([{ "name": "anvils", "count": 1 }]));
    assert_eq!(whole["uptake"][0]["new_participants"], 2);
    let shown = suite.ask(&page)?;
    for part in [
        "#acmelaunch",
        "20 backtweets by 20 participants",
        "@fan1",
        "by hour, UTC",
        "1 posts of its own",
    ] {
        ensure!(shown.contains(part), "{part} is missing in:\n{shown}");
    }

    push(&suite, &[taken_back(2)])?;
    suite.wait(&ask, |report| {
        report["figures"]["backtweets"] == 19 && report["first_time"] == 19
    })?;
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
