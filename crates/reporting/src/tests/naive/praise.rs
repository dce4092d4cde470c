//! Praise, every post tried by itself.

use std::cmp::Reverse;

use backtweet_domain::{Intent, Kind, Label, Role, Scored};
use backtweet_wire::v1;

use super::{at, effective, is_within, sighting, worth};

/// What can be shown again, in order.
pub(crate) fn praises(events: &[Scored], window: Option<v1::Window>) -> Vec<v1::FeedItem> {
    let posts = effective(events);
    let passes = |post: &&Scored| {
        let sighting = sighting(post);
        sighting.role == Role::Backtweet
            && sighting.intent == Intent::Praise
            && post.sentiment.as_ref().is_some_and(|it| it.label == Label::Positive)
            && sighting.flags.is_empty()
            && !sighting.post.author.bot
            && !sighting.kinds.contains(Kind::Repost)
            && is_within(window, post)
    };
    let mut praises: Vec<&Scored> = posts.values().filter(passes).collect();
    praises.sort_by_key(|post| Reverse((worth(post), at(post) / 1_000_000, post.classified.post.to_string())));
    let item = |post: &Scored| v1::FeedItem {
        sighting: Some(sighting(post).into()),
        sentiment: post.sentiment.as_ref().map(Into::into),
        signal_milli: worth(post),
        ..v1::FeedItem::default()
    };
    praises.into_iter().map(item).collect()
}
