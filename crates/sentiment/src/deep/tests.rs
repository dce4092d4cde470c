//! That the transformer says what its weights say, of each text alone, and that no file makes it panic.

use std::sync::LazyLock;

use backtweet_domain::Label;
use proptest::prelude::*;

use super::fixture::{PIECES, Tiny};
use super::*;

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| Tiny::new().file());
static MODEL: LazyLock<Deep> = LazyLock::new(|| read(&FILE));

fn read(file: &[u8]) -> Deep {
    Deep::read(file).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(file: &[u8]) -> String {
    match Deep::read(file) {
        Ok(_) => panic!("a broken file was read"),
        Err(error) => error.to_string(),
    }
}

fn english(text: &str) -> Text<'_> {
    Text {
        text,
        language: Some("en"),
    }
}

#[test]
fn the_answers_are_those_of_the_weights() {
    let tiny = Tiny::new();
    for length in [2, 3, 16, 31, 32, 33, 65, 128] {
        let pieces: Vec<u32> = (0..length).map(|at| (at * at + length) % PIECES.len() as u32).collect();
        let found = MODEL.encoder.scores(std::slice::from_ref(&pieces))[0];
        for (found, wanted) in found.into_iter().zip(tiny.scores(&pieces)) {
            let off = (f64::from(found) - wanted).abs();
            assert!(off < 1e-4, "{length} pieces: {found}, not {wanted}");
        }
    }
}

#[test]
fn an_answer_does_not_depend_on_the_texts_beside_it() {
    let texts: Vec<Vec<u32>> = (2..=128)
        .map(|length| (0..length).map(|at| at * 5 % 12).collect())
        .collect();
    let bits = |scores: Vec<[f32; 3]>| scores.into_iter().map(|it| it.map(f32::to_bits)).collect::<Vec<_>>();
    let together = bits(MODEL.encoder.scores(&texts));
    let alone: Vec<_> = texts
        .iter()
        .flat_map(|text| bits(MODEL.encoder.scores(std::slice::from_ref(text))))
        .collect();
    assert_eq!(together, alone);
    let backwards: Vec<_> = texts.iter().rev().cloned().collect();
    let elsewhere = std::thread::scope(|scope| scope.spawn(|| bits(MODEL.encoder.scores(&backwards))).join());
    let again: Vec<_> = elsewhere.unwrap().into_iter().rev().collect();
    assert_eq!(together, again);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn an_answer_does_not_depend_on_the_instructions_that_a_machine_has() {
    use fearless_simd::Level;

    let texts: Vec<Vec<u32>> = [2, 17, 40]
        .map(|length| (0..length).map(|at| at * 7 % 12).collect())
        .into();
    let bits = |model: &Deep| -> Vec<_> {
        model
            .encoder
            .scores(&texts)
            .into_iter()
            .map(|it| it.map(f32::to_bits))
            .collect()
    };
    let own = Level::new();
    let weaker = [own.as_avx2().map(Level::Avx2), own.as_sse4_2().map(Level::Sse4_2)];
    for level in weaker.into_iter().flatten() {
        let mut model = read(&FILE);
        model.encoder.level = level;
        assert_eq!(bits(&model), bits(&MODEL), "{level:?}");
    }
}

#[test]
fn a_language_is_answered_as_the_file_says() {
    let texts = [
        "I love this day",
        "Das ist leider schon wieder kaputt",
        "me encanta este día",
        "",
        "!!!",
    ];
    let languages = [Some("en"), Some("de"), Some("es"), Some("en"), None];
    let texts: Vec<_> = texts
        .iter()
        .zip(languages)
        .map(|(text, language)| Text { text, language })
        .collect();
    let answers = MODEL.score(&texts);
    assert!(answers.iter().all(|answer| answer.model == "deep/1"));

    let scores = Tiny::new().scores(&[2, 4, 5, 7, 9, 3]).map(f64::exp);
    let [negative, _, positive] = scores.map(|it| it / scores.iter().sum::<f64>());
    assert!(
        (answers[0].score - (positive - negative)).abs() < 1e-4,
        "{:?}",
        answers[0]
    );

    let quick = MODEL.fast().read(&texts[1]);
    assert_eq!((answers[1].label, &answers[1].language), (quick.label, &quick.language));
    assert!((answers[1].score - quick.score).abs() < 1e-6);
    assert_eq!(
        answers[2].label,
        Label::Unknown,
        "a language that the file does not name"
    );
    assert_eq!(answers[3].label, Label::Unknown, "no text is no neutral text");
    assert_eq!(MODEL.score(&[]), []);
}

#[test]
fn what_is_mixed_lies_between_both() {
    let dials = |blend| Dials {
        blend,
        temperature: 1.0,
    };
    let (scores, quick) = ([0.0, 1.0, 3.0], [0.7, 0.2, 0.1]);
    let positive = [0.0, 0.25, 0.5, 0.75, 1.0].map(|blend| dials(blend).mix(scores, quick)[2]);
    assert!(positive.is_sorted_by(|a, b| a > b), "{positive:?}");
    let one = dials(1.0).mix(scores, quick);
    assert!(one.iter().zip(quick).all(|(a, b)| (a - b).abs() < 1e-6), "{one:?}");
    let none = dials(0.5).mix(scores, [0.0, 0.0, 1.0]);
    assert!(none.iter().all(|share| share.is_finite()), "{none:?}");
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let cases = [
        (Tiny::new().with("format", "2"), "`format` of its metadata is `2`"),
        (Tiny::new().with("name", ""), "`name`"),
        (Tiny::new().with("heads", "0"), "`heads`"),
        (Tiny::new().with("heads", "3"), "3 heads"),
        (Tiny::new().with("sure", "1.5"), "`sure` of its metadata is `1.5`"),
        (Tiny::new().with("languages", "{}}"), "`languages`"),
        (
            Tiny::new().with("languages", r#"{"en": {"blend": 2, "temperature": 1}}"#),
            "`blend`",
        ),
        (
            Tiny::new().with("languages", r#"{"en": {"blend": 0, "temperature": 0}}"#),
            "`temperature`",
        ),
        (
            Tiny::new().without("classifier.bias"),
            "`classifier.bias` is not 3 numbers",
        ),
        (
            Tiny::new().without("encoder.layer.1.attention.self.key.weight"),
            "`encoder.layer.1.attention.self.key.weight` is not a table",
        ),
    ];
    for (tiny, said) in cases {
        let error = refused(&tiny.file());
        assert!(error.contains(said), "{error}");
    }
    assert!(refused(b"").contains("not a whole file"));
    assert!(refused(b"version https://git-lfs.github.com/spec/v1\n").contains("not a whole file"));
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    for length in (0..FILE.len()).step_by(97).chain([FILE.len() - 1]) {
        refused(&FILE[..length]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A bit that fell over makes another number or is found; it never ends the program.
    #[test]
    fn no_file_makes_it_panic(at in 0..FILE.len(), head in 0..6_000_usize, bit in 0..8_u32) {
        for at in [at, head.min(FILE.len() - 1)] {
            let mut file = FILE.clone();
            file[at] ^= 1 << bit;
            if let Ok(model) = Deep::read(&file) {
                for answer in model.score(&[english("I love this!"), english("hate @ day")]) {
                    prop_assert!(answer.score.is_finite() && answer.confidence.is_finite());
                }
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let answer = &MODEL.score(&[english(&text)])[0];
        prop_assert!((-1.0..=1.0).contains(&answer.score) && (0.0..=1.0).contains(&answer.confidence));
    }
}
