//! Posts, with their authors, references and entities.

use backtweet_domain::{Author, Engagement, Entities, Hashtag, Link, Mention, Post, Reference, Span};

use super::{WireEnum, account_id, account_text, each, optional, post_id, post_text, required, time};
use crate::{WireError, v1};

impl From<&Post> for v1::Post {
    fn from(post: &Post) -> Self {
        let engagement = (post.engagement != Engagement::default()).then(|| post.engagement.into());
        Self {
            id: post_text(&post.id),
            revision: post.revision,
            author: Some((&post.author).into()),
            text: post.text.clone(),
            language: post.language.clone(),
            created_at_us: post.created_at.map(|at| at.micros()),
            witnessed_at_us: post.witnessed_at.micros(),
            references: post.references.iter().map(Into::into).collect(),
            mentions: post.entities.mentions.iter().map(Into::into).collect(),
            hashtags: post.entities.hashtags.iter().map(Into::into).collect(),
            cashtags: post.entities.cashtags.iter().map(Into::into).collect(),
            links: post.entities.links.iter().map(Into::into).collect(),
            engagement,
            url: post.url.clone(),
            has_media: post.has_media,
        }
    }
}

impl TryFrom<v1::Post> for Post {
    type Error = WireError;

    fn try_from(wire: v1::Post) -> Result<Self, WireError> {
        let text = &wire.text;
        let entities = Entities {
            mentions: each("mentions", wire.mentions, |part| mention(part, text))?,
            hashtags: each("hashtags", wire.hashtags, |part| hashtag(part, text))?,
            cashtags: each("cashtags", wire.cashtags, |part| hashtag(part, text))?,
            links: each("links", wire.links, |part| link(part, text))?,
        };
        Ok(Self {
            id: post_id(wire.id).map_err(|error| error.within("id"))?,
            revision: wire.revision,
            author: required("author", wire.author)?,
            language: wire.language,
            created_at: optional("created_at_us", wire.created_at_us, time)?,
            witnessed_at: time(wire.witnessed_at_us).map_err(|error| error.within("witnessed_at_us"))?,
            references: each("references", wire.references, Reference::try_from)?,
            entities,
            engagement: wire.engagement.map(Into::into).unwrap_or_default(),
            url: wire.url,
            has_media: wire.has_media,
            text: wire.text,
        })
    }
}

impl From<&Author> for v1::Author {
    fn from(author: &Author) -> Self {
        Self {
            id: account_text(&author.id),
            handle: author.handle.clone(),
            name: author.name.clone(),
            followers: author.followers,
            bot: author.bot,
            created_at_us: author.created_at.map(|at| at.micros()),
        }
    }
}

impl TryFrom<v1::Author> for Author {
    type Error = WireError;

    fn try_from(wire: v1::Author) -> Result<Self, WireError> {
        Ok(Self {
            id: account_id(wire.id).map_err(|error| error.within("id"))?,
            handle: wire.handle,
            name: wire.name,
            followers: wire.followers,
            bot: wire.bot,
            created_at: optional("created_at_us", wire.created_at_us, time)?,
        })
    }
}

impl From<&Reference> for v1::Reference {
    fn from(reference: &Reference) -> Self {
        Self {
            kind: v1::ReferenceKind::from(reference.kind).into(),
            target: reference.target.as_ref().map(post_text),
            author: reference.author.as_ref().map(account_text),
            author_handle: reference.author_handle.clone(),
            included: reference.included,
        }
    }
}

impl TryFrom<v1::Reference> for Reference {
    type Error = WireError;

    fn try_from(wire: v1::Reference) -> Result<Self, WireError> {
        Ok(Self {
            kind: WireEnum::from_number(wire.kind).map_err(|error| error.within("kind"))?,
            target: optional("target", wire.target, post_id)?,
            author: optional("author", wire.author, account_id)?,
            author_handle: wire.author_handle,
            included: wire.included,
        })
    }
}

impl From<Engagement> for v1::Engagement {
    fn from(engagement: Engagement) -> Self {
        let Engagement {
            reposts,
            quotes,
            replies,
            likes,
            views,
        } = engagement;
        Self {
            reposts,
            quotes,
            replies,
            likes,
            views,
        }
    }
}

impl From<v1::Engagement> for Engagement {
    fn from(wire: v1::Engagement) -> Self {
        let v1::Engagement {
            reposts,
            quotes,
            replies,
            likes,
            views,
        } = wire;
        Self {
            reposts,
            quotes,
            replies,
            likes,
            views,
        }
    }
}

impl From<Span> for v1::Span {
    fn from(span: Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
        }
    }
}

impl From<&Mention> for v1::Mention {
    fn from(mention: &Mention) -> Self {
        Self {
            account: mention.account.as_ref().map(account_text),
            handle: mention.handle.clone(),
            span: mention.span.map(Into::into),
            automatic: mention.automatic,
        }
    }
}

impl From<&Hashtag> for v1::Hashtag {
    fn from(hashtag: &Hashtag) -> Self {
        Self {
            tag: hashtag.tag.clone(),
            span: hashtag.span.map(Into::into),
        }
    }
}

impl From<&Link> for v1::Link {
    fn from(link: &Link) -> Self {
        Self {
            url: link.url.clone(),
            canonical: link.canonical.clone(),
            span: link.span.map(Into::into),
        }
    }
}

fn mention(wire: v1::Mention, text: &str) -> Result<Mention, WireError> {
    Ok(Mention {
        account: optional("account", wire.account, account_id)?,
        handle: wire.handle,
        span: optional("span", wire.span, |part| span(part, text))?,
        automatic: wire.automatic,
    })
}

fn hashtag(wire: v1::Hashtag, text: &str) -> Result<Hashtag, WireError> {
    Ok(Hashtag {
        tag: wire.tag,
        span: optional("span", wire.span, |part| span(part, text))?,
    })
}

fn link(wire: v1::Link, text: &str) -> Result<Link, WireError> {
    let span = optional("span", wire.span, |part| span(part, text))?;
    match (wire.url, wire.canonical) {
        (url, _) if url.is_empty() => Err(WireError::missing("url")),
        // Clients that push posts need not know the rules of canonical links.
        (url, canonical) if canonical.is_empty() => Ok(Link::new(url, span)),
        (url, canonical) => Ok(Link { url, canonical, span }),
    }
}

/// Reads the place of an entity, which must be a part of the text it stands in.
fn span(wire: v1::Span, text: &str) -> Result<Span, WireError> {
    let v1::Span { start, end } = wire;
    if text.get(start as usize..end as usize).is_some() {
        Ok(Span { start, end })
    } else {
        let length = text.len();
        Err(WireError::new(
            "",
            format!(
                "{start}..{end} is no part of a text of {length} bytes: give UTF-8 byte offsets on character boundaries"
            ),
        ))
    }
}
