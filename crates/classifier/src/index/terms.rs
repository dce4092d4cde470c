//! Finding terms in a text by its words: which part of a term it is looked up by, and reading a text word by word. What a term means is
//! said at [`Term`].

use std::ops::Range;

use backtweet_domain::query::Term;
use backtweet_domain::text::{is_edge, is_word, stands_alone, words};

use super::postings::{Entry, Postings, Sort, key};

/// So many bytes of an open word are looked up, the most that it has.
const STEMS: [usize; 4] = [1, 2, 4, 8];

/// A part of a term that stands in every text in which the term does.
struct Anchor {
    sort: Sort,
    at: usize,
    key: u64,
}

/// The part that the term is looked up by: one that few others have, then a long one.
pub(super) fn anchor(term: &Term, postings: &Postings) -> (Sort, u32, u64) {
    let others = |anchor: &Anchor| postings.get(anchor.key).len() / 8;
    let (parts, last) = anchors(term);
    let part = parts
        .into_iter()
        .min_by_key(|(anchor, length)| (others(anchor), std::cmp::Reverse(*length)))
        .map(|(anchor, _)| anchor);
    let anchor = part.unwrap_or(last);
    // A term that is longer than four gigabytes is not.
    (anchor.sort, u32::try_from(anchor.at).unwrap_or(u32::MAX), anchor.key)
}

/// All parts that are whole words or two of them, with their lengths; and what to go by where there is none.
fn anchors(term: &Term) -> (Vec<(Anchor, usize)>, Anchor) {
    let text = term.text.as_str();
    let part = |sort, place: Range<usize>| Anchor {
        sort,
        at: place.start,
        key: key(sort, &text.as_bytes()[place]),
    };
    let mut whole: Vec<_> = words(text).collect();
    let cut = term.open && text.ends_with(|c| is_word(c) && !stands_alone(c));
    let open = if cut { whole.pop() } else { None };
    let pairs = whole.windows(2).filter(|two| two[0].end == two[1].start);
    let pairs = pairs.map(|two| (part(Sort::Pair, two[0].start..two[1].end), two[1].end - two[0].start));
    let singles = whole.iter().map(|word| (part(Sort::Word, word.clone()), word.len()));
    let parts = singles.chain(pairs).collect();
    let last = match open {
        Some(word) => {
            let length = STEMS.into_iter().filter(|length| *length <= word.len()).max();
            part(Sort::Stem, word.start..word.start + length.unwrap_or(1))
        }
        None => {
            let mut symbols = text.char_indices().filter(|(_, c)| *c != ' ');
            let rarest = symbols.clone().find(|(_, c)| !c.is_ascii()).or_else(|| symbols.next());
            rarest.map_or_else(
                || part(Sort::Symbol, 0..0),
                |(at, c)| part(Sort::Symbol, at..at + c.len_utf8()),
            )
        }
    };
    (parts, last)
}

/// The bit of [`Stems`] for a stem that is looked up by so many bytes.
pub(super) fn stem_bit(text: &str, at: usize) -> u8 {
    let length = text.len() - at;
    let class = STEMS.iter().rposition(|stem| *stem <= length);
    class.map_or(0, |class| 1 << class)
}

/// Calls `found` for every term that stands in the folded text, once for each place. `sorts` and `stems` say which there are.
pub(super) fn find(postings: &Postings, sorts: u16, stems: u8, text: &str, mut found: impl FnMut(&Entry)) {
    let bytes = text.as_bytes();
    let mut look_up = |sort, place: Range<usize>| {
        for entry in postings.get(key(sort, &bytes[place.clone()])) {
            if entry.needle.sort == sort && stands(entry, text, place.start) {
                found(entry);
            }
        }
    };
    let has = |sort: Sort| sorts & sort.bit() != 0;
    let mut before = 0..0;
    for word in words(text) {
        look_up(Sort::Word, word.clone());
        if has(Sort::Pair) && before.end == word.start && before.end > 0 {
            look_up(Sort::Pair, before.start..word.end);
        }
        if has(Sort::Stem) {
            for (class, length) in STEMS.into_iter().enumerate() {
                if stems & 1 << class != 0 && length <= word.len() {
                    look_up(Sort::Stem, word.start..word.start + length);
                }
            }
        }
        before = word;
    }
    if has(Sort::Symbol) {
        for (at, c) in text.char_indices().filter(|(_, c)| *c != ' ' && !is_word(*c)) {
            look_up(Sort::Symbol, at..at + c.len_utf8());
        }
    }
}

/// Whether the term stands where the part that it is looked up by stands at `at`.
fn stands(entry: &Entry, text: &str, at: usize) -> bool {
    let needle = &entry.needle;
    let Some(start) = at.checked_sub(needle.at as usize) else {
        return false;
    };
    let end = start + needle.text.len();
    text.as_bytes().get(start..end) == Some(needle.text.as_bytes())
        && is_edge(text, start)
        && (needle.open || is_edge(text, end))
}
