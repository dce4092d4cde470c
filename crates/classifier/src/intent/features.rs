//! What the model sees of a text: which rows of its table of weights speak, and how loudly. What the rows weigh is not here.
//!
//! Words and letters are looked up by hash, so that no vocabulary is kept: n-grams of 1 to 3 words, of 2 to 5 letters within a word, and of
//! 2 to 5 letters within a handle. Marks are what is counted or asked of the text as a whole.

mod marks;

use super::rules::{Evidence, Plain};
use crate::hash::{of_text, seed, stir};
use crate::text::normalise_into;

/// A kind of feature. Each has rows of its own in the table of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// One to three words in a row.
    Words,
    /// Two to five letters of a word.
    Letters,
    /// Two to five letters of a handle.
    Handles,
    /// Counts, capitals, punctuation, who is spoken of.
    Marks,
    /// How negative and how positive the words are, by heads of the model itself.
    Polarity,
    /// What the hand-written cues say.
    Cues,
}

impl Block {
    /// Every block, in the order of their rows.
    pub const ALL: [Block; 6] = [
        Block::Words,
        Block::Letters,
        Block::Handles,
        Block::Marks,
        Block::Polarity,
        Block::Cues,
    ];

    /// How many rows it has.
    pub const fn rows(self) -> usize {
        match self {
            Block::Words | Block::Letters => 1 << 17,
            Block::Handles => 1 << 13,
            Block::Marks => marks::COUNT,
            Block::Polarity => 2 * STEPS.len(),
            Block::Cues => 4 * CUE_STEPS.len(),
        }
    }

    /// Its first row.
    pub const fn start(self) -> usize {
        let (mut at, mut row) = (0, 0);
        while at < self as usize {
            row += Block::ALL[at].rows();
            at += 1;
        }
        row
    }

    /// How loud each of `count` features of this block is: a long text says as much as a short one, in more words.
    pub fn loudness(self, count: usize) -> f32 {
        match self {
            Block::Words | Block::Letters | Block::Handles => 1.0 / (count.max(1) as f32).sqrt(),
            Block::Marks | Block::Polarity | Block::Cues => 0.5,
        }
    }
}

/// Rows of all blocks together.
pub const ROWS: usize = Block::Cues.start() + Block::Cues.rows();

/// Where a reading of polarity, in standard deviations from the mean, counts as one step higher.
const STEPS: [f32; 9] = [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5];
/// Where the evidence of the cues counts as one step higher.
const CUE_STEPS: [f64; 8] = [0.01, 0.3, 0.6, 0.9, 1.2, 1.6, 2.2, 3.0];

/// The rows that speak for one text, by block; a row that stands twice speaks twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Features {
    rows: [Vec<u32>; Block::ALL.len()],
}

impl Features {
    /// What is seen of a text, but for its polarity, which takes a model.
    pub fn of(text: &str) -> Self {
        let mut features = Self::default();
        let surface = Surface::of(text);
        features.words(&surface.tokens);
        features.letters(&surface.plain);
        for handle in &surface.handles {
            features.handle(handle);
        }
        marks::mark(&surface, &mut features.rows[Block::Marks as usize]);
        features.cues(&Evidence::of(&Plain::of(surface.text)));
        features
    }

    /// The rows of one block.
    pub fn rows(&self, block: Block) -> &[u32] {
        &self.rows[block as usize]
    }

    /// Takes note of how negative and how positive the words are, in standard deviations from the mean of tweets.
    pub fn polarity(&mut self, negative: f32, positive: f32) {
        let (start, rows) = (Block::Polarity.start(), &mut self.rows[Block::Polarity as usize]);
        rows.clear();
        for (side, reading) in [negative, positive].into_iter().enumerate() {
            let reached = STEPS.iter().enumerate().filter(|(_, step)| reading > **step);
            rows.extend(reached.map(|(at, _)| (start + side * STEPS.len() + at) as u32));
        }
    }

    fn cues(&mut self, evidence: &Evidence) {
        let (start, rows) = (Block::Cues.start(), &mut self.rows[Block::Cues as usize]);
        let kinds = [evidence.trouble, evidence.help, evidence.praise, evidence.question];
        for (kind, weight) in kinds.into_iter().enumerate() {
            let reached = CUE_STEPS.iter().enumerate().filter(|(_, step)| weight >= **step);
            rows.extend(reached.map(|(at, _)| (start + kind * CUE_STEPS.len() + at) as u32));
        }
    }

    fn words(&mut self, tokens: &[u64]) {
        for start in 0..tokens.len() {
            let mut hash = seed();
            for token in tokens[start..].iter().take(3) {
                hash = stir(hash, *token);
                self.put(Block::Words, hash);
            }
        }
    }

