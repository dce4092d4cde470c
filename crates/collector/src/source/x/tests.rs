//! One connection against the fake API, whose oracle is what it sent.

use std::collections::BTreeSet;
use std::future::Future;

use backtweet_domain::{ManualClock, SubjectId};
use backtweet_simulator::servers::x::{Act, Limits, Refusal, Rule, Write, X};

use super::sync::synchronise;
use super::*;

mod answers;
mod coverage;
mod look_up;

const TOKEN: &str = "t0ken-of-the-app";

struct Rig {
    server: X,
    source: XSource,
    subjects: watch::Sender<Arc<Vec<Subject>>>,
    clock: Arc<ManualClock>,
    config: v1::XSource,
    _folder: tempfile::TempDir,
}

impl Rig {
    /// The same connection, as another collector reads it.
    fn other(&self) -> XSource {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        XSource::new(&self.config, 0, self.subjects.subscribe(), clock).unwrap()
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn noon() -> Timestamp {
    at("2026-11-29T12:00:00Z")
}

fn subject(id: &str, keyword: &str) -> Subject {
    Subject {
        generation: 1,
        keywords: vec![keyword.to_owned()],
        ..Subject::new(SubjectId::new(id).unwrap())
    }
}

/// A post made at this time.
fn post(made: Timestamp, number: u64) -> String {
    let id = (u64::try_from(made.millis() - 1_288_834_974_657).unwrap() << 22) + number;
    format!(r#"{{"data":{{"id":"{id}","text":"é {number}","author_id":"1"}},"matching_rules":[]}}"#)
}

fn refusal(status: u16, body: &str) -> Refusal {
    Refusal {
        status,
        reset: None,
        retry_after: None,
        body: body.to_owned(),
    }
}

async fn rig_with(limits: Limits, keep_alive: Duration, change: impl FnOnce(&mut v1::XSource)) -> Rig {
    let server = X::start(TOKEN, limits, keep_alive).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, TOKEN).unwrap();
    let (subjects, following) = watch::channel(Arc::new(vec![subject("acme", "acme")]));
    let clock = Arc::new(ManualClock::at(noon()));
    let mut config = v1::XSource {
        token: format!("file:{}", token.display()),
        api: server.url(),
        ..v1::XSource::default()
    };
    change(&mut config);
    let source = XSource::new(&config, 0, following, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    Rig {
        server,
        source,
        subjects,
        clock,
        config,
        _folder: folder,
    }
}

async fn rig() -> Rig {
    rig_with(Limits::default(), Duration::from_secs(20), |_| {}).await
}

/// Nothing here takes long; what never comes fails the test.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future)
        .await
        .expect("it comes within 30 s")
}

/// Reads until there are so many lines.
async fn lines(source: &mut XSource, count: usize) -> Read {
    soon(all_lines(source, count)).await
}

async fn all_lines(source: &mut XSource, count: usize) -> Read {
    let mut all = Read::default();
    while all.lines.len() < count {
        let read = source.read().await.unwrap();
        all.lines.extend(read.lines);
        all.gaps.extend(read.gaps);
        all.unreadable += read.unreadable;
        all.left_out += read.left_out;
        all.position = read.position.or(all.position);
        all.reached = read.reached.or(all.reached);
    }
    all
}

async fn trouble(source: &mut XSource) -> Trouble {
    soon(async {
        loop {
            if let Err(trouble) = source.read().await {
                return trouble;
            }
        }
    })
    .await
}

fn values(rules: &[Rule]) -> Vec<&str> {
    rules.iter().map(|rule| rule.value.as_str()).collect()
}

#[tokio::test]
async fn every_post_comes_as_it_was_sent_and_nothing_else_does() {
    let mut rig = rig_with(Limits::default(), Duration::from_millis(5), |_| {}).await;
    rig.source.connect(None).await.unwrap();
    let posts: Vec<String> = (0..6).map(|number| post(noon(), number)).collect();
    rig.server.act(Act::Post(posts[0].clone()));
    rig.server.act(Act::Twice(posts[1].clone()));
    rig.server.act(Act::Swapped(posts[2].clone(), posts[3].clone()));
    rig.server.act(Act::Post(posts[4].clone()));
    let read = lines(&mut rig.source, 6).await;
    assert_eq!(read.lines, rig.server.sent());
    assert_eq!(read.lines.len(), 6);
    // Keep-alives go on; a message of an unknown kind is the normaliser's to judge.
    let message = r#"{"hello":{"world":[]}}"#;
    rig.server.act(Act::Message(message.to_owned()));
    assert_eq!(lines(&mut rig.source, 1).await.lines, [message]);
    let asked = &rig.server.asked()[0];
    assert!(asked.parameters["tweet.fields"].contains("referenced_tweets"));
    assert!(asked.parameters["expansions"].contains("referenced_tweets.id.author_id"));
    assert!(asked.parameters["user.fields"].contains("public_metrics"));
    assert!(!asked.parameters.contains_key("backfill_minutes"));
    assert!(asked.agent.starts_with("backtweet/"));
}

#[tokio::test]
async fn real_posts_come_through_unchanged_and_each_counts() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/x/stream_v2.ndjson.gz"
    );
    let Ok(file) = std::fs::File::open(path) else {
        eprintln!("skipped: {path} is not there");
        return;
    };
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(file), &mut text).unwrap();
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    for line in text.lines() {
        rig.server.act(Act::Post(line.to_owned()));
    }
    let read = lines(&mut rig.source, text.lines().count()).await;
    assert_eq!(read.lines, rig.server.sent());
    assert_eq!(read.unreadable, 0);
    let counted = format!("\"posts\":{}", read.lines.len());
    assert!(read.position.unwrap().0.contains(&counted), "{counted}");
}

