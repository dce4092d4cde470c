//! Text as it is compared: one form whatever it was typed with, and what counts as a word in it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The folded form of `text`, without white space around it.
pub fn fold(text: &str) -> String {
    let mut out = String::new();
    fold_into(text.trim(), &mut out);
    out
}

/// Appends the folded form of `text` to `out`: compatibility forms resolved (NFKD), lower case, accents and other marks on Latin, Greek
/// and Cyrillic letters taken off, apostrophes straight, white space of any length one space. Letters that only look composed (`ø`, `ß`) are
/// spelt out. Composed again (NFC), so that other scripts stay as they are written.
pub fn fold_into(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.reserve(text.len());
        for byte in text.bytes() {
            push(char::from(byte.to_ascii_lowercase()), out);
        }
        return;
    }
    let letters = text.nfkd().filter(|c| !is_accent(*c));
    let lower = letters.flat_map(char::to_lowercase).filter(|c| !is_accent(*c));
    for c in lower.nfc() {
        match spelt_out(c) {
            Some(letters) => out.push_str(letters),
            None => push(c, out),
        }
    }
}

/// Marks that Latin, Greek and Cyrillic letters carry. Those of other scripts are part of the word.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn spelt_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
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

/// Whether words are made of it: letters, digits and the marks on them.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

/// Whether it is a word by itself, since its script puts no spaces between words: Han, Kana, Thai, Lao, Khmer, Burmese.
pub fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a word goes on between two neighbours.
fn joined(left: char, right: char) -> bool {
    is_word(left) && is_word(right) && !stands_alone(left) && !stands_alone(right)
}

/// Whether no word reaches over `at`, a place in `text`; also false where a character does.
pub fn is_edge(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else {
        return false;
    };
    match (before.chars().next_back(), after.chars().next()) {
        (Some(left), Some(right)) => !joined(left, right),
        _ => true,
    }
}

/// The words of `text`, as places in it: runs of [word characters](is_word), those that [stand alone](stands_alone) by themselves.
pub fn words(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut last) = chars.by_ref().find(|(_, c)| is_word(*c))?;
        let mut end = start + last.len_utf8();
        while let Some((at, c)) = chars.next_if(|(_, c)| joined(last, *c)) {
            (last, end) = (c, at + c.len_utf8());
        }
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_one_word_however_it_was_typed() {
        for (typed, folded) in [
            ("  ACME\t\n Cloud ", "acme cloud"),
            ("Ａｃｍｅ ﬁx", "acme fix"),
            ("doesn’t STRASSE Straße É", "doesn't strasse strasse e"),
            ("E\u{301} İstanbul Ørsted Łódź", "e istanbul orsted lodz"),
            ("Ёлка ΌΜΟΡΦΟΣ", "елка ομορφοσ"),
            ("が か\u{3099} हिन्दी 한국", "が が हिन्दी 한국"),
        ] {
            assert_eq!(fold(typed), folded);
            assert_eq!(fold(folded), folded);
        }
    }

    #[test]
    fn a_word_ends_where_no_letter_goes_on_and_at_every_character_without_spaces() {
        let text = "acme's c++, हिन्दी 東京で";
        let found: Vec<_> = words(text).map(|place| &text[place]).collect();
        assert_eq!(found, ["acme", "s", "c", "हिन्दी", "東", "京", "で"]);
        assert!(is_edge(text, 4) && !is_edge(text, 3) && is_edge("東京", 3));
        assert!(!is_edge("東京", 1), "not on a character boundary");
        assert!(is_edge("a", 0) && is_edge("a", 1) && !is_edge("a", 2));
    }
}
