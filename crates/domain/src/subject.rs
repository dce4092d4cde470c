//! What somebody tracks.

use serde::{Deserialize, Serialize};

use crate::id::{Network, SubjectId};
use crate::retention::Retention;

/// An account that belongs to a subject. Native ids and handles are both kept, since Bluesky's stream has no handles and X's mentions
/// often have no ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedAccount {
    /// The network it is on; any network where absent.
    #[serde(default)]
    pub network: Option<Network>,
    /// What the network calls it: a DID, a profile URL, a numeric id.
    #[serde(default)]
    pub native: Option<String>,
    /// Its handles, compared without regard to case; with their host on Mastodon.
    #[serde(default)]
    pub handles: Vec<String>,
}

/// What somebody tracks: owned accounts, words, hashtags, links and domains. A subject with none of them matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Names it in every call and figure.
    pub id: SubjectId,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// Grows with every change. Set by the suite.
    #[serde(default)]
    pub generation: u64,
    /// Accounts whose posts are origins and whose replies are answers.
    #[serde(default)]
    pub accounts: Vec<OwnedAccount>,
    /// Words and phrases, found whole, without regard to case.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Hashtags without `#`, without regard to case.
    #[serde(default)]
    pub hashtags: Vec<String>,
    /// Pages, compared in canonical form.
    #[serde(default)]
    pub links: Vec<String>,
    /// Domains: a link to one, or to a host below it, points at the subject.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What else points at it, in the language of [`crate::query`]; empty where nothing does.
    #[serde(default)]
    pub query: String,
    /// A query that has to match as well before a keyword, a hashtag or [`Self::query`] counts; empty where nothing has to. For names that
    /// mean other things too.
    #[serde(default)]
    pub context: String,
    /// A query that must not match where a keyword, a hashtag or [`Self::query`] is to count; empty where nothing forbids.
    #[serde(default)]
    pub exclude: String,
    /// For how long its posts are kept.
    #[serde(default, skip_serializing_if = "Retention::is_empty")]
    pub retention: Retention,
}

impl Subject {
    /// A subject that matches nothing yet.
    pub fn new(id: SubjectId) -> Self {
        Self {
            id,
            name: String::new(),
            generation: 0,
            accounts: Vec::new(),
            keywords: Vec::new(),
            hashtags: Vec::new(),
            links: Vec::new(),
            domains: Vec::new(),
            query: String::new(),
            context: String::new(),
            exclude: String::new(),
            retention: Retention::default(),
        }
    }
}
