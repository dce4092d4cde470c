//! What `backtweet report pages` takes.

use std::path::PathBuf;

use super::report::About;

/// Which pages, and what they are set beside.
#[derive(Debug, clap::Args)]
pub struct Pages {
    /// The subject
    pub subject: String,
    #[command(flatten)]
    pub about: About,
    /// How many, at most 100
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
    /// Visits to set beside references: a CSV file with the columns page, date and visits, or pages as Google Search Console exports
    /// them; without dates they are taken for those of the whole window
    #[arg(long, value_name = "FILE")]
    pub visits: Option<PathBuf>,
}
