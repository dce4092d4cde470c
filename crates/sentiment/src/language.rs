//! Which language a text is in, from what was declared and from the text itself. Declarations are often an app's default, and short
//! texts are often nobody's language for sure, so neither is believed alone.

mod words;

use whatlang::{Info, Lang, Script};

pub use words::is_english;

/// With fewer letters than this the declared language is believed over the detected one.
const SHORT: usize = 60;
/// A text with at least this share of known English words is English. On labelled tweets in six languages that holds for 85 of 100
/// English ones, for 4 of 100 German ones (many of them English in truth) and for 1 of 100 or fewer of the others.
const ENGLISH: f64 = 0.3;
/// A text of some words with a smaller share than this is not English, whatever was declared: so are 1 of 300 English tweets and 75 to
/// 95 of 100 others.
const FOREIGN: f64 = 0.1;
/// How many words say something about shares.
const SOME: u32 = 4;

/// The BCP 47 language of `text`, which should come without links and handles; `None` where nobody can tell.
///
/// - Where English or nothing is declared, known English words are enough to believe it: those in `knows` and [`is_english`].
/// - A declared language holds unless the text is long enough to be detected reliably as another, or English was declared for words
///   or letters that are none: then what is detected holds, or nobody can tell.
/// - Without a declaration only what is detected reliably holds, and on few letters only where the script tells.
pub fn identify(text: &str, declared: Option<&str>, knows: impl Fn(&str) -> bool) -> Option<String> {
    let declared = declared.and_then(primary);
    let (known, words) = english_words(text, knows);
    let share = f64::from(known) / f64::from(words.max(1));
    if share >= ENGLISH && declared.as_deref().is_none_or(|language| language == "en") {
        return Some("en".to_owned());
    }
    let foreign = words >= SOME && share < FOREIGN;
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let long = letters >= SHORT;
    let latin = whatlang::detect_script(text).is_none_or(|script| script == Script::Latin);
    let detect = || whatlang::detect(text).filter(Info::is_reliable).map(|info| code(&info));
    match declared.as_deref() {
        None if long || !latin => detect(),
        None => None,
        Some("en") if foreign || !latin => detect(),
        Some(_) if long => detect().or(declared),
        Some(_) => declared,
    }
}

/// How many words of `text` are known to be English, and how many there are.
fn english_words(text: &str, knows: impl Fn(&str) -> bool) -> (u32, u32) {
    let words = text
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'')
        .filter(|word| !word.is_empty());
    words.fold((0, 0), |(known, all), word| {
        let word = word.to_lowercase();
        (known + u32::from(is_english(&word) || knows(&word)), all + 1)
    })
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
