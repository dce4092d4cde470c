//! One form of text that words are looked for in: NFKC, lower case, single spaces, straight apostrophes. Finding words in it is not here.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Appends the normal form of `text` to `out`. White space of any length becomes one space.
pub(crate) fn normalise_into(text: &str, out: &mut String) {
    out.reserve(text.len());
    if text.is_ascii() {
        for byte in text.bytes() {
            push(char::from(byte.to_ascii_lowercase()), out);
        }
    } else if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        push_lower(text.chars(), out);
    } else {
        push_lower(text.nfkc(), out);
    }
}

/// The normal form of `text`, without white space around it.
pub(crate) fn normalise(text: &str) -> String {
    let mut out = String::new();
    normalise_into(text.trim(), &mut out);
    out
}

fn push_lower(chars: impl Iterator<Item = char>, out: &mut String) {
    for c in chars {
        if c.is_ascii() {
            push(c.to_ascii_lowercase(), out);
        } else {
            c.to_lowercase().for_each(|c| push(c, out));
        }
    }
}

fn push(c: char, out: &mut String) {
    match c {
        '\u{2019}' | '\u{2bc}' => out.push('\''),
        c if c.is_whitespace() => {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        c => out.push(c),
    }
}

/// Whether what stands at `start..end` of `text` is a whole word or phrase: no letter or digit goes on beyond an end that is one.
pub(crate) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joined = |left: Option<char>, right: Option<char>| {
        left.is_some_and(char::is_alphanumeric) && right.is_some_and(char::is_alphanumeric)
    };
    let (Some(before), Some(word), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    !joined(before.chars().next_back(), word.chars().next()) && !joined(word.chars().next_back(), after.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_one_word_however_it_was_typed() {
        assert_eq!(normalise("  ACME\t\n Cloud "), "acme cloud");
        assert_eq!(normalise("Ａｃｍｅ ﬁx"), "acme fix");
        assert_eq!(normalise("doesn’t STRASSE É"), "doesn't strasse é");
        assert_eq!(normalise("E\u{301}"), "é");
    }

    #[test]
    fn a_word_within_a_word_is_not_it() {
        let text = "acme, acmes c++ ünacme";
        assert!(is_whole(text, 0, 4));
        assert!(!is_whole(text, 6, 10));
        assert!(is_whole(text, 12, 15));
        assert!(!is_whole(text, text.len() - 4, text.len()));
        assert!(!is_whole(text, 17, 18), "not on a character boundary");
    }
}
