//! Names of posts for those who do not know their id: a hash of what is known of them. What a name stands for is not known here.

use xxhash_rust::xxh3::Xxh3Default;

use backtweet_domain::{Network, text};

/// Fewer letters and digits name nothing: everybody says "yes" now and then.
pub(crate) const LEAST: usize = 8;
/// So many letters and digits name a text. Short enough to be whole in 140 characters behind `RT @somebody:`, which is where old clients cut.
const MOST: usize = 40;

/// A name: the same for the same post in every replay and on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(pub(crate) u64);

impl Name {
    /// The name that author and text give a post; `None` for a text of too few words.
    pub(super) fn of_words(network: Network, author: &str, text: &str) -> Option<Self> {
        let words = beginning(text);
        (words.chars().count() >= LEAST).then(|| Self::of(["words", network.name(), author, &words]))
    }

    /// The name that links use.
    pub(super) fn of_address(network: Network, address: &str) -> Self {
        Self::of(["address", network.name(), address, ""])
    }

    fn of(parts: [&str; 4]) -> Self {
        let mut hash = Xxh3Default::new();
        for part in parts {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        Self(hash.digest())
    }
}

/// The first letters and digits of a text, folded, without links and mentions: copies differ in these, in spaces and in punctuation.
fn beginning(text: &str) -> String {
    let (mut words, mut folded) = (String::new(), String::new());
    let mut left = MOST;
    for token in text.split_whitespace().filter(|token| !is_dropped(token)) {
        folded.clear();
        text::fold_into(token, &mut folded);
        for letter in folded.chars().filter(|c| text::is_word(*c)) {
            words.push(letter);
            left -= 1;
            if left == 0 {
                return words;
            }
        }
    }
    words
}

/// Whether a token is a mention or a link.
fn is_dropped(token: &str) -> bool {
    token.contains("://")
        || token
            .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@')
            .starts_with('@')
}

/// Whether a text has anything but mentions, links and hashtags in it.
pub(super) fn says_something(text: &str) -> bool {
    let is_tag = |token: &str| token.starts_with(['#', '$']);
    text.split_whitespace()
        .any(|token| !is_dropped(token) && !is_tag(token) && token.chars().any(text::is_word))
}
