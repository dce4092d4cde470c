//! One file, read on as it grows, or whole where it is compressed. Which files there are is not known here.

use std::io::SeekFrom;
use std::path::Path;

use async_compression::tokio::bufread::{GzipDecoder, ZstdDecoder};
use bytes::{BufMut, Bytes, BytesMut};
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, BufReader};
use xxhash_rust::xxh3::xxh3_64;

use super::found::{Form, Found, Mark};
use crate::source::whole_lines::WholeLines;

/// How many bytes are read at once.
const PIECE: usize = 256 * 1024;
/// How many bytes at a file's beginning tell it from another that came into its place.
const HEAD: usize = 256;

type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// Whether the file is one of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is followed by itself, and kept open.
    Alone,
    /// It stands in a directory that is followed, and is opened when it has grown.
    Directory,
}

/// What is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing for now: a compressed file that may still be written, or one that could not be read at this length.
    Waiting,
    /// There may be more at any time.
    Open,
    /// It is not at its place any more, since so many looks: what is in it is the last.
    Gone(u8),
    /// Nothing more comes.
    Ended,
}

/// How many looks a writer has to end its last line in a file that was moved away.
const GRACE: u8 = 3;

/// A file that is being read.
pub(super) struct Tail {
    found: Found,
    place: Place,
    state: State,
    reader: Option<Reader>,
    /// Up to where it was read, in bytes of text.
    read: u64,
    /// Of a compressed file's text, bytes that come again and were read before.
    to_skip: u64,
    /// What a plain file begins with, as far as it was read.
    head: Vec<u8>,
    /// What the head has to be, once the file is opened.
    expected: (u64, usize),
    lines: WholeLines,
    /// The length at which it could not be read.
    failed: Option<u64>,
}

impl Tail {
    /// A file that was read up to `mark`. Compressed ones wait until they were seen twice with the same length.
    pub(super) async fn new(found: Found, mark: &Mark, place: Place) -> Self {
        let is_compressed = found.form.is_compressed();
        let is_same = !is_compressed || (!mark.is_done && mark.length <= found.length);
        let mut tail = Self {
            place,
            state: if is_compressed { State::Waiting } else { State::Open },
            reader: None,
            read: if is_same { mark.offset } else { 0 },
            to_skip: 0,
            head: Vec::new(),
            expected: mark.head,
            lines: WholeLines::default(),
            failed: None,
            found,
        };
        tail.begin_anew_if_other().await;
        tail
    }

    pub(super) fn key(&self) -> String {
        self.found.key()
    }

    pub(super) fn path(&self) -> &Path {
        &self.found.path
    }

    pub(super) fn form(&self) -> Form {
        self.found.form
    }

    /// Whether everything in it was handed on, and nothing more comes.
    pub(super) fn is_finished(&self) -> bool {
        self.has_ended() && self.lines.held() == 0
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// How far its lines were handed on.
    pub(super) fn mark(&self) -> Mark {
        let offset = self.read - self.lines.held();
        let is_compressed = self.found.form.is_compressed();
        let known = self.head.len().min(usize::try_from(offset).unwrap_or(HEAD));
        Mark {
            offset,
            length: if is_compressed { self.found.length } else { 0 },
            is_done: is_compressed && self.is_finished(),
            head: match known {
                0 => self.expected,
                known => (xxh3_64(&self.head[..known]), known),
            },
        }
    }

    /// Takes note of how the file stands now.
    pub(super) async fn seen(&mut self, found: &Found) {
        let before = std::mem::replace(&mut self.found, found.clone());
        if self.failed.is_some_and(|length| length != found.length) {
            self.failed = None;
        }
        if self.found.form.is_compressed() {
            match self.state {
                State::Waiting if before.length == found.length && self.failed.is_none() => self.state = State::Open,
                State::Open if before.length != found.length => self.wait(),
                _ => {}
            }
            return;
        }
        if self.state == State::Waiting && self.failed.is_none() {
            self.state = State::Open;
        }
        self.begin_anew_if_other().await;
    }

    /// A plain file that was cut off, or another that came into its place, is read from its beginning.
    async fn begin_anew_if_other(&mut self) {
        if self.found.form.is_compressed() {
            return;
        }
        let is_to_be_looked_at = self.found.length > self.read || self.head.is_empty();
        if self.found.length < self.read || (is_to_be_looked_at && !self.is_the_same().await) {
            tracing::info!(file = %self.found.path.display(), "a file was cut off and begins anew");
            self.begin_anew();
        }
    }

    /// Whether the file still begins as it did when it was read.
    async fn is_the_same(&mut self) -> bool {
        let (hash, length) = match self.head.len() {
            0 => self.expected,
            length => (xxh3_64(&self.head), length),
        };
        if length == 0 {
            return true;
        }
        match head(&self.found.path, length).await {
            Ok(head) if xxh3_64(&head) == hash && head.len() == length => {
                // Where it is the head's first part, it grows with what is read.
                self.head = head;
                true
            }
            Ok(_) => false,
            // It is moved at this very moment; the next look tells.
            Err(_) => true,
        }
    }

    /// It is not at its place any more.
    pub(super) fn gone(&mut self) {
        self.state = match self.state {
            State::Ended => State::Ended,
            State::Gone(looks) => State::Gone(looks.saturating_add(1)),
            _ => State::Gone(0),
        };
        // Nothing is left to be read, or nothing that could be.
        if self.reader.is_none() && (self.found.form.is_compressed() || self.place == Place::Directory) {
            self.state = State::Ended;
        }
    }

    /// It cannot be read as it is; returns whether that is news.
    pub(super) fn fail(&mut self) -> bool {
        let is_news = self.failed != Some(self.found.length);
        self.failed = Some(self.found.length);
        match self.state {
            State::Gone(_) => self.state = State::Ended,
            _ => self.wait(),
        }
        is_news
    }

    fn wait(&mut self) {
        self.state = State::Waiting;
        self.reader = None;
        self.read -= self.lines.held();
        self.lines = WholeLines::default();
    }

    fn begin_anew(&mut self) {
        self.reader = None;
        self.read = 0;
        self.head.clear();
        self.expected = (0, 0);
        self.lines = WholeLines::default();
    }

    /// The next whole line.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        let line = self.lines.next();
        if line.is_none() && self.has_ended() {
            return self.lines.finish();
        }
        line
    }

