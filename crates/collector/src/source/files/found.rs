//! What names a file, and how far it was read. How it is read is `tail.rs`'s.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How a file holds its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Gzip,
    Zstd,
}

impl Form {
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Form::Gzip,
            Some("zst") => Form::Zstd,
            _ => Form::Plain,
        }
    }

    pub(super) fn is_compressed(self) -> bool {
        self != Form::Plain
    }
}

/// A file as it was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) form: Form,
    device: u64,
    inode: u64,
    pub(super) length: u64,
}

impl Found {
    pub(super) fn new(path: PathBuf, metadata: &std::fs::Metadata) -> Self {
        Self {
            form: Form::of(&path),
            path,
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
        }
    }

    /// What names the file in a position: a plain one may be renamed while it is read; a compressed one is written once.
    pub(super) fn key(&self) -> String {
        match self.form {
            Form::Plain => format!("{:x}:{:x}", self.device, self.inode),
            _ => self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }
}

/// How far a file was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Behind the last line that was handed on, in bytes of text.
    pub(super) offset: u64,
    /// A compressed file's length when it was read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) length: u64,
    /// Whether it was read to its end, and is not read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_done: bool,
    /// Hash and number of the bytes at a plain file's beginning.
    #[serde(default)]
    pub(super) head: (u64, usize),
}

impl Mark {
    /// Whether the compressed file that is there now was read to its end.
    pub(super) fn is_done_at(&self, found: &Found) -> bool {
        self.is_done && found.form.is_compressed() && self.length == found.length
    }
}

fn is_zero(length: &u64) -> bool {
    *length == 0
}
