//! `backtweet health`: whether a suite, or one service of it, is ready to serve. What a container's health check calls.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::args::Format;
use crate::client::{self, refused};
use crate::exit::UNAVAILABLE;
use crate::output;

/// Runs the command.
pub async fn run(endpoint: &str, format: Format) -> Result<ExitCode> {
    let mut client = HealthClient::new(client::connect(endpoint).await?);
    // No name means the server as a whole.
    let request = HealthCheckRequest { service: String::new() };
    let is_serving = client.check(request).await.map_err(refused)?.into_inner().status() == ServingStatus::Serving;
    match format {
        Format::Text => output::line(if is_serving {
            "serving"
        } else {
            "not serving: its log or store does not answer"
        }),
        Format::Json => output::json(&json!({ "endpoint": endpoint, "serving": is_serving }))?,
        Format::Csv => output::csv(["endpoint", "serving"], [[endpoint.to_owned(), is_serving.to_string()]])?,
    }
    Ok(ExitCode::from(if is_serving { 0 } else { UNAVAILABLE }))
}
