//! Where a mention ends: a name by the published rules of X, or a handle as other networks have them.

use unicode_normalization::char::is_combining_mark;

use super::chars::{is_accented, is_at, is_handle};
use super::{Rules, tld};

/// A mention.
#[derive(Clone, Copy)]
pub(super) struct Named {
    /// Where the account's handle ends.
    pub(super) handle_end: usize,
    /// Where the mention ends: where it goes on to name one of the account's lists, as in `@user/list`, behind that.
    pub(super) end: usize,
}

/// The mention whose sign stands between `before` and `body`, if it is one.
pub(super) fn find(before: &str, text: &str, body: usize, rules: Rules) -> Option<Named> {
    /// Characters of the longest name on X; a longer one is cut, as X does.
    const LONGEST: usize = 20;
    if !text[body..].starts_with(is_handle) || !may_precede(before) {
        return None;
    }
    match rules {
        Rules::X => name(text, body, LONGEST),
        Rules::Open => open(before, text, body),
    }
}

/// A handle as on the fediverse, a domain, or a name, whichever reaches furthest.
fn open(before: &str, text: &str, body: usize) -> Option<Named> {
    let handle = |end: usize| {
        let named = Named { handle_end: end, end };
        closes(text, end).then_some(named)
    };
    let run = run(text, body, |c| is_handle(c) || matches!(c, '.' | '-'));
    let user = body + text[body..run].trim_end_matches(['.', '-']).len();
    if text[user..].starts_with('@') {
        return address_end(text, user + 1).and_then(handle);
    }
    let domain = host_end(text, body, |c| c.is_ascii_alphanumeric(), known);
    if domain.is_some() && before.ends_with(is_accented) {
        // An address of electronic mail, such as `josé@acme.com`.
        return None;
    }
    domain.and_then(handle).or_else(|| name(text, body, usize::MAX))
}

/// A name of at most so many characters, and perhaps one of its lists.
fn name(text: &str, body: usize, most: usize) -> Option<Named> {
    /// Characters of the longest name of a list behind its first, which is a letter.
    const LONGEST_LIST: usize = 24;
    let bytes = text.as_bytes();
    let count = |from: usize, most: usize, belongs: fn(&u8) -> bool| {
        let rest = bytes.iter().skip(from);
        rest.take(most).take_while(|byte| belongs(byte)).count()
    };
    let handle_end = body + count(body, most, |byte| is_handle(char::from(*byte)));
    let end = match bytes.get(handle_end..) {
        Some([b'/', first, ..]) if first.is_ascii_alphabetic() => {
            let list = handle_end + 2;
            list + count(list, LONGEST_LIST, |byte| is_handle(char::from(*byte)) || *byte == b'-')
        }
        _ => handle_end,
    };
    closes(text, end).then_some(Named { handle_end, end })
}

/// Whether a mention may end at `end`: not in an address, a link or a word that goes on with an accented letter.
fn closes(text: &str, end: usize) -> bool {
    let behind = &text[end..];
    !behind.starts_with("://") && !behind.starts_with(|c| is_at(c) || is_accented(c))
}

/// Where the host of an address ends that starts at `from`, if it can be somebody's.
fn address_end(text: &str, from: usize) -> Option<usize> {
    /// Hosts that are kept for examples (RFC 2606): an address there is taken for one of electronic mail, as the published rules have it.
    const EXAMPLES: [&str; 3] = ["example.com", "example.net", "example.org"];
    let belongs = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let end = host_end(text, from, belongs, tld::end).or_else(|| host_end(text, from, belongs, any))?;
    let is_example = EXAMPLES.iter().any(|host| text[from..end].eq_ignore_ascii_case(host));
    (!is_example).then_some(end)
}

/// Where the last top-level domain ends, as `top` finds it, of the host that starts at `from`.
fn host_end(
    text: &str,
    from: usize,
    belongs: impl Fn(char) -> bool,
    top: impl Fn(&str) -> Option<usize>,
) -> Option<usize> {
    let (mut best, mut start) = (None, from);
    loop {
        let end = run(text, start, |c| c == '-' || belongs(c));
        if start > from {
            best = top(&text[start..]).map(|length| start + length).or(best);
        }
        let label = &text[start..end];
        if label.is_empty() || label.starts_with('-') || label.ends_with('-') || !text[end..].starts_with('.') {
            return best;
        }
        start = end + 1;
    }
}

/// The known top-level domain that `text` starts with, where it makes a host by itself.
fn known(text: &str) -> Option<usize> {
    tld::end(text).filter(|&end| Rules::Open.trusts(&text[..end]))
}

/// A word of letters that may be a top-level domain which is not known.
fn any(text: &str) -> Option<usize> {
    let end = run(text, 0, char::is_alphabetic);
    let is_whole = !text[end..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '+'));
    (is_whole && text[..end].chars().nth(1).is_some()).then_some(end)
}

/// Where what starts at `from` and consists of such characters ends.
fn run(text: &str, from: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[from..]
        .find(|c| !belongs(c))
        .map_or(text.len(), |length| from + length)
}

/// Not in the middle of a word or an address; `RT@user` is the old way of passing on.
fn may_precede(before: &str) -> bool {
    let glued = |c: char| c.is_ascii_alphanumeric() || is_at(c) || "_!#$%&*".contains(c);
    if !before.ends_with(glued) {
        return true;
    }
    let Some(word) = before
        .len()
        .checked_sub(2)
        .filter(|&word| before.is_char_boundary(word))
    else {
        return false;
    };
    let (before, word) = before.split_at(word);
    word.eq_ignore_ascii_case("rt")
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric() || is_at(c) || "_+~.-".contains(c))
}
