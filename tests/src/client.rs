//! A user of a running suite: asks and pushes through the program's own commands.

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::{DEADLINE, program, run};

/// Talks to one endpoint.
pub struct Client {
    endpoint: String,
}

impl Client {
    /// One for `endpoint`, an `http://` URL.
    pub fn of(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
        }
    }

    /// Whom it talks to.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Runs a client command.
    pub fn client(&self, arguments: &[&str]) -> Result<Output> {
        self.client_with(arguments, b"")
    }

    /// The same, with standard input.
    pub fn client_with(&self, arguments: &[&str], input: &[u8]) -> Result<Output> {
        let mut all = vec!["--endpoint", self.endpoint.as_str(), "--quiet"];
        all.extend(arguments);
        run(&all, input)
    }

    /// Runs a client command in the background, in silence.
    pub fn spawn(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = Command::new(program());
        command
            .args(["--endpoint", self.endpoint.as_str(), "--quiet"])
            .args(arguments);
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }

    /// Runs a client command that has to succeed; gives its standard output.
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

    /// Waits until `holds` of a subject's summary; meanwhile there may be no answer.
    pub fn wait_for(&self, subject: &str, holds: impl Fn(&Value) -> bool) -> Result<String> {
        self.wait(&["report", "summary", subject, "--format", "json"], holds)
    }

    /// Waits until `holds` of a command's JSON; meanwhile there may be no answer.
    pub fn wait(&self, arguments: &[&str], holds: impl Fn(&Value) -> bool) -> Result<String> {
        let started = Instant::now();
        loop {
            let found = self.ask(arguments);
            if let Ok(text) = &found
                && holds(&serde_json::from_str(text)?)
            {
                return found;
            }
            if started.elapsed() > DEADLINE {
                bail!("{arguments:?} never came to what it should be; it is\n{}", found?);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
