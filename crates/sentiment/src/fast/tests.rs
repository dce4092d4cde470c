//! What a person would expect of the default model, and what must hold for any text.

use std::sync::LazyLock;

use backtweet_domain::Label;
use proptest::prelude::*;

use super::*;

static MODEL: LazyLock<Fast<'static>> = LazyLock::new(Fast::new);

fn read(text: &str, language: Option<&str>) -> Sentiment {
    MODEL.read(&Text { text, language })
}

#[test]
fn the_weights_that_are_shipped_are_those_that_this_program_reads() {
    assert!(MODEL.weights.is_some());
    assert!(SHIPPED.len() < 8 << 20, "{} bytes", SHIPPED.len());
    assert_eq!(Weights::load(&SHIPPED[..SHIPPED.len() - 1]), None);
    assert_eq!(Weights::load(b""), None);
}

#[test]
fn every_mark_that_is_asked_for_has_a_row() {
    let emoji = |_| None;
    let surface = tokens::Surface::of("x", "en", &emoji);
    let mut rows = Vec::new();
    let asked = marks::mark(&surface, &crate::vader::Scores::default(), &mut rows);
    assert_eq!(asked, marks::COUNT);
}

/// Text, language, label. Each stands for a habit of people, and none has a rule of its own.
const CASES: &[(&str, &str, Label)] = &[
    ("I love this so much, thank you!", "en", Label::Positive),
    ("This is the worst service ever, I am so angry", "en", Label::Negative),
    ("The museum opens at nine on Saturday.", "en", Label::Neutral),
    ("I don't like this at all", "en", Label::Negative),
    ("not happy with the new update", "en", Label::Negative),
    ("soooo happyyyy right now", "en", Label::Positive),
    ("😍😍😍", "en", Label::Positive),
    ("😠😠", "en", Label::Negative),
    ("❤️", "", Label::Positive),
    ("@acme my order never arrived #fail", "en", Label::Negative),
    ("the new phone is here #SoHappy", "en", Label::Positive),
    ("see you tomorrow :)", "en", Label::Positive),
    ("i have to work tomorrow :(", "en", Label::Negative),
    ("Me encanta, muchas gracias por todo", "es", Label::Positive),
    ("que asco de día, odio todo", "es", Label::Negative),
    ("amo muito tudo isso, lindo demais", "pt", Label::Positive),
    ("que vergonha, péssimo programa", "pt", Label::Negative),
    ("Merci beaucoup, c'est génial", "fr", Label::Positive),
    ("Danke, das war super und hat echt Spaß gemacht", "de", Label::Positive),
    ("So ein Mist, das nervt total", "de", Label::Negative),
    ("bellissimo, grazie di cuore", "it", Label::Positive),
    ("شكرا جزيلا، رائع جدا", "ar", Label::Positive),
];

