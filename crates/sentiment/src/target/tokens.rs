//! A post as words, with what parts them, and whom they name. Clauses are made elsewhere.

use std::ops::Range;

use rustc_hash::FxHashMap;

use backtweet_domain::text::{fold, is_word};

use super::clauses::sets_apart;
use super::words::{ACTS_ON, IS, has};
use crate::polarity;
use crate::prepare;

/// Whom the caller asks about.
pub(super) const OURS: u32 = 0;

/// What stands before a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Break {
    /// Nothing but space.
    None,
    /// A comma, a dash, a bracket, an emoji.
    Soft,
    /// The end of a sentence or a line.
    Hard,
}

/// One word, handle, hashtag or link.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    /// Folded, with its `@`, `#` or `$`.
    pub(super) key: String,
    pub(super) before: Break,
    /// Whom it names.
    pub(super) target: Option<u32>,
    /// Whether that may be a topic rather than somebody: a hashtag, where those who are asked about are not named by one.
    pub(super) weak: bool,
    /// Whether it is written like a name.
    pub(super) capital: bool,
}

impl Token {
    /// Whether it is a word and no handle, hashtag or link.
    pub(super) fn is_plain(&self) -> bool {
        !self.key.starts_with(['@', '#', '$']) && !prepare::is_link(&self.key)
    }

    fn bare(&self) -> &str {
        bare(&self.key)
    }
}

/// A text and its words.
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
}

impl<'t> Text<'t> {
    pub(super) fn read(text: &'t str, names: &[&str]) -> Self {
        let mut tokens = tokens(text);
        name_ours(&mut tokens, names);
        unname_tail(&mut tokens);
        name_others(text, &mut tokens);
        Self { text, tokens }
    }
}

/// The form in which words are compared here.
pub(super) fn key(word: &str) -> String {
    polarity::key(&fold(word))
}

fn bare(key: &str) -> &str {
    key.trim_start_matches(['@', '#', '$'])
}

/// Signs as HTML has them, in which nothing ends.
const ENTITIES: [&str; 5] = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut before = Break::None;
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(entity) = ENTITIES.iter().find(|entity| rest.starts_with(**entity)) {
            at += entity.len();
            continue;
        }
        let length = token_length(rest, first);
        if length == 0 {
            let next = rest[first.len_utf8()..].chars().next();
            before = before.max(break_of(first, next));
            at += first.len_utf8();
            continue;
        }
        let word = &rest[..length];
        tokens.push(Token {
            range: at..at + length,
            key: key(word),
            before: std::mem::replace(&mut before, Break::None),
            target: None,
            weak: false,
            capital: first.is_uppercase(),
        });
        at += length;
    }
    tokens
}

/// How long the word is that begins here; 0 where none does.
fn token_length(rest: &str, first: char) -> usize {
    let run = |rest: &str, joins: &[char]| {
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let goes_on = is_word(c) || c == '_';
            let joins = joins.contains(&c) && chars.peek().is_some_and(|(_, next)| is_word(*next));
            if !goes_on && !joins {
                return at;
            }
        }
        rest.len()
    };
    if ["http://", "https://", "www."]
        .iter()
        .any(|begin| rest.starts_with(begin))
    {
        return rest.find(char::is_whitespace).unwrap_or(rest.len());
    }
    match first {
        '@' => match run(&rest[1..], &['.', '-', '@']) {
            0 => 0,
            name => name + 1,
        },
        '#' | '$' => match run(&rest[1..], &[]) {
            0 => 0,
            name => name + 1,
        },
        first if is_word(first) => run(rest, &['\'', '\u{2019}', '-', '.']),
        _ => 0,
    }
}

fn break_of(sign: char, next: Option<char>) -> Break {
    match sign {
        '\n' | '!' | '?' | ';' | '…' | '।' | '؟' | '؛' | '！' | '？' | '。' => Break::Hard,
        '.' if next.is_none_or(|next| next.is_whitespace() || matches!(next, '"' | '”' | '»' | ')')) => Break::Hard,
        '-' if next.is_none_or(char::is_whitespace) => Break::Soft,
        ',' | '،' | '，' | '、' | '(' | ')' | '–' | '—' => Break::Soft,
        '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' => Break::Soft,
        _ => Break::None,
    }
}

