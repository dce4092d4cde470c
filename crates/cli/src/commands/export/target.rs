//! Where an export goes: standard output, or a file that stands under its name only when it is whole, with its manifest beside it.

use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::output;
use crate::whole_file::{beside, check_free, failed, stand};

/// An export that is being written. Dropping it leaves nothing behind.
pub enum Target {
    Standard,
    File {
        path: PathBuf,
        /// Under a name of its own, in the same folder.
        data: BufWriter<NamedTempFile>,
        /// Whether what stands there already is replaced.
        force: bool,
    },
}

impl Target {
    /// Begins to write to `path`, `-` for standard output.
    ///
    /// # Errors
    /// Where the file, or its manifest, stands there already and is not to be replaced, or where nothing can be written there.
    pub fn open(path: &Path, force: bool) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        for path in [path, &manifest_of(path)] {
            check_free(path, force)?;
        }
        Ok(Self::File {
            path: path.to_owned(),
            data: BufWriter::new(beside(path)?),
            force,
        })
    }

    /// Writes a part.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&mut self, part: &[u8]) -> Result<()> {
        match self {
            Self::Standard => {
                output::bytes(part);
                Ok(())
            }
            Self::File { path, data, .. } => data.write_all(part).with_context(|| failed(path)),
        }
    }

    /// Lets the file stand under its name, behind its manifest: where there is a file, there is its manifest.
    ///
    /// # Errors
    /// Where it cannot be written, or a file of that name appeared meanwhile.
    pub fn finish(self, manifest: &Value) -> Result<()> {
        let Self::File { path, data, force } = self else {
            return Ok(());
        };
        let data = data
            .into_inner()
            .map_err(|error| error.into_error())
            .with_context(|| failed(&path))?;
        let beside_it = manifest_of(&path);
        let mut text = beside(&beside_it)?;
        writeln!(text, "{manifest:#}").with_context(|| failed(&beside_it))?;
        stand(text, &beside_it, force)?;
        stand(data, &path, force)
    }
}

/// `FILE.manifest.json`.
fn manifest_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".manifest.json");
    name.into()
}
