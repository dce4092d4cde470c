//! What `backtweet export` takes.

use std::path::PathBuf;

use clap::ValueEnum;

use super::filters::Filters;

/// Which posts, and where they go.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The subject
    pub subject: String,
    /// The file; its manifest goes to FILE.manifest.json. `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// The format; told by the end of the file's name where absent
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    pub written_as: Option<ExportFormat>,
    /// Start of the window, such as 2026-07-01T00:00:00Z, or an age such as 24h or 7d
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// End of the window, exclusive
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Whose clocks times without an offset are read by, such as Europe/Berlin; UTC where absent
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
    #[command(flatten)]
    pub filters: Filters,
    /// Oldest first
    #[arg(long)]
    pub oldest: bool,
    /// CSV: leave texts that a spreadsheet could take for a formula as they are, instead of putting an apostrophe in front
    #[arg(long)]
    pub raw_text: bool,
    /// Replace the file, and its manifest, where there is one
    #[arg(long)]
    pub force: bool,
}

/// What an export is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// Apache Parquet, with typed columns
    Parquet,
}
