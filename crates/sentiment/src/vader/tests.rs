//! VADER's published examples, and what must hold for any text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static MODEL: LazyLock<Vader> = LazyLock::new(Vader::new);

fn compound(text: &str) -> f64 {
    (rules::scores(&MODEL.lexicon, text).compound * 10_000.0).round() / 10_000.0
}

#[test]
fn the_authors_own_examples_score_as_published() {
    let examples = [
        ("VADER is smart, handsome, and funny.", 0.8316),
        ("VADER is smart, handsome, and funny!", 0.8439),
        ("VADER is very smart, handsome, and funny.", 0.8545),
        ("VADER is VERY SMART, handsome, and FUNNY.", 0.9227),
        ("VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342),
        ("VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!", 0.9469),
        ("VADER is not smart, handsome, nor funny.", -0.7424),
        ("The book was good.", 0.4404),
        ("At least it isn't a horrible book.", 0.431),
        ("The book was only kind of good.", 0.3832),
        (
            "The plot was good, but the characters are uncompelling and the dialog is not great.",
            -0.7042,
        ),
        ("Today SUX!", -0.5461),
        ("Today only kinda sux! But I'll get by, lol", 0.5249),
        ("Make sure you :) or :D today!", 0.8633),
        ("Not bad at all", 0.431),
    ];
    let wrong: Vec<_> = examples
        .iter()
        .filter(|(text, score)| compound(text) != *score)
        .collect();
    assert!(
        wrong.is_empty(),
        "{:#?}",
        wrong
            .iter()
            .map(|(text, score)| (text, score, compound(text)))
            .collect::<Vec<_>>()
    );
}

fn read(text: &str, language: Option<&str>) -> Sentiment {
    MODEL.score(&[Text { text, language }]).remove(0)
}

#[test]
fn emoji_count_as_what_they_show() {
    assert_eq!(
        read("Catch utf-8 emoji such as 💘 and 💋 and 😁", Some("en")).label,
        Label::Positive
    );
    assert_eq!(read("😭😡", Some("en")).label, Label::Negative);
}

#[test]
fn a_language_that_is_not_covered_is_unknown_and_never_neutral() {
    for (text, language) in [
        ("Das ist wirklich super", Some("de")),
        ("これは最高です", None),
        ("", Some("en")),
        ("@me https://a.b", Some("en")),
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
fn names_and_addresses_do_not_feel_anything() {
    assert_eq!(
        read(
            "the parcel is here @lovely_happy_shop https://x.example/great",
            Some("en")
        )
        .label,
        Label::Neutral
    );
    assert_eq!(read("the parcel is here #SoHappy", Some("en")).label, Label::Positive);
}

#[test]
fn a_stronger_reading_is_never_less_sure() {
    for label in Label::ALL {
        let shares: Vec<_> = (0..=100)
            .map(|score| confidence(label, f64::from(score) / 100.0))
            .collect();
        assert!(shares.is_sorted(), "{label:?}");
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{label:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_model_panic_or_leave_its_ranges(text in "\\PC{0,200}", declared in proptest::option::of("\\PC{0,8}")) {
        let sentiment = read(&text, declared.as_deref());
        prop_assert!((-1.0..=1.0).contains(&sentiment.score) && (0.0..=1.0).contains(&sentiment.confidence));
        let english = read(&text, Some("en"));
        prop_assert_eq!(english.label == Label::Unknown, english.confidence == 0.0);
    }

    #[test]
    fn words_of_the_lexicon_in_any_order_stay_within_their_ranges(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "not", "good", "bad", "SO", "never", "this", "no", "but", "least", "at", "kind", "of", "the", "shit", "doubt", "without", "!!", "?", "GREAT", "lol", "isn't",
        ]), 0..12)
    ) {
        let text = words.join(" ");
        let score = rules::scores(&MODEL.lexicon, &text).compound;
        prop_assert!((-1.0..=1.0).contains(&score), "{} {}", text, score);
    }
}
