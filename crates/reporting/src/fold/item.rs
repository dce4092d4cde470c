//! Reads a scored event into what the fold needs of it.

use bytes::Bytes;

use backtweet_domain::{
    Classified, Entities, Intent, Kind, KindSet, Label, Post, PostId, Reference, Role, Scored, Sentiment, Sighting,
    signal, text,
};
use backtweet_stream::Poison;
use backtweet_wire::record::decode_scored;

use super::contribution::{Dimensions, Finding, Impact};
use super::pages::profile;
use super::place::Place;

/// Where neither the author nor the model names a language.
const UNDETERMINED: &str = "und";

/// How many hashtags of one post are counted: who writes more does not mean them.
const MOST_HASHTAGS: usize = 16;
/// How many links of one post are counted.
const MOST_LINKS: usize = 8;
/// How many mentions of one post are counted.
const MOST_MENTIONS: usize = 16;
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
    let is_praise = is_praise(&sighting, sentiment);
    let Sighting {
        post,
        role,
        kinds,
        automatic,
        intent,
        lineage,
        ..
    } = sighting;
    let label = sentiment.map(|sentiment| sentiment.label);
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
        language: counted_language(
            post.language.as_deref(),
            sentiment.and_then(|sentiment| sentiment.language.as_deref()),
        ),
        followers: post.author.followers,
        signal_milli: signal::strength(intent, label, kinds, role),
        model: sentiment.map(|sentiment| sentiment.model.clone()).unwrap_or_default(),
        is_praise,
        pages: pages(&post, kinds, automatic),
        points_at: points_at(&post),
        passes_on: passes_on(&post, lineage.parent.as_ref()),
        hashtags: hashtags(&post.entities),
        links: links(post.entities),
        ..Impact::new(&dimensions)
    }
}

/// Whether it is praise in words of its own, by somebody who does not look like a program.
fn is_praise(sighting: &Sighting, sentiment: Option<&Sentiment>) -> bool {
    sighting.role == Role::Backtweet
        && sighting.intent == Intent::Praise
        && sentiment.is_some_and(|sentiment| sentiment.label == Label::Positive)
        && sighting.flags.is_empty()
        && !sighting.post.author.bot
        && !sighting.kinds.contains(Kind::Repost)
        && !sighting.post.text.trim().is_empty()
}

/// Whether it hangs on a post that is not known to be by the same author.
fn passes_on(post: &Post, parent: Option<&PostId>) -> bool {
    let is_own = |reference: &Reference| {
        reference.target.as_ref() == parent && reference.author.as_ref() == Some(&post.author.id)
    };
    parent.is_some() && !post.references.iter().any(is_own)
}

/// What it points at by links and mentions, where any of these is the subject's own.
fn pages(post: &Post, kinds: KindSet, automatic: KindSet) -> Vec<String> {
    let entities = &post.entities;
    let links = entities.links.iter().filter(|_| kinds.contains(Kind::Link));
    let meant = kinds.contains(Kind::Mention) && !automatic.contains(Kind::Mention);
    let mentions = entities.mentions.iter().filter(|mention| meant && !mention.automatic);
    let profiles = mentions.map(|mention| profile(post.id.network(), mention));
    let mut pages = first_of_each(links.map(|link| link.canonical.clone()), MOST_LINKS);
    pages.extend(first_of_each(profiles, MOST_MENTIONS));
    pages
}

/// Whose posts it hangs on, and who else it mentions.
fn points_at(post: &Post) -> Vec<String> {
    let authors = post.references.iter().filter_map(|reference| reference.author.as_ref());
    let mentions = post.entities.mentions.iter().filter(|mention| !mention.automatic);
    let accounts = authors.chain(mentions.filter_map(|mention| mention.account.as_ref()));
    let others = accounts.filter(|account| **account != post.author.id);
    first_of_each(others.map(ToString::to_string), MOST_MENTIONS)
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
    let fits = |name: &String| (1..=LONGEST).contains(&name.len()) && !name.contains('\0');
    for name in names.filter(fits) {
        if first.len() == most {
            break;
        }
        if !first.contains(&name) {
            first.push(name);
        }
    }
    first
}

/// The language that figures count: the declared one, else the one that the model recognised.
pub(crate) fn counted_language(declared: Option<&str>, recognised: Option<&str>) -> String {
    let mut languages = [declared, recognised].into_iter().flatten();
    let counted = languages.find_map(primary_subtag);
    counted.unwrap_or_else(|| UNDETERMINED.to_owned())
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
