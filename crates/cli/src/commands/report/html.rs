//! `backtweet report html`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use backtweet_domain::{Clock, SystemClock};

use super::{Asked, Client};
use crate::args::Html;
use crate::html::{gather, page};
use crate::output;
use crate::whole_file::{beside, check_free, failed, stand};

/// Asks for everything, and writes the file.
pub(super) async fn write(client: &Client, args: Html, asked: &Asked) -> Result<()> {
    let subject = args.subject.or(args.named).unwrap_or_default();
    let to_stdout = args.out == Path::new("-");
    if !to_stdout {
        check_free(&args.out, args.force)?;
    }
    let now = SystemClock.now().micros();
    let report = gather(client, &subject, asked.window, &asked.zone, args.title, now).await?;
    let page = page(&report);
    if to_stdout {
        output::line(page);
        return Ok(());
    }
    let mut file = beside(&args.out)?;
    file.write_all(page.as_bytes()).with_context(|| failed(&args.out))?;
    stand(file, &args.out, args.force)?;
    output::note(format!("the report on {subject} is in {}", args.out.display()));
    Ok(())
}
