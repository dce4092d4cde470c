//! What a scheduled report is: of what, when, and to whom. When it is due is told by its recurrence; delivering is not known here.

use std::path::PathBuf;

use backtweet_domain::{Recurrence, SubjectId};

use super::Secret;

/// A report that is delivered by itself (`[[schedules]]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Names it and its deliveries (`name`): lower-case letters, digits and dashes.
    pub name: String,
    /// Whom it is about (`subject`).
    pub subject: SubjectId,
    /// What is delivered (`report`).
    pub report: ReportForm,
    /// When it is due, and about which period it then is (`every`, `at`, `on`, `time_zone`).
    pub recurrence: Recurrence,
    /// To whom (`directory`, `webhook` or `mail`).
    pub target: Target,
}

/// What is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// The HTML report.
    Html,
    /// The summary as JSON.
    Summary,
    /// An export, one JSON object a line.
    Ndjson,
    /// An export as comma-separated values.
    Csv,
    /// An export as Apache Parquet.
    Parquet,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Files in this folder.
    Directory(PathBuf),
    /// A signed POST.
    Webhook {
        /// Where to (`webhook.url`); whoever knows it may be able to post there.
        url: Secret,
        /// What it is signed with (`webhook.secret`).
        secret: Secret,
    },
    /// A mail with the report attached.
    Mail(Mail),
}

/// How a report is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom (`mail.to`); never empty.
    pub to: Vec<String>,
    /// From whom (`mail.from`).
    pub from: String,
    /// The server's host (`mail.server`).
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected (`mail.tls`, and the scheme of `mail.server`).
    pub tls: MailTls,
    /// User and password, where the server asks for them (`mail.user`, `mail.password`).
    pub login: Option<(String, Secret)>,
}

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in the open and goes on in TLS, or not at all.
    Start,
    /// TLS from the first byte.
    Whole,
    /// Not at all.
    None,
}
