//! Five subjects over real posts of three networks.

use anyhow::{Context, Result, ensure};
use backtweet_tests::{Suite, real_data, servers};
use serde_json::{Value, json};

use crate::truth::{Posts, RawPost, RawSubject};

const FILES: [(&str, &str); 3] = [
    ("x", "x/stream_v2.ndjson.gz"),
    ("mastodon", "mastodon/statuses.ndjson"),
    ("jetstream", "jetstream/production_v1.jsonl"),
];

/// How many posts close each run: enough to reach every partition behind everything that was pushed before them.
const MARKERS: usize = 64;

fn subjects() -> [RawSubject; 5] {
    [
        RawSubject {
            id: "apple-daily",
            handles: vec!["appledaily_hk"],
            hashtags: vec!["save12"],
            ..RawSubject::default()
        },
        RawSubject {
            id: "limeng-yan",
            accounts: vec!["1313128625680592896"],
            handles: vec!["drlimengyan1"],
            hashtags: vec!["ccp"],
            ..RawSubject::default()
        },
        RawSubject {
            id: "reuters",
            handles: vec!["reuters"],
            hashtags: vec!["freehk"],
            domains: vec!["reuters.com", "reut.rs"],
            ..RawSubject::default()
        },
        RawSubject {
            id: "ichbinhanna",
            accounts: vec!["https://fosstodon.org/@schochastics"],
            hashtags: vec!["ichbinhanna"],
            ..RawSubject::default()
        },
        RawSubject {
            id: "indie",
            hashtags: vec!["indierebellion"],
            domains: vec!["youtube.com", "youtu.be"],
            ..RawSubject::default()
        },
    ]
}

fn put(suite: &Suite, subject: &RawSubject) -> Result<()> {
    let account = |native: &&str| match native.starts_with("https") {
        true => format!("mastodon:{native}"),
        false => format!("x:{native}"),
    };
    let mut arguments = vec!["subject".to_owned(), "put".to_owned(), subject.id.to_owned()];
    let mut add = |option: &str, value: String| arguments.extend([option.to_owned(), value]);
    subject
        .accounts
        .iter()
        .for_each(|native| add("--account", account(native)));
    subject
        .handles
        .iter()
        .for_each(|handle| add("--account", format!("@{handle}")));
    subject
        .hashtags
        .iter()
        .for_each(|tag| add("--hashtag", (*tag).to_owned()));
    subject
        .domains
        .iter()
        .for_each(|domain| add("--domain", (*domain).to_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    suite.ask(&arguments).map(drop)
}

/// Posts that match every subject; once they count, so does everything that was pushed before them.
fn markers(round: usize, truth: &mut Posts) -> String {
    let tags: Vec<_> = subjects().iter().flat_map(|subject| subject.hashtags.clone()).collect();
    let mut lines = String::new();
    for number in 0..MARKERS {
        let id = format!("marker-{round}-{number}");
        let post = json!({
            "id": format!("other:{id}"),
            "author": { "id": format!("other:author-{number}"), "followers": 10 },
            "text": "all of them",
            "witnessed_at": "2026-07-01T00:00:00Z",
            "entities": { "hashtags": tags.iter().map(|tag| json!({ "tag": tag })).collect::<Vec<_>>() },
        });
        lines.push_str(&format!("{post}\n"));
        truth.add(RawPost {
            network: "other",
            id,
            author: format!("author-{number}"),
            followers: Some(10),
            hashtags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..RawPost::default()
        });
    }
    lines
}

/// Pushes everything, closes with markers, and gives the summaries once they are what they should be.
fn round(suite: &Suite, number: usize, truth: &mut Posts) -> Result<Vec<String>> {
    for (wire, file) in FILES {
        let path = real_data(file).context("checked before")?;
        let path = path.to_str().context("a path in UTF-8")?;
        let instance: &[&str] = if wire == "mastodon" {
            &["--instance", "mastodon.social"]
        } else {
            &[]
        };
        suite.ask(&[&["push", path, "--from", wire], instance].concat())?;
    }
    let pushed = suite.client_with(&["push", "-", "--from", "post"], markers(number, truth).as_bytes())?;
    ensure!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    subjects()
        .iter()
        .map(|subject| settled(suite, subject, truth))
        .collect()
}

fn settled(suite: &Suite, subject: &RawSubject, truth: &Posts) -> Result<String> {
    let expected = truth.figures(subject);
    let agrees = |summary: &Value| {
        let figures = &summary["figures"];
        expected.as_object().is_some_and(|fields| {
            fields
                .iter()
                .all(|(name, value)| without_zeros(&figures[name]) == *value)
        })
    };
    suite
        .wait_for(subject.id, agrees)
        .with_context(|| format!("expected {expected:#}"))
}

/// Breakdowns name everything there could be; the truth names what there is.
fn without_zeros(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, count)| **count != json!(0))
            .map(|(name, count)| (name.clone(), count.clone()))
            .collect(),
        other => other.clone(),
    }
}

fn play(set: &[String]) -> Result<Vec<String>> {
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), set)?;
    let mut truth = Posts::default();
    for (wire, file) in FILES {
        truth.read(wire, &real_data(file).context("checked before")?)?;
    }
    for subject in subjects() {
        put(&suite, &subject)?;
    }
    round(&suite, 1, &mut truth)?;
    // Pushing everything again adds nothing but the new markers.
    let summaries = round(&suite, 2, &mut truth)?;
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(summaries)
}

fn is_there() -> bool {
    FILES.iter().all(|(_, file)| real_data(file).is_some())
}

#[test]
fn figures_of_real_posts_are_those_counted_by_other_means_on_either_adapters() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let embedded = play(&[])?;
    if let Some(set) = servers("real-data") {
        let cluster = play(&set)?;
        assert_eq!(
            embedded, cluster,
            "Kafka and Redis must give the same reports to the byte"
        );
    }
    Ok(())
}
