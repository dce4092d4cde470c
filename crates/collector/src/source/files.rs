//! Files that are appended to, or all files of a directory, line by line: which there are, in what order they are read, and where the
//! source stands. How one file is read is in `files/tail.rs`.

mod found;
mod tail;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use backtweet_wire::v1;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{Position, Read, Source, Trouble};
use crate::normalise::clip;
use found::{Form, Found, Mark};
use tail::{Place, Tail};

/// How often files are looked at where nothing more can be read.
const POLL: Duration = Duration::from_secs(1);
/// After how long without a line the source says that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How many lines are handed on at once.
const MOST_LINES: usize = 1_000;
/// How many files a directory may have: each is part of the position.
const MOST_FILES: usize = 4_000;

/// The lines of a file, or of all files in a directory.
pub struct FilesSource {
    path: PathBuf,
    place: Place,
    poll: Duration,
    /// What is known of files that are not open: how far they were read, by what they are.
    known: BTreeMap<String, Mark>,
    /// In the order in which they are read.
    tails: VecDeque<Tail>,
    looked: Option<Instant>,
    told: Instant,
    unreadable: u64,
}

/// What a position says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Standing {
    files: BTreeMap<String, Mark>,
}

impl FilesSource {
    /// The source. Time is the machine's own here: nothing in a file says when its lines were written.
    ///
    /// # Errors
    /// When no path is given.
    pub fn new(config: &v1::FilesSource) -> Result<Self, String> {
        if config.path.trim().is_empty() {
            return Err("path is missing: name a file or a directory".to_owned());
        }
        Ok(Self {
            path: PathBuf::from(&config.path),
            place: Place::Alone,
            poll: POLL,
            known: BTreeMap::new(),
            tails: VecDeque::new(),
            looked: None,
            told: Instant::now(),
            unreadable: 0,
        })
    }

    /// Where every file that is still there has been read up to.
    fn position(&self) -> Result<Position, Trouble> {
        let mut files = self.known.clone();
        for tail in &self.tails {
            files.insert(tail.key(), tail.mark());
        }
        let text = serde_json::to_string(&Standing { files }).map_err(|error| Trouble::Unusable {
            reason: format!("the position of `{}` cannot be written ({error})", self.path.display()),
        })?;
        Ok(Position(text))
    }

    /// Looks which files there are, once in a while.
    async fn look(&mut self) -> Result<(), Trouble> {
        if self.looked.is_some_and(|looked| looked.elapsed() < self.poll) {
            return Ok(());
        }
        let found = match self.find().await {
            // Between two names of a rotation there is no file.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.looked.is_some() => Vec::new(),
            found => found.map_err(|error| unreadable(&self.path, &error))?,
        };
        if found.len() > MOST_FILES {
            return Err(Trouble::Unusable {
                reason: format!(
                    "`{}` has {} files, and {MOST_FILES} is the most: move those away that were read",
                    self.path.display(),
                    found.len()
                ),
            });
        }
        self.take_in(found).await;
        self.looked = Some(Instant::now());
        Ok(())
    }

    /// The files at the path: those of a directory, or the file itself with those beside it that it was before they were moved away.
    async fn find(&mut self) -> std::io::Result<Vec<Found>> {
        let path = &self.path;
        let metadata = tokio::fs::metadata(path).await;
        if metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
            self.place = Place::Directory;
            return list(path).await;
        }
        let own = metadata.map(|metadata| Found::new(path.clone(), &metadata));
        if own.is_ok() {
            self.place = Place::Alone;
        }
        let read: BTreeSet<String> = self
            .known
            .keys()
            .cloned()
            .chain(self.tails.iter().map(Tail::key))
            .collect();
        let is_elsewhere = |own: &Found| read.iter().any(|key| *key != own.key());
        let mut found = Vec::new();
        if own.as_ref().map_or(!read.is_empty(), is_elsewhere) {
            let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            found = list(beside.unwrap_or(Path::new("."))).await?;
            found.retain(|found| found.path != *path && found.form == Form::Plain && read.contains(&found.key()));
        }
        match own {
            Ok(own) => found.push(own),
            Err(error) if found.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(found)
    }

