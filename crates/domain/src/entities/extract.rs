//! Mentions, hashtags, cashtags and links in plain text, for networks and pushes that send none. Where a link lies is found in `find_links`, where a
//! mention ends in `find_mention`; this part walks through the text and knows hashtags and cashtags.

use super::chars::{is_hash, is_letter, is_space, is_tag};
use super::find_links::Links;
use super::{Entities, Hashtag, Link, Mention, Rules, Span, find_mention};
use crate::id::Network;

/// Finds what is named, tagged and linked in a plain text of no known network. Spans are in the order of the text within each list, and never
/// overlap; of two things that would, the one that starts first counts.
///
/// The rules are those that X publishes as twitter-text, with the handles of other networks:
/// - Mentions: `@user`, `@user@host.tld` of the fediverse, `@name.bsky.social` and other handles that are a domain. Handles come in lower case, and
///   as written by their place. `@user/list` is a mention of its user that stands on the whole.
/// - Hashtags of any script that hold at least one letter, and cashtags such as `$ACME` or `$BRK.B`.
/// - Links with `http://` or `https://`, and without where a known top-level domain is written all in one case.
pub fn extract(text: &str) -> Entities {
    extract_by(Rules::Open, text)
}

/// Finds what is named, tagged and linked in a plain text of `network`, as [`extract`] does. On X the published rules hold to the letter: a mention
/// is `@user` alone, never part of an address, and `end.It` is a link.
pub fn extract_on(network: Network, text: &str) -> Entities {
    extract_by(Rules::of(network), text)
}

fn extract_by(rules: Rules, text: &str) -> Entities {
    let mut found = Entities::default();
    if first_mark(text.as_bytes(), |byte| is_mark(byte) || *byte == b'.').is_none() {
        return found;
    }
    let mut at = 0;
    for (start, end) in Links::new(text, rules) {
        at = signs(text, at, start, rules, &mut found);
        if at <= start {
            found.links.push(Link::new(&text[start..end], span(start, end)));
            at = end;
        }
    }
    signs(text, at, text.len(), rules, &mut found);
    found
}

/// Finds mentions, hashtags and cashtags that start in `from..to` of `text`. Returns where the last one ends, `from` if there is none.
fn signs(text: &str, from: usize, to: usize, rules: Rules, found: &mut Entities) -> usize {
    let (mut at, mut free) = (from, from);
    while let Some((start, body)) = next_sign(text, at, to) {
        let (before, place) = (&text[..start], |end| span(start, end));
        let end = match text.as_bytes()[body - 1] {
            b'$' => cashtag(before, text, body).inspect(|&end| {
                let tag = text[body..end].to_owned();
                found.cashtags.push(Hashtag { tag, span: place(end) });
            }),
            _ if text[start..].starts_with(is_hash) => hashtag(before, text, body).inspect(|&end| {
                let tag = text[body..end].to_owned();
                found.hashtags.push(Hashtag { tag, span: place(end) });
            }),
            _ => find_mention::find(before, text, body, rules).map(|named| {
                found.mentions.push(Mention {
                    account: None,
                    handle: Some(text[body..named.handle_end].to_lowercase()),
                    span: place(named.end),
                    automatic: false,
                });
                named.end
            }),
        };
        free = end.unwrap_or(free);
        at = end.unwrap_or(body);
    }
    free
}

/// Where the next of `@`, `#`, `$`, `＠` and `＃` starts in `from..to`, and where it ends.
fn next_sign(text: &str, from: usize, to: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += first_mark(bytes.get(at..to)?, is_mark)?;
        match bytes[at..] {
            [0xEF, 0xBC, 0x83 | 0xA0, ..] => return Some((at, at + 3)),
            [0xEF, ..] => at += 3,
            _ => return Some((at, at + 1)),
        }
    }
}

/// Whether a byte is a sign or may start a full-width one.
fn is_mark(byte: &u8) -> bool {
    matches!(byte, b'@' | b'#' | b'$' | 0xEF)
}

/// The first byte that is a mark. Most texts hold none or few, so many bytes are asked at once.
fn first_mark(bytes: &[u8], is_mark: impl Fn(&u8) -> bool) -> Option<usize> {
    const AT_ONCE: usize = 16;
    let holds_none = |part: &&[u8]| !part.iter().fold(false, |any, byte| any | is_mark(byte));
    let quiet = AT_ONCE * bytes.chunks_exact(AT_ONCE).take_while(holds_none).count();
    let place = bytes[quiet..].iter().position(is_mark);
    place.map(|place| quiet + place)
}

/// The place of an entity; none in a text too long to count in 32 bits.
fn span(start: usize, end: usize) -> Option<Span> {
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
}

/// Where what starts at `from` and consists of such characters ends.
fn run(text: &str, from: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[from..]
        .find(|c| !belongs(c))
        .map_or(text.len(), |length| from + length)
}

/// Where the hashtag ends whose sign stands between `before` and `body`, if it is one.
fn hashtag(before: &str, text: &str, body: usize) -> Option<usize> {
    // A variation selector is a mark, but it ends an emoji, not a word. Behind the sign it makes a keycap.
    let glued = before.ends_with(|c| (is_tag(c) && !matches!(c, '\u{fe0e}' | '\u{fe0f}')) || c == '&');
    let keycap = text[body..].starts_with(['\u{fe0f}', '\u{20e3}']);
    if glued || keycap {
        return None;
    }
    let end = run(text, body, is_tag);
    let behind = &text[end..];
    let closed = !behind.starts_with("://") && !behind.starts_with(is_hash);
    (closed && text[body..end].contains(is_letter)).then_some(end)
}

/// Where the cashtag ends: one to six letters, then perhaps `.` or `_` and one or two more.
fn cashtag(before: &str, text: &str, body: usize) -> Option<usize> {
    let letters = |from: usize, most: usize| {
        let end = run(text, from, |c| c.is_ascii_alphabetic());
        (from + 1..=from + most).contains(&end).then_some(end)
    };
    let closes = |end: &usize| {
        let behind = &text[*end..];
        behind.is_empty() || behind.starts_with(|c: char| is_space(c) || c.is_ascii_punctuation())
    };
    if !(before.is_empty() || before.ends_with(is_space)) {
        return None;
    }
    let stem = letters(body, 6)?;
    let longer = if text[stem..].starts_with(['.', '_']) {
        letters(stem + 1, 2)
    } else {
        None
    };
    longer.filter(closes).or_else(|| Some(stem).filter(closes))
}
