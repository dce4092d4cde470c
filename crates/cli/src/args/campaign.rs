//! What `backtweet report campaign` takes.

use super::report::{About, Bucket};

/// Which campaign, and how it is shown.
#[derive(Debug, clap::Args)]
pub struct Campaign {
    /// The subject
    pub subject: String,
    /// A hashtag of the campaign, with or without #; may be repeated
    #[arg(long = "hashtag", value_name = "TAG", required = true)]
    pub hashtags: Vec<String>,
    #[command(flatten)]
    pub about: About,
    /// Length of a bucket; chosen by the campaign's length where absent
    #[arg(long, value_enum)]
    pub bucket: Option<Bucket>,
    /// How many participants, micro-influencers and posts of the subject's own, at most 100 of each
    #[arg(long, short = 'n', default_value_t = 10)]
    pub limit: u32,
}
