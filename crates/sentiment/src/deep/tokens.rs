//! A text as the transformer reads it: pieces of words out of BERT's uncased vocabulary (Devlin et al. 2019), by greedy longest match. Links
//! and handles are neutral, faces and emoji become words, lengthened words short ones. What the pieces mean is not here.

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::fast::letters::{Mood, face};
use crate::fast::tokens::visible;
use crate::prepare::{handle_length, is_handle, is_link, part, unescape};
use crate::vader::Vader;

/// The most pieces that a text is read for, marks of beginning and end included; what lies behind them is left out.
pub const MOST: usize = 128;
/// A longer word is read up to here.
const LONGEST: usize = 100;
/// The same sign in a row is read this often at most.
const RUN: usize = 3;

/// Takes texts apart. Costs some milliseconds to make; share it.
pub struct Tokenizer {
    pieces: FxHashMap<Box<str>, u32>,
    vader: Vader,
    begin: u32,
    end: u32,
    unknown: u32,
}

impl Tokenizer {
    /// A tokenizer for these word pieces, one a line; `None` where the marks `[CLS]`, `[SEP]` and `[UNK]` are not among them.
    pub fn new(vocabulary: &str) -> Option<Self> {
        let pieces: FxHashMap<Box<str>, u32> = vocabulary.lines().map(Box::from).zip(0..).collect();
        Some(Self {
            begin: *pieces.get("[CLS]")?,
            end: *pieces.get("[SEP]")?,
            unknown: *pieces.get("[UNK]")?,
            pieces,
            vader: Vader::new(),
        })
    }

    /// The pieces of `text`, between the marks of beginning and end; those alone where there is nothing to read.
    pub fn tokens(&self, text: &str) -> Vec<u32> {
        let mut reading = Reading {
            tokenizer: self,
            tokens: vec![self.begin],
            before: Before::Nothing,
        };
        for chunk in visible(text).split_whitespace() {
            reading.chunk(chunk);
            if reading.is_full() {
                break;
            }
        }
        let mut tokens = reading.tokens;
        tokens.truncate(MOST - 1);
        tokens.push(self.end);
        tokens
    }
}

/// What stands before, as far as a repetition of it says nothing new.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Link,
    Handle,
    Sign(char, usize),
}

struct Reading<'a> {
    tokenizer: &'a Tokenizer,
    tokens: Vec<u32>,
    before: Before,
}

impl Reading<'_> {
    fn is_full(&self) -> bool {
        self.tokens.len() >= MOST - 1
    }

    fn chunk(&mut self, chunk: &str) {
        if is_link(chunk) || chunk == "http" || chunk == "https" {
            self.once(Before::Link, "http");
        } else if is_handle(chunk) {
            self.once(Before::Handle, "@");
            let name = &chunk[chunk.find('@').map_or(0, |at| at + 1)..];
            self.scan(&name[handle_length(name)..]);
        } else {
            self.scan(&unescape(chunk));
        }
    }

    /// Several of these in a row are read as one.
    fn once(&mut self, what: Before, piece: &str) {
        if self.before != what {
            self.piece(piece);
        }
        self.before = what;
    }

    fn scan(&mut self, mut rest: &str) {
        while let Some(first) = rest.chars().next().filter(|_| !self.is_full()) {
            let end = if let Some((end, mood)) = face(rest).filter(|(_, mood)| *mood != Mood::Plain) {
                self.words(if mood == Mood::Good { "happy face" } else { "sad face" });
                end
            } else if first == '#' && rest[1..].starts_with(char::is_alphanumeric) {
                let end = rest[1..].find(|c| !is_tag(c)).map_or(rest.len(), |end| end + 1);
                let mut parts = String::with_capacity(end + 4);
                part(&rest[1..end], &mut parts);
                self.piece("#");
                self.words(&parts);
                end
            } else if is_word(first) {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                self.word(&rest[..end]);
                end
            } else {
                self.sign(first);
                first.len_utf8()
            };
            rest = &rest[end..];
        }
    }

    fn words(&mut self, words: &str) {
        words.split(' ').for_each(|word| self.word(word));
    }

    /// A sign, or an emoji by what it shows.
    fn sign(&mut self, sign: char) {
        let run = match self.before {
            Before::Sign(before, run) if before == sign => run + 1,
            _ => 1,
        };
        match self.tokenizer.vader.emoji(sign) {
            Some(shown) if run == 1 => self.words(shown),
            Some(_) => {}
            None if run <= RUN => self.piece(plain(sign).encode_utf8(&mut [0; 4])),
            None => {}
        }
        self.before = Before::Sign(sign, run);
    }

    fn word(&mut self, word: &str) {
        let small = word
            .nfd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(char::to_lowercase);
        let small: String = small.take(LONGEST).collect();
        if small.is_empty() {
            return;
        }
        let short = self.shortened(&small);
        self.pieces(short.as_deref().unwrap_or(&small));
        self.before = Before::Nothing;
    }

    /// `soooo` is `so`, `goooood` is `good`: runs of three letters and more become two where that is a word, otherwise one.
    fn shortened(&self, word: &str) -> Option<String> {
        let twice = runs_cut(word, 2);
        if twice == word || word.starts_with(|c: char| c.is_numeric()) {
            return None;
        }
        let once = runs_cut(word, 1);
        let known = |word: &str| self.tokenizer.pieces.contains_key(word);
        Some(if known(&twice) || !known(&once) { twice } else { once })
    }

    fn pieces(&mut self, word: &str) {
        let pieces = &self.tokenizer.pieces;
        let start = self.tokens.len();
        let mut rest = word;
        let mut candidate = String::with_capacity(word.len() + 2);
        while !rest.is_empty() {
            candidate.clear();
            candidate.push_str(if rest.len() == word.len() { "" } else { "##" });
            candidate.push_str(rest);
            let mut found = None;
            for (length, last) in rest.char_indices().rev() {
                if let Some(piece) = pieces.get(candidate.as_str()) {
                    found = Some((*piece, length + last.len_utf8()));
                    break;
                }
                candidate.truncate(candidate.len() - last.len_utf8());
            }
            let Some((piece, length)) = found else {
                self.tokens.truncate(start);
                self.tokens.push(self.tokenizer.unknown);
                return;
            };
            self.tokens.push(piece);
            rest = &rest[length..];
        }
    }

    /// One piece; nothing where it is not in the vocabulary.
    fn piece(&mut self, piece: &str) {
        self.tokens.extend(self.tokenizer.pieces.get(piece));
    }
}

/// Runs of three characters and more, cut to `length`.
fn runs_cut(word: &str, length: usize) -> String {
    let letters: Vec<char> = word.chars().collect();
    let runs = letters.chunk_by(|a, b| a == b);
    runs.flat_map(|run| &run[..if run.len() > 2 { length } else { run.len() }])
        .collect()
}

/// Whether a character belongs to a word. Letters of scripts without spaces are words of their own, as BERT has them.
fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c))
        && !matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn is_tag(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || c == '_'
}

/// The sign that the vocabulary has for one that looks alike.
fn plain(sign: char) -> char {
    match sign {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '´' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        '！' => '!',
        '？' => '?',
        _ => sign,
    }
}

#[cfg(test)]
mod tests;
