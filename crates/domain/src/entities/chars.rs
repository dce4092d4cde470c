//! What may stand in, before and behind an entity: the character classes of the published rules. Where an entity lies is not known here.

use unicode_normalization::char::is_combining_mark;

/// Latin letters beyond ASCII, and the marks that accent them.
pub(super) fn is_accented(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' if !matches!(c, '×' | '÷'))
        || matches!(
            c,
            '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}' | '\u{26f}'
        )
        || matches!(c, '\u{272}' | '\u{289}' | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// A letter or mark of any script. What the standard library calls alphabetic holds numbers and symbols too: Roman numerals, letters in circles.
pub(super) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    let other = matches!(c, '\u{2160}'..='\u{2188}' if !matches!(c, 'Ↄ' | 'ↄ'))
        || matches!(c, '\u{16ee}'..='\u{16f0}' | '\u{24b6}'..='\u{24e9}' | '\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303a}')
        || matches!(c, '\u{a6e6}'..='\u{a6ef}' | '\u{10140}'..='\u{10174}' | '\u{10341}' | '\u{1034a}' | '\u{103d1}'..='\u{103d5}')
        || matches!(c, '\u{12400}'..='\u{1246e}' | '\u{1f130}'..='\u{1f189}');
    (c.is_alphabetic() && !other) || is_combining_mark(c)
}

/// What a hashtag is made of: letters, marks and digits of any script, and the few signs that words of some scripts need.
pub(super) fn is_tag(c: char) -> bool {
    const SIGNS: &str = "\u{200c}\u{200d}\u{a67e}\u{5be}\u{5f3}\u{5f4}\u{ff5e}\u{301c}\u{309b}\u{309c}\u{30a0}\u{30fb}\u{3003}\u{f0b}\u{f0c}\u{b7}";
    if c.is_ascii() {
        return is_handle(c);
    }
    is_letter(c) || is_digit(c) || SIGNS.contains(c)
}

/// The zeros of all scripts, sorted; nine more digits follow each.
#[rustfmt::skip]
const ZEROS: &[u32] = &[
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090,
    0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
    0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da,
    0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8,
    0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// A decimal digit of any script; `²` and `½` are none.
fn is_digit(c: char) -> bool {
    let after = ZEROS.partition_point(|&zero| zero <= u32::from(c));
    after > 0 && u32::from(c) - ZEROS[after - 1] < 10
}

/// What a handle without a host is made of.
pub(super) fn is_handle(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

pub(super) fn is_at(c: char) -> bool {
    matches!(c, '@' | '＠')
}

pub(super) fn is_hash(c: char) -> bool {
    matches!(c, '#' | '＃')
}

/// What may stand on either side of a cashtag besides the edge of the text.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{180e}' || is_direction(c)
}

/// What a host's labels start and end with: anything but ASCII punctuation, white space and what cannot be seen. Quotation marks are allowed
/// by the published rules; what they hold is found for all that, since only the ASCII part of a host without a scheme is taken.
pub(super) fn is_domain(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '"' | '`' | '\0'..='\x08' | '\x0e'..='\x1f' | '\x7f');
    }
    !is_space(c) && !is_invalid(c) && !is_at(c) && !is_hash(c)
}

/// What a host is made of, dots aside.
pub(super) fn is_host(c: char) -> bool {
    matches!(c, '-' | '_') || is_domain(c)
}

/// What a host that is written without a scheme is made of, dots aside.
pub(super) fn is_plain_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || is_accented(c)
}

/// Whether a link may start behind `c`: not within a word, a mention, a hashtag or a cashtag.
pub(super) fn may_precede_link(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || c == '$' || is_at(c) || is_hash(c) || is_invalid(c))
}

/// What no text may hold.
fn is_invalid(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Invisible marks that turn the direction of writing.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_count_and_other_numbers_do_not() {
        assert!(ZEROS.is_sorted(), "a search by halves misses what is out of order");
        for zero in ZEROS.iter().filter_map(|&zero| char::from_u32(zero)) {
            assert!(is_digit(zero) && zero.is_numeric(), "{zero}");
        }
        for c in ['٣', '९', '９', '𝟡'] {
            assert!(is_tag(c) && !is_letter(c), "{c}");
        }
        for c in ['²', '½', '①', 'Ⅷ', '〇', 'Ⓐ', '🅰'] {
            assert!(!is_tag(c), "{c}");
        }
    }
}
