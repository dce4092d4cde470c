//! Words that turn round what follows them, by language. How far they reach is decided elsewhere.

/// Whether `word`, lower case and without accents, turns round what follows it in `language`.
pub(super) fn negates(word: &str, language: &str) -> bool {
    let own: &[&str] = match language {
        "es" => &[
            "no", "nunca", "nada", "nadie", "ni", "sin", "tampoco", "jamas", "ningun", "ninguna",
        ],
        "pt" => &[
            "nao", "n", "nunca", "nada", "nem", "sem", "ninguem", "jamais", "nenhum", "nenhuma",
        ],
        "fr" => &["pas", "jamais", "rien", "aucun", "aucune", "sans", "ni", "personne"],
        "de" => &[
            "nicht", "nich", "ned", "kein", "keine", "keinen", "keiner", "keinem", "nie", "niemals", "nichts", "ohne",
        ],
        "it" => &[
            "non", "nn", "mai", "niente", "nessuno", "nessuna", "senza", "ne", "neanche", "nemmeno",
        ],
        "hi" => &[
            "nahi",
            "nahin",
            "nai",
            "nhi",
            "mat",
            "na",
            "नहीं",
            "नही",
            "मत",
            "न",
            "ना",
            "बिना",
        ],
        "ar" => &[
            "لا", "ما", "ليس", "ليست", "لم", "لن", "مش", "مو", "غير", "بدون", "مفيش", "ماكو", "بلا",
        ],
        _ => &[],
    };
    let english = matches!(language, "en" | "hi");
    own.contains(&word) || english && (ENGLISH.contains(&word) || word.ends_with("n't"))
}

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "cannot", "cant", "dont", "doesnt", "didnt", "isnt",
    "wasnt", "wont", "wouldnt", "couldnt", "shouldnt", "aint", "arent", "werent", "havent", "hasnt", "hadnt", "without", "hardly",
];
