//! A Redis that is killed, and comes back without what it had not yet written to disk.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use backtweet_tests::{DEADLINE, Suite, note};

use crate::acme::{POSTS, close, put_acme, undisturbed, wait_for_part, write_posts};

/// A private server. Dropping it kills it.
pub struct Redis {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Redis {
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        let child = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--save",
                "",
                "--dir",
            ])
            .arg(folder)
            .args(["--appendonly", "yes", "--appendfsync", "everysec"])
            .args(["--maxmemory-policy", "noeviction"])
            .stdout(Stdio::null())
            .spawn()?;
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(
                started.elapsed() < DEADLINE,
                "redis-server does not answer on port {port}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Self {
            child,
            folder: folder.to_owned(),
            port,
        })
    }

    /// The file that it appends every write to.
    fn journal(&self) -> Result<PathBuf> {
        let entries = std::fs::read_dir(self.folder.join("appendonlydir"))?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let journal = paths.find(|path| path.to_string_lossy().ends_with(".incr.aof"));
        journal.context("redis-server keeps no journal")
    }

    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

#[test]
fn what_redis_forgets_when_it_falls_is_counted_all_the_same() -> Result<()> {
    if Command::new("redis-server").arg("--version").output().is_err() {
        note("skipped: no redis-server on the PATH; install one, or run ./scripts/test");
        return Ok(());
    }
    let work = tempfile::tempdir()?;
    let file = work.path().join("posts.ndjson");
    write_posts(&file)?;
    let push = ["push", file.to_str().unwrap_or_default(), "--from", "post"];
    let expected = undisturbed(&push)?;

    let (folder, data) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut redis = Redis::start(folder.path(), port)?;
    let url = format!("store.url=redis://127.0.0.1:{}", redis.port);
    let suite = Suite::start(data.path(), &["store.kind=redis".to_owned(), url])?;
    put_acme(&suite)?;
    let mut pushing = suite.spawn(&push)?;

    wait_for_part(&suite, POSTS / 15)?;
    let journal = redis.journal()?;
    let kept = std::fs::metadata(&journal)?.len();
    wait_for_part(&suite, POSTS / 10)?;
    redis.kill()?;
    let lost = std::fs::metadata(&journal)?.len() - kept;
    ensure!(lost > 0, "nothing was written that could be lost");
    std::fs::File::options().write(true).open(&journal)?.set_len(kept)?;
    let _redis = Redis::start(folder.path(), port)?;

    ensure!(pushing.wait()?.success(), "the push gave up");
    close(&suite, &suite)?;
    let found = suite.wait_for("acme", |summary| *summary == expected)?;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&found)?, expected);
    ensure!(suite.stop()?.success(), "the suite did not stop cleanly");
    Ok(())
}
