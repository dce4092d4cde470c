//! The subject's own posts, with every backtweet looked at for each of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use backtweet_domain::{Finding, Role, Scored};
use backtweet_wire::v1;

use super::figures::figures;
use super::{is_within, sighting};
use crate::tests::world::MINUTE_US;

const DAY_US: i64 = 24 * 60 * MINUTE_US;

/// The best two, and the days that they were looked for in.
pub(super) fn contents(
    events: &[Scored],
    posts: &[&Scored],
    window: Option<v1::Window>,
    order: v1::ContentOrder,
) -> (v1::Window, Vec<v1::Content>) {
    let days = days(window);
    (days, best(grown(events, posts, days), order))
}

/// A window rounded outwards to days.
pub(crate) fn days(window: Option<v1::Window>) -> v1::Window {
    let window = window.unwrap_or_default();
    v1::Window {
        from_us: window.from_us.map(|from| from - from.rem_euclid(DAY_US)),
        to_us: window.to_us.map(|to| to + (-to).rem_euclid(DAY_US)),
    }
}

/// All of the subject's own posts that anything grew from in a window, by id.
pub(crate) fn grown(events: &[Scored], posts: &[&Scored], days: v1::Window) -> Vec<v1::Content> {
    let root = |post: &Scored| sighting(post).lineage.root.to_string();
    let counts = |post: &&&Scored| {
        let is_root = root(post) == post.classified.post.to_string();
        sighting(post).role == Role::Backtweet && !is_root && is_within(Some(days), post)
    };
    let within: Vec<&Scored> = posts.iter().filter(counts).copied().collect();
    let roots: BTreeSet<String> = within.iter().map(|post| root(post)).collect();
    let own = roots
        .into_iter()
        .filter(|root| last_role(events, root).is_none_or(|role| role == Role::Origin));
    let contents = own.map(|own| {
        let grown: Vec<_> = within.iter().copied().filter(|post| root(post) == own).collect();
        let itself = posts.iter().find(|post| post.classified.post.to_string() == own);
        v1::Content {
            sighting: itself.map(|post| sighting(post).into()),
            figures: Some(figures(&grown)),
            post: own,
        }
    });
    contents.collect()
}

/// The best two of some in order of their ids.
pub(crate) fn best(mut contents: Vec<v1::Content>, order: v1::ContentOrder) -> Vec<v1::Content> {
    contents.sort_by_key(|content| {
        let figures = content.figures.as_ref().unwrap();
        let negative = figures.sentiments.iter().find(|count| count.name == "negative");
        let key = match order {
            v1::ContentOrder::Signal => figures.signal_milli,
            v1::ContentOrder::Negative => negative.map_or(0, |count| count.count) as i64,
            v1::ContentOrder::Authors => figures.authors as i64,
            _ => figures.backtweets as i64,
        };
        Reverse((key, figures.backtweets))
    });
    contents.truncate(2);
    contents
}

/// What a post was said to be at the highest version at which it was seen; `None` where it never was.
fn last_role(events: &[Scored], post: &str) -> Option<Role> {
    let seen = events.iter().filter(|event| event.classified.post.to_string() == post);
    let versions = seen.filter_map(|event| match &event.classified.finding {
        Finding::Seen { version, sighting } => Some((*version, sighting.role)),
        _ => None,
    });
    versions.max_by_key(|(version, _)| *version).map(|(_, role)| role)
}
