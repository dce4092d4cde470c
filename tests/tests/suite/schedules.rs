//! Reports that are delivered by themselves: what `backtweet up` leaves in a folder and posts to a receiver, and what it does not repeat.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use backtweet_domain::{Clock, SystemClock, Timestamp};
use backtweet_tests::{Client, DEADLINE, Suite};
use serde_json::{Value, json};

const DAY_US: i64 = 86_400_000_000;

/// One POST; whoever sent it waits until it is answered.
struct Posted {
    socket: TcpStream,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Posted {
    fn take(receiver: &TcpListener) -> Result<Self> {
        let (socket, _) = receiver.accept()?;
        let mut lines = BufReader::new(socket.try_clone()?);
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            lines.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(": ") {
                headers.insert(name.to_lowercase(), value.trim().to_owned());
            }
        }
        let length = headers.get("content-length").context("a POST says its length")?;
        let mut body = vec![0; length.parse()?];
        lines.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body)?;
        Ok(Self { socket, headers, body })
    }

    fn accept(mut self) -> Result<()> {
        self.socket
            .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")?;
        Ok(())
    }
}

/// Schedules that are due at once: they exist for days.
fn configure(data: &Path, schedules: &[(&str, &str, &str)]) -> Result<()> {
    std::fs::create_dir_all(data.join("schedules"))?;
    let mut file = String::new();
    for (name, report, target) in schedules {
        file += &format!(
            "[[schedules]]\nname = '{name}'\nsubject = 'acme'\nreport = '{report}'\nevery = 'day'\nat = '00:00'\n{target}\n"
        );
        let kept = json!({ "since": "2026-01-01T00:00:00Z", "delivered": null, "failed": null });
        std::fs::write(data.join(format!("schedules/{name}.json")), kept.to_string())?;
    }
    std::fs::write(data.join("secret"), "0123456789abcdef\n")?;
    std::fs::write(data.join("backtweet.toml"), file)?;
    Ok(())
}

fn webhook(receiver: &TcpListener) -> Result<String> {
    let address = receiver.local_addr()?;
    Ok(format!(
        "webhook = {{ url = 'http://{address}/', secret_file = 'secret' }}"
    ))
}

/// Two posts about acme on each of the last days, today included.
fn push(suite: &Client) -> Result<()> {
    let midnight = SystemClock.now().micros() / DAY_US * DAY_US;
    let post = |number: i64| {
        json!({
            "id": format!("other:{number}"),
            "author": { "id": format!("other:author-{number}"), "handle": "ann", "followers": 7 },
            "text": "I love acme",
            "language": "en",
            "witnessed_at": Timestamp::from_micros(midnight - number / 2 * DAY_US),
        })
    };
    let lines: Vec<_> = (0..8).map(|number| post(number).to_string()).collect();
    suite.ask(&["subject", "put", "acme", "--keyword", "acme"])?;
    suite.client_with(&["push", "-", "--from", "post"], lines.join("\n").as_bytes())?;
    suite.wait_for("acme", |summary| summary["figures"]["backtweets"] == json!(8))?;
    Ok(())
}

