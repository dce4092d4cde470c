//! Takes posts out as if they had never been there: what they added, and their records. Whose time is over, and when that is looked at, is the
//! business of `retention`.

use backtweet_domain::Network;
use backtweet_store::{Batch, Stored, Write};

use super::contribution::{Contribution, Finding};
use super::head::Head;
use super::item::Item;
use super::{Transition, change, guarded, shift};
use crate::slot;

/// The batch that leaves nothing of these posts, with their records, and puts `head` in place of the `stored` one.
pub(crate) fn forget<'a>(
    subject: &str,
    stored: Option<&Stored>,
    mut head: Head,
    posts: &'a [(String, Contribution)],
) -> Batch {
    let transition = |(post, old): &'a (String, Contribution)| Transition {
        post,
        old: old.clone(),
        new: Contribution::default(),
    };
    let transitions: Vec<_> = posts.iter().map(transition).collect();
    let mut writes = Vec::new();
    if !transitions.is_empty() {
        head.forgotten += 1;
        head.is_span_old = true;
        change(&mut head, &transitions, &mut writes);
    }
    guarded(subject, stored, &head, writes)
}

/// The batch that puts these posts, with their records, beside the feed where they belong there, and `head` in place of the `stored` one.
pub(crate) fn beside(subject: &str, stored: Option<&Stored>, head: &Head, posts: &[(String, Contribution)]) -> Batch {
    let mut writes = Vec::new();
    for (post, contribution) in posts {
        aside(post, &Contribution::default(), contribution, &mut writes);
    }
    guarded(subject, stored, head, writes)
}

/// The network of a post.
pub(crate) fn network(post: &str) -> Network {
    let network = post.split_once(':').and_then(|(network, _)| network.parse().ok());
    network.unwrap_or(Network::Other)
}

/// Whether a finding is about a post that is not kept. Nothing is known of a post before it is there: what was known of one that was not seen
/// before posts are kept is about one of those that are gone.
pub(super) fn is_of_the_forgotten(head: &Head, contribution: &Contribution, item: &Item) -> bool {
    if head.keeps_all() {
        return false;
    }
    let since_us = head.kept_since(network(&item.post));
    match &item.finding {
        Finding::Seen { impact, .. } => impact.at_us < since_us,
        Finding::Retracted { .. } | Finding::Account { .. } => {
            contribution.seen_us().is_none() && item.known_us < since_us
        }
    }
}

/// Moves `post` within what stands beside the feed.
pub(super) fn aside(post: &str, old: &Contribution, new: &Contribution, writes: &mut Vec<Write>) {
    let place = |contribution: &Contribution| {
        let order = contribution.aged_from().filter(|_| contribution.effective().is_none());
        Some((slot::ASIDE.to_owned(), order?))
    };
    shift(post, place(old), place(new), writes);
}
