//! Posts that are passed on by hand, as people wrote before there were buttons for it and still do: `RT @x: text`, `my words MT @x text`,
//! `text via @x`, `text (h/t @x)`. Whose words they are in the end is not known here.

use super::name;

/// What stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing but the other's words.
    PassedOn,
    /// The other's words behind the author's own.
    Commented,
    /// Words, and from whom they are, or what gave rise to them.
    Credited,
}

/// A post passed on by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ByHand<'a> {
    pub(super) form: Form,
    /// Whose it is, lower case, as written.
    pub(super) handle: String,
    /// Where that is written: the byte at which its `@` stands.
    pub(super) at: usize,
    /// The other's words.
    pub(super) body: &'a str,
}

/// Reads a text. The first `RT` or `MT` counts, since what stands behind it is the other's; where there is none, a credit at the end.
pub(super) fn read(text: &str) -> Option<ByHand<'_>> {
    let mut credit = None;
    for (at, _) in text.match_indices('@') {
        let end = at + 1 + handle_length(&text[at + 1..]);
        let (handle, behind) = (&text[at + 1..end], &text[end..]);
        if handle.is_empty() {
            continue;
        }
        let before = text[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ':');
        if let Some(front) = without_word(before, &["rt", "mt"]).filter(|_| before.len() < at) {
            let form = if is_empty(front) {
                Form::PassedOn
            } else {
                Form::Commented
            };
            return Some(found(form, handle, at, behind));
        }
        if let Some(body) = without_word(before, &["via", "h/t", "ht"]).filter(|body| name::says_something(body))
            && !name::says_something(behind)
        {
            credit = Some(found(Form::Credited, handle, at, body));
        }
    }
    credit
}

fn found<'a>(form: Form, handle: &str, at: usize, body: &'a str) -> ByHand<'a> {
    let handle = handle.to_lowercase();
    ByHand { form, handle, at, body }
}

/// What stands before one of the words, where the text ends in it.
fn without_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let start = text.len().checked_sub(word.len())?;
        let (front, last) = text.split_at_checked(start)?;
        let is_whole = !front.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '@' | '#' | '_'));
        (last.eq_ignore_ascii_case(word) && is_whole).then_some(front)
    })
}

/// Whether nothing of one's own stands there.
fn is_empty(front: &str) -> bool {
    front.chars().all(|c| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '“' | '”' | '«' | '»' | '(' | '[' | '.' | '-' | '–' | '—'
            )
    })
}

/// How long a handle stands at the beginning of the text: names on X, domains on Bluesky, with a host on Mastodon.
fn handle_length(text: &str) -> usize {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-' | '@'))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-', '@']).len()
}
