//! A text taken apart into hashed words and signs, with what surrounds them: negation, capitals, lengthening. What they weigh is not here.

use std::borrow::Cow;

use super::LANGUAGES;
use super::letters::{Mood, face, folded, is_apostrophe, is_hidden, is_word};
use super::negation::negates;
use super::phrases::{Began, Recent};
use crate::hash::{seed, stir};
use crate::polarity;
use crate::prepare::{handle_length, is_handle, is_link, part, unescape};

/// Hashes of what is not spelled out.
const BEGIN: u64 = 1;
const END: u64 = 2;
const HANDLE: u64 = 4;
const TAG: u64 = 5;
const NUMBER: u64 = 6;
/// Stirred into a word within the reach of a negation.
const NEGATED: u64 = 7;
const GOOD: u64 = 8;
const BAD: u64 = 9;
/// A capitalised word within a sentence.
const NAME: u64 = 10;
/// A phrase that feels otherwise than its words.
const GOOD_PHRASE: u64 = 13;
const BAD_PHRASE: u64 = 14;
/// So many words behind a negation feel otherwise than they do.
const REACH: usize = 4;
/// A word longer than this is read up to here.
const LONGEST: usize = 40;

/// What is counted over a whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) words: usize,
    pub(super) handles: usize,
    pub(super) tags: usize,
    pub(super) numbers: usize,
    pub(super) exclamations: usize,
    pub(super) questions: usize,
    pub(super) ellipses: usize,
    pub(super) quotes: usize,
    pub(super) shouted: usize,
    pub(super) lengthened: usize,
    pub(super) negations: usize,
    pub(super) good: usize,
    pub(super) bad: usize,
    pub(super) emoji: usize,
    /// Words that are known to feel good or bad, as they stand: behind a negation they are the other.
    pub(super) liked: usize,
    pub(super) disliked: usize,
    pub(super) good_phrases: usize,
    pub(super) bad_phrases: usize,
    pub(super) addressed: bool,
}

impl Counts {
    /// Whether there is anything to read.
    pub(super) fn says_something(&self) -> bool {
        self.words + self.tags + self.good + self.bad + self.emoji > 0
    }
}

/// A text taken apart.
pub(super) struct Surface<'a> {
    language: &'a str,
    emoji: &'a dyn Fn(char) -> Option<Mood>,
    /// Words and signs, hashed, between marks of beginning and end.
    pub(super) tokens: Vec<u64>,
    /// Words by themselves: in capitals, lengthened, without their negation.
    pub(super) extra: Vec<u64>,
    /// The words, folded, each with a space before and after it.
    pub(super) letters: Vec<char>,
    pub(super) counts: Counts,
    /// Whether a negation reaches here.
    negated: bool,
    /// Words since the negation.
    since: usize,
    recent: Recent,
    /// Place of the language.
    place: usize,
    small: String,
    /// Whether a sentence begins here.
    fresh: bool,
}

impl<'a> Surface<'a> {
    pub(super) fn of(text: &str, language: &'a str, emoji: &'a dyn Fn(char) -> Option<Mood>) -> Self {
        let mut surface = Self {
            language,
            emoji,
            tokens: Vec::with_capacity(text.len() / 3),
            extra: Vec::new(),
            letters: Vec::with_capacity(text.len() + 1),
            counts: Counts::default(),
            negated: false,
            since: 0,
            recent: Recent::default(),
            place: LANGUAGES.iter().position(|it| *it == language).unwrap_or(0),
            small: String::new(),
            fresh: true,
        };
        surface.tokens.push(BEGIN);
        surface.letters.push(' ');
        for chunk in text.split_whitespace() {
            surface.chunk(chunk);
        }
        surface.tokens.push(END);
        surface
    }

    fn chunk(&mut self, chunk: &str) {
        if is_link(chunk) || chunk == "http" || chunk == "https" {
            // Where it leads says nothing about feelings, and neither does that it is there.
        } else if is_handle(chunk) {
            self.counts.handles += 1;
            self.counts.addressed |= self.tokens.len() == 1;
            self.tokens.push(HANDLE);
            let name = chunk.find('@').map_or(0, |at| at + 1);
            let rest = &chunk[name..];
            self.scan(&rest[handle_length(rest)..]);
        } else {
            self.scan(&unescape(chunk));
        }
    }

