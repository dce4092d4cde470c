//! What the model sees of a text: which rows of its table of weights speak, and how loudly. What the rows weigh is not here.
//!
//! Words and letters are looked up by hash, so that no vocabulary is kept: n-grams of 1 to 3 words, pairs with one or two words between them, and n-grams of 2 to 6 letters within a word. A
//! text in another language than English has a second copy of its words, of its language alone. Marks are what is counted or asked of
//! the text as a whole, for all languages and for each.

use super::LANGUAGES;
use super::letters::Mood;
use super::marks;
use super::tokens::{Surface, visible};
use crate::hash::{seed, stir};
use crate::language;
use crate::model::Text;
use crate::polarity;
use crate::prepare;
use crate::vader::{Scores, Vader};

/// A kind of feature. Each has rows of its own in the table of weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// One to three words in a row.
    Words,
    /// Two to six letters of a word.
    Letters,
    /// One or two words in a row, of one language.
    Own,
    /// Counts, punctuation, faces, what VADER says.
    Marks,
}

impl Block {
    /// Every block, in the order of their rows.
    pub const ALL: [Block; 4] = [Block::Words, Block::Letters, Block::Own, Block::Marks];

    /// How many rows it has.
    pub const fn rows(self) -> usize {
        match self {
            Block::Words | Block::Letters => 1 << 19,
            Block::Own => 1 << 17,
            Block::Marks => marks::COUNT * (1 + LANGUAGES.len()),
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

    /// How loud each feature of this block is: marks are few and told apart by more texts.
    pub fn loudness(self) -> f32 {
        match self {
            Block::Words | Block::Letters | Block::Own => 1.0,
            Block::Marks => MARKS,
        }
    }
}

/// How loud a mark is beside an n-gram.
const MARKS: f32 = 0.25;
/// Stands for a word that may be any.
const GAP: u64 = 11;
/// Stands for two of them.
const WIDE: u64 = 12;

/// Rows of all blocks together.
pub const ROWS: usize = Block::Marks.start() + Block::Marks.rows();

/// Takes texts apart. Costs a few milliseconds to make; share it.
pub struct Reader {
    vader: Vader,
}

/// Which language a text is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// As BCP 47 has it; `None` where nobody can tell.
    pub code: Option<String>,
    /// Place in [`LANGUAGES`] of the one that the text is read in; `None` where it is not to be read.
    pub place: Option<usize>,
}

/// The rows that speak for one text, by block; a row that stands twice speaks twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    rows: [Vec<u32>; Block::ALL.len()],
    scores: Scores,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// Reads the lexicon in.
    pub fn new() -> Self {
        Self { vader: Vader::new() }
    }

    /// Which language a text is in, and whether the model reads it.
    pub fn language(&self, text: &Text<'_>) -> Language {
        let words = prepare::plain(&visible(text.text), |_| None);
        let code = language::identify(&words, text.language, |word| self.vader.knows(word));
        let place = |code: &str| LANGUAGES.iter().position(|it| *it == code);
        let place = match (&code, text.language) {
            (Some(code), _) => place(code),
            // Nothing speaks for another language than was declared.
            (None, Some(declared)) if place(declared).is_some() => place(declared),
            // Faces feel the same in every language.
            (None, _) => (!words.contains(char::is_alphabetic)).then_some(0),
        };
        Language { code, place }
    }

    /// What is seen of `text`, which is in the language at `language` of [`LANGUAGES`]; `None` where there is nothing to read.
    pub fn read(&self, text: &str, language: usize) -> Option<Features> {
        let text = &visible(text);
        let code = LANGUAGES.get(language)?;
        let emoji = |sign| self.mood(sign);
        let surface = Surface::of(text, code, &emoji);
        if !surface.counts.says_something() {
            return None;
        }
        let mut features = Features::default();
        features.words(&surface, language);
        features.letters(&surface.letters);
        if matches!(*code, "en" | "hi") {
            features.scores = self.vader.scores(&prepare::plain(text, |sign| self.shown(sign)));
        }
        let marks = &mut features.rows[Block::Marks as usize];
        marks::mark(&surface, &features.scores, marks);
        for at in 0..marks.len() {
            let own = marks[at] + (marks::COUNT * (1 + language)) as u32;
            marks.push(own);
        }
        let start = Block::Marks.start() as u32;
        marks.iter_mut().for_each(|row| *row += start);
        Some(features)
    }

    /// What an emoji shows: how it is meant, where VADER only sees what it looks like.
    fn shown(&self, sign: char) -> Option<&'static str> {
        let shown = self.vader.emoji(sign);
        let felt = || shown.is_some_and(|shown| self.vader.scores(shown).compound != 0.0);
        match polarity::emoji(sign) {
            Some(Mood::Good) if !felt() => Some("happy face"),
            Some(Mood::Bad) if !felt() => Some("angry face"),
            _ => shown,
        }
    }

    /// How an emoji is meant, or else how it looks by what VADER says about what it shows.
    fn mood(&self, sign: char) -> Option<Mood> {
        if sign.is_ascii() {
            return None;
        }
        if let Some(mood) = polarity::emoji(sign) {
            return Some(mood);
        }
        let shown = self.vader.emoji(sign)?;
        Some(match self.vader.scores(shown).compound {
            good if good > 0.05 => Mood::Good,
            bad if bad < -0.05 => Mood::Bad,
            _ => Mood::Plain,
        })
    }
}

impl Features {
    /// The rows of one block.
    pub fn rows(&self, block: Block) -> &[u32] {
        &self.rows[block as usize]
    }

    /// VADER's shares of bad, plain and good, and its compound score, where the language is one that it reads.
    pub fn vader(&self) -> [f32; 4] {
        let Scores {
            negative,
            neutral,
            positive,
            compound,
        } = self.scores;
        [negative, neutral, positive, compound].map(|score| score as f32)
    }

    fn words(&mut self, surface: &Surface<'_>, language: usize) {
        let tokens = &surface.tokens;
        for start in 0..tokens.len() {
            let mut hash = seed();
            for (length, token) in tokens[start..].iter().take(3).enumerate() {
                hash = stir(hash, *token);
                self.put(Block::Words, hash);
                if language > 0 && length < 2 {
                    self.put(Block::Own, stir(hash, language as u64));
                }
            }
        }
        for around in tokens.windows(3) {
            self.put(Block::Words, stir(stir(stir(seed(), around[0]), GAP), around[2]));
        }
        for around in tokens.windows(4) {
            self.put(Block::Words, stir(stir(stir(seed(), around[0]), WIDE), around[3]));
        }
        for extra in &surface.extra {
            self.put(Block::Words, stir(stir(seed(), *extra), 0));
        }
    }

    /// The runs of 2 to 6 letters of words with a space on either side.
    fn letters(&mut self, letters: &[char]) {
        for start in 0..letters.len() {
            let mut hash = stir(seed(), u64::from(letters[start]));
            for next in letters[start + 1..].iter().take(5) {
                hash = stir(hash, u64::from(*next));
                self.put(Block::Letters, hash);
                if *next == ' ' {
                    break;
                }
            }
        }
    }

    fn put(&mut self, block: Block, hash: u64) {
        let row = block.start() as u64 + (((hash >> 32) * block.rows() as u64) >> 32);
        self.rows[block as usize].push(row as u32);
    }
}
