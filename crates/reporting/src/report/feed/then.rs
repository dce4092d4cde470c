//! What a feed shows of posts that were something else at an earlier time, and what cannot be asked of them. Which posts these are is known to
//! `as_of`.

use backtweet_domain::Kind;
use backtweet_store::{Direction, FeedEntry};
use backtweet_wire::v1;

use crate::fold::Contribution;
use crate::invalid::Violations;

/// Refuses to look for what is not kept.
pub(super) fn check(request: &v1::FeedRequest, violations: &mut Violations) {
    if request.as_of_us.is_none() {
        return;
    }
    for (field, is_asked) in [("text", !request.text.is_empty()), ("flags", !request.flags.is_empty())] {
        if is_asked {
            let reason = "posts that changed since `as_of_us` keep no such thing, and would be missing: leave out one of the two";
            violations.add(field, reason);
        }
    }
}

/// Puts posts into the order of a feed.
pub(super) fn sort(posts: &mut [(FeedEntry, Contribution)], direction: Direction) {
    posts.sort_by(|(one, _), (other, _)| {
        let order = (one.order, &one.id).cmp(&(other.order, &other.id));
        match direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
    });
}

/// Whether not all of a post that counts is there to be shown.
pub(super) fn is_part(post: &Contribution) -> bool {
    post.event.is_empty()
}

/// What is there.
pub(super) fn part(id: &str, known: &Contribution) -> Option<v1::FeedItem> {
    let impact = known.effective()?;
    let is_erased = impact.author.is_empty();
    let author = (!is_erased).then(|| v1::Author {
        id: impact.author.clone(),
        followers: impact.followers,
        ..v1::Author::default()
    });
    let kinds = Kind::ALL.into_iter().filter(|&kind| impact.kinds().contains(kind));
    let lineage = known.place.as_ref().map(|place| v1::Lineage {
        root: place.root.clone(),
        parent: place.parent.clone(),
        ..v1::Lineage::default()
    });
    let sighting = v1::Sighting {
        post: Some(v1::Post {
            id: id.to_owned(),
            author,
            witnessed_at_us: impact.at_us,
            ..v1::Post::default()
        }),
        role: v1::Role::from(impact.role()).into(),
        kinds: kinds.map(|kind| v1::Kind::from(kind).into()).collect(),
        intent: v1::Intent::from(impact.intent()).into(),
        lineage,
        ..v1::Sighting::default()
    };
    let sentiment = impact.label().map(|label| v1::Sentiment {
        label: v1::Label::from(label).into(),
        model: impact.model.clone(),
        ..v1::Sentiment::default()
    });
    Some(v1::FeedItem {
        sighting: Some(sighting),
        sentiment,
        signal_milli: impact.signal_milli,
        erased: is_erased,
        changed: !is_erased,
    })
}
