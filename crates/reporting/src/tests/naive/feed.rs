//! Feeds, every post tried by itself.

use std::cmp::Reverse;

use backtweet_domain::Scored;
use backtweet_wire::v1;

use super::figures::language;
use super::{at, is_within, sighting, worth};
use crate::tests::world::TEXTS;

/// What is looked for, and at which of the ends of texts it stands.
pub(crate) const SEARCHES: [(&str, &[usize]); 7] = [
    ("", &[0, 1, 2, 3]),
    ("TEXT", &[0, 1, 2, 3]),
    ("not", &[0, 1]),
    ("working not", &[0, 1]),
    ("\"not working\"", &[0]),
    ("cafe text", &[2]),
    ("work", &[]),
];

pub(crate) fn feed(posts: &[&Scored], request: &v1::FeedRequest) -> Vec<v1::FeedItem> {
    let mut posts: Vec<&Scored> = posts.iter().copied().filter(|post| passes(post, request)).collect();
    posts.sort_by_key(|post| (at(post), post.classified.post.to_string()));
    let author = |post: &Scored| sighting(post).post.author.followers;
    match request.order() {
        v1::FeedOrder::Unspecified | v1::FeedOrder::Newest => posts.reverse(),
        v1::FeedOrder::Oldest => {}
        v1::FeedOrder::Signal => {
            posts.reverse();
            posts.sort_by_key(|post| Reverse(worth(post)));
        }
        v1::FeedOrder::Followers => {
            posts.reverse();
            posts.sort_by_key(|post| Reverse(author(post)));
        }
    }
    let item = |post: &Scored| v1::FeedItem {
        sighting: Some(sighting(post).into()),
        sentiment: post.sentiment.as_ref().map(Into::into),
        signal_milli: worth(post),
        ..v1::FeedItem::default()
    };
    posts.into_iter().map(item).collect()
}

fn passes(post: &Scored, request: &v1::FeedRequest) -> bool {
    let item = v1::Sighting::from(sighting(post));
    let author = &sighting(post).post.author;
    let label = post
        .sentiment
        .as_ref()
        .map(|sentiment| v1::Label::from(sentiment.label).into());
    let network = v1::Network::from(post.classified.post.network()).into();
    let fits = |wanted: &[i32], found: &[i32]| wanted.is_empty() || found.iter().any(|one| wanted.contains(one));
    let among = |wanted: &[String], found: &str| wanted.is_empty() || wanted.iter().any(|one| one == found);
    let roles = if request.roles.is_empty() {
        vec![1]
    } else {
        request.roles.clone()
    };
    let (_, ends) = SEARCHES.iter().find(|(search, _)| *search == request.text).unwrap();
    let end = |end: &str| sighting(post).post.text.ends_with(&format!(" {end}"));
    is_within(request.window, post)
        && fits(&roles, &[item.role])
        && fits(&request.kinds, &item.kinds)
        && fits(&request.intents, &[item.intent])
        && fits(&request.sentiments, label.as_slice())
        && fits(&request.networks, &[network])
        && fits(&request.flags, &item.flags)
        && among(&request.languages, &language(post))
        && among(&request.authors, &author.id.to_string())
        && among(&request.roots, &sighting(post).lineage.root.to_string())
        && (request.min_followers == 0 || author.followers.is_some_and(|many| many >= request.min_followers))
        && ends.iter().any(|place| end(TEXTS[*place]))
}