    /// How many lines were too long since this was last asked.
    pub(super) fn unreadable(&mut self) -> u64 {
        self.lines.unreadable()
    }

    /// Reads on; returns how many bytes came. Safe to cancel.
    pub(super) async fn fill(&mut self) -> std::io::Result<usize> {
        let most = match self.state {
            State::Waiting | State::Ended => return Ok(0),
            // No further than it was when it was last seen to be the same file.
            State::Open if !self.found.form.is_compressed() => self.found.length.saturating_sub(self.read),
            State::Open | State::Gone(_) => u64::MAX,
        };
        if most == 0 {
            return Ok(0);
        }
        if self.reader.is_none() {
            self.open().await?;
        }
        let most = usize::try_from(most).unwrap_or(PIECE).min(PIECE);
        let mut piece = BytesMut::with_capacity(most).limit(most);
        let came = match &mut self.reader {
            Some(reader) => reader.read_buf(&mut piece).await?,
            None => 0,
        };
        if came == 0 {
            self.at_end();
        } else {
            self.take(&piece.into_inner());
        }
        if self.place == Place::Directory && self.state == State::Open && self.read >= self.found.length {
            self.close();
        }
        Ok(came)
    }

    /// A plain file that is read up to its end needs no handle until it grows.
    fn close(&mut self) {
        if !self.found.form.is_compressed() {
            self.reader = None;
        }
    }

    fn at_end(&mut self) {
        let has_ended = match self.state {
            State::Gone(looks) => looks >= GRACE || self.found.form.is_compressed(),
            _ => self.found.form.is_compressed(),
        };
        if has_ended {
            self.state = State::Ended;
        }
    }

    fn take(&mut self, piece: &[u8]) {
        let skipped = piece.len().min(usize::try_from(self.to_skip).unwrap_or(usize::MAX));
        self.to_skip -= skipped as u64;
        let new = &piece[skipped..];
        if self.read == self.head.len() as u64 {
            self.head.extend(new.iter().take(HEAD - self.head.len()));
        }
        self.read += new.len() as u64;
        self.lines.push(new);
    }

    async fn open(&mut self) -> std::io::Result<()> {
        let mut file = File::open(&self.found.path).await?;
        if !self.found.form.is_compressed() {
            let metadata = file.metadata().await?;
            // The name may have passed on to another file since it was looked at; the next look sees to it.
            if Found::new(self.found.path.clone(), &metadata).key() != self.key() {
                return Ok(());
            }
            file.seek(SeekFrom::Start(self.read)).await?;
            self.reader = Some(Box::new(file));
            return Ok(());
        }
        self.to_skip = self.read;
        let file = BufReader::with_capacity(PIECE, file);
        self.reader = Some(if self.found.form == Form::Gzip {
            let mut decoder = GzipDecoder::new(file);
            decoder.multiple_members(true);
            Box::new(decoder)
        } else {
            let mut decoder = ZstdDecoder::new(file);
            decoder.multiple_members(true);
            Box::new(decoder)
        });
        Ok(())
    }
}

/// The first bytes of a file.
async fn head(path: &Path, length: usize) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(length);
    File::open(path)
        .await?
        .take(length as u64)
        .read_to_end(&mut head)
        .await?;
    Ok(head)
}
