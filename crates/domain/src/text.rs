//! Text as it is compared: one form whatever it was typed with, and what counts as a word in it.

use std::sync::LazyLock;

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
    out.reserve(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (ascii, behind) = rest.split_at(rest.bytes().position(|b| !b.is_ascii()).unwrap_or(rest.len()));
        push_ascii(ascii, out);
        // No letter of ASCII composes with what is left of others, so that both fold apart.
        let (other, behind) = behind.split_at(behind.find(|c: char| c.is_ascii()).unwrap_or(behind.len()));
        push_other(other, out);
        rest = behind;
    }
}

fn push_ascii(text: &str, out: &mut String) {
    let doubled = text.as_bytes().windows(2).any(|two| two == b"  ") || (text.starts_with(' ') && out.ends_with(' '));
    if doubled || text.bytes().any(|b| matches!(b, b'\t'..=b'\r')) {
        for byte in text.bytes() {
            push(char::from(byte.to_ascii_lowercase()), out);
        }
    } else {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    }
}

/// The first character that may fold together with its neighbours. Those before are the letters of Latin, Greek and Cyrillic and their
/// accents, which are taken off.
const NOT_ALONE: char = '\u{530}';

/// What each character before [`NOT_ALONE`] folds to.
static ALONE: LazyLock<Vec<[Option<char>; 3]>> = LazyLock::new(|| {
    let folded = |c: char| {
        let mut out = String::new();
        push_composed(c.encode_utf8(&mut [0; 4]), &mut out);
        let mut chars = out.chars();
        [chars.next(), chars.next(), chars.next()]
    };
    ('\0'..NOT_ALONE).map(folded).collect()
});

fn push_other(text: &str, out: &mut String) {
    if text.chars().any(|c| c >= NOT_ALONE) {
        return push_composed(text, out);
    }
    for letters in text.chars().filter_map(|c| ALONE.get(c as usize)) {
        letters.iter().flatten().for_each(|&c| push(c, out));
    }
}

fn push_composed(text: &str, out: &mut String) {
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
    let mut at = 0;
    std::iter::from_fn(move || {
        let (start, mut last) = loop {
            let c = char_at(text, at)?;
            if is_word(c) {
                break (at, c);
            }
            at += c.len_utf8();
        };
        at += last.len_utf8();
        while let Some(c) = char_at(text, at).filter(|c| joined(last, *c)) {
            (last, at) = (c, at + c.len_utf8());
        }
        Some(start..at)
    })
}

fn char_at(text: &str, at: usize) -> Option<char> {
    match *text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_folds_the_same_as_a_whole_and_piece_by_piece(
            text in "([A-Za-z \\t,]|[\u{80}-\u{600}]|[\u{300}-\u{370}]|[か\u{3099}ᄀ-ᇿ가-각]|[ﬀ-ﬆΩÅ\u{2019}\u{e31}]|\\PC){0,20}",
        ) {
            let mut whole = String::new();
            push_composed(&text, &mut whole);
            let mut pieces = String::new();
            fold_into(&text, &mut pieces);
            prop_assert_eq!(pieces, whole);
        }
    }

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