/// What `schedule list` says of a schedule, once `holds` of it.
fn listed(suite: &Client, data: &Path, name: &str, holds: impl Fn(&Value) -> bool) -> Result<Value> {
    let started = Instant::now();
    loop {
        let listed: Vec<Value> = serde_json::from_str(&here(suite, data, &["list", "--format", "json"])?)?;
        let found = listed.into_iter().find(|schedule| schedule["name"] == name);
        let found = found.context("the schedule is listed")?;
        if holds(&found) {
            return Ok(found);
        }
        ensure!(
            started.elapsed() < DEADLINE,
            "it never came to what it should be: {found}"
        );
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// `backtweet schedule` with the configuration in `data`.
fn here(suite: &Client, data: &Path, arguments: &[&str]) -> Result<String> {
    let config = data.join("here.toml").display().to_string();
    let file = std::fs::read_to_string(data.join("backtweet.toml"))?;
    let secret = data.join("secret").display().to_string();
    std::fs::write(&config, file.replace("'secret'", &format!("'{secret}'")))?;
    let folder = format!("data_dir={}", data.display());
    suite.ask(&[&["--config", &config, "--set", &folder, "schedule"], arguments].concat())
}

#[test]
fn a_suite_delivers_reports_and_exports_of_yesterday_by_itself() -> Result<()> {
    let data = tempfile::tempdir()?;
    let receiver = TcpListener::bind("127.0.0.1:0")?;
    let suite = Suite::start(data.path(), &[])?;
    ensure!(
        here_is_empty(&suite, data.path())?,
        "somebody without schedules is not told how to have one"
    );
    push(&suite)?;
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");

    let hook = webhook(&receiver)?;
    configure(
        data.path(),
        &[
            ("page", "html", "directory = 'reports'"),
            ("rows", "export-csv", "directory = 'reports'"),
            ("lines", "export-ndjson", "directory = 'reports'"),
            ("columns", "export-parquet", "directory = 'reports'"),
            ("tool", "summary", &hook),
            ("stranger", "summary", "directory = 'reports'"),
        ],
    )?;
    let file = data.path().join("backtweet.toml");
    let text = std::fs::read_to_string(&file)?;
    let (before, stranger) = text.split_once("name = 'stranger'").context("it is configured")?;
    std::fs::write(
        &file,
        format!("{before}name = 'stranger'{}", stranger.replace("acme", "nobody")),
    )?;
    let suite = Suite::start(data.path(), &[])?;

    let posted = Posted::take(&receiver)?;
    let day = posted.headers["backtweet-delivery"].strip_prefix("tool-acme-");
    let day = day
        .context("a delivery is called by its schedule, its subject and its day")?
        .to_owned();
    ensure!(
        posted.headers["backtweet-signature"].starts_with("v1="),
        "it is not signed"
    );
    assert_eq!(posted.body["figures"]["backtweets"], 2);
    assert_eq!(posted.body["window"]["from"], format!("{day}T00:00:00Z"));
    posted.accept()?;

    for name in ["page", "rows", "lines", "columns", "tool"] {
        listed(&suite, data.path(), name, |schedule| !schedule["delivered"].is_null())?;
    }
    let read = |name: &str| std::fs::read(data.path().join(format!("reports/{name}")));
    let page = String::from_utf8(read(&format!("page-acme-{day}.html"))?)?;
    ensure!(page.contains("2 accounts pointed back at acme 2 times"), "{page}");
    let rows = String::from_utf8(read(&format!("rows-acme-{day}.csv"))?)?;
    assert_eq!(rows.lines().count(), 1 + 2);
    assert_eq!(
        String::from_utf8(read(&format!("lines-acme-{day}.ndjson"))?)?
            .lines()
            .count(),
        2
    );
    ensure!(
        read(&format!("columns-acme-{day}.parquet"))?.starts_with(b"PAR1"),
        "it is no Parquet"
    );
    let manifest: Value = serde_json::from_slice(&read(&format!("rows-acme-{day}.csv.manifest.json"))?)?;
    assert_eq!(manifest["rows"], 2);

    let stranger = listed(&suite, data.path(), "stranger", |schedule| {
        !schedule["failed"].is_null()
    })?;
    let reason = stranger["failed"]["reason"].as_str().unwrap_or_default().to_owned();
    ensure!(reason.contains("nobody"), "{reason}");
    let said = here(&suite, data.path(), &["list"])?;
    ensure!(said.contains(&reason) && said.contains("tool"), "{said}");

    let folder = format!("data_dir={}", data.path().display());
    let config = data.path().join("here.toml").display().to_string();
    let second = suite.client(&["--config", &config, "--set", &folder, "schedule", "run"])?;
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    ensure!(
        second.status.code() == Some(1) && said.contains("another program"),
        "{said}"
    );
    let unknown = suite.client(&["--config", &config, "--set", &folder, "schedule", "send", "tol"])?;
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    ensure!(
        said.contains("no schedule is called `tol`") && said.contains("tool"),
        "{said}"
    );
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}

/// Whether `schedule list` of nothing says how to begin.
fn here_is_empty(suite: &Client, data: &Path) -> Result<bool> {
    std::fs::write(data.join("backtweet.toml"), "")?;
    Ok(here(suite, data, &["list"])?.contains("[[schedules]]"))
}

#[test]
fn a_delivery_that_was_made_but_not_noted_when_the_program_was_killed_comes_again_under_its_id() -> Result<()> {
    let data = tempfile::tempdir()?;
    let receiver = TcpListener::bind("127.0.0.1:0")?;
    let hook = webhook(&receiver)?;
    let suite = Suite::start(data.path(), &[])?;
    push(&suite)?;
    suite.stop()?;
    configure(data.path(), &[("tool", "summary", &hook)])?;

    let suite = Suite::start(data.path(), &[])?;
    let first = Posted::take(&receiver)?;
    suite.kill()?;
    let suite = Suite::start(data.path(), &[])?;
    let second = Posted::take(&receiver)?;
    assert_eq!(
        first.headers["backtweet-delivery"],
        second.headers["backtweet-delivery"]
    );
    assert_eq!(first.body, second.body);
    let id = second.headers["backtweet-delivery"].clone();
    second.accept()?;
    let noted = listed(&suite, data.path(), "tool", |schedule| !schedule["delivered"].is_null())?;
    assert_eq!(noted["delivered"]["delivery"], id);
    suite.kill()?;

    // Started again it has nothing to deliver; the next that is posted is what is asked for by hand.
    let suite = Suite::start(data.path(), &[])?;
    let posting = std::thread::spawn(move || {
        let posted = Posted::take(&receiver)?;
        let id = posted.headers["backtweet-delivery"].clone();
        posted.accept()?;
        Ok::<_, anyhow::Error>((id, receiver))
    });
    let said = here(&suite, data.path(), &["send", "tool"])?;
    let (by_hand, receiver) = posting
        .join()
        .map_err(|_| anyhow::anyhow!("the receiver broke down"))??;
    ensure!(said.contains(&by_hand) && said.contains("127.0.0.1"), "{said}");
    receiver.set_nonblocking(true)?;
    ensure!(receiver.accept().is_err(), "it was delivered once more");
    Ok(())
}

#[test]
fn a_schedule_that_cannot_be_kept_to_is_said_before_anything_is_started() -> Result<()> {
    let data = tempfile::tempdir()?;
    let config = data.path().join("backtweet.toml");
    let schedule = "[[schedules]]\nname = 'weekly'\nsubject = 'acme'\nreport = 'html'\nevery = 'week'\nat = '8'\non = 'monday'\n\
                    directory = 'a'\nmail = { to = 'a@b', from = 'a@b', server = 'smtp://h' }\n";
    std::fs::write(&config, schedule)?;
    // Taken, so that whoever tried to listen would say so instead.
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let listen = format!("listen={}", taken.local_addr()?);
    let refused = backtweet_tests::run(
        &["--config", &config.display().to_string(), "--set", &listen, "up"],
        b"",
    )?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(64), "{said}");
    ensure!(
        said.contains("`schedules.weekly.at` = `8`") && said.contains("has directory and mail"),
        "{said}"
    );
    Ok(())
}
