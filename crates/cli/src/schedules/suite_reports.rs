//! Makes parcels of what a suite answers, as any other client of it.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use async_trait::async_trait;
use backtweet_domain::{Occurrence, Timestamp};
use backtweet_runtime::config::{ReportForm, Schedule};
use backtweet_wire::v1;
use backtweet_wire::v1::report_service_client::ReportServiceClient;
use tonic::transport::Channel;

use super::parcel::{self, Parcel, Reports};
use crate::client::{self, MESSAGE_LIMIT, refused};
use crate::commands::{export, report};
use crate::html::{gather, page};
use crate::view::comparison;
use crate::view::figures;
use crate::view::manifest;
use crate::view::zone::Zone;
use crate::whole_file::{beside, failed};

type Client = ReportServiceClient<Channel>;

/// How many hashtags and links a summary names.
const NAMED: u32 = 8;

/// Asks the suite at an endpoint.
#[derive(Debug, Clone)]
pub struct SuiteReports {
    endpoint: String,
}

impl SuiteReports {
    /// Asks the suite at `endpoint`.
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
        }
    }
}

#[async_trait]
impl Reports for SuiteReports {
    async fn make(
        &self,
        schedule: &Schedule,
        occurrence: &Occurrence,
        now: Timestamp,
        folder: &Path,
    ) -> Result<Parcel> {
        let client = ReportServiceClient::new(client::connect(&self.endpoint).await?);
        let client = client.max_decoding_message_size(MESSAGE_LIMIT);
        let file_name = parcel::file_name(schedule, occurrence);
        let path = folder.join(&file_name);
        let mut content = beside(&path)?;
        let zone = Zone::read(Some(schedule.recurrence.time_zone()))?;
        let about = About {
            subject: schedule.subject.as_str(),
            window: v1::Window {
                from_us: Some(occurrence.from.micros()),
                to_us: Some(occurrence.to.micros()),
            },
            zone: &zone,
        };
        let (summary, manifest) = match schedule.report {
            ReportForm::Html => {
                let report = gather(&client, about.subject, Some(about.window), &zone, None, now.micros()).await?;
                content
                    .write_all(page(&report).as_bytes())
                    .with_context(|| failed(&path))?;
                (report.summary, None)
            }
            ReportForm::Summary => {
                let summary = about.summary(client).await?;
                writeln!(content, "{:#}", report::summary_view(&summary)).with_context(|| failed(&path))?;
                (summary, None)
            }
            ReportForm::Ndjson => about.export(client, v1::ExportFormat::Ndjson, &mut content).await?,
            ReportForm::Csv => about.export(client, v1::ExportFormat::Csv, &mut content).await?,
            ReportForm::Parquet => about.export(client, v1::ExportFormat::Parquet, &mut content).await?,
        };
        Ok(Parcel {
            id: parcel::id(schedule, occurrence),
            file_name,
            media_type: parcel::kind(schedule.report).1,
            title: parcel::title(schedule, occurrence),
            figures: told(&summary, &zone),
            content,
            manifest: manifest.as_ref().map(manifest::json),
        })
    }
}

/// What is asked about.
struct About<'a> {
    subject: &'a str,
    window: v1::Window,
    zone: &'a Zone,
}

impl About<'_> {
    async fn summary(&self, mut client: Client) -> Result<v1::SummaryResponse> {
        let request = v1::SummaryRequest {
            subject: self.subject.to_owned(),
            window: Some(self.window),
            compare: true,
            time_zone: self.zone.name().to_owned(),
            top: NAMED,
            ..v1::SummaryRequest::default()
        };
        Ok(client.summary(request).await.map_err(refused)?.into_inner())
    }

    async fn export(
        &self,
        mut client: Client,
        format: v1::ExportFormat,
        content: &mut impl Write,
    ) -> Result<(v1::SummaryResponse, Option<v1::ExportManifest>)> {
        let request = v1::ExportRequest {
            subject: self.subject.to_owned(),
            window: Some(self.window),
            format: format.into(),
            order: v1::ExportOrder::Oldest.into(),
            ..v1::ExportRequest::default()
        };
        let manifest = export::receive(&mut client, request, |part| Ok(content.write_all(part)?)).await?;
        Ok((self.summary(client).await?, Some(manifest)))
    }
}

/// The main figures, as the terminal shows them, without its colours.
fn told(summary: &v1::SummaryResponse, zone: &Zone) -> String {
    let found = summary.figures.clone().unwrap_or_default();
    let text = format!(
        "{}\n{}\n\n{}\n",
        figures::page(&summary.subject, &found).trim_end(),
        comparison::text("the period before", summary.previous.as_ref(), zone),
        figures::coverage(&summary.coverage.clone().unwrap_or_default()),
    );
    anstream::adapter::strip_str(&text).to_string()
}