/// Marks the words that are one of the names.
fn name_ours(tokens: &mut [Token], names: &[&str]) {
    // By the first word of a name: its words, and whether it is a handle or a tag.
    let mut ours: FxHashMap<String, Vec<(Vec<String>, bool)>> = FxHashMap::default();
    for name in names {
        let words: Vec<Token> = self::tokens(name);
        let marked = words.first().is_some_and(|word| !word.is_plain());
        let words: Vec<String> = words.iter().map(|word| word.bare().to_owned()).collect();
        if let Some(first) = words.first() {
            ours.entry(first.clone()).or_default().push((words, marked));
        }
    }
    for at in 0..tokens.len() {
        let Some(found) = ours.get(tokens[at].bare()) else {
            continue;
        };
        let stands = |(words, marked): &(Vec<String>, bool)| {
            let here = tokens[at..].iter().map(Token::bare);
            // A word that is a short handle by chance is none.
            let meant = !marked || !tokens[at].is_plain() || words[0].chars().nth(3).is_some();
            (meant && tokens.len() - at >= words.len() && here.zip(words).all(|(a, b)| a == b)).then_some(words.len())
        };
        if let Some(length) = found.iter().filter_map(stands).max() {
            tokens[at..at + length]
                .iter_mut()
                .for_each(|token| token.target = Some(OURS));
        }
    }
}

/// Hashtags at the end that nothing is done to are about all of it, and name nobody in their clause.
fn unname_tail(tokens: &mut [Token]) {
    for at in (0..tokens.len()).rev() {
        match tokens[at].key.starts_with('#') {
            true if !acted_on(tokens, at) => tokens[at].target = None,
            false if prepare::is_link(&tokens[at].key) => {}
            _ => return,
        }
    }
}

/// Whether a word stands behind what is done to somebody.
fn acted_on(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    tokens[at].before == Break::None && before.is_some_and(|before| has(ACTS_ON, &before.key))
}

/// Marks the words that name somebody else: handles, cashtags, hashtags that stand for a thing and not for an opinion or a topic, and, where
/// those who are asked about are named by a word, names that something is said about behind a comma or a conjunction.
fn name_others(text: &str, tokens: &mut [Token]) {
    let ours = |is: fn(&Token) -> bool| tokens.iter().any(|token| token.target == Some(OURS) && is(token));
    let (by_word, by_tag) = (ours(Token::is_plain), ours(|token| token.key.starts_with(['#', '$'])));
    let mut others: FxHashMap<String, u32> = FxHashMap::default();
    for at in 0..tokens.len() {
        let unknown = tokens[at].is_plain() && !by_word;
        if unknown || tokens[at].target.is_some() || !is_other(text, tokens, at) {
            continue;
        }
        tokens[at].weak = tokens[at].key.starts_with('#') && !by_tag;
        let next = OURS + 1 + others.len() as u32;
        tokens[at].target = Some(*others.entry(tokens[at].bare().to_owned()).or_insert(next));
    }
}

fn is_other(text: &str, tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let next = tokens.get(at + 1);
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    match token.key.chars().next() {
        Some('@') => true,
        Some('$') => token.bare().starts_with(char::is_alphabetic),
        Some('#') => {
            let goes_on = next.is_some_and(|next| next.is_plain() && next.before == Break::None);
            (goes_on || acted_on(tokens, at)) && !is_opinion(&text[token.range.clone()])
        }
        _ => {
            let begins = token.before == Break::Soft || before.is_some_and(sets_apart);
            token.capital && begins && next.is_some_and(|next| has(IS, &next.key))
        }
    }
}

/// Whether a hashtag says what somebody feels.
fn is_opinion(tag: &str) -> bool {
    let mut parts = String::new();
    prepare::part(tag.trim_start_matches('#'), &mut parts);
    parts.split(' ').any(|part| polarity::feels(&key(part)))
}