#[test]
fn what_people_mean_plainly_is_read_as_they_mean_it() {
    let wrong: Vec<_> = CASES
        .iter()
        .filter_map(|(text, language, label)| {
            let read = read(text, (!language.is_empty()).then_some(*language));
            (read.label != *label).then_some((text, label, read.label, read.score))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_negation_turns_the_score_and_ends_at_the_stop() {
    let score = |text| read(text, Some("en")).score;
    assert!(score("the food was good") > score("the food was not good"));
    assert!(score("not bad at all") > score("bad"));
    assert!(score("no. I love it") > score("I do not love it"));
}

#[test]
fn a_negation_reaches_to_the_next_stop_in_its_own_language() {
    let emoji = |_| None;
    let last = |text, language| {
        let tokens = tokens::Surface::of(text, language, &emoji).tokens;
        tokens[tokens.len() - 2]
    };
    assert_ne!(last("not all that good", "en"), last("all that good", "en"));
    assert_eq!(last("not now, good", "en"), last("now good", "en"));
    assert_ne!(last("das ist nicht so gut", "de"), last("das ist so gut", "de"));
    assert_eq!(last("das ist nicht so gut", "en"), last("das ist so gut", "en"));
}

#[test]
fn names_and_addresses_do_not_feel_anything() {
    let plain = read("the parcel is here @acme https://x.example/a", Some("en"));
    for text in [
        "the parcel is here @lovely_happy_shop https://x.example/a",
        "the parcel is here @acme https://x.example/great/awful?love",
    ] {
        assert_eq!(read(text, Some("en")), plain, "{text}");
    }
}

#[test]
fn what_cannot_be_seen_changes_nothing() {
    let plain = read("I love this 👍", Some("en"));
    assert_eq!(read("I lo\u{200b}ve\u{feff} this 👍🏽\u{fe0f}", Some("en")), plain);
    assert_eq!(read("I\u{a0}love  this\n👍", Some("en")), plain);
}

#[test]
fn escapes_that_an_interface_left_behind_are_what_they_stand_for() {
    assert_eq!(
        read("I don\\u2019t like it\\u002c at all &amp; neither do you", Some("en")),
        read("I don't like it, at all & neither do you", Some("en"))
    );
}

#[test]
fn nothing_to_read_and_languages_that_are_not_covered_are_unknown_and_never_neutral() {
    for (text, language) in [
        ("", None),
        ("", Some("en")),
        (" \u{200b}\u{feff}", Some("en")),
        ("@me https://a.b", Some("en")),
        ("123 456", None),
        ("これは最高です", None),
        ("Это очень хорошо, спасибо вам большое", None),
        ("Det här är verkligen bra, tack så mycket", Some("sv")),
        ("این خیلی خوب است", None),
    ] {
        let sentiment = read(text, language);
        assert_eq!(
            (sentiment.label, sentiment.score, sentiment.confidence),
            (Label::Unknown, 0.0, 0.0),
            "{text}"
        );
    }
}

#[test]
fn a_text_of_any_length_gets_an_answer() {
    for piece in [
        "I love it ",
        "a",
        "😀",
        ":(",
        "!",
        "<3",
        "#a",
        "&amp;",
        "\\u0041",
        "x8:",
        "不",
        "ü",
        "'",
        "@a ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let sentiment = read(&text, Some("en"));
        assert!((0.0..=1.0).contains(&sentiment.confidence), "{piece}");
        assert!((-1.0..=1.0).contains(&sentiment.score), "{piece}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_model_panic_or_leave_its_ranges(text in "\\PC{0,200}", declared in proptest::option::of("\\PC{0,8}")) {
        for language in [declared.as_deref(), Some("en"), Some("ar"), None] {
            let sentiment = read(&text, language);
            prop_assert!((-1.0..=1.0).contains(&sentiment.score) && (0.0..=1.0).contains(&sentiment.confidence));
            prop_assert_eq!(sentiment.label == Label::Unknown, sentiment.confidence == 0.0);
            let leans = match sentiment.label {
                Label::Positive => sentiment.score > 0.0,
                Label::Negative => sentiment.score < 0.0,
                _ => true,
            };
            prop_assert!(leans, "{:?}", sentiment);
        }
    }

    #[test]
    fn signs_that_make_faces_and_escapes_in_any_order_are_read(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            ":", ";", "=", "8", "x", "X", "-", "'", "’", "^", ")", "(", "D", "3", "<3", "</3", "*", "/", "\\", "\\u00", "\\u002c", "\\ud800", "&", "&amp;", "#",
            "#A", "@", "@a", "\u{200d}", "\u{fe0f}", "👍🏽", "é", "ß", "İ", "ﬀ", " ", "n't", "not", "!", "…", "http", "://", "ا", "ـ", "न\u{94d}",
        ]), 0..30)
    ) {
        let text = pieces.concat();
        prop_assert!((0.0..=1.0).contains(&read(&text, Some("en")).confidence));
    }
}
