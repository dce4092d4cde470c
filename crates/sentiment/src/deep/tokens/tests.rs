//! What the transformer gets to see, with a vocabulary of a few pieces.

use proptest::prelude::*;

use super::*;

const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nso\ngood\n##ness\nnot\nhappy\nface\nsad\nhttp\n@\n#\n!\n'\ndon\nt\ncafe\ngrinning\n\"\n国";

fn read(text: &str) -> String {
    let pieces: Vec<_> = VOCABULARY.lines().collect();
    let Some(tokenizer) = Tokenizer::new(VOCABULARY) else {
        panic!("the vocabulary has its marks");
    };
    let tokens = tokenizer.tokens(text);
    let (first, last) = (tokens.first(), tokens.last());
    assert_eq!((first, last), (Some(&2), Some(&3)));
    let words = tokens[1..tokens.len() - 1].iter().map(|token| pieces[*token as usize]);
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn words_come_apart_into_the_longest_pieces_that_are_known() {
    assert_eq!(read("Goodness, GOOD sogood"), "good ##ness good [UNK]");
    assert_eq!(read("don't Café cafe\u{301} 国国"), "don ' t cafe cafe 国 国");
    assert_eq!(read("don\u{2019}t \\u2019 \u{201c}so\u{201d}"), "don ' t ' \" so \"");
}

#[test]
fn links_and_handles_are_neutral_and_named_once_in_a_row() {
    assert_eq!(
        read("@good @so_bad good https://good.example/so www.good.example"),
        "@ good http"
    );
    assert_eq!(read("@good: @good.example @so@good.example so"), "@ @ so");
}

#[test]
fn hashtags_come_apart_and_faces_become_words() {
    assert_eq!(read("#NotHappy :-) :("), "# not happy happy face sad face");
    assert_eq!(read("😀😀😀 so"), "grinning face so");
}

#[test]
fn what_is_lengthened_is_the_word_itself() {
    assert_eq!(read("soooooo goooood!!!!!!"), "so good ! ! !");
}

#[test]
fn a_text_without_words_is_its_marks_and_a_vocabulary_without_marks_none() {
    assert_eq!(read(" \u{200b} "), "");
    assert!(Tokenizer::new("so\ngood").is_none());
}

proptest! {
    #[test]
    fn any_text_is_read_and_never_for_more_than_the_bound(text in "\\PC*") {
        prop_assert!(read(&text).split(' ').count() <= MOST - 2);
        prop_assert!(read(&text.repeat(100)).split(' ').count() <= MOST - 2);
    }
}
