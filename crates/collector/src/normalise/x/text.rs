//! A post's text and what stands in it. X escapes `&`, `<` and `>` and counts code points of the escaped text; the suite keeps the
//! text as people read it and counts bytes.

use serde::Deserialize;

use backtweet_domain::{AccountId, Entities, Hashtag, Link, Mention, Network, Span};

use crate::normalise::lenient::{Raw, Text};
use crate::normalise::spans;

/// The words of a post.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) entities: Entities,
    pub(super) has_media: bool,
}

/// The whole of a text that is longer than a post's.
#[derive(Deserialize)]
pub(super) struct Note<'a> {
    #[serde(borrow, default)]
    pub(super) text: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) entities: Raw<'a>,
}

#[derive(Deserialize, Default)]
struct Lists<'a> {
    #[serde(borrow, default)]
    mentions: Raw<'a>,
    #[serde(borrow, default)]
    hashtags: Raw<'a>,
    #[serde(borrow, default)]
    cashtags: Raw<'a>,
    #[serde(borrow, default)]
    urls: Raw<'a>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    start: Raw<'a>,
    #[serde(borrow, default)]
    end: Raw<'a>,
    #[serde(borrow)]
    username: Text<'a>,
    #[serde(borrow, default)]
    id: Raw<'a>,
}

#[derive(Deserialize)]
struct Tagged<'a> {
    #[serde(borrow, default)]
    start: Raw<'a>,
    #[serde(borrow, default)]
    end: Raw<'a>,
    #[serde(borrow)]
    tag: Text<'a>,
}

#[derive(Deserialize)]
struct Linked<'a> {
    #[serde(borrow, default)]
    start: Raw<'a>,
    #[serde(borrow, default)]
    end: Raw<'a>,
    #[serde(borrow, default)]
    url: Text<'a>,
    #[serde(borrow, default)]
    expanded_url: Text<'a>,
    #[serde(borrow, default)]
    unwound_url: Text<'a>,
    #[serde(borrow, default)]
    media_key: Raw<'a>,
}

impl Linked<'_> {
    /// Where the link leads, as far as X followed it.
    fn target(&self) -> &str {
        [&self.unwound_url, &self.expanded_url, &self.url]
            .into_iter()
            .find(|url| !url.is_empty())
            .map_or("", |url| url)
    }

    /// Whether it is but the place where the post's own picture or video is shown.
    fn is_media(&self) -> bool {
        let on_x = ["https://twitter.com/", "https://x.com/"]
            .iter()
            .any(|site| self.expanded_url.starts_with(site));
        let part = self.expanded_url.rsplit('/').nth(1);
        self.media_key.is_present() || (on_x && matches!(part, Some("photo" | "video")))
    }
}

/// Reads a text and its entities.
pub(super) fn read(escaped: &str, entities: Raw<'_>, repaired: &mut u64) -> Words {
    let (text, points) = unescape(escaped);
    let lists: Lists<'_> = entities.read(repaired).unwrap_or_default();
    let mut places = Placed::new(&text, &points);
    let (mut entities, mut has_media) = (Entities::default(), false);
    for named in lists.mentions.list::<Named<'_>>(repaired) {
        let handle = named.username.trim_start_matches('@').to_lowercase();
        let span = places.span((named.start, named.end), ("@", &handle), repaired);
        let id = named.id.read::<Text<'_>>(repaired);
        entities.mentions.push(Mention {
            account: id.and_then(|id| AccountId::new(Network::X, id.into_string()).ok()),
            handle: (!handle.is_empty()).then_some(handle),
            span,
            automatic: false,
        });
    }
    entities.hashtags = tags(lists.hashtags, "#", &mut places, repaired);
    entities.cashtags = tags(lists.cashtags, "$", &mut places, repaired);
    for linked in lists.urls.list::<Linked<'_>>(repaired) {
        if linked.is_media() {
            has_media = true;
        } else if !linked.target().is_empty() {
            let span = places.span((linked.start, linked.end), ("", &linked.url), repaired);
            entities.links.push(Link::new(linked.target(), span));
        }
    }
    Words {
        text,
        entities,
        has_media,
    }
}

