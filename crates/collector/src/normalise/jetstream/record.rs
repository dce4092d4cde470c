//! What a Bluesky post's record holds: facets, embeds, reply. Frames and commits are not known here.

use serde::Deserialize;

use backtweet_domain::{AccountId, Entities, Hashtag, Link, Mention, Network, Span};

use crate::normalise::lenient::{Raw, Text};
use crate::normalise::spans;

#[derive(Deserialize)]
pub(super) struct PostRecord<'a> {
    #[serde(borrow, default)]
    pub(super) text: Raw<'a>,
    #[serde(borrow, default, rename = "createdAt")]
    pub(super) created_at: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) langs: Raw<'a>,
    /// Hashtags that do not stand in the text.
    #[serde(borrow, default)]
    tags: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) reply: Raw<'a>,
    #[serde(borrow, default)]
    facets: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) embed: Raw<'a>,
}

/// The address of a record.
#[derive(Deserialize)]
pub(super) struct StrongRef<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Reply<'a> {
    #[serde(borrow, default)]
    pub(super) parent: Option<StrongRef<'a>>,
}

/// A part of the text and what it stands for.
#[derive(Deserialize)]
struct Facet<'a> {
    #[serde(borrow, default)]
    index: Raw<'a>,
    #[serde(borrow, default)]
    features: Raw<'a>,
}

#[derive(Deserialize)]
struct ByteSlice {
    #[serde(rename = "byteStart")]
    start: u64,
    #[serde(rename = "byteEnd")]
    end: u64,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    did: Raw<'a>,
    #[serde(borrow, default)]
    uri: Raw<'a>,
    #[serde(borrow, default)]
    tag: Raw<'a>,
}

/// What is named, tagged and linked in the text.
pub(super) fn entities(record: &PostRecord<'_>, text: &str, repaired: &mut u64) -> Entities {
    let mut entities = Entities::default();
    let mut places = spans::Places::new(Network::Bluesky, text);
    for facet in record.facets.list::<Facet<'_>>(repaired) {
        let index = facet.index.read::<ByteSlice>(repaired);
        let span = index.and_then(|index| {
            let span = spans::bytes(text, index.start, index.end);
            *repaired += u64::from(span.is_none());
            span
        });
        for feature in facet.features.list::<Feature<'_>>(repaired) {
            add(&mut entities, &feature, (text, span), &mut places, repaired);
        }
    }
    for tag in record.tags.list::<Text<'_>>(repaired) {
        let known = entities
            .hashtags
            .iter()
            .any(|other| other.tag.eq_ignore_ascii_case(&tag));
        if !known && !tag.is_empty() {
            entities.hashtags.push(Hashtag {
                tag: tag.into_string(),
                span: None,
            });
        }
    }
    entities
}

/// Adds what one feature of a facet says. A feature of a kind that is not known says nothing.
///
/// A facet may lie over any words, so its place counts as wrong only where the text names the same elsewhere, as it does where a program counted
/// characters instead of bytes.
fn add(
    entities: &mut Entities,
    feature: &Feature<'_>,
    (text, span): (&str, Option<Span>),
    places: &mut spans::Places<'_>,
    repaired: &mut u64,
) {
    match feature.kind.rsplit('#').next() {
        Some("mention") => {
            let Some(did) = value(feature.did, repaired) else {
                return;
            };
            match AccountId::new(Network::Bluesky, did) {
                Err(_) => *repaired += 1,
                Ok(account) => entities.mentions.push(Mention {
                    account: Some(account),
                    handle: span.and_then(|span| handle(text, span)),
                    span,
                    automatic: false,
                }),
            }
        }
        Some("link") => {
            let Some(uri) = value(feature.uri, repaired) else {
                return;
            };
            let span = span.or_else(|| places.find("", &uri));
            entities.links.push(Link::new(uri, span));
        }
        Some("tag") => {
            let Some(tag) = value(feature.tag, repaired) else {
                return;
            };
            let right = span.filter(|&span| spans::spells(text, span, &tag));
            let found = right.is_none().then(|| places.find("#", &tag)).flatten();
            *repaired += u64::from(span.is_some() && found.is_some());
            let span = found.or(span);
            entities.hashtags.push(Hashtag { tag, span });
        }
        _ => {}
    }
}

/// What a feature names; `None` where it names nothing, which counts as a repair.
fn value(raw: Raw<'_>, repaired: &mut u64) -> Option<String> {
    let mut wrong = 0;
    let value = raw.read::<Text<'_>>(&mut wrong).and_then(Text::filled);
    *repaired += u64::from(value.is_none());
    value
}

/// The handle as it stands in the text, which is all that the stream tells of it.
fn handle(text: &str, span: Span) -> Option<String> {
    let written = text.get(span.start as usize..span.end as usize)?.strip_prefix('@')?;
    let plain = written.contains('.')
        && written
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    plain.then(|| written.to_ascii_lowercase())
}

/// What hangs on a post.
#[derive(Default)]
pub(super) struct Embedded {
    pub(super) has_media: bool,
    /// The page of an external card.
    pub(super) card: Option<String>,
    /// The address of an embedded record: a quoted post, or a list, a feed, a starter pack.
    pub(super) record: Option<String>,
}

#[derive(Deserialize)]
struct Embed<'a> {
    #[serde(borrow, default, rename = "$type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    external: Raw<'a>,
    #[serde(borrow, default)]
    record: Raw<'a>,
    #[serde(borrow, default)]
    media: Raw<'a>,
}

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    record: StrongRef<'a>,
}

/// Reads an embed of any kind; one that is not known is nothing.
pub(super) fn embed(raw: Raw<'_>, repaired: &mut u64) -> Embedded {
    let Some(embed) = raw.read::<Embed<'_>>(repaired) else {
        return Embedded::default();
    };
    match &*embed.kind {
        "app.bsky.embed.record" => {
            let record = embed
                .record
                .read::<StrongRef<'_>>(repaired)
                .map(|record| record.uri.into_string());
            Embedded {
                record,
                ..Embedded::default()
            }
        }
        "app.bsky.embed.recordWithMedia" => {
            let wrapped = embed.record.read::<Wrapped<'_>>(repaired);
            let media = embed.media.read::<Embed<'_>>(repaired);
            let media = media.map(|media| attached(&media, repaired)).unwrap_or_default();
            Embedded {
                record: wrapped.map(|wrapped| wrapped.record.uri.into_string()),
                ..media
            }
        }
        _ => attached(&embed, repaired),
    }
}

fn attached(embed: &Embed<'_>, repaired: &mut u64) -> Embedded {
    match &*embed.kind {
        "app.bsky.embed.images" | "app.bsky.embed.video" => Embedded {
            has_media: true,
            ..Embedded::default()
        },
        "app.bsky.embed.external" => {
            let page = embed
                .external
                .read::<StrongRef<'_>>(repaired)
                .map(|external| external.uri.into_string());
            Embedded {
                card: page.filter(|page| !page.is_empty()),
                ..Embedded::default()
            }
        }
        _ => Embedded::default(),
    }
}
