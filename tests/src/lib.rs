//! Runs the real program for the tests that cross services: starts it, talks to it as a user would, kills it, waits for figures.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long a condition is waited for before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The `backtweet` program, built once as the tests themselves are.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "-p",
            "backtweet-cli",
            "--bin",
            "backtweet",
            "--message-format=json",
        ]);
        let built = build
            .current_dir(root())
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "the program does not build");
        let path = String::from_utf8_lossy(&built.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .next_back();
        path.expect("cargo names the program it built")
    })
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of real data beside the project; where it is absent, says so and gives `None`.
pub fn real_data(path: &str) -> Option<PathBuf> {
    let full = root().join("../shared/data").join(path);
    if full.exists() {
        return Some(full);
    }
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "skipped: {} is not there", full.display());
    None
}

/// The servers that `scripts/test` started, as `--set` options for a suite of its own on them; `None`, said aloud, without them.
pub fn servers(name: &str) -> Option<Vec<String>> {
    let (Ok(kafka), Ok(redis)) = (
        std::env::var("BACKTWEET_TEST_KAFKA"),
        std::env::var("BACKTWEET_TEST_REDIS"),
    ) else {
        let mut stderr = std::io::stderr();
        let _ = writeln!(stderr, "skipped: {name} needs Kafka and Redis; run ./scripts/test");
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

/// A running `backtweet up`. Dropping it kills it.
pub struct Suite {
    child: Child,
    endpoint: String,
}

impl Suite {
    /// Starts a suite on `data`, with more `--set` options, and waits until it answers.
    pub fn start(data: &Path, set: &[String]) -> Result<Self> {
        let mut command = Command::new(program());
        command.arg("up");
        if !set.iter().any(|option| option.starts_with("listen=")) {
            command.args(["--set", "listen=127.0.0.1:0"]);
        }
        command.arg("--set").arg(format!("data_dir={}", data.display()));
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
                            endpoint: endpoint.to_owned(),
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

    /// Where it answers.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Runs a client command against this suite.
    pub fn client(&self, arguments: &[&str]) -> Result<Output> {
        self.client_with(arguments, b"")
    }

    /// The same, with standard input.
    pub fn client_with(&self, arguments: &[&str], input: &[u8]) -> Result<Output> {
        let mut all = vec!["--endpoint", self.endpoint.as_str(), "--quiet"];
        all.extend(arguments);
        run(&all, input)
    }

    /// The same, for a command that has to succeed; gives its standard output.
    pub fn ask(&self, arguments: &[&str]) -> Result<String> {
        let output = self.client(arguments)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "{arguments:?} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A summary as JSON text.
    pub fn summary(&self, subject: &str) -> Result<String> {
        self.ask(&["report", "summary", subject, "--format", "json"])
    }

    /// Waits until `holds` of a subject's summary.
    pub fn wait_for(&self, subject: &str, holds: impl Fn(&Value) -> bool) -> Result<String> {
        let started = Instant::now();
        loop {
            let text = self.summary(subject)?;
            if holds(&serde_json::from_str(&text)?) {
                return Ok(text);
            }
            ensure!(
                started.elapsed() < DEADLINE,
                "{subject} never came to what it should be; it is\n{text}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
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
