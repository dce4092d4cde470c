//! Files that stand under their name only when they are whole: nobody ever finds half of one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

/// Refuses a path where something stands already that is not to be replaced.
///
/// # Errors
/// In that case.
pub fn check_free(path: &Path, force: bool) -> Result<()> {
    ensure!(
        force || !path.exists(),
        "`{}` exists: choose another name, or replace it with --force",
        path.display()
    );
    Ok(())
}

/// A file in the folder of `path`, which is gone when it is dropped; its mode is that of any new file.
///
/// # Errors
/// Where nothing can be written there.
pub fn beside(path: &Path) -> Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    tempfile::Builder::new()
        .prefix(".backtweet-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .with_context(|| failed(path))
}

/// Lets a file stand under its name.
///
/// # Errors
/// Where it cannot be written, or a file of that name appeared meanwhile and is not to be replaced.
pub fn stand(file: NamedTempFile, path: &Path, force: bool) -> Result<()> {
    file.as_file().sync_all().with_context(|| failed(path))?;
    let stood = if force {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    stood
        .map(drop)
        .map_err(|error| error.error)
        .with_context(|| failed(path))
}

/// What is said where a path cannot be written.
pub fn failed(path: &Path) -> String {
    format!("`{}` cannot be written", path.display())
}
