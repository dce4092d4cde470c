//! VADER's rules: what the words around a word do to its feeling, and how feelings add up. They follow the authors' program
//! (`vaderSentiment` 3.3) word for word, its oddities included, so that published figures hold; where it differs is said.

use super::lexicon::{Lexicon, Word, phrase, phrase_boost};

/// What capitals among small letters add.
const SHOUT: f64 = 0.733;
/// What a negation makes of a feeling.
const NEGATED: f64 = -0.74;
/// How much of a booster is left one, two and three words away.
const DISTANCE: [f64; 3] = [1.0, 0.95, 0.9];
/// Maps sums of feelings to [-1, 1].
const ALPHA: f64 = 15.0;

/// One word of a text.
struct Token {
    /// Without punctuation, lower case.
    lower: String,
    /// What the lexicon says about it.
    word: Word,
    /// Whether it is written in capitals, in a text that is not.
    shouted: bool,
}

/// What VADER says about a text: which shares of it feel bad, like nothing and good, each in [0, 1], and how all of it feels, in [-1, 1].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Scores {
    pub(crate) negative: f64,
    pub(crate) neutral: f64,
    pub(crate) positive: f64,
    pub(crate) compound: f64,
}

/// How the whole of `text` feels: VADER's four scores.
pub(super) fn scores(lexicon: &Lexicon, text: &str) -> Scores {
    let tokens = tokens(lexicon, text);
    let but = tokens.iter().position(|token| token.lower == "but");
    let weigh = |at: usize, valence: f64| match but {
        // The first of several; where two words feel the same, the authors' program weighs the first of them twice.
        Some(but) if at < but => valence * 0.5,
        Some(but) if at > but => valence * 1.5,
        _ => valence,
    };
    let (mut sum, mut good, mut bad, mut plain) = (0.0, 0.0, 0.0, 0.0);
    for at in 0..tokens.len() {
        let valence = weigh(at, valence(&tokens, at));
        sum += valence;
        match valence {
            // One more for each word, as words that feel like nothing count one.
            valence if valence > 0.0 => good += valence + 1.0,
            valence if valence < 0.0 => bad += 1.0 - valence,
            _ => plain += 1.0,
        }
    }
    let emphasis = emphasis(text);
    let compound = match sum {
        sum if sum > 0.0 => squashed(sum + emphasis),
        sum if sum < 0.0 => squashed(sum - emphasis),
        _ => 0.0,
    };
    if good > bad {
        good += emphasis;
    } else if bad > good {
        bad += emphasis;
    }
    let all = f64::max(good + bad + plain, 1.0);
    Scores {
        negative: bad / all,
        neutral: plain / all,
        positive: good / all,
        compound,
    }
}

/// A sum of feelings, mapped to [-1, 1].
fn squashed(sum: f64) -> f64 {
    (sum / (sum * sum + ALPHA).sqrt()).clamp(-1.0, 1.0)
}

fn tokens(lexicon: &Lexicon, text: &str) -> Vec<Token> {
    let words: Vec<&str> = text.split_whitespace().map(stripped).collect();
    let capitals = words.iter().filter(|word| is_capitals(word)).count();
    let mixed = capitals > 0 && capitals < words.len();
    let token = |word: &str| {
        let lower = word.to_lowercase();
        Token {
            word: lexicon.word(&lower),
            lower,
            shouted: mixed && is_capitals(word),
        }
    };
    words.into_iter().map(token).collect()
}

/// The word without punctuation around it; what has at most two letters besides is an emoticon and stays whole.
fn stripped(token: &str) -> &str {
    let word = token.trim_matches(|sign: char| sign.is_ascii_punctuation());
    if word.chars().nth(2).is_some() { word } else { token }
}

fn is_capitals(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}

/// What exclamation and question marks add.
fn emphasis(text: &str) -> f64 {
    let count = |mark| text.bytes().filter(|byte| *byte == mark).count();
    let exclaimed = count(b'!').min(4) as f64 * 0.292;
    let asked = match count(b'?') {
        0 | 1 => 0.0,
        marks @ (2 | 3) => marks as f64 * 0.18,
        _ => 0.96,
    };
    exclaimed + asked
}

