//! What `backtweet report reach` and `backtweet report people` take.

use clap::ValueEnum;

use super::About;

/// Whose audiences, and what of them.
#[derive(Debug, clap::Args)]
pub struct Reach {
    /// The subject
    pub subject: String,
    #[command(flatten)]
    pub about: About,
    /// Only the cascade that grew from this post, such as x:1460323737035677698
    #[arg(long, value_name = "POST", default_value = "", hide_default_value = true)]
    pub root: String,
    /// The followers that these two have in common, as `network:native id`
    #[arg(long, num_args = 2, value_names = ["ACCOUNT", "OTHER"])]
    pub overlap: Vec<String>,
    /// How many amplifiers are named, at most 100
    #[arg(long, short = 'n', default_value_t = 10)]
    pub limit: u32,
}

/// Which people.
#[derive(Debug, clap::Args)]
pub struct People {
    /// The subject
    pub subject: String,
    #[command(flatten)]
    pub about: About,
    /// Who comes first
    #[arg(long, value_enum, default_value_t = PeopleSort::Advocates)]
    pub order: PeopleSort,
    /// Leave out likely bots
    #[arg(long)]
    pub no_bots: bool,
    /// How many
    #[arg(long, short = 'n', default_value_t = 20)]
    pub limit: u32,
}

/// Who comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeopleSort {
    /// Whose backtweets speak for the subject, lately and to others than everybody else reaches
    Advocates,
    /// Whose backtweets speak against it
    Detractors,
    /// Whose posts are passed on and cited by those who are passed on and cited themselves
    Authority,
    /// Who have few followers and bring many whom nobody else brings
    Marginal,
}
