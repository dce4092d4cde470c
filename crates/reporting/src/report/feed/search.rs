//! Words and phrases that are looked for in texts, folded as the whole suite folds them. Pure.

use backtweet_domain::text::{fold, is_edge};

use crate::invalid::Violations;

const MOST_BYTES: usize = 1_000;

/// Words and phrases, all of which have to occur.
pub(super) struct Search {
    /// Folded, not empty.
    terms: Vec<String>,
}

impl Search {
    /// Reads words, and "phrases in quotes".
    pub(super) fn read(text: &str, violations: &mut Violations) -> Self {
        if text.len() > MOST_BYTES {
            violations.add(
                "text",
                format!("{} bytes are too many: look for at most {MOST_BYTES}", text.len()),
            );
        }
        // A keyboard may make quotes typographic by itself.
        let text = text.replace(['“', '”', '„'], "\"");
        let parts: Vec<&str> = text.split('"').collect();
        if parts.len().is_multiple_of(2) {
            let open: String = parts.last().unwrap_or(&"").chars().take(40).collect();
            violations.add(
                "text",
                format!("the quote before `{open}` is not closed: add a quote behind the phrase"),
            );
        }
        let is_phrase = |place: usize| place % 2 == 1;
        let terms = parts.iter().enumerate().flat_map(|(place, part)| {
            if is_phrase(place) {
                vec![fold(part)]
            } else {
                part.split_whitespace().map(fold).collect()
            }
        });
        Self {
            terms: terms.filter(|term| !term.is_empty()).collect(),
        }
    }

    /// Whether every term occurs in `text`.
    pub(super) fn finds(&self, text: &str) -> bool {
        if self.terms.is_empty() {
            return true;
        }
        let text = fold(text);
        self.terms.iter().all(|term| occurs(&text, term))
    }
}

/// Whether `term` stands in `text` as whole words.
fn occurs(text: &str, term: &str) -> bool {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(term)) {
        let at = from + found;
        if is_edge(text, at) && is_edge(text, at + term.len()) {
            return true;
        }
        // What was found may overlap what is looked for.
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finds(search: &str, text: &str) -> bool {
        let mut violations = Violations::default();
        let search = Search::read(search, &mut violations);
        violations.check("search").unwrap();
        search.finds(text)
    }

    #[test]
    fn every_word_has_to_occur_as_a_whole_however_it_is_written() {
        assert!(finds("cafe STRASSE", "Die Straße zum Café"));
        assert!(!finds("cafe bar", "Die Straße zum Café"));
        assert!(!finds("work", "it is not working"));
        assert!(finds("東京", "東京タワー"));
        assert!(finds("", "anything"));
    }

    #[test]
    fn a_phrase_has_to_occur_as_it_stands() {
        assert!(finds("\"not working\" it", "It's NOT\n working. It is not."));
        assert!(!finds("\"not working\"", "working, not"));
        assert!(finds("“a a b”", "xa a a b"));
    }

    #[test]
    fn a_quote_that_is_not_closed_is_named() {
        let mut violations = Violations::default();
        Search::read("good \"not working", &mut violations);
        let error = violations.check("request").unwrap_err().to_string();
        assert!(error.contains("`not working`"), "{error}");
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_each_of_its_own_words(text in "[a-zA-Zéß東 .,!]{0,30}") {
            for word in text.split_whitespace() {
                prop_assert!(finds(word, &text), "{}", word);
            }
        }
    }
}
