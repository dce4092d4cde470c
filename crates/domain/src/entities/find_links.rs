//! Where links lie in a plain text. A link is found by a dot of its host: back to where the host starts, on to where the path ends.

use super::chars::{is_accented, is_at, is_hash};
use super::tld;

/// Which top-level domains make a host.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The writer said that it is a host: any word will do.
    Any,
    /// Nobody said so: it must be a known one, all in one case (`the end.It was` is no link).
    Known,
}

impl Trust {
    /// Whether a label of such a host may hold `c`.
    fn allows(self, c: char) -> bool {
        match self {
            Trust::Any => is_host(c),
            Trust::Known => is_plain_host(c),
        }
    }
}

/// The links in `text`, as byte ranges, in order.
pub(super) fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut done = 0;
    while let Some(dot) = text[done..].find('.') {
        let dot = done + dot;
        match link_around(text, done, dot) {
            Ok((start, end)) => {
                found.push((start, end));
                done = end;
            }
            Err(next) => done = next,
        }
    }
    found
}

/// The link whose host holds the dot at `dot` and which starts at `done` or later; else where to look on, behind the whole run of host characters,
/// so that no text is read more than a few times.
fn link_around(text: &str, done: usize, dot: usize) -> Result<(usize, usize), usize> {
    let wide = back(text, done, dot, is_host);
    let (start, host, trust) = match scheme_start(&text[done..wide]) {
        Some(scheme) => (done + scheme, wide, Trust::Any),
        None => {
            let narrow = back(text, done, dot, is_plain_host);
            (narrow, narrow, Trust::Known)
        }
    };
    let run_end = on(text, dot, |c| c == '.' || trust.allows(c));
    let before = text[..start].chars().next_back();
    let glued = before.is_some_and(|c| c.is_ascii_alphanumeric() || is_at(c) || is_hash(c) || c == '$')
        || (trust == Trust::Known && before.is_some_and(|c| "-_./".contains(c)));
    if glued {
        return Err(run_end);
    }
    let host_end = host_end(text, host, trust).filter(|&end| end > dot).ok_or(run_end)?;
    tail_end(text, &text[host..host_end], host_end)
        .map(|end| (start, end))
        .ok_or(run_end)
}

/// Where the run of such characters that `from` is in ends.
fn on(text: &str, from: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[from..]
        .find(|c| !belongs(c))
        .map_or(text.len(), |length| from + length)
}

/// How far back from `to`, and not before `from`, the text consists of such characters and dots.
fn back(text: &str, from: usize, to: usize, belongs: impl Fn(char) -> bool) -> usize {
    from + text[from..to].trim_end_matches(|c| c == '.' || belongs(c)).len()
}

/// Where `http://` or `https://` starts at the end of `text`.
fn scheme_start(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let start = text.len().checked_sub(scheme.len())?;
        text.get(start..)?.eq_ignore_ascii_case(scheme).then_some(start)
    })
}

fn is_host(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_' || unicode_normalization::char::is_combining_mark(c)
}

fn is_plain_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || is_accented(c)
}

/// Where the host ends that starts at `from`: the longest that ends in a known top-level domain, else, where any will do, the whole.
pub(super) fn host_end(text: &str, from: usize, trust: Trust) -> Option<usize> {
    let (mut best, mut whole) = (None, None);
    let mut label = from;
    loop {
        let end = on(text, label, |c| trust.allows(c));
        if label > from {
            let above = text[from..label - 1].rsplit('.').next().unwrap_or_default();
            if above.starts_with(['-', '_']) || above.ends_with(['-', '_']) || above.is_empty() {
                break;
            }
            if let Some(top) = top_level_end(text, label, end, trust).filter(|_| !above.contains('_')) {
                best = Some(top);
            }
            let any = &text[label..end];
            whole = (any.chars().count() > 1 && any.chars().all(char::is_alphabetic) && may_follow(&text[end..]))
                .then_some(end)
                .or(whole);
        }
        if !text[end..].starts_with('.') {
            break;
        }
        label = end + 1;
    }
    best.or(whole.filter(|_| trust == Trust::Any))
}

/// Where the known top-level domain ends that starts at `label`: the whole label, or its Latin part where another script goes on.
fn top_level_end(text: &str, label: usize, end: usize, trust: Trust) -> Option<usize> {
    let latin = label
        + text[label..end]
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .unwrap_or(end - label);
    [end, latin].into_iter().find(|&end| {
        let top = &text[label..end];
        let one_case =
            !(top.contains(|c: char| c.is_ascii_uppercase()) && top.contains(|c: char| c.is_ascii_lowercase()));
        tld::is_known(top) && may_follow(&text[end..]) && (trust == Trust::Any || one_case)
    })
}

/// Whether a host may end in front of `text`: not within a word, an address or a file's name.
fn may_follow(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_') || is_at(c) || is_accented(c))
}

/// Where port, path and query behind a host end; `None` where they make it no link.
fn tail_end(text: &str, host: &str, from: usize) -> Option<usize> {
    let port = text[from..].strip_prefix(':').map_or(0, |digits| {
        digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())
    });
    let mut end = if port > 0 { from + 1 + port } else { from };
    if text[end..].starts_with('/') {
        let short = host.eq_ignore_ascii_case("t.co");
        end = if short {
            short_path_end(text, end)?
        } else {
            trimmed(text, end, is_path, ends_path)
        };
    }
    if text[end..].starts_with('?') {
        let query = trimmed(text, end, is_query, ends_query);
        end = if query > end + 1 { query } else { end };
    }
    Some(end)
}

/// X's own shortener: a path of letters and digits and nothing else, at most 40 of them.
fn short_path_end(text: &str, slash: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    let end = on(text, slash + 1, |c| c.is_ascii_alphanumeric());
    (end - slash - 1 <= LONGEST).then_some(end)
}

/// Where what starts at `from` ends: such characters, closed brackets only, and nothing at the end that belongs to the sentence around it.
/// What is behind an unclosed bracket is read again for the next link, so brackets may stand no deeper than in each other, or a text of
/// nothing but opened ones would be read over and over.
fn trimmed(text: &str, from: usize, belongs: fn(char) -> bool, ends: fn(char) -> bool) -> usize {
    const DEEPEST: usize = 2;
    let mut open = Vec::new();
    let mut end = text.len();
    for (at, c) in text[from..].char_indices() {
        let unmatched = (c == ')' && open.pop().is_none()) || (c == '(' && open.len() == DEEPEST);
        if unmatched || !(belongs(c) || c == '(' || c == ')') {
            end = from + at;
            break;
        }
        if c == '(' {
            open.push(from + at);
        }
    }
    if let Some(&unclosed) = open.first() {
        end = unclosed;
    }
    from + text[from..end].trim_end_matches(|c| !ends(c)).len()
}

fn is_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*';:=+,.$/%#[]-–_~@|&".contains(c) || is_cyrillic(c) || is_accented(c)
}

fn ends_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-=_#/)".contains(c) || is_cyrillic(c) || is_accented(c)
}

fn is_query(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!?*'@;:&=+$/%#[]-_.,~|".contains(c)
}

fn ends_query(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_&=#/)".contains(c)
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}
