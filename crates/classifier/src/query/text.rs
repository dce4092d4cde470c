//! The own text of a post, and finding terms in it one by one. Looking for the terms of all subjects at once is `index`'s.

use std::ops::Range;

use backtweet_domain::Post;
use backtweet_domain::query::Term;
use backtweet_domain::text::{fold_into, is_edge, words};

/// The parts of the post's text that are its own: none of a repost, and no mention that the network put there by itself.
pub(crate) fn own_parts(post: &Post) -> impl Iterator<Item = Range<usize>> + '_ {
    let text = if post.is_repost() { "" } else { post.text.as_str() };
    let mut rest = 0;
    std::iter::from_fn(move || {
        if rest >= text.len() {
            return None;
        }
        let mentions = post.entities.mentions.iter().filter(|mention| mention.automatic);
        let spans = mentions.filter_map(|mention| mention.span);
        let hidden = spans.map(|span| span.start as usize..span.end as usize);
        let hidden = hidden.filter(|span| text.get(span.clone()).is_some() && span.end > rest);
        let (start, end) = hidden
            .min_by_key(|span| span.start)
            .map_or((text.len(), text.len()), |span| (span.start, span.end));
        let part = rest..start.max(rest);
        rest = end;
        Some(part)
    })
}

/// The folded form of the post's own text, with a space for each mention that the network put there.
pub(crate) fn push_own_text(post: &Post, out: &mut String) {
    for part in own_parts(post) {
        if part.start > 0 {
            fold_into(" ", out);
        }
        fold_into(&post.text[part], out);
    }
}

/// Where the term stands in the folded text; places may overlap.
pub(super) fn places(text: &str, term: &Term) -> impl Iterator<Item = Range<usize>> {
    let wanted = term.text.as_str();
    let open = term.open;
    let step = wanted.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find(wanted)?;
            from = start + step;
            let end = start + wanted.len();
            if is_edge(text, start) && (open || is_edge(text, end)) {
                return Some(start..end);
            }
        }
    })
}

/// The first place where both stand with at most `most` words between them, from the beginning of the first to the end of the last.
pub(super) fn near(text: &str, left: &Term, right: &Term, most: u16) -> Option<[Range<usize>; 2]> {
    in_order(text, left, right, most).or_else(|| in_order(text, right, left, most))
}

/// The same with `first` before `last`. Of all places of `first` before one of `last` the closest is enough, since fewer words are between.
fn in_order(text: &str, first: &Term, last: &Term, most: u16) -> Option<[Range<usize>; 2]> {
    let mut firsts = places(text, first).peekable();
    let mut before = None;
    places(text, last).find_map(|place| {
        while let Some(closer) = firsts.next_if(|it| it.end <= place.start) {
            before = Some(closer);
        }
        let before = before.clone()?;
        is_close(text, before.end..place.start, most).then_some([before, place])
    })
}

/// Whether at most so many words begin in the gap. The rest of a word that an open term ends in does not.
fn is_close(text: &str, gap: Range<usize>, most: u16) -> bool {
    let rest = usize::from(!is_edge(text, gap.start));
    let begun = words(&text[gap]).skip(rest);
    begun.take(usize::from(most) + 1).count() <= usize::from(most)
}
