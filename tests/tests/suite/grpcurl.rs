//! Every call of `ReportService` from outside, by `grpcurl`, which knows the suite by reflection alone: a good request, a bad one, and one for a
//! subject that is not there. A call without an example in `examples` fails the test.

mod examples;

use std::collections::BTreeSet;
use std::io::BufReader;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use backtweet_tests::{DEADLINE, Suite, note};
use serde_json::{Deserializer, Value, json};

use self::examples::{EXAMPLES, Example, Stream};

const SERVICE: &str = "backtweet.v1.ReportService";
const INVALID_ARGUMENT: u64 = 3;
const NOT_FOUND: u64 = 5;
/// What `grpcurl` adds to a status code in its exit code.
const EXIT_OFFSET: i32 = 64;

/// An origin, somebody who passes it on, and somebody who names the subject.
const POSTS: &str = r#"
{"id":"other:post-0","author":{"id":"other:acme"},"text":"our new anvil","witnessed_at":"2026-07-01T00:00:00Z"}
{"id":"other:post-1","author":{"id":"other:fan-1"},"text":"","witnessed_at":"2026-07-01T00:01:00Z","references":[{"kind":"repost","target":"other:post-0","author":"other:acme"}]}
{"id":"other:post-2","author":{"id":"other:fan-2","followers":10},"text":"acme is wonderful, I love it #anvil","language":"en","witnessed_at":"2026-07-01T00:02:00Z"}
"#;

struct Grpcurl {
    program: String,
    address: String,
}

/// What a call came to: the responses, or the status as JSON.
type Answer = std::result::Result<Vec<Value>, Value>;

impl Grpcurl {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["-plaintext", "-format-error"]).args(arguments);
        command
    }

    /// The calls of the service, by reflection.
    fn calls(&self) -> Result<BTreeSet<String>> {
        let output = self.command(&[&self.address, "list", SERVICE]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let listed = String::from_utf8(output.stdout)?;
        let names = listed.lines().filter_map(|line| line.rsplit('.').next());
        Ok(names.map(str::to_owned).collect())
    }

    fn ask(&self, call: &str, request: &str) -> Result<Answer> {
        let method = format!("{SERVICE}/{call}");
        let output = self.command(&["-d", request, &self.address, &method]).output()?;
        if output.status.success() {
            let responses = Deserializer::from_slice(&output.stdout).into_iter();
            return Ok(Ok(responses.collect::<serde_json::Result<_>>()?));
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let status: Value = serde_json::from_str(&said).with_context(|| format!("{call} {request}: {said}"))?;
        let code = output.status.code().map(|code| code - EXIT_OFFSET);
        ensure!(
            json!(code) == status["code"],
            "exit code and status differ: {code:?}, {status}"
        );
        Ok(Err(status))
    }

    /// The first response of a stream that does not end by itself, while `meanwhile` is done over and over.
    fn first(&self, call: &str, request: &str, meanwhile: impl Fn(usize) -> Result<()>) -> Result<Value> {
        let method = format!("{SERVICE}/{call}");
        let mut command = self.command(&["-d", request, &self.address, &method]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("standard output is piped")?);
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || said.send(Deserializer::from_reader(stdout).into_iter().next()));
        let started = Instant::now();
        let mut round = 0;
        let response = loop {
            meanwhile(round)?;
            round += 1;
            match heard.recv_timeout(Duration::from_millis(500)) {
                Ok(response) => break response,
                Err(mpsc::RecvTimeoutError::Timeout) if started.elapsed() < DEADLINE => {}
                Err(error) => bail!("{call} said nothing: {error}"),
            }
        };
        child.kill()?;
        child.wait()?;
        Ok(response.context("the stream ended")??)
    }
}

#[test]
fn every_call_of_the_report_service_answers_a_client_that_knows_it_by_reflection_alone() -> Result<()> {
    let Ok(program) = std::env::var("BACKTWEET_TEST_GRPCURL") else {
        note(
            "skipped: asking from outside needs grpcurl; run ./scripts/test, or set BACKTWEET_TEST_GRPCURL to the program",
        );
        return Ok(());
    };
    let data = tempfile::tempdir()?;
    let suite = Suite::start(data.path(), &[])?;
    suite.ask(&["subject", "put", "acme", "--account", "other:acme", "--keyword", "acme"])?;
    suite.ask(&["subject", "put", "rival", "--keyword", "rival"])?;
    suite.client_with(&["push", "-", "--from", "post"], POSTS.trim().as_bytes())?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == 2)?;
    let grpcurl = Grpcurl {
        program,
        address: suite.endpoint().trim_start_matches("http://").to_owned(),
    };

    let calls = grpcurl.calls()?;
    let with_example: BTreeSet<_> = EXAMPLES.iter().map(|example| example.call.to_owned()).collect();
    let without: Vec<_> = calls.symmetric_difference(&with_example).collect();
    ensure!(
        without.is_empty(),
        "calls without an example in `grpcurl/examples.rs`, or examples without a call: {without:?}"
    );

    // Endless streams last: they are told of more posts than the others count.
    let (endless, ending): (Vec<&Example>, Vec<_>) =
        EXAMPLES.iter().partition(|example| example.stream == Stream::Endless);
    for example in ending {
        let Example { call, good, .. } = example;
        let responses = grpcurl.ask(call, good)?;
        let responses = responses.map_err(|status| anyhow::anyhow!("{call} {good} was refused: {status}"))?;
        shows(example, responses.last())?;
        refuses(&grpcurl, example)?;
    }
    for example in endless {
        let push = |round: usize| {
            let post = json!({
                "id": format!("other:later-{round}"),
                "author": { "id": "other:fan-3" },
                "text": "acme again",
                "witnessed_at": "2026-07-01T00:03:00Z",
            });
            suite
                .client_with(&["push", "-", "--from", "post"], post.to_string().as_bytes())
                .map(drop)
        };
        let response = grpcurl.first(example.call, example.good, push)?;
        shows(example, Some(&response))?;
        refuses(&grpcurl, example)?;
    }
    Ok(())
}

fn shows(example: &Example, response: Option<&Value>) -> Result<()> {
    let Example {
        call,
        shows: (pointer, expected),
        ..
    } = example;
    let response = response.with_context(|| format!("{call} answers nothing"))?;
    ensure!(
        response.pointer(pointer) == Some(&json!(expected)),
        "{call}: {pointer} is not {expected} in {response:#}"
    );
    Ok(())
}

/// A bad request is refused with the field at fault, and one for a subject that is not there by its name.
fn refuses(grpcurl: &Grpcurl, example: &Example) -> Result<()> {
    let Example {
        call,
        good,
        bad: (request, field),
        ..
    } = example;
    let Err(status) = grpcurl.ask(call, request)? else {
        bail!("{call} answers {request}");
    };
    ensure!(status["code"] == INVALID_ARGUMENT, "{call} {request}: {status}");
    let violations = status["details"][0]["fieldViolations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let said = violations
        .iter()
        .any(|violation| violation["field"] == *field && violation["description"].is_string());
    ensure!(said, "{call} {request}: `{field}` is not named in {status}");

    let request = good.replacen("\"acme\"", "\"nobody\"", 1);
    let Err(status) = grpcurl.ask(call, &request)? else {
        bail!("{call} answers for a subject that is not there");
    };
    ensure!(status["code"] == NOT_FOUND, "{call} {request}: {status}");
    ensure!(
        status["message"]
            .as_str()
            .is_some_and(|message| message.contains("nobody")),
        "{call}: {status}"
    );
    Ok(())
}
