//! Very common English words, to recognise English where a text is too short for statistics. Words that are as common in another
//! language (`die`, `me`, `no`, `a`) are left out.

/// Whether `word`, lower case, is one of them.
pub fn is_english(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// Sorted.
#[rustfmt::skip]
const WORDS: [&str; 129] = [
    "about", "after", "again", "all", "always", "and", "any", "anyone", "are", "aren't", "at", "back", "be",
    "because", "been", "before", "being", "but", "by", "can", "can't", "cannot", "come", "could", "did", "didn't",
    "do", "does", "doesn't", "doing", "don't", "down", "even", "ever", "every", "for", "from", "get", "getting",
    "going", "got", "had", "has", "have", "he", "her", "here", "him", "his", "how", "i", "i'm", "i've", "if", "is",
    "isn't", "it", "it's", "its", "just", "know", "last", "let", "like", "look", "made", "make", "many", "more",
    "most", "much", "my", "need", "never", "new", "not", "now", "of", "off", "one", "only", "or", "other", "our",
    "out", "over", "people", "really", "said", "see", "she", "should", "since", "still", "than", "that", "that's",
    "the", "their", "them", "then", "there", "these", "they", "thing", "think", "this", "those", "to", "too", "up",
    "us", "use", "very", "want", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with",
    "would", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_so_that_each_is_found() {
        assert!(WORDS.is_sorted());
        assert!(is_english("the") && is_english("about") && is_english("your") && !is_english("das"));
    }
}