#[tokio::test]
async fn nothing_is_lost_where_reading_is_interrupted() {
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    let mut read = Vec::new();
    for number in 0..300 {
        rig.server.act(Act::Post(post(noon(), number)));
        rig.subjects.send_replace(Arc::new(vec![subject(
            "acme",
            if number < 150 { "acme" } else { "acmes" },
        )]));
        for _ in 0..3 {
            if let Some(some) = rig.source.read().now_or_never() {
                read.extend(some.unwrap().lines);
            }
            tokio::task::yield_now().await;
        }
    }
    let left = 300 - read.len();
    read.extend(lines(&mut rig.source, left).await.lines);
    assert_eq!(read, rig.server.sent());
    // Nor is what was to be written.
    rig.subjects.send_replace(Arc::new(vec![subject("acme", "zorg")]));
    soon(async {
        while values(&rig.server.rules()) != ["zorg"] {
            let _ = rig.source.read().now_or_never();
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn rules_follow_the_subjects_while_the_stream_runs() {
    let mut rig = rig().await;
    rig.server.put_rule("cats", "somebody else's");
    rig.source.connect(None).await.unwrap();
    assert_eq!(values(&rig.server.rules()), ["cats", "acme"]);
    rig.subjects
        .send_replace(Arc::new(vec![subject("acme", "acme"), subject("zorg", "zorg")]));
    soon(async {
        tokio::select! {
            trouble = trouble(&mut rig.source) => panic!("{trouble}"),
            () = rig.server.until_written(3) => {}
        }
    })
    .await;
    assert_eq!(values(&rig.server.rules()), ["cats", "acme OR zorg"]);
    // What is new stands there before what it replaces goes.
    let writes = rig.server.writes();
    assert_eq!(writes[1], Write::Add(vec!["acme OR zorg".to_owned()]));
    assert_eq!(writes[2], Write::Delete(vec!["2".to_owned()]));
    // Nothing is written where nothing has changed.
    rig.source.connect(None).await.unwrap();
    assert_eq!(rig.server.writes().len(), 3);
}

#[tokio::test]
async fn one_bad_word_costs_no_other() {
    let mut rig = rig().await;
    rig.server.forbid("cursed");
    let subjects = ["acme", "cursed", "zorg"].map(|word| subject(word, word));
    rig.subjects.send_replace(Arc::new(subjects.to_vec()));
    rig.source.connect(None).await.unwrap();
    assert_eq!(values(&rig.server.rules()), ["acme OR zorg"]);
    let told: Vec<&str> = rig
        .source
        .follow
        .told
        .iter()
        .map(|unfit| unfit.subject.as_str())
        .collect();
    assert_eq!(told, ["cursed"]);
    let written = rig.server.writes().len();
    rig.source.connect(None).await.unwrap();
    assert_eq!(rig.server.writes().len(), written);
}

#[tokio::test]
async fn rules_are_never_written_more_often_than_x_allows() {
    let mut rig = rig().await;
    let mut ended = None;
    for number in 0..100 {
        let subjects = Arc::new(vec![subject("acme", &format!("acme{number}"))]);
        let api = Arc::clone(&rig.source.follow.api);
        if let Err(trouble) = synchronise(api, subjects, rig.source.follow.allowed, BTreeSet::new()).await {
            ended = Some(trouble);
            break;
        }
    }
    assert_eq!(rig.server.writes().len(), 90);
    let Some(Trouble::Limited { after: Some(after), .. }) = ended else {
        panic!("{ended:?}");
    };
    assert!(after <= Duration::from_secs(900));
    // The stream is read all the same, by the rules that stand there.
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    assert_eq!(lines(&mut rig.source, 1).await.lines, rig.server.sent());
    assert!(rig.source.follow.due.is_some());
}

#[tokio::test]
async fn nothing_is_paid_for_while_there_is_nothing_to_follow() {
    let mut rig = rig().await;
    rig.server.put_rule("cats", "somebody else's");
    rig.subjects.send_replace(Arc::new(Vec::new()));
    rig.source.connect(None).await.unwrap();
    assert_eq!(rig.server.asked(), []);
    rig.subjects.send_replace(Arc::new(vec![subject("acme", "acme")]));
    let lost = trouble(&mut rig.source).await;
    assert_eq!(rig.source.pause(&lost, 1), Duration::ZERO);
    rig.source.connect(None).await.unwrap();
    assert_eq!(rig.server.asked().len(), 1);
}

#[tokio::test]
async fn a_stream_that_falls_silent_breaks_or_says_so_is_lost() {
    let mut rig = rig().await;
    rig.source.silence = Duration::from_millis(300);
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Post(post(noon(), 1)));
    rig.server.act(Act::Stall);
    assert_eq!(lines(&mut rig.source, 1).await.lines, rig.server.sent());
    let silent = trouble(&mut rig.source).await;
    assert!(silent.to_string().contains("keep-alive"), "{silent}");

    rig.source.silence = SILENCE;
    for (act, said) in [
        (Act::Half(post(noon(), 3)), "ended"),
        (Act::Cut, "ended"),
        (Act::Disconnect, "operational-disconnect"),
    ] {
        // Connections end when the server notices that nobody reads them.
        soon(async {
            while rig.source.connect(None).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let before = rig.server.sent().len();
        rig.server.act(Act::Post(post(noon(), 2)));
        rig.server.act(act);
        let read = lines(&mut rig.source, 1).await;
        assert_eq!(read.lines, rig.server.sent()[before..]);
        let lost = trouble(&mut rig.source).await;
        assert!(
            matches!(lost, Trouble::Lost { .. }) && lost.to_string().contains(said),
            "{lost}"
        );
    }
}

#[tokio::test]
async fn a_line_of_ten_megabytes_costs_nothing_but_itself() {
    let mut rig = rig().await;
    rig.source.connect(None).await.unwrap();
    rig.server.act(Act::Long(10_000_000));
    rig.server.act(Act::Post(post(noon(), 1)));
    let read = lines(&mut rig.source, 1).await;
    assert_eq!(read.lines, rig.server.sent());
    assert_eq!(read.unreadable, 1);
}
