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

/// The suite with the fans' posts in it, once they all count.
fn with_posts(data: &std::path::Path) -> Result<Suite> {
    let suite = Suite::start(data, &[])?;
    suite.ask(&[
        "subject",
        "put",
        "acme",
        "--account",
        "@acme",
        "--domain",
        "acme.example",
    ])?;
    for page in ["campaign", "praise", "pages", "community"] {
        let hashtag: &[&str] = if page == "campaign" { &CAMPAIGN[2..] } else { &[] };
        let nothing = suite.ask(&[&["report", page, "acme"][..], hashtag].concat())?;
        ensure!(
            nothing.contains(" no") || nothing.starts_with("no"),
            "{page}: {nothing}"
        );
    }
    push(&suite, &posts())?;
    let all = |report: &Value| report["figures"]["backtweets"] == 39 && report["figures"]["indirect"] == 4;
    suite.wait_for("acme", all)?;
    Ok(suite)
}

const CAMPAIGN: [&str; 4] = ["report", "campaign", "--hashtag", "#AcmeLaunch"];

fn json_of(suite: &Suite, arguments: &[&str]) -> Result<Value> {
    Ok(serde_json::from_str(
        &suite.ask(&[arguments, &["--format", "json"]].concat())?,
    )?)
}

#[test]
fn what_a_campaign_and_praise_come_to_is_shown_and_forgets_what_is_taken_back() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = with_posts(data.path())?;

    let campaign = [&CAMPAIGN[..], &["acme"]].concat();
    let whole = json_of(&suite, &[&campaign[..], &["--bucket", "hour"]].concat())?;
    assert_eq!(
        (&whole["figures"]["backtweets"], &whole["first_time"]),
        (&json!(20), &json!(20))
    );
    assert_eq!(whole["micro_influencers"][0]["author"], "other:fan1");
    assert_eq!(whole["micro_influencers"][0]["passed_on"], 4);
    assert_eq!(whole["used_together"], json!([{ "name": "anvils", "count": 1 }]));
    assert_eq!(
        (&whole["uptake"][0]["new_participants"], &whole["origins_total"]),
        (&json!(2), &json!(1))
    );
    let shown = suite.ask(&campaign)?;
    for part in [
        "#acmelaunch",
        "20 backtweets by 20 participants",
        "@fan1",
        "UTC",
        "1 posts of its own",
    ] {
        ensure!(shown.contains(part), "{part} is missing in:\n{shown}");
    }

    let praise = ["report", "praise", "acme"];
    assert_eq!(json_of(&suite, &praise)?["post"], "other:post-1");
    let asked = [
        "praise",
        "acme",
        "other:post-1",
        "--status",
        "asked",
        "--by",
        "ann",
        "--note",
        "by mail",
    ];
    suite.ask(&asked)?;
    let shown = suite.ask(&praise)?;
    ensure!(
        shown.contains("permission asked by ann") && shown.contains("by mail"),
        "{shown}"
    );

    push(&suite, &[taken_back(1)])?;
    let less = [&campaign[..], &["--format", "json"]].concat();
    suite.wait(&less, |report| {
        report["figures"]["backtweets"] == 19 && report["first_time"] == 19
    })?;
    let shown = suite.ask(&praise)?;
    ensure!(shown.contains("no praise of acme"), "{shown}");
    let late = suite.client(&asked)?;
    let said = String::from_utf8_lossy(&late.stderr).into_owned();
    ensure!(
        !late.status.success() && said.contains("is no backtweet of `acme`, or is gone"),
        "{said}"
    );
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}

#[test]
fn owned_pages_are_set_beside_visits_and_the_people_around_a_subject_are_told() -> Result<()> {
    let data = tempfile::tempdir()?;
    let suite = with_posts(data.path())?;
    let linking = |number: usize, page: usize| {
        json!({
            "id": format!("other:link-{number}"),
            "author": { "id": format!("other:fan{number}"), "handle": format!("fan{number}"), "followers": 99 },
            "text": format!("look at https://acme.example/{page}"),
            "witnessed_at": format!("2026-07-02T{number:02}:00:00Z"),
        })
    };
    // Page n is linked to n times.
    let pages = (1..=5).flat_map(|page| (0..page).map(move |place| (page * (page - 1) / 2 + place, page)));
    let mut more: Vec<Value> = pages.map(|(number, page)| linking(number, page)).collect();
    more.push(json!({
        "id": "other:answer",
        "author": { "id": "other:acme", "handle": "acme" },
        "text": "@fan3 thanks for telling",
        "witnessed_at": "2026-07-01T01:00:00Z",
        "references": [{ "kind": "reply", "target": "other:post-3", "author": "other:fan3" }],
    }));
    push(&suite, &more)?;
    let all = |report: &Value| report["figures"]["backtweets"] == 54 && report["figures"]["answers"] == 1;
    suite.wait_for("acme", all)?;

    let visits = data.path().join("visits.csv");
    std::fs::write(
        &visits,
        "Top pages,Clicks,Impressions\nhttps://acme.example/1,10,99\nhttps://acme.example/2,20,99\nhttps://acme.example/3,many,99\n\
         https://acme.example/4,40,99\nhttps://acme.example/5,50,99\nhttps://acme.example/6,1,99\n",
    )?;
    let name = visits.display().to_string();
    let output = suite.client(&["report", "pages", "acme", "--visits", &name, "--format", "json"])?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(
        output.status.code() == Some(65) && said.contains("line 4: `many`"),
        "{said}"
    );
    let found: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(found["pages"][0]["page"], "@acme");
    assert_eq!(
        (&found["pages"][0]["kind"], &found["pages"][0]["references"]),
        (&json!("profile"), &json!(39))
    );
    let page = &found["pages"][1];
    assert_eq!(
        (&page["page"], &page["references"], &page["visits"]),
        (&json!("https://acme.example/5"), &json!(5), &json!(50))
    );
    assert_eq!(page["authority_milli"], 10_000);
    assert_eq!(found["by_page"], json!({ "coefficient": 1.0, "n": 5 }));
    let shown = suite.ask(&["report", "pages", "acme"])?;
    ensure!(
        shown.contains("https://acme.example/5") && shown.contains("5 authors"),
        "{shown}"
    );

    let community = json_of(&suite, &["report", "community", "acme"])?;
    assert_eq!(
        (&community["authors"], &community["answered_authors"]),
        (&json!(40), &json!(1))
    );
    assert_eq!(community["median_answer_seconds"], 900.0);
    // Fans 1 to 14 came again on the second day.
    assert_eq!(community["on_several_days"], 14);
    let shown = suite.ask(&["report", "community", "acme"])?;
    ensure!(shown.contains("half of them within 15 min"), "{shown}");
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
