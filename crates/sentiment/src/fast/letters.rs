//! Single characters as the model sees them: small, without accents, one spelling for what people write in several ways, and faces in
//! signs. Words are made elsewhere.

/// What a character becomes within a word; `None` where it only joins, tints or hides. `small` is in lower case already.
pub(crate) fn folded(small: char) -> Option<char> {
    Some(match small {
        '\0'..='\u{7f}' => small,
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '´' => '\'',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ة' => 'ه',
        'ؤ' => 'و',
        'ئ' => 'ي',
        _ if is_hidden(small) => return None,
        _ => small,
    })
}

/// Signs that are not seen, or only change how the one before looks: zero-width ones, marks of direction, variation selectors, tints of
/// skin, Arabic vowels and lengthening, accents by themselves.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{300}'..='\u{36f}')
}

/// Whether a character belongs to a word.
pub(super) fn is_word(c: char) -> bool {
    // The sign that drops a vowel in Indian scripts is no letter, but nothing ends there.
    c.is_alphanumeric() || matches!(c, '_' | '\u{94d}' | '\u{93c}') || is_apostrophe(c)
}

/// What stands for a letter left out.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '´')
}

/// How a face or an emoji looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Bad,
    Plain,
    Good,
}

/// A face of signs at the beginning of `text`: how long it is, and how it looks.
pub(crate) fn face(text: &str) -> Option<(usize, Mood)> {
    if let Some(rest) = text.strip_prefix("</3") {
        return Some((text.len() - rest.len(), Mood::Bad));
    }
    if let Some(rest) = text.strip_prefix("<3") {
        return Some((text.len() - rest.trim_start_matches('3').len(), Mood::Good));
    }
    let mut signs = text.char_indices().peekable();
    let (_, eyes) = signs.next().filter(|(_, eyes)| ":;=8xX".contains(*eyes))?;
    let mut tears = false;
    while let Some((_, nose)) = signs.next_if(|(_, nose)| "-'’^o*".contains(*nose)) {
        tears |= matches!(nose, '\'' | '’');
    }
    let (at, mouth) = signs.next()?;
    let mood = match mouth {
        ')' | ']' | '}' | 'D' | 'd' | '3' | '*' | 'P' | 'p' if !tears || mouth == ')' => Mood::Good,
        '(' | '[' | '{' | 'c' | '@' => Mood::Bad,
        '/' | '\\' | '|' | 'S' | 's' | '$' | 'o' | 'O' => Mood::Plain,
        _ => return None,
    };
    let end = signs
        .find(|(_, more)| *more != mouth)
        .map_or(text.len(), |(more, _)| more);
    let bare = at == eyes.len_utf8() && (eyes == '8' || matches!(mouth, '3' | '@' | '$' | 'c'));
    let lettered = text[end..].starts_with(char::is_alphanumeric);
    let letters = eyes.is_alphabetic() && !matches!(mouth, 'D' | 'P' | ')' | '(');
    (!bare && !lettered && !letters && !text[..end].contains("//")).then_some((end, mood))
}
