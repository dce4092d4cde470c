//! Runs the real program for the tests that cross services: starts it, talks to it as a user would, kills it, waits for figures.

mod browser;
mod client;

use std::io::{BufRead, BufReader, Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

pub use browser::Page;
pub use client::Client;

/// How long a condition is waited for before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// The `backtweet` program, built once as the tests themselves are.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("backtweet-cli", "backtweet"))
}

/// Builds one binary and says where it is.
pub fn build(package: &str, binary: &str) -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "-p",
            package,
            "--bin",
            binary,
            "--message-format=json",
        ])
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "{binary} does not build");
    let path = String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back();
    path.expect("cargo names the program it built")
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Says something that is to be seen also where the test passes.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A file of real data beside the project; where it is absent, says so and gives `None`.
pub fn real_data(path: &str) -> Option<PathBuf> {
    let full = root().join("../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    note(&format!("skipped: {} is not there", full.display()));
    None
}

/// The servers that `scripts/test` started, as `--set` options for a suite of its own on them; `None`, said aloud, without them.
pub fn servers(name: &str) -> Option<Vec<String>> {
    let (Ok(kafka), Ok(redis)) = (
        std::env::var("BACKTWEET_TEST_KAFKA"),
        std::env::var("BACKTWEET_TEST_REDIS"),
    ) else {
        note(&format!("skipped: {name} needs Kafka and Redis; run ./scripts/test"));
        return None;
    };
    let prefix = format!("{name}-{}", std::process::id());
    Some(vec![
        "log.kind=kafka".into(),
        format!("log.brokers={kafka}"),
        format!("log.prefix={prefix}-"),
        "log.partitions=4".into(),
        "store.kind=redis".into(),
        format!("store.url={redis}"),
        format!("store.prefix={prefix}"),
    ])
}

/// Held by a test that restarts Kafka, and by one that Kafka's restarts would disturb.
pub fn broker() -> MutexGuard<'static, ()> {
    static BROKER: Mutex<()> = Mutex::new(());
    BROKER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the program to its end, with `input` on standard input.
pub fn run(arguments: &[&str], input: &[u8]) -> Result<Output> {
    let mut child = Command::new(program())
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("standard input is piped")?;
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that ends early closes its input; that is its affair.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output()?;
    let _ = writer.join();
    Ok(output)
}

/// A running `backtweet up`, asked as any [`Client`] asks. Dropping it kills it.
pub struct Suite {
    child: Child,
    client: Client,
    /// What it prints.
    printed: mpsc::Receiver<String>,
}

impl Deref for Suite {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Suite {
    /// Starts a suite on `data`, with more `--set` options, and waits until it answers.
    pub fn start(data: &Path, set: &[String]) -> Result<Self> {
        Self::start_with(data, &[], set)
    }

    /// The same, with more arguments of `up`.
    pub fn start_with(data: &Path, arguments: &[&str], set: &[String]) -> Result<Self> {
        let mut command = Command::new(program());
        command.arg("up").args(arguments);
        if !set.iter().any(|option| option.starts_with("listen=")) {
            command.args(["--set", "listen=127.0.0.1:0"]);
        }
        command.arg("--set").arg(format!("data_dir={}", data.display()));
        // Nothing that a test starts looks anything up outside of this machine, unless it says where.
        command
            .env("BACKTWEET_COLLECTOR__APPVIEW", "")
            .env("BACKTWEET_COLLECTOR__LINKS", "false");
        for option in set {
            command.args(["--set", option]);
        }
        command
            .env("NO_COLOR", "1")
            .env_remove("BACKTWEET_CONFIG")
            .current_dir(data);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("standard output is piped")?;
        let mut stderr = child.stderr.take().context("standard error is piped")?;
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        let started = Instant::now();
        while started.elapsed() < DEADLINE {
            match heard.recv_timeout(DEADLINE) {
                Ok(line) => {
                    if let Some(endpoint) = line.split_whitespace().find(|word| word.starts_with("http://")) {
                        return Ok(Self {
                            child,
                            client: Client::of(endpoint),
                            printed: heard,
                        });
                    }
                }
                Err(_) => break,
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        bail!("the suite does not come up: {}", log.join().unwrap_or_default());
    }

    /// Waits for a printed line of which `holds`, and gives it.
    pub fn line(&self, holds: impl Fn(&str) -> bool) -> Result<String> {
        let started = Instant::now();
        let mut all = Vec::new();
        while let Ok(line) = self.printed.recv_timeout(DEADLINE.saturating_sub(started.elapsed())) {
            if holds(&line) {
                return Ok(line);
            }
            all.push(line);
        }
        bail!("it was never printed; what was: {all:#?}");
    }

    /// Kills it as a power cut would kill a process.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<ExitStatus> {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        ensure!(asked.success(), "the suite was gone already");
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(started.elapsed() < DEADLINE, "the suite does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
