//! Which language a text is in, from what was declared and from the text itself. Declarations are often an app's default, and short
//! texts are often nobody's language for sure, so neither is believed alone.

mod words;

use whatlang::{Info, Lang, Script};

pub use words::is_english;
use words::{CODES, common_in, shaped_in};

use crate::polarity;

/// With fewer letters than this the declared language is believed over the detected one.
const SHORT: usize = 60;
/// A text with at least this share of known English words is English. On labelled tweets in six languages that holds for 85 of 100
/// English ones, for 4 of 100 German ones (many of them English in truth) and for 1 of 100 or fewer of the others.
const ENGLISH: f64 = 0.3;
/// A text of some words with a smaller share than this is not English, whatever was declared: so are 1 of 300 English tweets and 75 to
/// 95 of 100 others.
const FOREIGN: f64 = 0.1;
/// A text with this share of very common words of one language is in it.
const COMMON: f64 = 0.2;
/// Of a text with fewer than two words that hint at one language, this share has to.
const HINTED: f64 = 0.3;
/// With this share of words that hint at one language a text is in it.
const SURELY_HINTED: f64 = 0.5;
/// A text is in Latin letters where at most one in so many is another. Hashtags often are, whatever the text is in.
const OTHER_LETTERS: usize = 4;
/// How many words say something about shares.
const SOME: u32 = 4;

/// The BCP 47 language of `text`, which should come without links and handles; `None` where nobody can tell.
///
/// - Where English or nothing is declared, known English words are enough to believe it: those in `knows` and [`is_english`].
/// - A declared language holds unless the text is long enough to be detected reliably as another, or English was declared for words
///   or letters that are none: then what the words tell or is detected holds, or nobody can tell.
/// - Without a declaration the language holds whose very common words the text has most of, or that its letters tell; else only
///   what is hinted at by words that are common in it, or that only it has or forms so, or what is detected reliably.
pub fn identify(text: &str, declared: Option<&str>, knows: impl Fn(&str) -> bool) -> Option<String> {
    let declared = declared.and_then(primary);
    let known = Known::of(text, knows);
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let long = letters >= SHORT;
    let is_foreign = |letter: &char| letter.is_alphabetic() && !is_latin(*letter);
    let latin = text.chars().filter(is_foreign).count() * OTHER_LETTERS <= letters;
    let detect = || match latin {
        true => detected(text),
        false => detected(&text.replace(|letter: char| letter.is_alphabetic() && is_latin(letter), "")),
    };
    let owned = |code: &str| Some(code.to_owned());
    match declared.as_deref() {
        None | Some("en") if latin && known.is_english() => owned("en"),
        None if latin => match known.leader() {
            Some(code) => owned(code),
            None => known.hinted(text).or_else(|| detect().filter(|_| long)),
        },
        None => detect(),
        Some("en") if known.is_foreign() || !latin => known.leader().filter(|_| latin).map_or_else(detect, owned),
        Some(code) if long && known.leader() != Some(code) => detect().or(declared),
        Some(_) => declared,
    }
}

fn is_latin(letter: char) -> bool {
    letter < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&letter)
}

