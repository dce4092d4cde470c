//! Putting right what networks say about places in a text: their offsets are sometimes wrong, and everything behind relies on them.

use super::{Entities, Span};

/// Takes the places away that are out of range, empty, not on character boundaries, or overlap one that starts before them. What was
/// named, tagged or linked there is kept. Returns how many places it took away.
pub fn repair(mut entities: Entities, text: &str) -> (Entities, usize) {
    let mut spans: Vec<&mut Option<Span>> = places(&mut entities).filter(|span| span.is_some()).collect();
    // Stable, so that of two entities in one place always the same one keeps it; the longer of two that start together comes first.
    spans.sort_by_key(|span| span.map(|Span { start, end }| (start, u32::MAX - end)));

    let mut repaired = 0;
    let mut free_from = 0;
    for place in spans {
        let Some(Span { start, end }) = *place else { continue };
        let part = text.get(start as usize..end as usize);
        if start >= free_from && part.is_some_and(|part| !part.is_empty()) {
            free_from = end;
        } else {
            *place = None;
            repaired += 1;
        }
    }
    (entities, repaired)
}

fn places(entities: &mut Entities) -> impl Iterator<Item = &mut Option<Span>> {
    let Entities {
        mentions,
        hashtags,
        cashtags,
        links,
    } = entities;
    let mentions = mentions.iter_mut().map(|mention| &mut mention.span);
    let tags = hashtags.iter_mut().chain(cashtags).map(|tag| &mut tag.span);
    mentions.chain(tags).chain(links.iter_mut().map(|link| &mut link.span))
}
