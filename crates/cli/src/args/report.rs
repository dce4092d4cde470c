//! What `backtweet report` takes.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::campaign::Campaign;
use super::cascade::{Cascade, Cascades};
use super::filters::Filters;
use super::pages::Pages;
use super::people::{People, Reach};
use super::praise::ListPraise;

#[derive(Debug, Subcommand)]
pub enum Report {
    /// All of it as one HTML file, with pictures, to read, print or forward
    Html(Html),
    /// Counts, authors, impressions, net sentiment, and what is used together with backtweets
    Summary {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
        /// Also show how this differs from the window before and from the same weekdays before; needs --from
        #[arg(long)]
        compare: bool,
        /// How many hashtags and links used together with backtweets, at most 20
        #[arg(long, default_value_t = 5)]
        top: u32,
    },
    /// The same counts bucket by bucket
    Timeline {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
        /// Length of a bucket; chosen by the window where absent
        #[arg(long, value_enum)]
        bucket: Option<Bucket>,
    },
    /// Share of voice: 2 to 20 subjects side by side
    Compare {
        /// The subjects
        #[arg(required = true, num_args = 2..)]
        subjects: Vec<String>,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
    },
    /// Backtweets and net sentiment by weekday and hour
    Heatmap {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
    },
    /// Authors by signal strength
    Authors {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        limit: u32,
    },
    /// The subject's own posts by the backtweets that came of them
    Content {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
        #[command(flatten)]
        known: Known,
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        limit: u32,
        /// What comes first
        #[arg(long, value_enum, default_value_t = ContentSort::Backtweets)]
        sort: ContentSort,
    },
    /// How posts travel on the whole: how many are passed on how often, through how many hands, how fast
    Propagation {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
    },
    /// What a hashtag campaign came to: its uptake, who took part, and its mood beside everything else
    Campaign(Campaign),
    /// How far one post travelled: who passed it on from whom, how fast, and what it will come to
    Cascade(Cascade),
    /// The posts that travelled furthest
    Cascades(Cascades),
    /// How many different accounts follow those who pointed back, and who brought whom
    Reach(Reach),
    /// Advocates, detractors, and those with the most authority or marginal reach
    People(People),
    /// Who is answered, who returns, and who points at each other
    Community {
        /// The subject
        subject: String,
        #[command(flatten)]
        about: About,
    },
    /// The subject's own pages and profiles by the backtweets that point at them
    Pages(Pages),
    /// Praise that can be shown again, strongest first, and the permission to do so
    Praise(ListPraise),
    /// Backtweets, newest first unless sorted otherwise
    Feed(Box<Feed>),
}

/// What the file shows, and where it goes.
#[derive(Debug, clap::Args)]
pub struct Html {
    /// The subject
    #[arg(required_unless_present = "named")]
    pub subject: Option<String>,
    /// The subject, by another way
    #[arg(long = "subject", value_name = "SUBJECT", conflicts_with = "subject", hide = true)]
    pub named: Option<String>,
    #[command(flatten)]
    pub about: About,
    /// What stands above it; the subject's id where absent
    #[arg(long)]
    pub title: Option<String>,
    /// Where to write it; - for standard output
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub out: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
}

/// A part of time, and the clocks it is told by.
#[derive(Debug, clap::Args)]
pub struct About {
    /// Start of the window, such as 2026-07-01T00:00:00Z, or an age such as 24h or 7d
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// End of the window, exclusive
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Whose clocks and calendar count, such as Europe/Berlin; UTC where absent. Times without an offset are read by them too
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
}

/// By what was known at which time.
#[derive(Debug, clap::Args)]
pub struct Known {
    /// As it was known then: what was deleted since counts, what was edited since counts as it was, what was found since does not count. A time
    /// such as 2026-07-01T00:00:00Z, or an age such as 24h or 7d
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Feed {
    /// The subject
    pub subject: String,
    #[command(flatten)]
    pub about: About,
    #[command(flatten)]
    pub known: Known,
    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
    #[command(flatten)]
    pub filters: Filters,
    /// What comes first; signal and followers need a window of at most 5,000 posts
    #[arg(long, value_enum, default_value_t = Sort::Newest)]
    pub sort: Sort,
}

/// Length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bucket {
    Minute,
    QuarterHour,
    Hour,
    Day,
    /// From Monday on
    Week,
    Month,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    Newest,
    Oldest,
    Signal,
    Followers,
}

/// What comes first of a subject's own posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ContentSort {
    Backtweets,
    Reposts,
    Citations,
    Signal,
    Positive,
    Negative,
    Authors,
    Impressions,
}
