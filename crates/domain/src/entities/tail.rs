//! What comes behind a link's host: port, path, query; and how long a link may be.

use url::Host;

use super::chars::is_accented;

/// Characters of the longest link, its scheme included, and of the longest label of a host as it is registered.
const LONGEST: usize = 4096;
const LONGEST_LABEL: usize = 63;

/// Where port, path and query end behind a host that ends at `from`.
pub(super) fn end(text: &str, from: usize) -> usize {
    let port = text[from..]
        .strip_prefix(':')
        .map_or(0, |digits| digits.bytes().take_while(u8::is_ascii_digit).count());
    let mut end = if port > 0 { from + 1 + port } else { from };
    if text[end..].starts_with('/') {
        end = path_end(text, end + 1);
    }
    query_end(text, end)
}

/// X's own shortener, `t.co`, has paths of letters and digits and nothing else, at most 40 of them: where the link ends, whose host is at
/// `host..host_end`, and which would otherwise end at `end`. `None` where it is none of its links.
pub(super) fn shortened_end(text: &str, host: usize, host_end: usize, end: usize) -> Option<usize> {
    const LONGEST_SLUG: usize = 40;
    let is_short = text[host..host_end].eq_ignore_ascii_case("t.co");
    let Some(path) = text[host_end..end].strip_prefix('/').filter(|_| is_short) else {
        return Some(end);
    };
    match path.bytes().take_while(u8::is_ascii_alphanumeric).count() {
        0 => Some(end),
        slug if slug > LONGEST_SLUG => None,
        slug => Some(query_end(&text[..end], host_end + 1 + slug)),
    }
}

/// Whether a link and each label of its host are of a length that can be.
pub(super) fn is_sound(link: &str, host: &str) -> bool {
    let most = if link.starts_with(host) {
        LONGEST - "https://".len()
    } else {
        LONGEST
    };
    (link.len() <= most || link.chars().count() <= most) && host.split('.').all(is_sound_label)
}

fn is_sound_label(label: &str) -> bool {
    if label.is_ascii() {
        return label.len() <= LONGEST_LABEL;
    }
    // Encoded, each character takes one at least, which also bounds what is encoded here. What cannot be encoded has no length to be judged by.
    label.chars().count() <= LONGEST_LABEL
        && !matches!(Host::parse(label), Ok(Host::Domain(encoded)) if encoded.len() > LONGEST_LABEL)
}

/// Where the path ends whose first character behind its slash is at `from`. Pairs of brackets may lie in it, and one pair in each; nothing at its end
/// belongs to the sentence around it.
fn path_end(text: &str, from: usize) -> usize {
    let (mut at, mut end) = (from, from);
    while let Some(c) = text[at..].chars().next() {
        if is_path(c) {
            at += c.len_utf8();
            if ends_path(c) {
                end = at;
            }
        } else if let Some(close) = closed(text, at) {
            (at, end) = (close, close);
        } else {
            break;
        }
    }
    end
}

/// Behind the bracket that closes the one at `open`.
fn closed(text: &str, open: usize) -> Option<usize> {
    let run = |from: usize| text[from..].find(|c| !is_path(c)).map(|length| from + length);
    if !text[open..].starts_with('(') {
        return None;
    }
    let mut end = run(open + 1)?;
    if text[end..].starts_with('(') {
        let inner = run(end + 1).filter(|&inner| inner > end + 1 && text[inner..].starts_with(')'))?;
        end = run(inner + 1)?;
    } else if end == open + 1 {
        return None;
    }
    text[end..].starts_with(')').then_some(end + 1)
}

/// Where the query ends that starts at `from`; `from` where there is none.
fn query_end(text: &str, from: usize) -> usize {
    let Some(query) = text[from..].strip_prefix('?') else {
        return from;
    };
    let run = query.bytes().take_while(is_query).count();
    let end = query.as_bytes()[..run].iter().rposition(ends_query);
    end.map_or(from, |last| from + 1 + last + 1)
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*';:=+,.$/%#[]-–_~@|&".contains(c) || is_cyrillic(c) || is_accented(c)
}

fn ends_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-=_#/".contains(c) || is_cyrillic(c) || is_accented(c)
}

fn is_query(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!?*'@();:&=+$/%#[]-_.,~|".contains(byte)
}

fn ends_query(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_&=#/".contains(byte)
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}
