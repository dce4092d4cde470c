//! `backtweet export`: a subject's posts as a file. It stands under its name only when it is whole and its digest is that of the manifest.

mod target;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use backtweet_domain::{Clock, SystemClock};
use backtweet_runtime::signals::Signals;
use backtweet_wire::v1;
use backtweet_wire::v1::export_response::Part;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sha2::{Digest, Sha256};
use tonic::transport::Channel;

use self::target::Target;
use super::report::{feed, window};
use crate::args::export::{Export, ExportFormat};
use crate::client::{self, refused};
use crate::exit::{Failure, INTERRUPTED};
use crate::output;
use crate::view::bars::grouped;
use crate::view::manifest;
use crate::view::zone::Zone;

/// Runs the command. What is wrong with the command line is said before anything is connected.
pub async fn run(args: Export, endpoint: &str, quiet: bool) -> Result<ExitCode> {
    let (to, force) = (args.to.clone(), args.force);
    let request = request(args)?;
    // Before there is anything that a signal could leave behind.
    let signals = Signals::catch()?;
    let target = Target::open(&to, force)?;
    tokio::select! {
        done = export(request, target, endpoint, quiet) => done.map(|()| ExitCode::SUCCESS),
        name = signals.first() => Err(Failure {
            code: INTERRUPTED,
            message: format!("{name}: the export was given up, and no file was written"),
        }
        .into()),
    }
}

/// What the command line asks for.
fn request(args: Export) -> Result<v1::ExportRequest> {
    let format = match args.written_as.or_else(|| format_of(&args.to)) {
        Some(ExportFormat::Ndjson) => v1::ExportFormat::Ndjson,
        Some(ExportFormat::Csv) => v1::ExportFormat::Csv,
        Some(ExportFormat::Parquet) => v1::ExportFormat::Parquet,
        None => bail!(
            "`{}` does not say which format: end it in .ndjson, .csv or .parquet, or add --as; the end of the window is --until",
            args.to.display()
        ),
    };
    let order = if args.oldest {
        v1::ExportOrder::Oldest
    } else {
        v1::ExportOrder::Newest
    };
    let zone = Zone::read(args.tz.as_deref())?;
    let (from, to) = (args.from.as_deref(), args.until.as_deref());
    let filtered = feed::filtered(args.filters)?;
    Ok(v1::ExportRequest {
        subject: args.subject,
        window: window::parse(from, to, &zone, SystemClock.now())?,
        format: format.into(),
        order: order.into(),
        kinds: filtered.kinds,
        intents: filtered.intents,
        sentiments: filtered.sentiments,
        roles: filtered.roles,
        networks: filtered.networks,
        languages: filtered.languages,
        authors: filtered.authors,
        flags: filtered.flags,
        min_followers: filtered.min_followers,
        roots: filtered.roots,
        text: filtered.text,
        raw_text: args.raw_text,
    })
}

fn format_of(file: &Path) -> Option<ExportFormat> {
    match file.extension()?.to_str()? {
        "ndjson" | "jsonl" => Some(ExportFormat::Ndjson),
        "csv" => Some(ExportFormat::Csv),
        "parquet" => Some(ExportFormat::Parquet),
        _ => None,
    }
}

/// Asks for the posts, and lets the file stand.
async fn export(request: v1::ExportRequest, mut target: Target, endpoint: &str, quiet: bool) -> Result<()> {
    let mut client = ReportServiceClient::new(client::connect(endpoint).await?);
    let bar = progress(quiet);
    let write = |part: &[u8]| {
        bar.inc(part.len() as u64);
        target.write(part)
    };
    let manifest = receive(&mut client, request, write).await?;
    bar.finish_and_clear();
    target.finish(&manifest::json(&manifest))?;
    output::note(format!(
        "{} posts in {} bytes, SHA-256 {}",
        grouped(manifest.rows),
        grouped(manifest.bytes),
        manifest.sha256
    ));
    if manifest.sequence_at_start != manifest.sequence_at_end {
        let changes = manifest.sequence_at_end - manifest.sequence_at_start;
        output::note(format!(
            "{changes} changes came in meanwhile; each post is as it stood when it was read"
        ));
    }
    Ok(())
}

/// Takes the whole stream, and checks it against its manifest.
///
/// # Errors
/// Where the suite refuses or ends the stream, where a part cannot be written, and where one was damaged on its way.
pub async fn receive(
    client: &mut ReportServiceClient<Channel>,
    request: v1::ExportRequest,
    mut write: impl FnMut(&[u8]) -> Result<()>,
) -> Result<v1::ExportManifest> {
    let mut parts = client.export(request).await.map_err(refused)?.into_inner();
    let mut digest = Sha256::new();
    let manifest = loop {
        let response = parts.message().await.map_err(refused)?;
        match response
            .context("the suite ended the stream before it was whole: try again")?
            .part
        {
            Some(Part::Data(data)) => {
                digest.update(&data);
                write(&data)?;
            }
            Some(Part::Manifest(manifest)) => break manifest,
            None => {}
        }
    };
    let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(
        found == manifest.sha256,
        "the file was damaged on its way: its SHA-256 is {found} and should be {}; try again",
        manifest.sha256
    );
    Ok(manifest)
}

fn progress(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes} written, {bytes_per_sec}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
