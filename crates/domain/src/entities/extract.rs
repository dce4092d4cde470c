//! Mentions, hashtags, cashtags and links in plain text, for networks and pushes that send none. Where a link lies is found in
//! `find_links`; this part walks through what is left.

use super::chars::{is_accented, is_at, is_handle, is_hash, is_letter, is_space, is_tag};
use super::find_links::{self, host_end};
use super::{Entities, Hashtag, Link, Mention, Span};

/// Finds what is named, tagged and linked in a plain text. Spans are in the order of the text within each list, and never overlap.
///
/// - Mentions: `@user`, `@user@host.tld` of the fediverse, `@name.bsky.social` and other handles that are a domain. Handles come in lower case.
/// - Hashtags of any script that hold at least one letter, and cashtags such as `$ACME` or `$BRK.B`.
/// - Links with `http://` or `https://`, and without where the top-level domain is well known.
pub fn extract(text: &str) -> Entities {
    let mut found = Entities::default();
    // Full-width signs start with the byte 0xEF. Most texts hold none of these and are done here.
    if !text
        .bytes()
        .any(|byte| matches!(byte, b'.' | b'@' | b'#' | b'$' | 0xEF))
    {
        return found;
    }
    let mut at = 0;
    for (start, end) in find_links::spans(text) {
        signs(text, at, start, &mut found);
        found.links.push(Link::new(&text[start..end], span(start, end)));
        at = end;
    }
    signs(text, at, text.len(), &mut found);
    found
}

/// Finds mentions, hashtags and cashtags that start in `from..to` of `text`. They cannot reach past `to`: a link starts there, which no sign precedes.
fn signs(text: &str, from: usize, to: usize, found: &mut Entities) {
    let mut at = from;
    while let Some((start, sign)) = text[at..to]
        .char_indices()
        .find(|&(_, c)| c == '$' || is_at(c) || is_hash(c))
    {
        let start = at + start;
        let body = start + sign.len_utf8();
        let (before, window) = (&text[..start], &text[..to]);
        let end = match sign {
            '$' => cashtag(before, window, body).inspect(|&end| {
                found.cashtags.push(Hashtag {
                    tag: text[body..end].to_owned(),
                    span: span(start, end),
                });
            }),
            sign if is_hash(sign) => hashtag(before, window, body).inspect(|&end| {
                found.hashtags.push(Hashtag {
                    tag: text[body..end].to_owned(),
                    span: span(start, end),
                });
            }),
            _ => mention(before, window, body).inspect(|&end| {
                let handle = Some(text[body..end].to_ascii_lowercase());
                found.mentions.push(Mention {
                    account: None,
                    handle,
                    span: span(start, end),
                    automatic: false,
                });
            }),
        };
        at = end.unwrap_or(body);
    }
}

/// The place of an entity; none in a text too long to count in 32 bits.
fn span(start: usize, end: usize) -> Option<Span> {
    Some(Span {
        start: u32::try_from(start).ok()?,
        end: u32::try_from(end).ok()?,
    })
}

fn first(text: &str) -> Option<char> {
    text.chars().next()
}

fn last(text: &str) -> Option<char> {
    text.chars().next_back()
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
    let free = last(before).is_none_or(|c| matches!(c, '\u{fe0e}' | '\u{fe0f}') || !(is_tag(c) || c == '&'));
    let keycap = first(&text[body..]).is_some_and(|c| matches!(c, '\u{fe0f}' | '\u{20e3}'));
    let end = run(text, body, is_tag);
    let closed = !text[end..].starts_with("://") && !first(&text[end..]).is_some_and(is_hash);
    (free && !keycap && closed && text[body..end].contains(is_letter)).then_some(end)
}

/// Where the cashtag ends: one to six letters, then perhaps `.` or `_` and one or two more.
fn cashtag(before: &str, text: &str, body: usize) -> Option<usize> {
    let letters = |from: usize, most: usize| {
        let end = run(text, from, |c| c.is_ascii_alphabetic());
        (from + 1..=from + most).contains(&end).then_some(end)
    };
    let closes = |end: &usize| first(&text[*end..]).is_none_or(|c| is_space(c) || c.is_ascii_punctuation());
    if !last(before).is_none_or(is_space) {
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

/// Where the mention ends: with a host after a second `@`, as a domain, or as a plain handle, whichever reaches furthest.
fn mention(before: &str, text: &str, body: usize) -> Option<usize> {
    let plain = run(text, body, is_handle);
    if plain == body || !may_precede_mention(before) {
        return None;
    }
    let closes = |end: &usize| {
        let behind = &text[*end..];
        !behind.starts_with("://") && !first(behind).is_some_and(|c| is_at(c) || is_accented(c))
    };
    let dotted = body
        + text[body..run(text, body, |c| is_handle(c) || matches!(c, '.' | '-'))]
            .trim_end_matches(['.', '-'])
            .len();
    if text[dotted..].starts_with('@') {
        return host_end(text, dotted + 1, find_links::Trust::Any).filter(closes);
    }
    host_end(text, body, find_links::Trust::Known)
        .filter(closes)
        .or_else(|| Some(plain).filter(closes))
}

/// Not in the middle of a word or an address; `RT@user` is the old way of passing on.
fn may_precede_mention(before: &str) -> bool {
    let glued = |c: char| c.is_ascii_alphanumeric() || is_accented(c) || is_at(c) || "_!#$%&*".contains(c);
    if !last(before).is_some_and(glued) {
        return true;
    }
    let word = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_+~.-".contains(c));
    before[word.len()..].eq_ignore_ascii_case("rt")
}
