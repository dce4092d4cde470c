//! The command line, as a person sees it in `--help`.

mod campaign;
mod cascade;
pub mod export;
mod filters;
mod models;
mod pages;
mod people;
mod praise;
mod query;
mod report;
mod retain;
mod schedule;
mod sources;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use campaign::Campaign;
pub use cascade::{Cascade, Cascades, Export};
pub use filters::Filters;
pub use models::{Correct, Evaluate, Model, Models, ModelsCommand, Said};
pub use pages::Pages;
pub use people::{People, PeopleSort, Reach};
pub use praise::{ListPraise, PermissionStatus, Praise};
pub use query::{Draft, Explain, Query};
pub use report::{About, Bucket, ContentSort, Feed, Html, Known, Report, Sort};
pub use retain::Retain;
pub use schedule::Schedule;
pub use sources::{AddSource, Sources, SourcesCommand};

const EXAMPLES: &str = "\
Examples:
  backtweet demo                                      a day in the life of three brands, in a temporary directory
  backtweet up                                        run the whole suite here, on an embedded log and store
  backtweet up --bluesky --track @you.bsky.social     see who points back at you on Bluesky, live
  backtweet subject put acme --account x:@acme --hashtag AcmeLaunch --domain acme.example
  backtweet push posts.ndjson.gz --from x             hand it posts from a file
  backtweet report summary acme                       read what came back
  backtweet report heatmap acme --from 28d --tz Europe/Berlin
  backtweet export acme --to acme.parquet --from 30d
  backtweet watch acme                                see it come in
  echo 'I love this' | backtweet score

Exit codes: 0 done, 1 failed, 2 bad command line, 3 demo differs from its oracle, 64 bad configuration,
65 some input was refused, 69 no suite answers at the endpoint, 130 an export was interrupted.";

/// Follows what points back at you over Bluesky, Mastodon and X.
#[derive(Debug, Parser)]
#[command(name = "backtweet", version, about, after_help = EXAMPLES, propagate_version = true)]
pub struct Args {
    /// Where a running suite answers
    #[arg(
        long,
        global = true,
        env = "BACKTWEET_ENDPOINT",
        default_value = "http://127.0.0.1:7400",
        value_name = "URL"
    )]
    pub endpoint: String,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Configuration file (TOML); see `backtweet config example`
    #[arg(long, global = true, env = "BACKTWEET_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One configuration key, over file and environment; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Folder with the weights of the deep sentiment model; else `models` here, beside the program or above it
    #[arg(long = "models", global = true, env = "BACKTWEET_MODELS", value_name = "FOLDER")]
    pub weights: Option<PathBuf>,
    /// No progress bars
    #[arg(long, short, global = true)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document, or one a line where results stream
    Json,
    /// Comma-separated values with a header
    Csv,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play a day in the life of three brands and read the report
    Demo(Demo),
    /// Run the whole suite in this process
    Up(Up),
    /// What is collected live, how far, and what was missed
    Sources(Sources),
    /// Hand posts from a file or standard input to a running suite
    Push(Push),
    /// What is tracked
    #[command(subcommand)]
    Subject(Subject),
    /// Try a query before a subject has it
    #[command(subcommand)]
    Query(Query),
    /// Figures about one subject, or about several side by side
    #[command(subcommand)]
    Report(Report),
    /// Write down how far asking for the permission to reuse a post has come
    Praise(Praise),
    /// What became of an author's posts: which were erased, which still count, and what goes when
    Erasure(Erasure),
    /// Write a subject's backtweets to a file, one row each, with a manifest beside it
    Export(Box<export::Export>),
    /// Reports that are delivered by themselves, as the configuration says
    #[command(subcommand)]
    Schedule(Schedule),
    /// See backtweets as they come in, change and go
    Watch {
        /// The subject
        subject: String,
        /// Go on behind this token of an earlier watch
        #[arg(long, value_name = "TOKEN")]
        resume: Option<String>,
    },
    /// Score one text a line from standard input; one JSON object a line
    Score {
        /// Which model
        #[arg(long, value_enum, default_value_t = Model::Fast)]
        model: Model,
        /// Declare this language for every text, such as en; else each text has to tell its own
        #[arg(long, value_name = "LANGUAGE")]
        language: Option<String>,
        /// Let the running suite score, by its own model; it keeps each text for 30 days, under an id for `models correct`
        #[arg(long, conflicts_with = "model")]
        keep: bool,
    },
    /// Which sentiment models there are, and how good they are
    Models(Models),
    /// Find entities and intent of one text a line from standard input; one JSON object a line
    Classify {
        /// Also name the running suite's subjects that each text points at
        #[arg(long)]
        subjects: bool,
    },
    /// Measure this machine
    #[command(subcommand)]
    Bench(Bench),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Say whether a suite, or one service of it, is ready to serve
    Health,
    /// Completions for a shell, on standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Leave after the report; implied where standard output is no terminal
    #[arg(long)]
    pub once: bool,
    /// Which day to play: the same seed gives the same day
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What `up` starts with.
#[derive(Debug, Default, clap::Args)]
pub struct Up {
    /// Collect Bluesky, which needs no account; from this server where one is named, such as wss://jetstream2.us-east.bsky.network
    #[arg(long, value_name = "SERVER", num_args = 0..=1, default_missing_value = "", require_equals = false)]
    pub bluesky: Option<String>,
    /// Collect the public stream of this Mastodon instance; may be repeated
    #[arg(long, value_name = "HOST")]
    pub mastodon: Vec<String>,
    /// Where the token for those instances lies: env:NAME or file:PATH
    #[arg(long, value_name = "PLACE", requires = "mastodon")]
    pub mastodon_token: Option<String>,
    /// Track @HANDLE, #TAG, a domain or a word, and show who points back; may be repeated
    #[arg(long, value_name = "WHAT")]
    pub track: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub struct Push {
    /// The file, plain or compressed with gzip or zstd; `-` is standard input
    pub file: String,
    /// Which wire its lines are in
    #[arg(long, value_enum)]
    pub from: From,
    /// The instance that Mastodon lines came from, since their ids are local to it
    #[arg(long, value_name = "HOST", required_if_eq("from", "mastodon"))]
    pub instance: Option<String>,
}

/// A wire that files can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// Jetstream v1 events, one a line
    Jetstream,
    /// Mastodon statuses or stream frames, one a line
    Mastodon,
    /// X API v2 stream objects, one a line
    X,
    /// The suite's own JSON, one event or post a line
    Post,
}

