//! What `backtweet report cascade` and `backtweet report cascades` take.

use std::path::PathBuf;

use clap::ValueEnum;

/// Which cascade, as of when, and what of it.
#[derive(Debug, clap::Args)]
pub struct Cascade {
    /// The subject
    pub subject: String,
    /// The post that it grew from, such as x:1460323737035677698; `backtweet report cascades` lists them
    pub root: String,
    /// As it was known then: with posts that were deleted since, without those found since. A time such as 2026-07-01T12:00:00Z, or an age such as 24h
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// The forecast as it would have been made this long after the start, such as 1h
    #[arg(long, value_name = "SPAN")]
    pub observe: Option<String>,
    /// How many posts of the tree are shown
    #[arg(long, short = 'n', default_value_t = 30, value_name = "POSTS")]
    pub lines: usize,
    /// Write the whole tree for other programs instead
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<Export>,
    /// Where to write it; standard output where absent
    #[arg(long, value_name = "FILE", requires = "export")]
    pub out: Option<PathBuf>,
}

/// A format that other programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// For yEd, Cytoscape, igraph and NetworkX
    Graphml,
    /// For Gephi
    Gexf,
    /// For programs that draw family trees of species; branches are as long as the seconds between posts
    Newick,
    /// One JSON document with a record for each post
    Json,
}

/// Which cascades.
#[derive(Debug, clap::Args)]
pub struct Cascades {
    /// The subject
    pub subject: String,
    /// Those that began last first, instead of the largest
    #[arg(long)]
    pub newest: bool,
    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
}
