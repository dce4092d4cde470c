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
    assert_eq!(language("Vielen Dank", None).as_deref(), Some("de"));
    assert_eq!(language("Hallo Max", None), None);
    assert_eq!(language("", None), None);
    assert_eq!(language("1234 :-)", None), None);
}

#[test]
fn a_declaration_that_says_nothing_is_none() {
    for tag in ["und", "", " ", "zxx", "qme"] {
        assert_eq!(language("Hallo Max", Some(tag)), None, "{tag}");
    }
}

#[test]
fn a_few_words_that_one_language_alone_has_or_forms_so_are_enough() {
    for (text, expected) in [
        ("ich freue mich", "de"),
        ("Scheiße!", "de"),
        ("Verspätung am Hauptbahnhof", "de"),
        ("Großartige Entscheidung", "de"),
        ("L'énergie de demain", "fr"),
        ("Felicitaciones campeón", "es"),
        ("Parabéns campeão", "pt"),
        ("Bellissima esposizione", "it"),
        ("bahut badhiya yaar", "hi"),
    ] {
        assert_eq!(language(text, None).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_language_that_no_model_reads_is_not_taken_for_its_neighbour() {
    for text in [
        "Dit is echt heel leuk, dank je wel",
        "Det är verkligen bra, tack så mycket",
        "Çok güzel olmuş, teşekkürler",
        "bardzo dziękuję, super sprawa",
        "molt bé, moltes gràcies a tothom",
        "Selamat pagi semuanya",
    ] {
        let found = language(text, None);
        let read = ["en", "es", "pt", "fr", "de", "it", "hi", "ar"];
        assert!(
            found.as_deref().is_none_or(|code| !read.contains(&code)),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn hashtags_in_english_do_not_make_a_text_english() {
    let text = "今日は香港の日だね忘れない Stand With Hong Kong Never Forget";
    assert_ne!(language(text, None).as_deref(), Some("en"));
}
