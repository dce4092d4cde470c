//! The words by which clauses and comparisons are recognised, in eight languages, folded as `tokens::key` does. What they do to a text is said where
//! they are used.

/// Words, or the words of a phrase.
pub(super) type List = &'static [&'static str];
/// What holds for the better side of a comparison, and what for the worse one.
pub(super) type Sides = [&'static str; 2];

/// Whether a folded word is in a list.
pub(super) fn has(list: &[&str], key: &str) -> bool {
    list.contains(&key)
}

/// Sets what is behind it apart from what is before it.
#[rustfmt::skip]
pub(super) const APART: &[&str] = &[
    "but", "while", "whilst", "whereas", "although", "though", "however", "meanwhile", "pero", "sino", "mientras",
    "aunque", "porem", "enquanto", "embora", "contudo", "todavia", "tandis", "pourtant", "cependant", "aber",
    "wahrend", "jedoch", "obwohl", "dagegen", "hingegen", "sondern", "mentre", "invece", "tuttavia", "sebbene", "لكن",
    "ولكن", "بينما", "اما", "लेकिन", "मगर", "जबकि", "किंतु", "lekin", "magar", "jabki",
];

/// The same, where something tells that it is not another word.
#[rustfmt::skip]
pub(super) const APART_SOMETIMES: &[&str] = &["mais", "mas", "ma"];

/// What tells that.
#[rustfmt::skip]
pub(super) const APART_BEFORE: &[&str] = &[
    "le", "les", "il", "elle", "je", "on", "c'est", "ce", "pas", "leur", "o", "os", "as", "nao", "eu", "ele", "ela",
    "lo", "gli", "non", "e'",
];

/// Adds somebody, or something new.
#[rustfmt::skip]
pub(super) const AND: &[&str] = &["and", "y", "e", "et", "und", "ed", "و", "aur", "और", "plus"];

/// Begins a clause about those before.
#[rustfmt::skip]
pub(super) const PRONOUNS: &[&str] = &[
    "it", "it's", "its", "they", "they're", "he", "she", "ils", "elles", "elle", "sie", "loro", "eles", "ellos",
];

/// Says nothing by itself.
#[rustfmt::skip]
pub(super) const FILLERS: &[&str] = &[
    "the", "a", "an", "is", "are", "so", "too", "also", "or", "my", "our", "your", "their", "this", "that", "these",
    "hey", "hi", "hello", "dear", "ok", "yo", "s", "to", "at", "with", "via", "cc", "from", "by", "for", "of",
    "unlike", "der", "die", "das", "den", "dem", "auch", "oder", "hallo", "liebe", "lieber", "von", "bei", "el", "la",
    "los", "las", "un", "una", "o", "os", "as", "de", "do", "da", "tambien", "tambem", "hola", "oi", "ola", "le",
    "les", "aussi", "ou", "bonjour", "il", "lo", "i", "gli", "anche", "ciao", "di", "del",
];

/// What is done to the thing that a hashtag behind it stands for.
#[rustfmt::skip]
pub(super) const ACTS_ON: &[&str] = &[
    "love", "loves", "hate", "hates", "like", "prefer", "recommend", "avoid", "use", "using", "trust", "enjoy",
    "enjoying", "try", "with", "by", "from", "at", "than", "over", "vs", "the", "my", "amo", "odio", "adoro", "odeio",
    "j'aime", "j'adore", "deteste", "liebe", "hasse", "mit", "bei", "con", "com", "avec", "de", "el", "la", "le",
    "der", "die", "das", "il",
];

/// Says what somebody is or does.
#[rustfmt::skip]
pub(super) const IS: &[&str] = &[
    "is", "isn't", "are", "was", "wasn't", "were", "has", "does", "doesn't", "sucks", "rocks", "fails", "keeps",
    "never", "always", "can't", "won't", "esta", "es", "fue", "est",
];

/// What may stand before the name of whom something is compared with.
#[rustfmt::skip]
pub(super) const ARTICLES: &[&str] = &[
    "the", "my", "their", "your", "any", "other", "old", "der", "die", "das", "den", "dem", "el", "la", "los", "las",
    "o", "a", "os", "as", "le", "les", "il", "lo", "i", "gli", "un", "una",
];

/// Turns a comparison off.
#[rustfmt::skip]
pub(super) const NOT: &[&str] = &[
    "not", "no", "never", "isn't", "aren't", "wasn't", "ain't", "nothing", "nobody", "none", "neither", "nor",
    "hardly", "nicht", "kein", "keine", "nichts", "niemand", "nie", "nao", "nunca", "nada", "pas", "rien", "jamais",
    "non", "niente", "nessuno", "ليس", "नहीं", "nahi",
];

/// Who is better makes others worse, and the other way round: in each language.
#[rustfmt::skip]
pub(super) const OPPOSITES: &[(&str, &str)] = &[
    ("better", "worse"), ("nicer", "worse"), ("worse", "better"), ("mejor", "peor"), ("peor", "mejor"),
    ("mejores", "peores"), ("peores", "mejores"), ("melhor", "pior"), ("pior", "melhor"), ("melhores", "piores"),
    ("piores", "melhores"), ("mieux", "pire"), ("meilleur", "pire"), ("meilleure", "pire"), ("pire", "meilleur"),
    ("besser", "schlechter"), ("schlechter", "besser"), ("schlimmer", "besser"), ("meglio", "peggio"),
    ("peggio", "meglio"), ("migliore", "peggiore"), ("peggiore", "migliore"), ("migliori", "peggiori"),
    ("peggiori", "migliori"), ("افضل", "أسوأ"), ("احسن", "أسوأ"), ("اسوا", "أفضل"), ("behtar", "bekar"),
    ("accha", "bura"), ("achha", "bura"), ("bekar", "behtar"), ("bura", "accha"), ("बेहतर", "बेकार"),
    ("अच्छा", "बुरा"), ("अच्छी", "बुरी"), ("बुरा", "अच्छा"), ("बेकार", "बेहतर"),
];

/// Stands before whom one is compared with, behind what is compared.
#[rustfmt::skip]
pub(super) const THAN: &[&str] = &["than", "als", "que", "di", "del", "della", "che", "من"];
/// The same in Hindi, where it stands behind whom.
#[rustfmt::skip]
pub(super) const THAN_BEHIND: &[&str] = &["se", "से"];
#[rustfmt::skip]
pub(super) const MORE: &[&str] = &["more", "mas", "mais", "plus", "piu", "mehr"];
#[rustfmt::skip]
pub(super) const LESS: &[(&str, &str)] = &[
    ("less", "more"), ("menos", "más"), ("moins", "plus"), ("meno", "più"), ("weniger", "mehr"),
];

/// Sets off from others, and what denies in that language: what holds does not hold for them.
#[rustfmt::skip]
pub(super) const UNLIKE: &[(List, &str)] = &[
    (&["unlike"], "not"), (&["compared", "to"], "not"), (&["compared", "with"], "not"),
    (&["in", "contrast", "to"], "not"), (&["anders", "als"], "nicht"), (&["im", "gegensatz", "zu"], "nicht"),
    (&["im", "gegensatz", "zur"], "nicht"), (&["im", "vergleich", "zu"], "nicht"), (&["a", "diferencia", "de"], "no"),
    (&["comparado", "con"], "no"), (&["ao", "contrario", "de"], "não"), (&["ao", "contrario", "da"], "não"),
    (&["ao", "contrario", "do"], "não"), (&["comparado", "com"], "não"), (&["contrairement", "a"], "pas"),
    (&["compare", "a"], "pas"), (&["a", "differenza", "di"], "non"), (&["rispetto", "a"], "non"),
    (&["علي", "عكس"], "ليس"), (&["بعكس"], "ليس"),
];

/// Rather this than that: better and worse in that language.
#[rustfmt::skip]
pub(super) const OVER: &[(List, Sides)] = &[
    (&["instead", "of"], ["better", "worse"]), (&["rather", "than"], ["better", "worse"]),
    (&["en", "vez", "de"], ["mejor", "peor"]), (&["en", "lugar", "de"], ["mejor", "peor"]),
    (&["em", "vez", "de"], ["melhor", "pior"]), (&["ao", "inves", "de"], ["melhor", "pior"]),
    (&["au", "lieu", "de"], ["mieux", "pire"]), (&["plutot", "que"], ["mieux", "pire"]),
    (&["statt"], ["besser", "schlechter"]), (&["anstatt"], ["besser", "schlechter"]),
    (&["invece", "di"], ["meglio", "peggio"]), (&["piuttosto", "che"], ["meglio", "peggio"]),
    (&["بدلا", "من"], ["أفضل", "أسوأ"]), (&["beats"], ["better", "worse"]), 
    (&["outperforms"], ["better", "worse"]), (&["outclasses"], ["better", "worse"]),
    (&["schlagt"], ["besser", "schlechter"]), (&["ubertrifft"], ["besser", "schlechter"]),
];

/// Likes one more, by the beginning of the word; what then stands between the two.
#[rustfmt::skip]
pub(super) const PREFER: &[(&str, List, Sides)] = &[
    ("prefer", &["over", "to"], ["better", "worse"]), ("prefier", &["a", "que"], ["mejor", "peor"]),
    ("prefir", &["a", "ao", "do"], ["melhor", "pior"]), ("prefer", &["a", "que"], ["mieux", "pire"]),
    ("preferisc", &["a", "al"], ["meglio", "peggio"]), ("lieber", &["als"], ["besser", "schlechter"]),
    ("choos", &["over"], ["better", "worse"]), ("chose", &["over"], ["better", "worse"]),
    ("take", &["over"], ["better", "worse"]), ("pick", &["over"], ["better", "worse"]),
    ("recommend", &["over"], ["better", "worse"]),
];

/// Goes from one to another, by the beginning of the word; what stands before the one and the other.
#[rustfmt::skip]
pub(super) const SWITCH: &[(&str, List, List, Sides)] = &[
    ("switch", &["from"], &["to"], ["better", "worse"]), ("mov", &["from"], &["to"], ["better", "worse"]),
    ("migrat", &["from"], &["to"], ["better", "worse"]), ("chang", &["from"], &["to"], ["better", "worse"]),
    ("went", &["from"], &["to"], ["better", "worse"]),
    ("gewechselt", &["von"], &["zu", "zur"], ["besser", "schlechter"]),
    ("wechs", &["von"], &["zu", "zur"], ["besser", "schlechter"]), ("cambi", &["de"], &["a"], ["mejor", "peor"]),
    ("pas", &["de"], &["a"], ["mejor", "peor"]), ("mud", &["de", "do", "da"], &["para", "pra"], ["melhor", "pior"]),
    ("troqu", &["de", "o", "a"], &["por", "pela", "pelo"], ["melhor", "pior"]),
    ("pass", &["de"], &["a", "chez"], ["mieux", "pire"]), ("passat", &["da"], &["a"], ["meglio", "peggio"]),
];

/// Leaves one for another; what stands before the other.
#[rustfmt::skip]
pub(super) const LEAVE: &[(List, List, Sides)] = &[
    (&["left", "leaving", "leave", "ditched", "dropped", "dumped", "quit", "replaced", "swapped"], &["for", "with"], ["better", "worse"]),
    (&["dejo", "deje", "cambio", "cambie"], &["por"], ["mejor", "peor"]),
    (&["deixei", "larguei", "troquei"], &["por", "pela", "pelo"], ["melhor", "pior"]),
    (&["quitte", "quitter", "lache"], &["pour"], ["mieux", "pire"]),
    (&["lasciato", "mollato"], &["per"], ["meglio", "peggio"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::tokens::key;

    #[test]
    fn words_are_written_as_they_are_compared() {
        let lists = [
            APART,
            APART_SOMETIMES,
            APART_BEFORE,
            AND,
            PRONOUNS,
            FILLERS,
            ACTS_ON,
            IS,
            ARTICLES,
            NOT,
            THAN,
            THAN_BEHIND,
            MORE,
        ];
        let phrases = UNLIKE.iter().map(|it| it.0).chain(OVER.iter().map(|it| it.0));
        let links = PREFER
            .iter()
            .map(|it| it.1)
            .chain(SWITCH.iter().flat_map(|it| [it.1, it.2]));
        let left = LEAVE.iter().flat_map(|it| [it.0, it.1]);
        let singles = OPPOSITES.iter().map(|it| it.0).chain(LESS.iter().map(|it| it.0));
        let all = lists
            .into_iter()
            .chain(phrases)
            .chain(links)
            .chain(left)
            .flatten()
            .copied()
            .chain(singles);
        let wrong: Vec<_> = all.filter(|word| key(word) != **word).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
