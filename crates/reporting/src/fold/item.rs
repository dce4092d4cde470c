//! Reads a scored event into what the fold needs of it.

use bytes::Bytes;

use backtweet_domain::{Classified, Entities, Scored, Sentiment, Sighting, signal, text};
use backtweet_stream::Poison;
use backtweet_wire::record::decode_scored;

use super::contribution::{Dimensions, Finding, Impact};
use super::place::Place;

/// Where neither the author nor the model names a language.
const UNDETERMINED: &str = "und";

/// How many hashtags of one post are counted: who writes more does not mean them.
const MOST_HASHTAGS: usize = 16;
/// How many links of one post are counted.
const MOST_LINKS: usize = 8;
/// Longer hashtags and links, in bytes, are not counted: cut short they would be others.
const LONGEST: usize = 2_048;

/// One finding about one post and one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub(super) subject: String,
    pub(super) post: String,
    /// Event time of what led to the finding.
    pub(super) known_us: i64,
    pub(super) finding: Finding,
}

impl Item {
    pub(super) fn decode(value: &Bytes) -> Result<Self, Poison> {
        let Scored { classified, sentiment } = decode_scored(value).map_err(|error| Poison {
            cause: format!("it is no scored event: {error}"),
        })?;
        let Classified {
            subject,
            post,
            at,
            finding,
        } = classified;
        let finding = match finding {
            backtweet_domain::Finding::Seen { version, sighting } => {
                if sighting.post.id != post {
                    let cause = format!(
                        "it is about `{post}` but shows `{}`: send the post it is about",
                        sighting.post.id
                    );
                    return Err(Poison { cause });
                }
                let place = Box::new(Place::new(&sighting.lineage, sighting.kinds, sighting.role));
                let impact = Box::new(impact(*sighting, sentiment.as_ref()));
                Finding::Seen {
                    version,
                    impact,
                    place,
                    event: value.clone(),
                }
            }
            backtweet_domain::Finding::Retracted { version } => Finding::Retracted { version },
            backtweet_domain::Finding::Account { state, seq } => Finding::Account { state, seq },
        };
        Ok(Self {
            subject: subject.into(),
            post: post.to_string(),
            known_us: at.micros(),
            finding,
        })
    }
}

fn impact(sighting: Sighting, sentiment: Option<&Sentiment>) -> Impact {
    let Sighting {
        post,
        role,
        kinds,
        automatic,
        intent,
        ..
    } = sighting;
    let label = sentiment.map(|sentiment| sentiment.label);
    let languages = [
        post.language.as_deref(),
        sentiment.and_then(|sentiment| sentiment.language.as_deref()),
    ];
    let dimensions = Dimensions {
        role,
        kinds,
        intent,
        network: post.id.network(),
        label,
    };
    Impact {
        at_us: post.witnessed_at.micros(),
        author: post.author.id.to_string(),
        automatic: !kinds.is_empty() && kinds.without(automatic).is_empty(),
        language: languages
            .into_iter()
            .flatten()
            .find_map(primary_subtag)
            .unwrap_or_else(|| UNDETERMINED.to_owned()),
        followers: post.author.followers,
        signal_milli: signal::strength(intent, label, kinds, role),
        model: sentiment.map(|sentiment| sentiment.model.clone()).unwrap_or_default(),
        hashtags: hashtags(&post.entities),
        links: links(post.entities),
        ..Impact::new(&dimensions)
    }
}

fn hashtags(entities: &Entities) -> Vec<String> {
    let folded = entities.hashtags.iter().map(|hashtag| text::fold(&hashtag.tag));
    first_of_each(folded, MOST_HASHTAGS)
}

fn links(entities: Entities) -> Vec<String> {
    first_of_each(entities.links.into_iter().map(|link| link.canonical), MOST_LINKS)
}

fn first_of_each(names: impl Iterator<Item = String>, most: usize) -> Vec<String> {
    let mut first: Vec<String> = Vec::new();
    for name in names.filter(|name| (1..=LONGEST).contains(&name.len())) {
        if first.len() == most {
            break;
        }
        if !first.contains(&name) {
            first.push(name);
        }
    }
    first
}

/// `pt` of `pt-BR`; `None` where the tag begins with no language.
fn primary_subtag(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next()?;
    let fits = (2..=8).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    fits.then(|| primary.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_counted_under_its_primary_subtag_alone() {
        assert_eq!(primary_subtag("pt-BR").as_deref(), Some("pt"));
        assert_eq!(primary_subtag("EN_us").as_deref(), Some("en"));
        assert_eq!(primary_subtag("und").as_deref(), Some("und"));
        for tag in ["", "-", "x-private", "日本語", "englishlanguage", "e1"] {
            assert_eq!(primary_subtag(tag), None, "{tag}");
        }
    }
}
