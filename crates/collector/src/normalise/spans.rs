//! Where entities stand in a text, whatever the network counts in. No wire's own format is known here.

use backtweet_domain::{Link, Mention, Span};

/// The span from byte `start` to byte `end`, where that is a part of `text` on character boundaries.
pub(super) fn bytes(text: &str, start: u64, end: u64) -> Option<Span> {
    let (first, last) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    text.get(first..last).filter(|part| !part.is_empty())?;
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
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
    fn only_the_mentions_that_lead_the_text_are_automatic() {
        let text = "@a @b hello @c";
        let mut mentions = [mention(12, 14), mention(3, 5), mention(0, 2)];
        mark_automatic(text, 0, &mut mentions);
        assert_eq!(mentions.map(|mention| mention.automatic), [false, true, true]);
    }
}
