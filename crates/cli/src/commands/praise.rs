//! `backtweet praise`: writes down how far asking for the permission to reuse a post has come.

use std::process::ExitCode;

use anyhow::Result;
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use serde_json::json;

use crate::args::{Format, PermissionStatus, Praise};
use crate::client::{self, refused};
use crate::output;
use crate::view::permission;

/// Runs the command.
pub async fn run(args: Praise, endpoint: &str, format: Format) -> Result<ExitCode> {
    let status = match args.status {
        PermissionStatus::None => v1::PermissionStatus::None,
        PermissionStatus::Asked => v1::PermissionStatus::Asked,
        PermissionStatus::Granted => v1::PermissionStatus::Granted,
        PermissionStatus::Refused => v1::PermissionStatus::Refused,
    };
    let request = v1::SetPermissionRequest {
        subject: args.subject,
        post: args.post.clone(),
        status: status.into(),
        by: args.by,
        note: args.note,
    };
    let mut client = ReportServiceClient::new(client::connect(endpoint).await?);
    let response = client.set_permission(request).await.map_err(refused)?.into_inner();
    let kept = response.permission.unwrap_or_default();
    match format {
        Format::Json => output::json(&json!({ "post": args.post, "permission": permission::view(&kept) }))?,
        Format::Csv => output::csv(["post", "status"], [[args.post, permission::name(&kept).to_owned()]])?,
        Format::Text => output::line(format!("{}: {}", args.post, permission::name(&kept))),
    }
    Ok(ExitCode::SUCCESS)
}
