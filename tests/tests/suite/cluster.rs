//! The four services as a cluster runs them: a process each, over Kafka and Redis.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use backtweet_tests::{Client, DEADLINE, broker, build, servers};
use serde_json::Value;

use crate::acme::{POSTS, close, put_acme, undisturbed, wait_for_part, write_posts};

/// A process of one service. Dropping it kills it.
pub struct Service {
    child: Child,
    pub client: Client,
}

impl Service {
    /// Starts one and waits until it says where it listens.
    pub fn start(name: &str, set: &[String]) -> Result<Self> {
        let package = format!("backtweet-{name}");
        let mut command = Command::new(build(&package, &package));
        for option in set {
            command.args(["--set", option]);
        }
        command.args(["--set", "listen=127.0.0.1:0", "--set", "tracing.format=json"]);
        let mut child = command
            .env_remove("BACKTWEET_CONFIG")
            .env("BACKTWEET_COLLECTOR__APPVIEW", "")
            .env("BACKTWEET_COLLECTOR__LINKS", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().context("standard error is piped")?;
        let (said, heard) = mpsc::channel();
        // Reads to the end, so that the service never waits for somebody to read.
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let line: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
                let _ = said.send(line);
            }
        });
        let mut service = Self {
            child,
            client: Client::of(""),
        };
        let started = Instant::now();
        let mut last = Value::Null;
        while let Ok(line) = heard.recv_timeout(DEADLINE.saturating_sub(started.elapsed())) {
            if let Some(address) = line["listen"].as_str() {
                service.client = Client::of(format!("http://{address}"));
                return Ok(service);
            }
            last = line;
        }
        bail!("{package} does not come up: {last}");
    }

    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn restart_kafka() -> Result<()> {
    let restart = std::env::var("BACKTWEET_TEST_KAFKA_RESTART")?;
    let status = Command::new("sh").args(["-c", &restart]).status()?;
    ensure!(status.success(), "Kafka did not start again");
    Ok(())
}

#[test]
fn a_cluster_that_loses_processes_and_its_broker_counts_as_if_nothing_had_happened() -> Result<()> {
    let Some(set) = servers("cluster") else { return Ok(()) };
    let _broker = broker();
    let work = tempfile::tempdir()?;
    let file = work.path().join("posts.ndjson");
    write_posts(&file)?;
    let push = ["push", file.to_str().unwrap_or_default(), "--from", "post"];
    let expected = undisturbed(&push)?;

    let collector = Service::start("collector", &set)?;
    let reporting = Service::start("reporting", &set)?;
    let mut others = ["classifier", "classifier", "sentiment", "sentiment"]
        .map(|name| Service::start(name, &set))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    put_acme(&reporting.client)?;
    let mut pushing = collector.client.spawn(&push)?;

    wait_for_part(&reporting.client, POSTS / 30)?;
    others.remove(3).kill()?;
    others.remove(1).kill()?;
    wait_for_part(&reporting.client, POSTS / 10)?;
    restart_kafka()?;
    ensure!(pushing.wait()?.success(), "the push gave up");

    close(&collector.client, &reporting.client)?;
    // What the killed processes had in hand comes again once the broker misses them, which may be behind the closing posts.
    let found = reporting.client.wait_for("acme", |summary| *summary == expected)?;
    assert_eq!(serde_json::from_str::<Value>(&found)?, expected);
    Ok(())
}
