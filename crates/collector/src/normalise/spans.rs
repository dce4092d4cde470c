//! Where entities stand in a text, whatever the network counts in. No wire's own format is known here.

use std::collections::{HashMap, VecDeque};

use backtweet_domain::{Hashtag, Link, Mention, Network, Span, entities};

/// The span from byte `start` to byte `end`, where that is a part of `text` on character boundaries.
pub(super) fn bytes(text: &str, start: u64, end: u64) -> Option<Span> {
    let (first, last) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    text.get(first..last).filter(|part| !part.is_empty())?;
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
}

/// Whether `text` says `name` at `span`, in whatever case, with its sign or without.
pub(super) fn spells(text: &str, span: Span, name: &str) -> bool {
    let part = span.part_of(text).unwrap_or_default();
    let plain = part.trim_start_matches(['@', '＠', '#', '＃', '$']);
    plain.eq_ignore_ascii_case(name) || plain.to_lowercase() == name.to_lowercase()
}

/// Where a text names what a network put in a wrong place. The text is read when that is asked first, which is seldom.
pub(super) struct Places<'t> {
    text: &'t str,
    network: Network,
    free: Option<HashMap<String, VecDeque<Span>>>,
}

impl<'t> Places<'t> {
    pub(super) fn new(network: Network, text: &'t str) -> Self {
        Self {
            text,
            network,
            free: None,
        }
    }

    /// The next place that `name` has behind `sign`: a handle behind `@`, a tag behind `#` or `$`, a link behind none.
    pub(super) fn find(&mut self, sign: &str, name: &str) -> Option<Span> {
        let free = self.free.get_or_insert_with(|| named(self.network, self.text));
        let name = format!("{sign}{}", name.to_lowercase());
        free.get_mut(&name)?.pop_front()
    }
}

/// What the text names, signs included, in lower case, with its places.
fn named(network: Network, text: &str) -> HashMap<String, VecDeque<Span>> {
    let found = entities::extract_on(network, text);
    let mentions = found.mentions.iter();
    let mentions = mentions.map(|mention| {
        (
            format!("@{}", mention.handle.as_deref().unwrap_or_default()),
            mention.span,
        )
    });
    let tags = |sign: char| move |tag: &Hashtag| (format!("{sign}{}", tag.tag), tag.span);
    let hashtags = found.hashtags.iter().map(tags('#'));
    let cashtags = found.cashtags.iter().map(tags('$'));
    let links = found.links.iter().map(|link| (link.url.clone(), link.span));
    let mut named: HashMap<String, VecDeque<Span>> = HashMap::new();
    for (name, span) in mentions.chain(hashtags).chain(cashtags).chain(links) {
        named.entry(name.to_lowercase()).or_default().extend(span);
    }
    named
}

/// Adds a link that stands nowhere in the text, unless the page is linked to already.
pub(super) fn add_card(links: &mut Vec<Link>, url: &str) {
    let card = Link::new(url, None);
    if links.iter().all(|link| link.canonical != card.canonical) {
        links.push(card);
    }
}

/// Marks the mentions that lead a reply's text from byte `start` on, with nothing but white space between them: the network put
/// them there by itself.
pub(super) fn mark_automatic(text: &str, start: usize, mentions: &mut [Mention]) {
    let mut places: Vec<_> = mentions
        .iter_mut()
        .filter_map(|mention| mention.span.map(|span| (span, mention)))
        .collect();
    places.sort_by_key(|(span, _)| *span);
    let mut end = start;
    for (span, mention) in places {
        let gap = text.get(end..span.start as usize);
        if !gap.is_some_and(|gap| gap.chars().all(char::is_whitespace)) {
            break;
        }
        mention.automatic = true;
        end = span.end as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(start: u32, end: u32) -> Mention {
        Mention {
            account: None,
            handle: None,
            span: Some(Span { start, end }),
            automatic: false,
        }
    }

    #[test]
    fn a_span_never_cuts_a_character_or_leaves_the_text() {
        assert_eq!(bytes("aé", 1, 3), Some(Span { start: 1, end: 3 }));
        for (start, end) in [(0, 2), (2, 3), (0, 4), (3, 1), (1, 1), (u64::MAX, u64::MAX)] {
            assert_eq!(bytes("aé", start, end), None, "{start}..{end}");
        }
    }

    #[test]
    fn what_stands_in_a_wrong_place_is_found_where_the_text_names_it() {
        let text = "@Bob #Tag $ACME @bob https://a.io/b #tags";
        let mut places = Places::new(Network::X, text);
        let mut find = |sign, name| places.find(sign, name).and_then(|span| span.part_of(text));
        for (sign, name, place) in [
            ("@", "bob", Some("@Bob")),
            ("@", "BOB", Some("@bob")),
            ("@", "bob", None),
            ("#", "tag", Some("#Tag")),
            ("$", "acme", Some("$ACME")),
            ("", "https://a.io/b", Some("https://a.io/b")),
            ("#", "ta", None),
        ] {
            assert_eq!(find(sign, name), place, "{sign}{name}");
        }
        assert!(spells(text, Span { start: 5, end: 9 }, "tag") && spells(text, Span { start: 0, end: 4 }, "bob"));
        assert!(!spells(text, Span { start: 4, end: 8 }, "tag"));
    }

    #[test]
    fn only_the_mentions_that_lead_the_text_are_automatic() {
        let text = "@a @b hello @c";
        let mut mentions = [mention(12, 14), mention(3, 5), mention(0, 2)];
        mark_automatic(text, 0, &mut mentions);
        assert_eq!(mentions.map(|mention| mention.automatic), [false, true, true]);
    }
}
