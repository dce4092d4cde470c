//! Which language a text is taken for, and when nobody can tell.

use super::*;

fn language(text: &str, declared: Option<&str>) -> Option<String> {
    identify(text, declared, |word| ["love", "great", "awesome"].contains(&word))
}

const GERMAN: &str = "Das ist leider schon wieder kaputt, und beim Kundendienst geht seit Stunden niemand ans Telefon";
const ENGLISH: &str = "This is broken again, and nobody has picked up the phone at customer service for hours now";

#[test]
fn a_short_text_is_in_the_language_that_was_declared() {
    assert_eq!(language("Super!", Some("de")).as_deref(), Some("de"));
    assert_eq!(language("Super!", Some("en-GB")).as_deref(), Some("en"));
    assert_eq!(language("😂😂", Some("en")).as_deref(), Some("en"));
}

#[test]
fn a_long_text_in_another_language_than_declared_is_found_out() {
    assert_eq!(language(GERMAN, Some("en")).as_deref(), Some("de"));
    assert_eq!(language(ENGLISH, Some("ja")).as_deref(), Some("en"));
    assert_eq!(language(GERMAN, Some("de")).as_deref(), Some("de"));
}

#[test]
fn foreign_letters_are_not_english_however_few() {
    assert_eq!(language("これは最高です", Some("en")).as_deref(), Some("ja"));
    assert_ne!(language("Спасибо большое", Some("en")).as_deref(), Some("en"));
}

#[test]
fn foreign_words_are_not_english_because_an_app_said_so() {
    assert_ne!(
        language("Ya no puedo esperar para el fin de semana", Some("en")).as_deref(),
        Some("en")
    );
    assert_eq!(language("Flight BA 117 delayed", Some("en")).as_deref(), Some("en"));
}

#[test]
fn without_a_declaration_the_text_itself_tells_or_nobody_does() {
    assert_eq!(language(ENGLISH, None).as_deref(), Some("en"));
    assert_eq!(language(GERMAN, None).as_deref(), Some("de"));
    assert_eq!(language("I love this", None).as_deref(), Some("en"));
    assert_eq!(language("Awesome!!!", None).as_deref(), Some("en"));
    assert_eq!(language("Vielen Dank", None), None);
    assert_eq!(language("", None), None);
    assert_eq!(language("1234 :-)", None), None);
}

#[test]
fn a_declaration_that_says_nothing_is_none() {
    for tag in ["und", "", " ", "zxx", "qme"] {
        assert_eq!(language("Vielen Dank", Some(tag)), None, "{tag}");
    }
}
