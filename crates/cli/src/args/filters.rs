//! What a subject's posts are narrowed down by.

/// A post is shown where it passes all of them.
#[derive(Debug, clap::Args)]
pub struct Filters {
    /// Only these kinds
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<String>,
    /// Only these intents
    #[arg(long = "intent", value_name = "INTENT")]
    pub intents: Vec<String>,
    /// Only these sentiments
    #[arg(long = "sentiment", value_name = "LABEL")]
    pub sentiments: Vec<String>,
    /// Only these roles; backtweets where absent
    #[arg(long = "role", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// Only these networks
    #[arg(long = "network", value_name = "NETWORK")]
    pub networks: Vec<String>,
    /// Only these languages, such as en; und where none is known
    #[arg(long = "language", value_name = "LANGUAGE")]
    pub languages: Vec<String>,
    /// Only these authors, as `network:native id`
    #[arg(long = "author", value_name = "AUTHOR")]
    pub authors: Vec<String>,
    /// Only posts that bear one of these flags
    #[arg(long = "flag", value_name = "FLAG")]
    pub flags: Vec<String>,
    /// Only authors with at least so many followers
    #[arg(long, value_name = "FOLLOWERS", default_value_t = 0, hide_default_value = true)]
    pub min_followers: u64,
    /// Only the cascades that grew from these posts
    #[arg(long = "root", value_name = "POST")]
    pub roots: Vec<String>,
    /// Only texts with all these words, and "phrases in quotes"
    #[arg(long, value_name = "WORDS", default_value = "", hide_default_value = true)]
    pub text: String,
}
