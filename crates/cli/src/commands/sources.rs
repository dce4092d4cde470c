//! `backtweet sources`: what is collected live, by whom, how far, and what was missed. On a terminal the table is drawn anew each second.

mod add;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use backtweet_domain::{Clock, SystemClock};
use backtweet_wire::v1;
use backtweet_wire::v1::collector_service_client::CollectorServiceClient;
use tonic::transport::Channel;

use crate::args::{self, Format};
use crate::client::{self, refused};
use crate::output;

pub use add::{bluesky, mastodon};

type Client = CollectorServiceClient<Channel>;

/// How often the table is drawn anew.
const REDRAW: Duration = Duration::from_secs(1);

/// Runs the command.
pub async fn run(sources: args::Sources, endpoint: &str, format: Format) -> Result<ExitCode> {
    // What is wrong with the command line is said before anything is connected.
    let wanted = match &sources.command {
        Some(args::SourcesCommand::Add(add)) => Some(add::assemble(add)?),
        _ => None,
    };
    let mut client = CollectorServiceClient::new(client::connect(endpoint).await?);
    let done = match sources.command {
        None => return list(&mut client, sources.once, format).await,
        Some(args::SourcesCommand::Add(_)) => {
            let id = wanted.as_ref().map(|source| source.id.clone()).unwrap_or_default();
            client
                .put_source(v1::PutSourceRequest { source: wanted })
                .await
                .map_err(refused)?;
            format!("{id} is collected from now on; see `backtweet sources`")
        }
        Some(args::SourcesCommand::Pause { id }) => {
            client
                .pause_source(v1::PauseSourceRequest { id: id.clone() })
                .await
                .map_err(refused)?;
            format!("{id} is paused; go on with `backtweet sources resume {id}`")
        }
        Some(args::SourcesCommand::Resume { id }) => {
            client
                .resume_source(v1::ResumeSourceRequest { id: id.clone() })
                .await
                .map_err(refused)?;
            format!("{id} goes on where it stood")
        }
        Some(args::SourcesCommand::Remove { id }) => {
            client
                .delete_source(v1::DeleteSourceRequest { id: id.clone() })
                .await
                .map_err(refused)?;
            format!("{id} is not collected any more; what was collected stays")
        }
    };
    if format == Format::Text {
        output::line(done);
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &mut Client, once: bool, format: Format) -> Result<ExitCode> {
    if once || format != Format::Text || !output::is_terminal() {
        let (listed, seen) = look(client).await?;
        match format {
            Format::Text => output::line(table::text(&listed, &seen, SystemClock.now())),
            Format::Json => output::json(&table::view(&listed, &seen))?,
            Format::Csv => table::csv(&listed, &seen)?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut redraw = tokio::time::interval(REDRAW);
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(ExitCode::SUCCESS),
            _ = redraw.tick() => {
                let (listed, seen) = look(client).await?;
                output::redraw(table::text(&listed, &seen, SystemClock.now()));
            }
        }
    }
}

/// What is collected, and what was seen of it in the last hour.
async fn look(client: &mut Client) -> Result<(v1::ListSourcesResponse, v1::GetCoverageResponse)> {
    let listed = client.list_sources(v1::ListSourcesRequest {}).await.map_err(refused)?;
    let seen = client
        .get_coverage(v1::GetCoverageRequest::default())
        .await
        .map_err(refused)?;
    Ok((listed.into_inner(), seen.into_inner()))
}
