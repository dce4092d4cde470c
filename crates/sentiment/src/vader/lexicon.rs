//! What VADER knows about single words: how they feel, whether they boost or negate, and the phrases that mean something else. Lists and
//! constants are those of VADER 3.3, Copyright (c) 2016 C.J. Hutto, under the MIT licence (see `docs/models/vader.md`).

use rustc_hash::FxHashMap;

/// What a boosting word adds.
const BOOST: f64 = 0.293;

/// What is known about one word.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Word {
    /// How it feels, from -4 to 4, where it feels like something.
    pub valence: Option<f64>,
    /// What it adds to the feeling of the words behind it; 0 for most.
    pub boost: f64,
    /// Whether it turns them round.
    pub negates: bool,
}

/// Every word that is known, lower case.
pub(super) struct Lexicon {
    words: FxHashMap<Box<str>, Word>,
    emoji: FxHashMap<char, &'static str>,
}

impl Lexicon {
    pub(super) fn new() -> Self {
        let mut words: FxHashMap<Box<str>, Word> = FxHashMap::default();
        for (word, valence) in vader_sentiment::LEXICON.iter() {
            words.entry(word.to_lowercase().into()).or_default().valence = Some(*valence);
        }
        let boosters = BOOSTERS
            .iter()
            .map(|word| (word, BOOST))
            .chain(DAMPERS.iter().map(|word| (word, -BOOST)));
        for (word, boost) in boosters {
            words.entry((*word).into()).or_default().boost = boost;
        }
        for word in NEGATIONS {
            words.entry((*word).into()).or_default().negates = true;
        }
        let single = |text: &str| {
            let mut letters = text.chars().filter(|letter| *letter != '\u{fe0f}');
            letters
                .next()
                .filter(|letter| !letter.is_ascii() && letters.next().is_none())
        };
        let emoji = vader_sentiment::EMOJI_LEXICON.iter();
        // Two spellings of one emoji differ in the variation selector alone; the shorter description is the plain one.
        let mut described: Vec<_> = emoji.filter_map(|(text, name)| Some((single(text)?, *name))).collect();
        described.sort_by_key(|(letter, name)| (*letter, std::cmp::Reverse((name.len(), *name))));
        Self {
            words,
            emoji: described.into_iter().collect(),
        }
    }

    /// What is known about `word`, lower case.
    pub(super) fn word(&self, word: &str) -> Word {
        let known = self.words.get(word).copied().unwrap_or_default();
        Word {
            negates: known.negates || word.contains("n't"),
            ..known
        }
    }

    /// Whether `word`, lower case, is known at all.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    /// What an emoji shows.
    pub(super) fn emoji(&self, letter: char) -> Option<&'static str> {
        self.emoji.get(&letter).copied()
    }
}

/// The feeling of a phrase, where it is not that of its words.
pub(super) fn phrase(words: &str) -> Option<f64> {
    PHRASES
        .iter()
        .find(|(phrase, _)| *phrase == words)
        .map(|(_, valence)| *valence)
}

const PHRASES: [(&str, f64); 10] = [
    ("the shit", 3.0),
    ("the bomb", 3.0),
    ("bad ass", 1.5),
    ("badass", 1.5),
    ("bus stop", 0.0),
    ("yeah right", -2.0),
    ("kiss of death", -1.5),
    ("to die for", 3.0),
    ("beating heart", 3.1),
    ("broken heart", -2.9),
];

/// What a phrase of several words adds to what follows.
pub(super) fn phrase_boost(words: &str) -> f64 {
    if ["just enough", "kind of", "sort of"].contains(&words) {
        -BOOST
    } else {
        0.0
    }
}

#[rustfmt::skip]
const BOOSTERS: &[&str] = &[
    "absolutely", "amazingly", "awfully", "completely", "considerable", "considerably", "decidedly", "deeply", "effing",
    "enormous", "enormously", "entirely", "especially", "exceptional", "exceptionally", "extreme", "extremely", "fabulously",
    "flipping", "flippin", "frackin", "fracking", "fricking", "frickin", "frigging", "friggin", "fully", "fuckin", "fucking",
    "fuggin", "fugging", "greatly", "hella", "highly", "hugely", "incredible", "incredibly", "intensely", "major", "majorly",
    "more", "most", "particularly", "purely", "quite", "really", "remarkably", "so", "substantially", "thoroughly", "total",
    "totally", "tremendous", "tremendously", "uber", "unbelievably", "unusually", "utter", "utterly", "very",
];

#[rustfmt::skip]
const DAMPERS: &[&str] = &[
    "almost", "barely", "hardly", "kinda", "kindof", "kind-of", "less", "little", "marginal", "marginally", "occasional",
    "occasionally", "partly", "scarce", "scarcely", "slight", "slightly", "somewhat", "sorta", "sortof", "sort-of",
];

/// Words with `n't` negate as well.
#[rustfmt::skip]
const NEGATIONS: &[&str] = &[
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "didnt", "doesnt", "dont", "hadnt", "hasnt", "havent", "isnt",
    "mightnt", "mustnt", "neither", "neednt", "never", "none", "nope", "nor", "not", "nothing", "nowhere", "oughtnt", "shant",
    "shouldnt", "uhuh", "uh-uh", "wasnt", "werent", "without", "wont", "wouldnt", "rarely", "seldom", "despite",
];