/// What is detected reliably. The letters of Arabic and Hindi are enough for them unless there are some that only their neighbours use.
fn detected(text: &str) -> Option<String> {
    let arabic = || !text.contains(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی', 'ں', 'ٹ', 'ڈ', 'ے', 'ہ', 'ۆ', 'ە']);
    match whatlang::detect_script(text) {
        Some(Script::Arabic) if arabic() => Some("ar".to_owned()),
        Some(Script::Devanagari) if !text.contains('ळ') => Some("hi".to_owned()),
        _ => whatlang::detect(text).filter(Info::is_reliable).map(|info| code(&info)),
    }
}

/// By language, how many words of `text` are very common in it, or feel like something or are formed so in it alone.
fn hints(text: &str) -> [u32; CODES.len()] {
    let mut hints = [0; CODES.len()];
    each_word(text, |word| {
        let felt = polarity::only_in(word).and_then(|code| CODES.iter().position(|it| *it == code));
        let languages = common_in(word) | shaped_in(word) | felt.map_or(0, |at| 1 << at);
        for (at, count) in hints.iter_mut().enumerate() {
            *count += u32::from(languages >> at & 1);
        }
    });
    hints
}

/// Calls `read` for each word, lower case.
fn each_word(text: &str, mut read: impl FnMut(&str)) {
    let mut small = String::new();
    let words = text.split(|letter: char| !letter.is_alphabetic() && letter != '\'');
    for word in words.filter(|word| !word.is_empty()) {
        small.clear();
        small.extend(word.chars().flat_map(char::to_lowercase));
        read(&small);
    }
}

/// How many words of a text are known.
struct Known {
    words: u32,
    english: u32,
    common: [u32; CODES.len()],
}

impl Known {
    fn of(text: &str, knows: impl Fn(&str) -> bool) -> Self {
        let mut known = Self {
            words: 0,
            english: 0,
            common: [0; CODES.len()],
        };
        each_word(text, |word| {
            let languages = common_in(word);
            for (at, count) in known.common.iter_mut().enumerate() {
                *count += u32::from(languages >> at & 1);
            }
            known.english += u32::from(languages & 1 != 0 || knows(word));
            known.words += 1;
        });
        known
    }

    fn share(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.words.max(1))
    }

    fn is_english(&self) -> bool {
        let others = self.common[1..].iter().max().copied().unwrap_or(0);
        self.share(self.english) >= ENGLISH && self.english > others
    }

    fn is_foreign(&self) -> bool {
        self.words >= SOME && self.share(self.english) < FOREIGN
    }

    /// The language that words hint at: the one that detection takes to be the likeliest, sure or not, where no other is hinted at by more of
    /// them; or that more words hint at than at any other, and enough, which are more where the text looks like a language that is not known
    /// here. English has enough words of its own.
    fn hinted(&self, text: &str) -> Option<String> {
        let hints = hints(text);
        let most = *hints.iter().max()?;
        let mut leaders = CODES.iter().zip(hints).filter(|(_, count)| *count == most && most > 0);
        let likely = whatlang::detect(text).map(|info| code(&info));
        if leaders.clone().any(|(leader, _)| likely.as_deref() == Some(*leader)) {
            return likely;
        }
        let (leader, _) = leaders.next()?;
        // Hindi in Latin letters looks like anything.
        let looks_known = || *leader == "hi" || likely.is_none_or(|likely| CODES.contains(&&*likely));
        let share = self.share(most);
        let enough = share >= SURELY_HINTED || (most >= 2 || share >= HINTED) && looks_known();
        (enough && *leader != "en" && leaders.next().is_none()).then(|| (*leader).to_owned())
    }

    /// The language with more of its very common words here than any other, if they are enough.
    fn leader(&self) -> Option<&'static str> {
        let most = *self.common.iter().max()?;
        let mut leaders = CODES.iter().zip(self.common).filter(|(_, count)| *count == most);
        let (leader, _) = leaders.next()?;
        let enough = most >= 2 && self.share(most) >= COMMON;
        (enough && leaders.next().is_none()).then_some(*leader)
    }
}

/// The primary subtag, lower case; nothing for tags that say nothing.
fn primary(tag: &str) -> Option<String> {
    let primary = tag
        .trim()
        .split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let says_nothing =
        primary.is_empty() || ["und", "zxx", "mul", "mis", "qme", "qht", "qct", "qam", "qst"].contains(&&*primary);
    (!says_nothing).then(|| if primary == "eng" { "en".to_owned() } else { primary })
}

/// The language's BCP 47 code: two letters where there is one.
fn code(info: &Info) -> String {
    let long = info.lang().code();
    let short = match info.lang() {
        // Those whose code is not made of the first two letters.
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Deu => "de",
        Lang::Kat => "ka",
        Lang::Pol => "pl",
        Lang::Jav => "jv",
        Lang::Nob => "nb",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Ces => "cs",
        Lang::Bel => "be",
        Lang::Kan => "kn",
        Lang::Slv => "sl",
        Lang::Mkd => "mk",
        Lang::Est => "et",
        Lang::Pan => "pa",
        Lang::Ind => "id",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Mya => "my",
        Lang::Tuk => "tk",
        Lang::Slk => "sk",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Ukr => "uk",
        Lang::Epo => "eo",
        Lang::Ell => "el",
        Lang::Mar => "mr",
        Lang::Bul => "bg",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Ben => "bn",
        Lang::Jpn => "ja",
        Lang::Khm => "km",
        _ => long.get(..2).unwrap_or(long),
    };
    short.to_owned()
}

#[cfg(test)]
mod tests;