    fn scan(&mut self, mut rest: &str) {
        while let Some(first) = rest.chars().next() {
            let end = if is_hidden(first) {
                first.len_utf8()
            } else if let Some((end, mood)) = face(rest) {
                let mouth = rest[..end].chars().next_back().unwrap_or(first);
                self.sign(stir(stir(seed(), u64::from(first)), u64::from(mouth)), mood);
                end
            } else if first == '#' && rest[1..].starts_with(is_word) {
                let end = rest[1..].find(|c| !is_word(c)).map_or(rest.len(), |end| end + 1);
                self.tag(&rest[1..end]);
                end
            } else if is_word(first) && !is_apostrophe(first) {
                let end = rest.find(|c| !is_word(c) && !is_hidden(c)).unwrap_or(rest.len());
                self.word(&rest[..end]);
                end
            } else {
                self.run(first, rest)
            };
            rest = &rest[end..];
        }
    }

    /// A hashtag: as a whole, and its words.
    fn tag(&mut self, tag: &str) {
        self.counts.tags += 1;
        let mut parts = String::with_capacity(tag.len() + 4);
        part(tag, &mut parts);
        let whole = tag.chars().flat_map(char::to_lowercase).filter_map(folded);
        let whole = whole.fold(TAG, |hash, c| stir(hash, u64::from(c)));
        self.extra.push(whole);
        let before = std::mem::replace(&mut self.negated, false);
        for word in parts.split_whitespace() {
            self.word(word);
        }
        self.negated = before;
    }

    fn word(&mut self, word: &str) {
        let word = word.trim_matches(is_apostrophe);
        if word.is_empty() {
            return;
        }
        let began = self.now();
        let start = self.letters.len();
        let (mut run, mut last, mut lengthened, mut hash) = (0, ' ', false, seed());
        let (mut capitals, mut others) = (0, 0);
        self.small.clear();
        for c in word.chars().take(LONGEST) {
            capitals += usize::from(c.is_uppercase());
            others += usize::from(!c.is_uppercase());
            for c in c.to_lowercase().filter_map(folded) {
                let c = if c.is_numeric() { '0' } else { c };
                run = if c == last { run + 1 } else { 1 };
                last = c;
                if run > 2 || c == '0' && run > 1 {
                    lengthened |= c != '0';
                    continue;
                }
                hash = stir(hash, u64::from(c));
                self.letters.push(c);
                self.small.push(c);
            }
        }
        if self.small.is_empty() {
            return;
        }
        self.letters.push(' ');
        let capitalised = capitals == 1 && others > 0 && word.starts_with(char::is_uppercase);
        // Where German is written, so is every noun.
        let name = capitalised && !self.fresh && self.language != "de";
        self.fresh = false;
        if self.letters[start..] == ['0', ' '] {
            self.letters.truncate(start);
            self.counts.numbers += 1;
            self.tokens.push(NUMBER);
            return;
        }
        self.counts.words += 1;
        if name {
            // What is said of a name is said of others too.
            self.extra.push(hash);
            self.tokens.push(NAME);
        } else {
            self.tokens.push(if self.negated { stir(hash, NEGATED) } else { hash });
        }
        if self.negated && !name {
            self.extra.push(hash);
        }
        if capitals > 1 && others == 0 {
            self.counts.shouted += 1;
        }
        self.counts.lengthened += usize::from(lengthened);
        self.feel(lengthened);
        if negates(&self.small, self.language) {
            self.counts.negations += 1;
            self.negated = true;
            self.since = 0;
        }
        self.recent.push(&self.small, began);
        self.phrase();
    }

    /// Where things stand.
    fn now(&self) -> Began {
        Began {
            tokens: self.tokens.len(),
            extra: self.extra.len(),
            letters: self.letters.len(),
            negated: self.negated,
            since: self.since,
            liked: self.counts.liked,
            disliked: self.counts.disliked,
        }
    }

