//! What `backtweet report praise` and `backtweet praise` take.

use clap::ValueEnum;

use super::report::About;

/// Which praise.
#[derive(Debug, clap::Args)]
pub struct ListPraise {
    /// The subject
    pub subject: String,
    #[command(flatten)]
    pub about: About,
    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
}

/// How far asking for the permission to reuse a post has come.
#[derive(Debug, clap::Args)]
pub struct Praise {
    /// The subject
    pub subject: String,
    /// The post's id, such as x:1460323737035677698; `backtweet report praise` lists them
    pub post: String,
    /// How far it has come
    #[arg(long, value_enum)]
    pub status: PermissionStatus,
    /// Who says so
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub by: String,
    /// Whatever is worth remembering; erased together with the post
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub note: String,
}

/// The answer of an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PermissionStatus {
    /// Nobody was asked; takes back what was written down
    None,
    Asked,
    Granted,
    Refused,
}
