//! Which common words and phrases feel good or bad, by language. What models make of that is theirs.

mod words;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::fast::LANGUAGES;
use crate::fast::letters::{Mood, folded};
use words::{BAD_EMOJI, BY_LANGUAGE, GOOD_EMOJI, SHARED, Words};

/// A phrase has at most so many words.
pub(crate) const LONGEST: usize = 5;
/// A stem may go on for so many letters.
const ENDING: usize = 4;
/// A bit for good and one for bad of each language, and then of what all share.
const SETS: usize = LANGUAGES.len() + 1;

/// How `word`, [folded](key), feels in the language at that place of [`LANGUAGES`].
pub(crate) fn word(word: &str, language: usize) -> Option<Mood> {
    let known = LEXICON.known(word);
    let own = mood(known, language).or_else(|| mood(known, LANGUAGES.len()));
    // Hindi is written with many English words.
    own.or_else(|| mood(known, 0).filter(|_| LANGUAGES.get(language) == Some(&"hi")))
}

/// How an emoji is meant, where that is plain.
pub(crate) fn emoji(sign: char) -> Option<Mood> {
    let good = GOOD_EMOJI.contains(sign).then_some(Mood::Good);
    good.or_else(|| BAD_EMOJI.contains(sign).then_some(Mood::Bad))
}

/// Whether `word`, folded, feels like anything in some language.
pub(crate) fn feels(word: &str) -> bool {
    LEXICON.known(word) != 0
}

/// The language of which alone `word`, lower case, is known to feel like something.
pub(crate) fn only_in(word: &str) -> Option<&'static str> {
    let known = LEXICON.known(&key(word));
    let mut places = (0..LANGUAGES.len()).filter(|set| mood(known, *set).is_some());
    let only = places
        .next()
        .filter(|_| places.next().is_none() && mood(known, LANGUAGES.len()).is_none())?;
    Some(LANGUAGES[only])
}

/// How many of the last of `words` make a phrase that feels otherwise than they do, and how.
pub(crate) fn phrase<'w, W>(words: W, language: usize) -> Option<(usize, Mood)>
where
    W: DoubleEndedIterator<Item = &'w str> + Clone,
{
    let mut back = words.rev();
    let phrases = LEXICON.phrases.get(back.next()?)?;
    phrases.iter().find_map(|phrase| {
        let mood = mood(phrase.sets, language).or_else(|| mood(phrase.sets, LANGUAGES.len()))?;
        let mut before = back.clone();
        let stands = phrase.before.iter().all(|word| before.next() == Some(&**word));
        stands.then_some((phrase.before.len() + 1, mood))
    })
}

/// The form in which words are looked up: lower case, without accents, letters that are written in several ways as one, and none more than
/// twice in a row.
pub(crate) fn key(word: &str) -> String {
    let mut key = String::with_capacity(word.len());
    let (mut last, mut run) = (' ', 0);
    for letter in word.chars().flat_map(char::to_lowercase).filter_map(folded) {
        run = if letter == last { run + 1 } else { 1 };
        last = letter;
        if run <= 2 {
            key.push(letter);
        }
    }
    key
}

fn mood(sets: u32, set: usize) -> Option<Mood> {
    match sets >> (2 * set) & 3 {
        0 => None,
        1 => Some(Mood::Good),
        _ => Some(Mood::Bad),
    }
}

/// A phrase without its last word.
struct Phrase {
    /// Backwards.
    before: Vec<Box<str>>,
    sets: u32,
}

#[derive(Default)]
struct Lexicon {
    words: FxHashMap<Box<str>, u32>,
    stems: FxHashMap<Box<str>, u32>,
    /// By their last word, the longest first.
    phrases: FxHashMap<Box<str>, Vec<Phrase>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (set, words) in BY_LANGUAGE.into_iter().chain([&SHARED]).enumerate() {
        lexicon.add(words, set);
    }
    for phrases in lexicon.phrases.values_mut() {
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.before.len()));
    }
    lexicon
});

impl Lexicon {
    fn add(&mut self, words: &Words, set: usize) {
        debug_assert!(set < SETS);
        let sides = [
            (words.good, words.good_phrases, 1 << (2 * set)),
            (words.bad, words.bad_phrases, 2 << (2 * set)),
        ];
        for (words, phrases, bit) in sides {
            for word in words.split_whitespace() {
                let (table, word) = match word.strip_suffix('*') {
                    Some(stem) => (&mut self.stems, stem),
                    None => (&mut self.words, word),
                };
                *table.entry(key(word).into()).or_default() |= bit;
            }
            for phrase in phrases {
                let mut before: Vec<Box<str>> = phrase.split(' ').rev().map(|word| key(word).into()).collect();
                let last = before.remove(0);
                let sets = bit;
                self.phrases.entry(last).or_default().push(Phrase { before, sets });
            }
        }
    }

    /// The sets that the word is in, by itself or by its stem.
    fn known(&self, word: &str) -> u32 {
        let whole = self.words.get(word).copied().unwrap_or(0);
        let cuts = word.char_indices().rev().map(|(at, _)| at).take(ENDING);
        std::iter::once(word.len())
            .chain(cuts)
            .filter_map(|end| self.stems.get(&word[..end]))
            .fold(whole, |sets, stem| sets | stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_feels_good_and_bad_in_one_language() {
        let both = |sets: u32| (0..SETS).any(|set| sets >> (2 * set) & 3 == 3);
        let torn: Vec<_> = LEXICON.words.keys().filter(|word| both(LEXICON.known(word))).collect();
        assert!(torn.is_empty(), "{torn:?}");
    }

    #[test]
    fn a_word_feels_as_its_language_has_it() {
        let place = |code| LANGUAGES.iter().position(|it| *it == code).unwrap();
        for (text, language, expected) in [
            ("Freue", "de", Some(Mood::Good)),
            ("enttäuschendes", "de", Some(Mood::Bad)),
            ("Spaß", "de", Some(Mood::Good)),
            ("male", "it", Some(Mood::Bad)),
            ("male", "en", None),
            ("love", "pt", Some(Mood::Good)),
            ("terrible", "hi", Some(Mood::Bad)),
            ("धन्यवाद", "hi", Some(Mood::Good)),
            ("أسوأ", "ar", Some(Mood::Bad)),
            ("table", "en", None),
        ] {
            assert_eq!(word(&key(text), place(language)), expected, "{text} in {language}");
        }
    }

    #[test]
    fn the_longest_phrase_that_ends_here_counts() {
        let found = |text: &str, language| {
            let words: Vec<_> = text.split(' ').map(key).collect();
            phrase(words.iter().map(String::as_str), language)
        };
        assert_eq!(found("well thanks for nothing", 0), Some((3, Mood::Bad)));
        assert_eq!(found("it is not bad at all", 0), Some((4, Mood::Good)));
        assert_eq!(found("nothing", 0), None);
        assert_eq!(found("danke für nichts", 4), Some((3, Mood::Bad)));
        assert_eq!(found("danke für nichts", 0), None);
    }

    #[test]
    fn no_phrase_is_longer_than_those_who_look_for_it_remember() {
        let longest = LEXICON
            .phrases
            .values()
            .flatten()
            .map(|phrase| phrase.before.len() + 1)
            .max();
        assert!(longest.is_some_and(|longest| longest <= LONGEST), "{longest:?}");
    }
}
