//! What room a store takes: on disk as it lies after the fold, tables and journal apart, or in the memory of a Redis.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::fold::Folded;
use crate::args::BenchReports;

/// Where a store lies.
pub(super) enum Place {
    Folder(PathBuf),
    /// Host and port, and what it held before.
    Redis(String, u64),
}

/// What a store takes, in bytes.
pub(super) struct Space {
    /// All of it but the journal.
    pub(super) kept: u64,
    /// What an embedded store has written ahead: it is bounded, and does not grow with the store.
    pub(super) journal: u64,
    /// Bytes of all texts, which are among it.
    pub(super) text: u64,
}

impl Place {
    pub(super) async fn of(args: &BenchReports, folder: &Path) -> Result<Self> {
        let Some(url) = &args.redis else {
            return Ok(Place::Folder(folder.join("store")));
        };
        let host = url.trim_start_matches("redis://").split('/').next().unwrap_or_default();
        Ok(Place::Redis(host.to_owned(), used_memory(host).await?))
    }

    /// Looks.
    pub(super) async fn taken(self, folded: &Folded) -> Result<Space> {
        let text = folded.text;
        match self {
            Place::Folder(folder) => {
                let (mut kept, mut journal) = (0, 0);
                walk(&folder, &mut |path, bytes| {
                    let is_journal = path.extension().is_some_and(|extension| extension == "jnl");
                    *(if is_journal { &mut journal } else { &mut kept }) += bytes;
                })?;
                Ok(Space { kept, journal, text })
            }
            Place::Redis(host, before) => Ok(Space {
                kept: used_memory(&host).await?.saturating_sub(before),
                journal: 0,
                text,
            }),
        }
    }
}

/// Files that go meanwhile are passed over: a store at rest still merges its tables.
fn walk(folder: &Path, take: &mut impl FnMut(&Path, u64)) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.metadata() {
            Ok(about) if about.is_dir() => walk(&path, take)?,
            Ok(about) => take(&path, about.len()),
            Err(_) => {}
        }
    }
    Ok(())
}

/// Asks a Redis without a password.
async fn used_memory(host: &str) -> Result<u64> {
    let mut stream = BufReader::new(TcpStream::connect(host).await?);
    stream.write_all(b"INFO memory\r\n").await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        if let Some(bytes) = line.trim_end().strip_prefix("used_memory:") {
            return Ok(bytes.parse()?);
        }
        line.clear();
    }
    None.context("the Redis does not say how much memory it uses")
}
