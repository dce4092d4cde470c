//! What may stand in, before and behind an entity.

use unicode_normalization::char::is_combining_mark;

/// Latin letters beyond ASCII.
pub(super) fn is_accented(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// A letter or mark of any script.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
}

/// What a hashtag is made of: letters, marks and digits of any script, and the few signs that words of some scripts need.
pub(super) fn is_tag(c: char) -> bool {
    const SIGNS: &str = "_\u{200c}\u{200d}\u{a67e}\u{5be}\u{5f3}\u{5f4}\u{ff5e}\u{301c}\u{309b}\u{309c}\u{30a0}\u{30fb}\u{3003}\u{f0b}\u{f0c}\u{b7}";
    is_letter(c) || c.is_numeric() || SIGNS.contains(c)
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
    c.is_whitespace() || is_direction(c)
}

/// Invisible marks that turn the direction of writing.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
