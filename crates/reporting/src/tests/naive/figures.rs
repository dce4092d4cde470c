//! The figures of some posts, counted one by one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Intent, Kind, Label, Network, Role, Scored};
use backtweet_wire::v1;

use super::{sighting, worth};

pub(super) fn figures(posts: &[&Scored]) -> v1::Figures {
    let with_role = |role: Role| posts.iter().filter(|post| sighting(post).role == role).count() as u64;
    let backtweets: Vec<&Scored> = posts
        .iter()
        .copied()
        .filter(|post| sighting(post).role == Role::Backtweet)
        .collect();
    let many = |condition: &dyn Fn(&Scored) -> bool| backtweets.iter().filter(|post| condition(post)).count() as u64;
    let list = |names: Vec<(&str, u64)>| -> Vec<v1::Count> {
        let counted = names.into_iter().filter(|(_, count)| *count > 0);
        counted
            .map(|(name, count)| v1::Count {
                name: name.into(),
                count,
            })
            .collect()
    };
    let label = |wanted: Label| many(&|post| post.sentiment.as_ref().is_some_and(|it| it.label == wanted));
    let (positive, negative) = (label(Label::Positive), label(Label::Negative));
    let net = (positive as f64 - negative as f64) / (positive + negative) as f64;
    v1::Figures {
        backtweets: backtweets.len() as u64,
        reposts: many(&|post| sighting(post).kinds.contains(Kind::Repost)),
        citations: many(&|post| !sighting(post).kinds.contains(Kind::Repost)),
        automatic: many(&|post| sighting(post).kinds == sighting(post).automatic),
        indirect: with_role(Role::Indirect),
        origins: with_role(Role::Origin),
        answers: with_role(Role::Answer),
        kinds: list(
            Kind::ALL
                .map(|kind| (kind.name(), many(&|post| sighting(post).kinds.contains(kind))))
                .to_vec(),
        ),
        intents: list(
            Intent::ALL
                .map(|it| (it.name(), many(&|post| sighting(post).intent == it)))
                .to_vec(),
        ),
        networks: list(
            Network::ALL
                .map(|it| (it.name(), many(&|post| post.classified.post.network() == it)))
                .to_vec(),
        ),
        languages: languages(&backtweets),
        sentiments: list(Label::ALL.map(|it| (it.name(), label(it))).to_vec()),
        net_sentiment: (positive + negative > 0).then_some(net),
        impressions: backtweets
            .iter()
            .filter_map(|post| sighting(post).post.author.followers)
            .sum(),
        impressions_unknown: many(&|post| sighting(post).post.author.followers.is_none()),
        authors: backtweets
            .iter()
            .map(|post| &sighting(post).post.author.id)
            .collect::<BTreeSet<_>>()
            .len() as u64,
        signal_milli: backtweets.iter().map(|post| worth(post)).sum(),
        models: models(&backtweets),
        authors_error: None,
    }
}

fn models(backtweets: &[&Scored]) -> Vec<v1::Count> {
    let mut models: BTreeMap<&str, u64> = BTreeMap::new();
    for sentiment in backtweets.iter().filter_map(|post| post.sentiment.as_ref()) {
        *models.entry(&sentiment.model).or_default() += 1;
    }
    most_frequent_first(models)
}

fn languages(backtweets: &[&Scored]) -> Vec<v1::Count> {
    let all: Vec<String> = backtweets.iter().map(|post| language(post)).collect();
    let mut languages: BTreeMap<&str, u64> = BTreeMap::new();
    for language in &all {
        *languages.entry(language).or_default() += 1;
    }
    most_frequent_first(languages)
}

/// The language that a post counts in.
pub(super) fn language(post: &Scored) -> String {
    let scored = post
        .sentiment
        .as_ref()
        .and_then(|sentiment| sentiment.language.as_deref());
    let language = sighting(post).post.language.as_deref().or(scored).unwrap_or("und");
    language[..language.find('-').unwrap_or(language.len())].to_owned()
}

pub(super) fn most_frequent_first(counts: BTreeMap<&str, u64>) -> Vec<v1::Count> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
        .into_iter()
        .map(|(name, count)| v1::Count {
            name: name.into(),
            count,
        })
        .collect()
}
