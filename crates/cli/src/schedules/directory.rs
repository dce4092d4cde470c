//! Reports as files: whole or not there, under the same name each time.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::parcel::Parcel;
use crate::whole_file::{beside, failed, stand};

/// Lets the report stand in `folder`, behind its manifest where it has one. What stood there of an earlier try is replaced.
pub(super) fn put(folder: &Path, parcel: Parcel) -> Result<()> {
    if let Some(manifest) = &parcel.manifest {
        let path = folder.join(format!("{}.manifest.json", parcel.file_name));
        let mut text = beside(&path)?;
        writeln!(text, "{manifest:#}").with_context(|| failed(&path))?;
        stand(text, &path, true)?;
    }
    stand(parcel.content, &folder.join(parcel.file_name), true)
}
