//! From a post's text to plain words: links and handles go, hashtags come apart, emoji become what they show. What the words mean is
//! the models' business.

use std::borrow::Cow;

/// The words of `text`, parted by spaces. `emoji` describes a character that is one.
pub fn plain<'e>(text: &str, emoji: impl Fn(char) -> Option<&'e str>) -> String {
    let mut plain = String::with_capacity(text.len());
    for token in text
        .split_whitespace()
        .filter(|token| !is_link(token) && !is_handle(token))
    {
        let token = unescape(token);
        match token
            .strip_prefix('#')
            .filter(|tag| tag.starts_with(char::is_alphanumeric))
        {
            Some(tag) => part(tag, &mut plain),
            None => describe(&token, &emoji, &mut plain),
        }
        plain.push(' ');
    }
    plain
}

pub(crate) fn is_link(token: &str) -> bool {
    let token = token.trim_start_matches(['(', '[', '<', '"', '\'']);
    token.contains("://") || token.starts_with("www.")
}

pub(crate) fn is_handle(token: &str) -> bool {
    let token = token.trim_start_matches(['.', '(', '[', '"', '\'', '\u{201c}']);
    token
        .strip_prefix('@')
        .is_some_and(|name| name.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
}

/// How long a handle is, without its `@`: `acme`, `acme.bsky.social`, `acme@social.example`.
pub(crate) fn handle_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let joins = matches!(letter, '.' | '-' | '@') && letters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if !letter.is_alphanumeric() && letter != '_' && !joins {
            return at;
        }
    }
    rest.len()
}

/// Some networks send text as HTML would have it.
pub(crate) fn unescape(token: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, &str); 5] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    if !token.contains('&') {
        return Cow::Borrowed(token);
    }
    Cow::Owned(
        ENTITIES
            .iter()
            .fold(token.to_owned(), |token, (entity, sign)| token.replace(entity, sign)),
    )
}

/// `NotHappy_at2` is `Not Happy at 2`: a word starts at a capital behind a small letter, at the last capital of a run that a small
/// letter follows, where letters meet digits, and behind `_`.
pub(crate) fn part(tag: &str, plain: &mut String) {
    let mut before: Option<char> = None;
    let mut letters = tag.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts = match before {
            None => false,
            Some(before) if letter.is_uppercase() => {
                before.is_lowercase() || before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase())
            }
            Some(before) => {
                before.is_numeric() != letter.is_numeric() && before.is_alphanumeric() && letter.is_alphanumeric()
            }
        };
        if starts {
            plain.push(' ');
        }
        plain.push(if letter == '_' { ' ' } else { letter });
        before = Some(letter);
    }
}

fn describe<'e>(token: &str, emoji: impl Fn(char) -> Option<&'e str>, plain: &mut String) {
    for letter in token.chars() {
        match letter {
            letter if letter.is_ascii() => plain.push(letter),
            '\u{2018}' | '\u{2019}' => plain.push('\''),
            // What only joins or tints emoji.
            '\u{200d}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            letter => match emoji(letter) {
                Some(description) => plain.extend([" ", description, " "]),
                None => plain.push(letter),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let plain = plain(text, |letter| (letter == '😀').then_some("grinning face"));
        plain.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn links_and_handles_say_nothing_about_feelings() {
        assert_eq!(
            words(".@happy (@love_inc) see https://x.example/hate?yes! www.terrible.example now"),
            ["see", "now"]
        );
        assert_eq!(words("mail me @ home"), ["mail", "me", "@", "home"]);
    }

    #[test]
    fn hashtags_come_apart_into_their_words() {
        assert_eq!(
            words("#NotHappy #worst_ever #NYCLove #USA #top10 # #"),
            [
                "Not", "Happy", "worst", "ever", "NYC", "Love", "USA", "top", "10", "#", "#"
            ]
        );
    }

    #[test]
    fn emoji_entities_and_curly_quotes_become_what_the_lexicon_knows() {
        assert_eq!(
            words("great😀day &lt;3 don\u{2019}t ✌\u{fe0f}"),
            ["great", "grinning", "face", "day", "<3", "don't", "✌"]
        );
    }
}
