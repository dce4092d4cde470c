//! What is delivered: a report on one period, under a name that is the same however often it is delivered.

use std::path::Path;

use anyhow::Result;
use async_trait::async_trait;
use backtweet_domain::{Occurrence, Timestamp};
use backtweet_runtime::config::{ReportForm, Schedule};
use serde_json::Value;
use tempfile::NamedTempFile;

/// A report that is ready to be delivered.
#[derive(Debug)]
pub struct Parcel {
    /// Names the delivery.
    pub id: String,
    /// What its file is called.
    pub file_name: String,
    /// What is in it, such as `text/html`.
    pub media_type: &'static str,
    /// What it is, in a few words.
    pub title: String,
    /// The main figures, for people.
    pub figures: String,
    /// The report itself; gone when the parcel is dropped, unless it was put somewhere.
    pub content: NamedTempFile,
    /// What stands beside an export.
    pub manifest: Option<Value>,
}

/// Makes parcels.
#[async_trait]
pub trait Reports: Send + Sync + 'static {
    /// The report of a schedule on an occurrence's period; its file lies in `folder`.
    ///
    /// # Errors
    /// Where it cannot be made.
    async fn make(&self, schedule: &Schedule, occurrence: &Occurrence, now: Timestamp, folder: &Path)
    -> Result<Parcel>;
}

/// Names a delivery: schedule, subject and period.
pub fn id(schedule: &Schedule, occurrence: &Occurrence) -> String {
    format!("{}-{}-{}", schedule.name, schedule.subject, occurrence.period)
}

/// What its file is called.
pub fn file_name(schedule: &Schedule, occurrence: &Occurrence) -> String {
    format!("{}.{}", id(schedule, occurrence), kind(schedule.report).0)
}

/// What it is, in a few words.
pub fn title(schedule: &Schedule, occurrence: &Occurrence) -> String {
    let what = match schedule.report {
        ReportForm::Html => "report",
        ReportForm::Summary => "summary",
        ReportForm::Ndjson | ReportForm::Csv | ReportForm::Parquet => "export",
    };
    let zone = schedule.recurrence.time_zone();
    format!("{}: {what} on {} ({zone})", schedule.subject, occurrence.words())
}

/// The end of a file's name and the media type.
pub fn kind(report: ReportForm) -> (&'static str, &'static str) {
    match report {
        ReportForm::Html => ("html", "text/html; charset=utf-8"),
        ReportForm::Summary => ("json", "application/json"),
        ReportForm::Ndjson => ("ndjson", "application/x-ndjson"),
        ReportForm::Csv => ("csv", "text/csv; charset=utf-8"),
        ReportForm::Parquet => ("parquet", "application/vnd.apache.parquet"),
    }
}
