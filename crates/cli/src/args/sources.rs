//! What `backtweet sources` takes.

use clap::Subcommand;

use super::From;

#[derive(Debug, clap::Args)]
pub struct Sources {
    /// Print the table once; implied where standard output is no terminal
    #[arg(long)]
    pub once: bool,
    #[command(subcommand)]
    pub command: Option<SourcesCommand>,
}

#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Collect something from now on
    #[command(subcommand)]
    Add(AddSource),
    /// Stop reading a source for a while
    Pause {
        /// Its id
        id: String,
    },
    /// Go on with a paused source
    Resume {
        /// Its id
        id: String,
    },
    /// Stop collecting a source; what was collected stays
    Remove {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AddSource {
    /// Bluesky, through Jetstream; needs no account
    Bluesky {
        /// Names the source
        #[arg(long, default_value = "bluesky")]
        id: String,
        /// A server, such as wss://jetstream2.us-east.bsky.network; may be repeated; Bluesky's own where absent
        #[arg(long = "server", value_name = "URL")]
        servers: Vec<String>,
        /// Version of the wire: 1 or 2
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=2))]
        wire: u32,
        /// The zstd dictionary that frames are compressed with; uncompressed where absent
        #[arg(long, value_name = "FILE")]
        dictionary: Option<String>,
        /// Into how many shards accounts are parted
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
        shards: u32,
    },
    /// A Mastodon instance
    Mastodon {
        /// Its host
        instance: String,
        /// Names the source; after the host where absent
        #[arg(long)]
        id: Option<String>,
        /// public, public:local, public:remote, hashtag:TAG or hashtag:local:TAG; may be repeated
        #[arg(long = "stream", value_name = "STREAM")]
        streams: Vec<String>,
        /// Server-sent events instead of a WebSocket
        #[arg(long)]
        sse: bool,
        /// Where a user token with read:statuses lies: env:NAME or file:PATH
        #[arg(long, value_name = "PLACE")]
        token: Option<String>,
    },
    /// X, through the filtered stream; its rules follow the subjects
    X {
        /// Names the source
        #[arg(long, default_value = "x")]
        id: String,
        /// Where the app's bearer token lies: env:NAME or file:PATH
        #[arg(long, value_name = "PLACE")]
        token: String,
        /// Another address of the API
        #[arg(long, value_name = "URL")]
        api: Option<String>,
        /// How many rules the plan allows
        #[arg(long, default_value_t = 1_000)]
        rules: u32,
        /// How many characters a rule may have
        #[arg(long, default_value_t = 1_024)]
        rule_length: u32,
        /// How many posts may be read in a calendar month; a fifth of it goes to looking for deletions
        #[arg(long, value_name = "POSTS")]
        monthly_posts: Option<u64>,
        /// How many minutes are asked for again after a break
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=5))]
        backfill_minutes: u32,
        /// How many connections the plan allows
        #[arg(long, default_value_t = 1)]
        connections: u32,
    },
    /// A file that is appended to, or all files of a directory
    Files {
        /// The file or directory, as the collectors see it
        path: String,
        /// Names the source; after the path where absent
        #[arg(long)]
        id: Option<String>,
        /// Which wire the lines are in
        #[arg(long, value_enum)]
        from: From,
        /// The instance that Mastodon lines came from
        #[arg(long, value_name = "HOST", required_if_eq("from", "mastodon"))]
        instance: Option<String>,
    },
}