    /// Follows the files that are there, and ends what is not there any more.
    async fn take_in(&mut self, found: Vec<Found>) {
        let root = &self.path;
        let is_replaced = self.place == Place::Alone && found.iter().any(|found| found.path == *root);
        let is_moved = |found: &Found| is_replaced && found.path != *root;
        let by_key: BTreeMap<String, &Found> = found.iter().map(|found| (found.key(), found)).collect();
        for tail in &mut self.tails {
            let found = by_key.get(&tail.key());
            if let Some(found) = found {
                tail.seen(found).await;
            }
            if found.is_none_or(|found| is_moved(found)) {
                tail.gone();
            }
        }
        let open: BTreeSet<String> = self.tails.iter().map(Tail::key).collect();
        let mut known = BTreeMap::new();
        for found in found.iter().filter(|found| !open.contains(&found.key())) {
            let key = found.key();
            match self.known.remove(&key) {
                Some(mark) if mark.is_done_at(found) => {
                    known.insert(key, mark);
                }
                mark => {
                    let mut tail = Tail::new(found.clone(), &mark.unwrap_or_default(), self.place).await;
                    if is_moved(found) {
                        tail.gone();
                    }
                    self.tails.push_back(tail);
                }
            }
        }
        // The rest is not there any more.
        self.known = known;
    }

    /// Reads on in the first file that has more. Safe to cancel: what was read is kept with its file.
    async fn fill(&mut self) -> bool {
        for place in 0..self.tails.len() {
            let tail = &mut self.tails[place];
            match tail.fill().await {
                Ok(0) if tail.has_ended() => return true,
                Ok(0) => {}
                Ok(_) => {
                    // The others are next.
                    self.tails.rotate_left(place + 1);
                    return true;
                }
                Err(error) => {
                    if tail.fail() {
                        tracing::warn!(file = %tail.path().display(), %error, "a file cannot be read as it is");
                    }
                }
            }
        }
        false
    }

    /// Lines at hand.
    fn at_hand(&mut self) -> Result<Option<Read>, Trouble> {
        let mut read = Read::default();
        for tail in &mut self.tails {
            while read.lines.len() < MOST_LINES {
                let Some(line) = tail.next() else { break };
                if !line.trim_ascii().is_empty() {
                    read.lines.push(line);
                }
            }
            self.unreadable += tail.unreadable();
        }
        let (ended, open) = std::mem::take(&mut self.tails).into_iter().partition(Tail::is_finished);
        self.tails = open;
        let ended: VecDeque<Tail> = ended;
        for tail in ended.iter().filter(|tail| tail.form().is_compressed()) {
            self.known.insert(tail.key(), tail.mark());
        }
        read.unreadable = std::mem::take(&mut self.unreadable);
        let is_due = self.told.elapsed() >= SIGN_OF_LIFE;
        if read.lines.is_empty() && read.unreadable == 0 && ended.is_empty() && !is_due {
            return Ok(None);
        }
        self.told = Instant::now();
        read.position = Some(self.position()?);
        Ok(Some(read))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::Unusable {
        reason: format!(
            "`{}` cannot be read ({error}): see that it is there, and that the collectors may read it",
            path.display()
        ),
    }
}

/// The plain and compressed files of a directory by name, without those that are hidden.
async fn list(directory: &Path) -> std::io::Result<Vec<Found>> {
    let mut entries = tokio::fs::read_dir(directory).await?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        // A file may be gone again.
        if let Ok(metadata) = tokio::fs::metadata(entry.path()).await
            && metadata.is_file()
        {
            found.push(Found::new(entry.path(), &metadata));
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

#[async_trait]
impl Source for FilesSource {
    async fn connect(&mut self, position: Option<&Position>) -> Result<(), Trouble> {
        self.tails.clear();
        self.looked = None;
        self.unreadable = 0;
        let standing = position.map_or(Ok(Standing::default()), |position| serde_json::from_str(&position.0));
        self.known = standing
            .map_err(|error| Trouble::Unusable {
                reason: format!(
                    "`{}` is no position in files ({error}): remove the source and add it under another id",
                    clip(position.map_or("", |position| &position.0))
                ),
            })?
            .files;
        self.look().await
    }

    async fn read(&mut self) -> Result<Read, Trouble> {
        loop {
            if let Some(read) = self.at_hand()? {
                return Ok(read);
            }
            self.look().await?;
            if !self.fill().await {
                tokio::time::sleep(self.poll).await;
            }
        }
    }

    /// Whoever mends the path finds it read within a minute.
    fn pause(&self, _: &Trouble, in_a_row: u32) -> Duration {
        let doubling = 2u64.saturating_pow(in_a_row.saturating_sub(1).min(8));
        Duration::from_secs(doubling.min(60))
    }
}

#[cfg(test)]
mod tests;
