//! Hashtags and links, looked up in the list of how each is counted.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Role, Scored};
use backtweet_wire::v1;

use super::figures::most_frequent_first;
use super::{is_within, sighting};
use crate::tests::world::{HASHTAGS, LINKS, MINUTE_US};

const HOUR_US: i64 = 60 * MINUTE_US;

/// The best two of each in the hours that the window touches.
pub(super) fn used_together(posts: &[&Scored], window: Option<v1::Window>) -> v1::UsedTogether {
    let window = window.unwrap_or_default();
    let hours = v1::Window {
        from_us: window.from_us.map(|from| from - from.rem_euclid(HOUR_US)),
        to_us: window.to_us.map(|to| to + (-to).rem_euclid(HOUR_US)),
    };
    let is_backtweet = |post: &&&Scored| sighting(post).role == Role::Backtweet && is_within(Some(hours), post);
    let (mut hashtags, mut links) = (BTreeMap::new(), BTreeMap::new());
    for post in posts.iter().filter(is_backtweet) {
        let entities = &sighting(post).post.entities;
        count(
            &mut hashtags,
            &HASHTAGS,
            entities.hashtags.iter().map(|hashtag| hashtag.tag.as_str()),
        );
        count(&mut links, &LINKS, entities.links.iter().map(|link| link.url.as_str()));
    }
    v1::UsedTogether {
        window: Some(hours),
        hashtags: most_frequent_first(hashtags).into_iter().take(2).collect(),
        links: most_frequent_first(links).into_iter().take(2).collect(),
        ..Default::default()
    }
}

fn count<'a>(
    counts: &mut BTreeMap<&'static str, u64>,
    names: &[(&'static str, &'static str)],
    written: impl Iterator<Item = &'a str>,
) {
    let counted = |written: &str| names.iter().find(|(name, _)| *name == written).unwrap().1;
    for name in written.map(counted).collect::<BTreeSet<_>>() {
        *counts.entry(name).or_default() += 1;
    }
}
