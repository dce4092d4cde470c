//! The last words of a text, and where each began, so that a phrase can stand for them. Which phrases there are is `polarity`'s.

use super::letters::Mood;
use crate::polarity::{self, LONGEST};

/// How far a text was read where a word began.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Began {
    pub(super) tokens: usize,
    pub(super) extra: usize,
    pub(super) letters: usize,
    pub(super) negated: bool,
    pub(super) since: usize,
    pub(super) liked: usize,
    pub(super) disliked: usize,
}

/// The last words.
#[derive(Default)]
pub(super) struct Recent {
    words: [(String, Began); LONGEST],
    /// How many of them there are, at the end.
    count: usize,
}

impl Recent {
    pub(super) fn push(&mut self, word: &str, began: Began) {
        self.words.rotate_left(1);
        let (last, place) = &mut self.words[LONGEST - 1];
        last.clear();
        last.push_str(word);
        *place = began;
        self.count = (self.count + 1).min(LONGEST);
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Where the phrase began that the last words make, and how it feels.
    pub(super) fn phrase(&self, language: usize) -> Option<(Began, Mood)> {
        let words = self.words[LONGEST - self.count..].iter().map(|(word, _)| word.as_str());
        let (length, mood) = polarity::phrase(words, language)?;
        Some((self.words[LONGEST - length].1, mood))
    }
}
