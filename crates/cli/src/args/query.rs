//! What `backtweet query` takes.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum Query {
    /// Say whether a query is one, what to beware of, and how much of what is retained it would have matched
    Validate {
        #[command(flatten)]
        draft: Draft,
        /// How many retained posts are tried at most
        #[arg(long, default_value_t = 20_000, value_name = "POSTS")]
        sample: u32,
    },
    /// Show which part of which text matches which part of a query, and which does not
    Explain(Explain),
}

/// A query and what restricts it. How they are written: docs/query-language.md
#[derive(Debug, clap::Args)]
pub struct Draft {
    /// The query, such as 'acme (refund* OR "not working") -is:repost'
    pub query: String,
    /// A query that has to match as well
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub context: String,
    /// A query that must not match
    #[arg(long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub exclude: String,
}

#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The query
    #[arg(required_unless_present = "subject", conflicts_with = "subject")]
    pub query: Option<String>,
    /// A query that has to match as well
    #[arg(
        long,
        value_name = "QUERY",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "subject"
    )]
    pub context: String,
    /// A query that must not match
    #[arg(
        long,
        value_name = "QUERY",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "subject"
    )]
    pub exclude: String,
    /// A subject of the running suite instead of a query
    #[arg(long, value_name = "ID")]
    pub subject: Option<String>,
    /// The text to try it on
    #[arg(long, value_name = "TEXT", required_unless_present = "post", conflicts_with = "post")]
    pub text: Option<String>,
    /// A post to try it on: a file with one JSON object as `push --from post` takes it, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub post: Option<PathBuf>,
}