    fn letters(&mut self, plain: &str) {
        for word in plain.split(' ').filter(|word| !word.is_empty()) {
            self.grams(Block::Letters, word);
        }
    }

    fn handle(&mut self, handle: &str) {
        self.grams(Block::Handles, handle);
        for part in ["help", "care", "support", "serv", "cust", "team", "official"] {
            if handle.contains(part) {
                self.put(Block::Handles, stir(seed(), of_text(part)));
            }
        }
    }

    /// The runs of 2 to 5 letters of a word with a space on either side.
    fn grams(&mut self, block: Block, word: &str) {
        let edge = || std::iter::once(' ');
        let after = || word.chars().chain(edge());
        let mut rest = word.chars();
        let mut letter = Some(' ');
        let mut following = after();
        while let Some(first) = letter {
            let mut hash = stir(seed(), u64::from(first));
            for next in following.take(4) {
                hash = stir(hash, u64::from(next));
                self.put(block, hash);
            }
            letter = rest.next();
            following = rest.as_str().chars().chain(edge());
        }
    }

    fn put(&mut self, block: Block, hash: u64) {
        let row = block.start() as u64 + (hash >> 32) % block.rows() as u64;
        self.rows[block as usize].push(row as u32);
    }
}

/// A text taken apart.
struct Surface<'a> {
    /// As it was written, but for what marks that it was cut off.
    text: &'a str,
    /// Normal form, with `@` for a handle, `^` for a link, and `0` for a number.
    plain: String,
    /// Words and punctuation of the normal form, hashed, between marks of beginning and end.
    tokens: Vec<u64>,
    /// The handles without `@`, lower case.
    handles: Vec<String>,
    links: usize,
}

impl<'a> Surface<'a> {
    fn of(text: &'a str) -> Self {
        let text = uncut(text);
        let (mut written, mut handles, mut links) = (String::with_capacity(text.len()), Vec::new(), 0);
        for word in text.split_whitespace() {
            let bare = word.trim_start_matches(['.', '"', '(']);
            if is_link(word) {
                links += 1;
                written.push('^');
            } else if let Some(handle) = bare.strip_prefix('@').filter(|handle| !handle.is_empty()) {
                let end = handle
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(handle.len());
                handles.push(handle[..end].to_lowercase());
                written.push('@');
                written.push_str(&handle[end..]);
            } else {
                unescape(word, &mut written);
            }
            written.push(' ');
        }
        let mut normal = String::with_capacity(written.len());
        normalise_into(&written, &mut normal);
        let plain = squeeze(&normal);
        let tokens = tokens(&plain);
        Self {
            text,
            plain,
            tokens,
            handles,
            links,
        }
    }
}

/// The text without the dots and the link that stand where an interface cut it off.
fn uncut(text: &str) -> &str {
    let text = text.trim();
    let body = match text.rsplit_once('…') {
        Some((body, rest)) if rest.is_empty() || is_link(rest.trim_start()) && !rest.trim().contains(' ') => body,
        _ => text,
    };
    body.trim_end()
}

pub(super) fn is_link(word: &str) -> bool {
    word.contains("://") || word.starts_with("www.") || word.contains("t.co/")
}

/// Appends a word as it was meant where an interface escaped it.
fn unescape(word: &str, out: &mut String) {
    const NAMED: [(&str, char); 4] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')];
    let mut rest = word;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let named = NAMED.iter().find(|(name, _)| rest.starts_with(name));
        let (length, meant) = named.map_or((1, '&'), |(name, meant)| (name.len(), *meant));
        out.push(meant);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// Numbers become `0`, and more than three of one character in a row three.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut last, mut run) = (' ', 0);
    for c in text.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= if c == '0' { 1 } else { 3 } {
            out.push(c);
        }
    }
    out
}

/// Words, runs of one sort of punctuation, and other signs one by one, hashed.
fn tokens(plain: &str) -> Vec<u64> {
    let mut tokens = vec![1];
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let sort = Sort::of(first);
        let end = rest.find(|c| Sort::of(c) != sort).unwrap_or(rest.len());
        let end = if sort == Sort::Sign { first.len_utf8() } else { end };
        if sort != Sort::Space {
            tokens.push(of_text(&rest[..end]));
        }
        rest = &rest[end..];
    }
    tokens.push(2);
    tokens
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Space,
    Word,
    Stop,
    Call,
    Punctuation,
    Sign,
}

impl Sort {
    fn of(c: char) -> Self {
        match c {
            ' ' => Sort::Space,
            '.' => Sort::Stop,
            '!' | '?' => Sort::Call,
            '\'' | '_' => Sort::Word,
            ':' | ';' | '=' | '-' | '(' | ')' | '/' | '<' | '>' => Sort::Punctuation,
            c if c.is_alphanumeric() => Sort::Word,
            _ => Sort::Sign,
        }
    }
}
