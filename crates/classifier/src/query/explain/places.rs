//! From places in the folded own text of a post back to the text as it was written.

use std::ops::Range;

use backtweet_domain::text::{fold_into, is_word};
use backtweet_domain::{Post, Span};

use crate::query::{own_parts, push_own_text};

/// Which part of a post's text became which part of its folded own text.
pub(super) struct Unfolded {
    /// Where each piece ends in the folded text, and where it is in the text as it was written.
    pieces: Vec<(usize, Range<usize>)>,
}

impl Unfolded {
    pub(super) fn of(post: &Post) -> Self {
        let mut pieces = Vec::new();
        let mut folded = String::new();
        for part in own_parts(post) {
            if part.start > 0 {
                fold_into(" ", &mut folded);
                pieces.push((folded.len(), part.start..part.start));
            }
            for piece in split(&post.text, part) {
                fold_into(&post.text[piece.clone()], &mut folded);
                pieces.push((folded.len(), piece));
            }
        }
        let mut whole = String::new();
        push_own_text(post, &mut whole);
        if folded != whole {
            // Some mark of a rare script folds together with what is far from it: better all of the text than a part of it that is not meant.
            pieces = vec![(whole.len(), 0..post.text.len())];
        }
        Self { pieces }
    }

    /// Where in the text as it was written the part of the folded own text stands.
    pub(super) fn span(&self, folded: Range<usize>) -> Span {
        let piece = |at: usize| {
            let first = self.pieces.partition_point(|(end, _)| *end <= at);
            self.pieces.get(first).map_or(0..0, |(_, piece)| piece.clone())
        };
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            start: offset(piece(folded.start).start),
            end: offset(piece(folded.end.saturating_sub(1)).end),
        }
    }
}

/// Cuts a part of the text where what is before and what is behind fold apart: in front of every character but the marks on another one.
fn split(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut rest = part.clone();
    std::iter::from_fn(move || {
        let mut chars = text.get(rest.clone())?.char_indices();
        chars.next()?;
        let length = chars.find(|(_, c)| !goes_on(*c)).map_or(rest.len(), |(at, _)| at);
        let piece = rest.start..rest.start + length;
        rest.start = piece.end;
        Some(piece)
    })
}

/// Whether the character may fold together with the one before it.
fn goes_on(c: char) -> bool {
    let is_mark = !c.is_alphanumeric() && is_word(c);
    // Vowels and finals of Hangul syllables, sound marks of half-width Kana, joiners.
    is_mark || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::query::tests::post;

    use super::*;

    proptest! {
        #[test]
        fn what_stands_in_the_folded_text_is_found_where_it_was_written(
            words in prop::collection::vec("[a-cA-C]{1,3}|É|e\u{301}|ß|ﬁx|が|か\u{3099}|東京|각|각|हिन्दी|ｶﾞ|🙂", 1..8),
            separators in prop::collection::vec(" |, |\n\t|  ", 8),
        ) {
            let mut text = String::new();
            let mut places = Vec::new();
            for (word, separator) in words.iter().zip(&separators) {
                places.push(text.len()..text.len() + word.len());
                text.push_str(word);
                text.push_str(separator);
            }
            let post = post(&text);
            let unfolded = Unfolded::of(&post);
            prop_assert!(unfolded.pieces.len() > 1, "the pieces fold to the whole");
            for (word, place) in words.iter().zip(places) {
                let mut before = String::new();
                fold_into(&text[..place.start], &mut before);
                let mut folded = String::new();
                fold_into(word, &mut folded);
                if folded.is_empty() || folded.contains(' ') {
                    continue;
                }
                let span = unfolded.span(before.len()..before.len() + folded.len());
                prop_assert_eq!(span.start as usize..span.end as usize, place, "{:?} in {:?}", word, text);
            }
        }
    }
}
