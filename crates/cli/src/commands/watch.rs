//! `backtweet watch`: backtweets as they come in, change and go. Goes on by itself when the connection breaks.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use backtweet_wire::v1::watch_response::Change;
use backtweet_wire::v1::{WatchRequest, WatchResponse};
use serde_json::json;
use tonic::Code;

use crate::args::Format;
use crate::client::{self, refused};
use crate::output;
use crate::view::item;
use crate::view::zone::Zone;

/// With more changes waiting, whoever looks on is told.
const MANY_WAITING: u64 = 10_000;

/// Runs the command until Ctrl-C.
pub async fn run(subject: String, resume: Option<String>, endpoint: &str, format: Format) -> Result<ExitCode> {
    let mut token = resume.unwrap_or_default();
    tokio::select! {
        ended = follow(&subject, &mut token, endpoint, format) => ended?,
        _ = tokio::signal::ctrl_c() => {}
    }
    if !token.is_empty() && format == Format::Text {
        output::note(format!("go on later with `backtweet watch {subject} --resume {token}`"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows changes of `subject` from `token` on, for as long as the suite answers or comes back.
///
/// # Errors
/// When the suite refuses.
pub async fn follow(subject: &str, token: &mut String, endpoint: &str, format: Format) -> Result<()> {
    let mut client = ReportServiceClient::new(client::connect(endpoint).await?);
    if format == Format::Text {
        output::note(format!("watching {subject}; Ctrl-C ends it"));
    }
    let mut told = MANY_WAITING;
    loop {
        let request = WatchRequest {
            subject: subject.to_owned(),
            resume_token: token.clone(),
        };
        let broken = match client.watch(request).await {
            Err(status) => status,
            Ok(response) => {
                let mut changes = response.into_inner();
                loop {
                    match changes.message().await {
                        Ok(Some(change)) => {
                            token.clone_from(&change.resume_token);
                            told = tell_if_slow(change.waiting, told);
                            show(change, format)?;
                        }
                        Ok(None) => break tonic::Status::unavailable("the suite ended the stream"),
                        Err(status) => break status,
                    }
                }
            }
        };
        if !matches!(
            broken.code(),
            Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal | Code::DeadlineExceeded
        ) {
            return Err(refused(broken));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Says that more and more is waiting to be shown: once at first, and again at each ten times as much.
fn tell_if_slow(waiting: u64, told: u64) -> u64 {
    if waiting <= told {
        return if waiting == 0 { MANY_WAITING } else { told };
    }
    output::warning(format!(
        "{waiting} changes are waiting: what reads this is too slow; nothing is lost"
    ));
    waiting.saturating_mul(10)
}

fn show(response: WatchResponse, format: Format) -> Result<()> {
    let (token, waiting) = (response.resume_token, response.waiting);
    match (response.change, format) {
        (Some(Change::Item(found)), Format::Text) => output::line(item::text(&found, &Zone::UTC)),
        (Some(Change::Item(found)), _) => {
            output::json_line(
                &json!({ "change": "item", "resume_token": token, "waiting": waiting, "item": item::view(&found) }),
            )?;
        }
        (Some(Change::Gone(post)), Format::Text) => {
            output::line(output::styled(output::FAINT, format!("gone  {post}")))
        }
        (Some(Change::Gone(post)), _) => {
            output::json_line(&json!({ "change": "gone", "resume_token": token, "waiting": waiting, "post": post }))?;
        }
        (Some(Change::Behind(reason)), Format::Text) => output::warning(reason),
        (Some(Change::Behind(reason)), _) => {
            output::json_line(&json!({ "change": "behind", "resume_token": token, "reason": reason }))?;
        }
        (None, _) => {}
    }
    Ok(())
}
