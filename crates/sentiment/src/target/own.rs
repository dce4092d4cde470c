//! What of a post's text its author says, without the words of others that are quoted in it. Whom the words are about is not asked here.

use std::borrow::Cow;

use backtweet_domain::text::words;

use crate::prepare;

/// A passage in quotation marks of at least so many words is quoted; a shorter one is a name, or meant with a wink.
const PASSAGE: usize = 4;
/// With fewer words of their own than this, somebody quotes what they mean.
const OWN: usize = 2;

/// Whom a passage is from stands behind one of these.
const CREDITS: [&str; 10] = ["via", "h", "t", "ht", "by", "from", "per", "says", "said", "por"];

/// What opens a passage, and what closes it.
const MARKS: [(char, char); 5] = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('「', '」')];

/// What the author of `text` says: without a `RE:` in front of a link, without lines that begin with `>`, without what stands behind `RT @x:`,
/// and without longer passages in quotation marks; with those where hardly anything else is left. Empty where it is nothing but somebody
/// else's words.
pub fn own_words(text: &str) -> Cow<'_, str> {
    match without_quoted_lines(without_reference(text)) {
        Cow::Borrowed(text) => without_passages(before_retweet(text)),
        Cow::Owned(text) => Cow::Owned(without_passages(before_retweet(&text)).into_owned()),
    }
}

/// Mastodon puts the link to what is quoted in front, for those who do not know quotes.
fn without_reference(text: &str) -> &str {
    let link = text.trim_start().strip_prefix("RE:").map(str::trim_start);
    match link.filter(|link| prepare::is_link(link)) {
        Some(link) => link.trim_start_matches(|c: char| !c.is_whitespace()),
        None => text,
    }
}

/// Lines that begin with `>` are quoted, as in mail.
fn without_quoted_lines(text: &str) -> Cow<'_, str> {
    let is_quoted = |line: &&str| line.trim_start().starts_with('>');
    if !text.lines().any(|line| is_quoted(&line)) {
        return Cow::Borrowed(text);
    }
    let own: Vec<&str> = text.lines().filter(|line| !is_quoted(line)).collect();
    Cow::Owned(own.join("\n"))
}

/// What stands before `RT @x`, `MT @x` or `QT @x`.
fn before_retweet(text: &str) -> &str {
    let mut marks = text.match_indices(" @").filter_map(|(at, _)| at.checked_sub(2));
    let passes_on = |at: &usize| {
        let mark = text.get(*at..*at + 2).unwrap_or_default();
        let alone = text
            .get(..*at)
            .is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        alone && ["rt", "mt", "qt"].iter().any(|it| mark.eq_ignore_ascii_case(it))
    };
    marks.find(passes_on).map_or(text, |at| text[..at].trim_end())
}

fn without_passages(text: &str) -> Cow<'_, str> {
    let mut own = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some((at, open)) = opening(rest, from) {
        let inner = at + open.len_utf8();
        let close = MARKS
            .iter()
            .find(|(mark, _)| *mark == open)
            .map_or(open, |(_, close)| *close);
        let Some(length) = rest[inner..].find(close) else {
            // Nothing closes it; nor would anything close another.
            break;
        };
        let end = inner + length + close.len_utf8();
        if words(&rest[inner..inner + length]).take(PASSAGE).count() < PASSAGE {
            from = end;
            continue;
        }
        own.push_str(&rest[..at]);
        own.push(' ');
        (rest, from) = (&rest[end..], 0);
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    own.push_str(rest);
    let plain = prepare::plain(&own, |_| None);
    if is_credit(rest) && words(&plain).all(|word| is_credit(&plain[word])) {
        return Cow::Borrowed("");
    }
    if words(&plain).take(OWN).count() < OWN {
        return Cow::Borrowed(text);
    }
    Cow::Owned(own)
}

/// The first mark that opens a passage, from a place on. Behind a letter or a digit it stands for something else, and before a space it
/// closes one.
fn opening(text: &str, from: usize) -> Option<(usize, char)> {
    let mut before = ' ';
    let mut rest = text[from..].char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let goes_on = rest.peek().is_some_and(|(_, next)| !next.is_whitespace() && *next != c);
        if goes_on && !before.is_alphanumeric() && MARKS.iter().any(|(open, _)| *open == c) {
            return Some((from + at, c));
        }
        before = c;
    }
    None
}

/// Whether words say whom something is from, or a name does.
fn is_credit(rest: &str) -> bool {
    let mut words = rest
        .split(|c: char| c.is_whitespace() || c == '/')
        .filter(|word| !word.is_empty());
    words.any(|word| prepare::is_handle(word) || CREDITS.iter().any(|credit| word.eq_ignore_ascii_case(credit)))
}
