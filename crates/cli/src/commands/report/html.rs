//! `backtweet report html`.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};
use backtweet_domain::{Clock, SystemClock};

use super::{Asked, Client};
use crate::args::Html;
use crate::html::{gather, page};
use crate::output;

/// Asks for everything, and writes the file.
pub(super) async fn write(client: &Client, args: Html, asked: &Asked) -> Result<()> {
    let subject = args.subject.or(args.named).unwrap_or_default();
    let to_stdout = args.out == Path::new("-");
    if !to_stdout && !args.force && args.out.exists() {
        return Err(exists(&args.out));
    }
    let now = SystemClock.now().micros();
    let report = gather(client, &subject, asked.window, &asked.zone, args.title, now).await?;
    let page = page(&report);
    if to_stdout {
        output::line(page);
        return Ok(());
    }
    save(&args.out, &page, args.force)?;
    output::note(format!("the report on {subject} is in {}", args.out.display()));
    Ok(())
}

/// Nobody ever finds half a report: it is written beside, and put in place when it is whole.
fn save(file: &Path, page: &str, force: bool) -> Result<()> {
    let failed = || format!("`{}` cannot be written", file.display());
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut whole = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    whole.write_all(page.as_bytes()).with_context(failed)?;
    if force {
        whole.persist(file).with_context(failed)?;
        return Ok(());
    }
    match whole.persist_noclobber(file) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(exists(file)),
        Err(error) => Err(error.error).with_context(failed),
    }
}

fn exists(file: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "`{}` is there already: add --force to write over it, or name another file with --out",
        file.display()
    )
}