fn tags(list: Raw<'_>, sign: &str, places: &mut Placed<'_>, repaired: &mut u64) -> Vec<Hashtag> {
    let mut tags = Vec::new();
    for tagged in list.list::<Tagged<'_>>(repaired) {
        let span = places.span((tagged.start, tagged.end), (sign, &tagged.tag), repaired);
        tags.push(Hashtag {
            tag: tagged.tag.into_string(),
            span,
        });
    }
    tags
}

/// Where X says that something stands in a text, and where the text says so.
struct Placed<'t> {
    text: &'t str,
    /// The byte at which each code point that X counts stands.
    points: &'t [u32],
    places: spans::Places<'t>,
}

impl<'t> Placed<'t> {
    fn new(text: &'t str, points: &'t [u32]) -> Self {
        Self {
            text,
            points,
            places: spans::Places::new(Network::X, text),
        }
    }

    /// The span of code points `start` to `end` in bytes, where `name` stands there; else the next place at which the text names it.
    fn span(
        &mut self,
        (start, end): (Raw<'_>, Raw<'_>),
        (sign, name): (&str, &str),
        repaired: &mut u64,
    ) -> Option<Span> {
        let mut read = |raw: Raw<'_>| raw.read::<u32>(repaired);
        let given = read(start).zip(read(end));
        let place = |point: u32| self.points.get(point as usize).map(|&byte| u64::from(byte));
        let span = given.and_then(|(start, end)| spans::bytes(self.text, place(start)?, place(end)?));
        let right = span.filter(|&span| name.is_empty() || spans::spells(self.text, span, name));
        *repaired += u64::from(given.is_some() && right.is_none());
        right.or_else(|| self.places.find(sign, name))
    }
}

/// The text as people read it, and for each code point of the escaped one, and for its end, the byte at which it stands there.
fn unescape(escaped: &str) -> (String, Vec<u32>) {
    const ESCAPES: [(&str, char); 3] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    let mut text = String::with_capacity(escaped.len());
    let mut places = Vec::with_capacity(escaped.len() + 1);
    let mut rest = escaped;
    while let Some(next) = rest.chars().next() {
        let place = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let (sign, length) = match ESCAPES
            .iter()
            .find(|(escape, _)| next == '&' && rest.starts_with(escape))
        {
            Some((escape, sign)) => (*sign, escape.len()),
            None => (next, next.len_utf8()),
        };
        let points = if sign == next && length == next.len_utf8() {
            1
        } else {
            length
        };
        places.extend(std::iter::repeat_n(place, points));
        text.push(sign);
        rest = &rest[length..];
    }
    places.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
    (text, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_behind_escapes_and_emoji_still_hit_what_they_name() {
        let (text, points) = unescape("🦀 A&amp;B &lt;#tag&gt;");
        assert_eq!(text, "🦀 A&B <#tag>");
        let json: Lists<'_> = serde_json::from_str(r#"{"hashtags":[{"start":14,"end":18,"tag":"tag"}]}"#).unwrap();
        let mut repaired = 0;
        let tags = tags(json.hashtags, "#", &mut Placed::new(&text, &points), &mut repaired);
        assert_eq!(repaired, 0);
        let span = tags[0].span.unwrap();
        assert_eq!(&text[span.start as usize..span.end as usize], "#tag");
    }

    #[test]
    fn an_ampersand_that_escapes_nothing_stays() {
        assert_eq!(unescape("a &b; &amp;amp; &").0, "a &b; &amp; &");
    }

    proptest! {
        #[test]
        fn every_code_point_has_its_place_on_a_character_boundary(escaped in "(&amp;|&lt;|&|\\PC){0,30}") {
            let (text, places) = unescape(&escaped);
            prop_assert_eq!(places.len(), escaped.chars().count() + 1);
            prop_assert!(places.iter().all(|&place| text.is_char_boundary(place as usize)));
        }
    }
}