/// How the word at `at` feels where it stands.
fn valence(tokens: &[Token], at: usize) -> f64 {
    let token = &tokens[at];
    let Some(own) = token.word.valence else { return 0.0 };
    let kind_of = token.lower == "kind" && tokens.get(at + 1).is_some_and(|next| next.lower == "of");
    if token.word.boost != 0.0 || kind_of {
        return 0.0;
    }
    let mut valence = after_no(tokens, at, own);
    if token.shouted {
        valence += SHOUT.copysign(if valence > 0.0 { 1.0 } else { -1.0 });
    }
    for (distance, share) in (1..=3).zip(DISTANCE) {
        let Some(before) = at.checked_sub(distance).map(|place| &tokens[place]) else {
            break;
        };
        if before.word.valence.is_some() {
            continue;
        }
        valence += boost(before, valence) * share;
        valence *= turn(tokens, at, distance);
        if distance == 3 {
            valence = idioms(tokens, at, valence);
        }
    }
    least(tokens, at, valence)
}

/// `no` feels by itself, and negates where it stands before a word that feels.
fn after_no(tokens: &[Token], at: usize, own: f64) -> f64 {
    let is = |back: usize, words: &[&str]| {
        at.checked_sub(back)
            .is_some_and(|place| words.contains(&&*tokens[place].lower))
    };
    if is(1, &["no"]) || is(2, &["no"]) || is(3, &["no"]) && is(1, &["or", "nor"]) {
        return own * NEGATED;
    }
    let before_feeling = tokens.get(at + 1).is_some_and(|next| next.word.valence.is_some());
    if tokens[at].lower == "no" && before_feeling {
        0.0
    } else {
        own
    }
}

/// What the word before adds, in the direction of the feeling.
fn boost(before: &Token, valence: f64) -> f64 {
    let boost = before.word.boost;
    if boost == 0.0 {
        return 0.0;
    }
    let shout = if before.shouted { SHOUT } else { 0.0 };
    let direction = if valence < 0.0 { -1.0 } else { 1.0 };
    // A word that feels like nothing by now is shouted down.
    boost * direction + if valence > 0.0 { shout } else { -shout }
}

/// What the word `distance` before turns the feeling into.
fn turn(tokens: &[Token], at: usize, distance: usize) -> f64 {
    let is = |back: usize, words: &[&str]| words.contains(&&*tokens[at - back].lower);
    let so = ["so", "this"];
    let lifted = match distance {
        2 => is(2, &["never"]) && is(1, &so),
        // As the authors' program has it: `so` right before the word is enough.
        3 => is(3, &["never"]) && is(2, &so) || is(1, &so),
        _ => false,
    };
    let doubtless =
        distance > 1 && is(distance, &["without"]) && (is(1, &["doubt"]) || distance == 3 && is(2, &["doubt"]));
    match (lifted, doubtless) {
        (true, _) => 1.25,
        (false, true) => 1.0,
        (false, false) if tokens[at - distance].word.negates => NEGATED,
        (false, false) => 1.0,
    }
}

/// Phrases that feel otherwise than their words, and those that boost. There are at least three words before the one at `at`.
fn idioms(tokens: &[Token], at: usize, valence: f64) -> f64 {
    let words = |from: usize, to: usize| {
        tokens[from..=to]
            .iter()
            .map(|token| &*token.lower)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let here = [
        (at - 1, at),
        (at - 2, at),
        (at - 2, at - 1),
        (at - 3, at - 1),
        (at - 3, at - 2),
    ];
    let ahead = [(at, at + 1), (at, at + 2)];
    let mut valence = here
        .into_iter()
        .find_map(|(from, to)| phrase(&words(from, to)))
        .unwrap_or(valence);
    for (from, to) in ahead.into_iter().filter(|(_, to)| *to < tokens.len()) {
        valence = phrase(&words(from, to)).unwrap_or(valence);
    }
    let boosts = [(at - 3, at - 1), (at - 3, at - 2), (at - 2, at - 1)];
    boosts
        .into_iter()
        .fold(valence, |valence, (from, to)| valence + phrase_boost(&words(from, to)))
}

/// `least` negates, but not in `at least` and `very least`.
fn least(tokens: &[Token], at: usize, valence: f64) -> f64 {
    let is = |back: usize, words: &[&str]| {
        at.checked_sub(back)
            .is_some_and(|place| words.contains(&&*tokens[place].lower))
    };
    if is(1, &["least"]) && !is(2, &["at", "very"]) {
        valence * NEGATED
    } else {
        valence
    }
}
