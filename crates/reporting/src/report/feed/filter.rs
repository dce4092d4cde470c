//! What a feed is narrowed down to.

use backtweet_domain::{Flag, Intent, Kind, Label, Network, Role};
use backtweet_wire::convert::WireEnum;
use backtweet_wire::v1;

use super::search::Search;
use crate::fold::Impact;
use crate::invalid::Violations;
use crate::slot;

/// A post passes where it passes every part. An empty list lets everything through, but for roles.
pub(super) struct Filter {
    kinds: Vec<Kind>,
    intents: Vec<Intent>,
    labels: Vec<Label>,
    roles: Vec<Role>,
    networks: Vec<Network>,
    languages: Vec<String>,
    authors: Vec<String>,
    flags: Vec<i32>,
    min_followers: u64,
    roots: Vec<String>,
    search: Search,
}

impl Filter {
    pub(super) fn read(request: &v1::FeedRequest, violations: &mut Violations) -> Self {
        let roles = read("roles", &request.roles, violations);
        let flags: Vec<Flag> = read("flags", &request.flags, violations);
        Self {
            kinds: read("kinds", &request.kinds, violations),
            intents: read("intents", &request.intents, violations),
            labels: read("sentiments", &request.sentiments, violations),
            roles: if roles.is_empty() { vec![Role::Backtweet] } else { roles },
            networks: read("networks", &request.networks, violations),
            languages: request
                .languages
                .iter()
                .map(|language| language.to_ascii_lowercase())
                .collect(),
            authors: request.authors.clone(),
            flags: flags.into_iter().map(|flag| v1::Flag::from(flag).into()).collect(),
            min_followers: request.min_followers,
            roots: request.roots.clone(),
            search: Search::read(&request.text, violations),
        }
    }

    /// The shortest feed that holds all that can pass.
    pub(super) fn feed(&self) -> String {
        match (self.authors.as_slice(), self.roles.as_slice()) {
            ([author], [Role::Backtweet]) => slot::author(author),
            _ => slot::FEED.to_owned(),
        }
    }

    /// Whether it passes as far as can be told without reading the post.
    pub(super) fn passes(&self, impact: &Impact) -> bool {
        let followers = impact.followers.unwrap_or(0);
        self.roles.contains(&impact.role())
            && (self.kinds.is_empty() || self.kinds.iter().any(|&kind| impact.kinds().contains(kind)))
            && (self.intents.is_empty() || self.intents.contains(&impact.intent()))
            && (self.labels.is_empty() || impact.label().is_some_and(|label| self.labels.contains(&label)))
            && (self.networks.is_empty() || self.networks.contains(&impact.network()))
            && (self.languages.is_empty() || self.languages.contains(&impact.language))
            && (self.authors.is_empty() || self.authors.contains(&impact.author))
            && followers >= self.min_followers
    }

    /// Whether what is in the post passes as well.
    pub(super) fn shows(&self, item: &v1::FeedItem) -> bool {
        let Some(sighting) = &item.sighting else {
            return false;
        };
        let root = sighting.lineage.as_ref().map(|lineage| &lineage.root);
        let text = sighting.post.as_ref().map_or("", |post| &post.text);
        (self.flags.is_empty() || sighting.flags.iter().any(|flag| self.flags.contains(flag)))
            && (self.roots.is_empty() || root.is_some_and(|root| self.roots.contains(root)))
            && self.search.finds(text)
    }
}

fn read<T: WireEnum>(field: &str, numbers: &[i32], violations: &mut Violations) -> Vec<T> {
    let mut values = Vec::with_capacity(numbers.len());
    for (index, &number) in numbers.iter().enumerate() {
        match T::from_number(number) {
            Ok(value) => values.push(value),
            Err(error) => violations.add(format!("{field}[{index}]"), error.to_string()),
        }
    }
    values
}
