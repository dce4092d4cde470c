//! Which language a text is in, from what was declared and from the text itself. Declarations are often an app's default, and short
//! texts are often nobody's language for sure, so neither is believed alone.

mod words;

use whatlang::{Info, Lang, Script};

pub use words::is_english;

/// With fewer letters than this the declared language is believed over the detected one.
const SHORT: usize = 60;

/// The BCP 47 language of `text`, which should come without links and handles; `None` where nobody can tell.
///
/// - A declared language holds unless the text is long enough ([`SHORT`]) to be detected reliably as another, or English was declared
///   for letters that are not Latin: then what is detected holds, or nobody can tell.
/// - Without a declaration a reliable detection holds. Otherwise the text counts as English where at least half of its words are known
///   English ones, by `knows` or [`is_english`]; else the language is not known.
pub fn identify(text: &str, declared: Option<&str>, knows: impl Fn(&str) -> bool) -> Option<String> {
    let declared = declared.and_then(primary);
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let Some(declared) = declared else {
        return undeclared(text, letters, knows);
    };
    let strange = declared == "en" && whatlang::detect_script(text).is_some_and(|script| script != Script::Latin);
    if !strange && letters < SHORT {
        return Some(declared);
    }
    match whatlang::detect(text).filter(Info::is_reliable) {
        Some(info) => Some(code(&info)),
        None if strange => None,
        None => Some(declared),
    }
}

fn undeclared(text: &str, letters: usize, knows: impl Fn(&str) -> bool) -> Option<String> {
    if let Some(info) = whatlang::detect(text).filter(Info::is_reliable) {
        // On a handful of Latin letters even a sure detector guesses; other scripts tell.
        if letters >= SHORT || info.script() != Script::Latin {
            return Some(code(&info));
        }
    }
    let words = text
        .split(|letter: char| !letter.is_alphabetic() && letter != '\'')
        .filter(|word| !word.is_empty());
    let (known, all) = words.fold((0, 0), |(known, all), word| {
        let word = word.to_lowercase();
        (known + usize::from(is_english(&word) || knows(&word)), all + 1)
    });
    (all > 0 && known * 2 >= all).then(|| "en".to_owned())
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