#[derive(Debug, Subcommand)]
pub enum Subject {
    /// Create or replace a subject
    Put(Box<PutSubject>),
    /// Show one subject
    Get {
        /// Its id
        id: String,
    },
    /// Show all subjects
    List,
    /// Show how far the posts that were retained when a subject was put have been read for it
    History {
        /// Its id
        id: String,
        /// Wait until all have been
        #[arg(long)]
        wait: bool,
    },
    /// Forget a subject and all its figures
    Delete {
        /// Its id
        id: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct PutSubject {
    /// Its id: lower-case letters, digits, `-`, `_`, `.`
    #[arg(required_unless_present = "file")]
    pub id: Option<String>,
    /// The whole subject as JSON; the other options add to it
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What people call it
    #[arg(long)]
    pub name: Option<String>,
    /// An owned account, as `bluesky:did:plc:…`, `x:12345`, `mastodon:https://host/@user`, `x:@handle`, or `@handle` for any network
    #[arg(long = "account", value_name = "ACCOUNT")]
    pub accounts: Vec<String>,
    /// A word or phrase
    #[arg(long = "keyword", value_name = "WORDS")]
    pub keywords: Vec<String>,
    /// A hashtag
    #[arg(long = "hashtag", value_name = "TAG")]
    pub hashtags: Vec<String>,
    /// A page
    #[arg(long = "link", value_name = "URL")]
    pub links: Vec<String>,
    /// A domain, with everything below it
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// What else points at it, such as `acme (refund* OR broken) -is:repost`
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// A query that has to match as well before a keyword, a hashtag or the query counts
    #[arg(long, value_name = "QUERY")]
    pub context: Option<String>,
    /// A query that must not match where a keyword, a hashtag or the query is to count
    #[arg(long, value_name = "QUERY")]
    pub exclude: Option<String>,
    #[command(flatten)]
    pub retain: Retain,
}

#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Posts a second from the collector to the report, and each stage's share
    Pipeline(Pipeline),
    /// Jetstream events a second from the wire to the log, beside a plain JSON decoder
    Collect(Collect),
    /// How fast backtweets are folded, what room they take, and how long reports about them take, as there are more of them
    Reports(BenchReports),
}

#[derive(Debug, clap::Args)]
pub struct BenchReports {
    /// How many backtweets the largest archive has; a tenth and three tenths of it are measured before
    #[arg(long, default_value_t = 1_000_000)]
    pub posts: u64,
    /// How many subjects
    #[arg(long, default_value_t = 100)]
    pub subjects: u32,
    /// How many clients ask at once
    #[arg(long, default_value_t = 8)]
    pub clients: usize,
    /// How long each call is asked over and over
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Fold into the Redis at this URL rather than into an embedded store; its keys are removed afterwards
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// Keep the embedded stores in this folder, which must not hold any yet; else in a temporary one
    #[arg(long, value_name = "FOLDER", conflicts_with = "redis")]
    pub store: Option<PathBuf>,
    /// Measure the largest archive alone
    #[arg(long)]
    pub once: bool,
}

#[derive(Debug, clap::Args)]
pub struct Collect {
    /// How many events
    #[arg(long, default_value_t = 300_000)]
    pub events: u64,
}

#[derive(Debug, clap::Args)]
pub struct Pipeline {
    /// How many posts
    #[arg(long, default_value_t = 500_000)]
    pub posts: u64,
    /// How many subjects
    #[arg(long, default_value_t = 1_000)]
    pub subjects: u32,
    /// Which share of the posts matches one
    #[arg(long, default_value_t = 0.05)]
    pub matching: f64,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// A commented configuration file with every key at its default
    Example,
    /// Check the configuration and say what is wrong with it
    Check,
}

/// Whose posts, and where.
#[derive(Debug, clap::Args)]
pub struct Erasure {
    /// The author, as `network:native id`, such as bluesky:did:plc:abc
    pub author: String,
    /// Only what this subject holds
    #[arg(long)]
    pub subject: Option<String>,
}
