//! The service as others meet it: records through the embedded log in this process, and the program with its flags and signals.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use backtweet_domain::{Classified, Finding, SubjectId, Timestamp, Version};
use backtweet_runtime::{Config, Ports};
use backtweet_sentiment::Scoring;
use backtweet_stream::{Followed, Record};
use backtweet_wire::{record, topics};
use tokio_util::sync::CancellationToken;

const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn findings_come_out_scored_and_what_is_none_goes_to_the_dead_letters() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: folder.path().to_owned(),
        ..Config::default()
    };
    let shutdown = CancellationToken::new();
    let ports = Ports::open(&config, &shutdown).await.unwrap();
    let settings = backtweet_sentiment::Config::new(&config, Default::default());
    let scoring = Scoring::new(settings, ports.clone()).unwrap();
    let running = tokio::spawn(scoring.run(shutdown.clone()));

    let classified = Classified {
        subject: SubjectId::new("acme").unwrap(),
        post: "x:1".parse().unwrap(),
        at: Timestamp::from_seconds(5),
        finding: Finding::Retracted {
            version: Version::default(),
        },
    };
    let time = classified.at;
    let record = |value| Record {
        key: "x:1".into(),
        value: Some(value),
        time,
    };
    let records = vec![
        record("no finding".into()),
        record(record::encode_classified(&classified)),
    ];
    ports.log.append(topics::CLASSIFIED, records).await.unwrap();

    let scored = next(&ports, topics::SCORED).await;
    assert_eq!(
        record::decode_scored(&scored.value.unwrap()).unwrap().classified,
        classified
    );
    let letter = next(&ports, topics::DEAD_LETTERS).await;
    let letter = record::decode_dead_letter(&letter.value.unwrap()).unwrap();
    assert_eq!(
        (letter.stage.as_str(), &*letter.value.unwrap()),
        ("sentiment", b"no finding".as_slice())
    );

    shutdown.cancel();
    tokio::time::timeout(DEADLINE, running).await.unwrap().unwrap().unwrap();
}

async fn next(ports: &Ports, topic: &str) -> Record {
    let mut follower = ports.log.follow(topic).await.unwrap();
    let first = async {
        loop {
            if let Followed::Records(records) = follower.next().await.unwrap() {
                return records.into_iter().next().unwrap().record;
            }
        }
    };
    tokio::time::timeout(DEADLINE, first).await.unwrap()
}

fn program(folder: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backtweet-sentiment"));
    command
        .current_dir(folder)
        .env_remove("BACKTWEET_CONFIG")
        .args(["--set", "listen=127.0.0.1:0"]);
    command
        .arg("--set")
        .arg(format!("data_dir={}", folder.join("data").display()))
        .args(flags);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts the program and waits until it says that it has started.
fn started(folder: &Path) -> (Child, String) {
    let mut child = program(folder, &[]).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines
        .map(Result::unwrap)
        .find(|line| line.contains("started"))
        .expect("the program ended early");
    (child, line)
}

fn signal(child: &Child, name: &str) {
    assert!(
        Command::new("kill")
            .args([name, &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
}

fn exit_code(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::yield_now();
    }
    child.kill().unwrap();
    panic!("the program did not end");
}

#[test]
fn a_signal_ends_the_program_in_order_and_its_data_can_be_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["-TERM", "-INT"] {
        let (mut child, line) = started(folder.path());
        assert!(
            line.contains(r#""program":"backtweet-sentiment""#) && line.contains("127.0.0.1:"),
            "{line}"
        );
        signal(&child, name);
        assert_eq!(exit_code(&mut child), Some(0), "{name}");
    }
}

#[test]
fn a_second_program_on_the_same_data_fails_and_says_which_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _) = started(folder.path());
    let second = program(folder.path(), &[]).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&folder.path().join("data").display().to_string()) && said.contains("data_dir"),
        "{said}"
    );
    signal(&child, "-TERM");
    assert_eq!(exit_code(&mut child), Some(0));
}

#[test]
fn a_bad_configuration_ends_with_64_and_all_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("backtweet.toml"),
        "grace = 1\n[store]\nkind = 'sqlite'\n[sentiment]\nmodel = 'quick'\n",
    )
    .unwrap();
    for flags in [&["--check-config"][..], &[]] {
        let output = program(folder.path(), flags).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains("grace_seconds") && said.contains("sqlite"), "{said}");
        assert!(
            said.contains("`quick`: write one of fast, deep, auto, lexicon"),
            "{said}"
        );
    }
    std::fs::remove_file(folder.path().join("backtweet.toml")).unwrap();
    assert_eq!(
        program(folder.path(), &["--check-config"]).status().unwrap().code(),
        Some(0)
    );
    assert_eq!(
        program(folder.path(), &["--nonsense"]).output().unwrap().status.code(),
        Some(64)
    );
    assert_eq!(
        program(folder.path(), &["--help"]).output().unwrap().status.code(),
        Some(0)
    );
}

#[test]
fn a_model_whose_weights_cannot_be_read_ends_the_program_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("deep-1.safetensors"), "no weights").unwrap();
    let models = format!("models={}", folder.path().display());
    let output = program(folder.path(), &["--set", "sentiment.model=deep", "--set", &models])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&models[7..]) && said.contains("`sentiment.model`"),
        "{said}"
    );
    assert!(!said.contains("started"), "{said}");
}