    /// Counts the last word, where it is known to feel good or bad.
    fn feel(&mut self, lengthened: bool) {
        self.since += 1;
        let short = || {
            let mut short: Vec<char> = self.small.chars().collect();
            short.dedup();
            polarity::word(&short.into_iter().collect::<String>(), self.place)
        };
        let mood = polarity::word(&self.small, self.place).or_else(|| if lengthened { short() } else { None });
        let Some(mood) = mood else { return };
        let turned = self.negated && self.since <= REACH;
        if (mood == Mood::Good) == turned {
            self.counts.disliked += 1;
        } else {
            self.counts.liked += 1;
        }
    }

    /// Where the last words are a phrase, it stands for them.
    fn phrase(&mut self) {
        let Some((began, mood)) = self.recent.phrase(self.place) else {
            return;
        };
        if began.negated {
            return;
        }
        self.tokens.truncate(began.tokens);
        self.extra.truncate(began.extra);
        self.letters.truncate(began.letters);
        (self.negated, self.since) = (began.negated, began.since);
        (self.counts.liked, self.counts.disliked) = (began.liked, began.disliked);
        let hash = if mood == Mood::Good {
            self.counts.good_phrases += 1;
            self.counts.liked += 1;
            GOOD_PHRASE
        } else {
            self.counts.bad_phrases += 1;
            self.counts.disliked += 1;
            BAD_PHRASE
        };
        self.tokens.push(stir(seed(), hash));
        self.recent.clear();
    }

    /// A run of one sign; how many bytes long it is.
    fn run(&mut self, sign: char, rest: &str) -> usize {
        let end = rest.find(|c| c != sign).unwrap_or(rest.len());
        let length = rest[..end].chars().count();
        match sign {
            '!' | '¡' | '！' => self.counts.exclamations += length,
            '?' | '¿' | '؟' | '？' => self.counts.questions += length,
            '"' | '“' | '”' | '«' | '»' => self.counts.quotes += 1,
            '…' => self.counts.ellipses += 1,
            '.' if length > 1 => self.counts.ellipses += 1,
            _ => {}
        }
        if matches!(sign, '.' | ',' | '!' | '?' | ';' | ':' | '،' | '؟' | '؛' | '।' | '…') {
            self.negated = false;
        }
        if matches!(sign, '.' | '!' | '?' | ';' | '؟' | '؛' | '।' | '…') {
            self.recent.clear();
        }
        self.fresh = !matches!(sign, ',' | '-');
        if let Some(mood) = (self.emoji)(sign) {
            self.counts.emoji += length;
            self.sign(stir(seed(), u64::from(sign)), mood);
            if length > 1 {
                self.extra
                    .push(stir(stir(seed(), u64::from(sign)), length.min(3) as u64));
            }
        } else {
            let hash = stir(seed(), u64::from(sign));
            self.tokens.push(stir(hash, length.min(3) as u64));
        }
        end
    }

    fn sign(&mut self, hash: u64, mood: Mood) {
        self.tokens.push(hash);
        match mood {
            Mood::Good => {
                self.counts.good += 1;
                self.extra.push(GOOD);
            }
            Mood::Bad => {
                self.counts.bad += 1;
                self.extra.push(BAD);
            }
            Mood::Plain => {}
        }
        self.negated = false;
    }
}

/// `text` without what cannot be seen, and without what an interface or a table put into it: `\u002c` is a comma, `\"` a quote.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| c == '\\' || is_hidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend(rest[..at].chars().filter(|c| !is_hidden(*c)));
        rest = &rest[at + 1..];
        let code = rest.strip_prefix('u').and_then(|code| code.get(..4));
        let meant = code
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        match meant {
            Some(c) => {
                out.push(c);
                rest = &rest[5..];
            }
            None if rest.starts_with('"') => {}
            None => out.push('\\'),
        }
    }
    out.extend(rest.chars().filter(|c| !is_hidden(*c)));
    Cow::Owned(out)
}
