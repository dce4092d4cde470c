//! Reads the posts that may have been something else at an earlier time.

use backtweet_domain::Timestamp;
use backtweet_store::{Direction, FeedEntry};

use crate::fold::{Contribution, Impact};
use crate::invalid::Invalid;
use crate::report::ReportError;
use crate::report::reads::Reads;
use crate::slot;

/// How many posts that changed since are made up for at most.
const MOST_CHANGED: usize = 20_000;
/// How many of them are read in one round trip.
const PAGE: usize = 1_000;

/// Hands each post about which something was found at a time or later to `take`, as it is now.
pub(crate) async fn each(
    today: Reads<'_>,
    before_us: i64,
    mut take: impl FnMut(&str, &Contribution),
) -> Result<(), ReportError> {
    let mut after = Some(FeedEntry {
        order: before_us,
        id: String::new(),
    });
    let mut read = 0;
    loop {
        let page = today.feed(slot::HISTORY, after, Direction::Ascending, PAGE).await?;
        read += page.len();
        if read > MOST_CHANGED {
            return Err(too_many(before_us).into());
        }
        for (entry, post) in page.iter().zip(today.posts(&page).await?) {
            take(&entry.id, &post);
        }
        if page.len() < PAGE {
            return Ok(());
        }
        after = page.into_iter().next_back();
    }
}

/// What a post was before a time, and what it is today where that lies before it, both without author; `None` where it is the same.
pub(crate) fn change(post: &Contribution, before_us: i64) -> Option<(Option<Impact>, Option<Impact>)> {
    let is_before = |impact: &Impact| impact.at_us < before_us;
    let now = post
        .effective()
        .filter(|impact| is_before(impact))
        .map(Impact::without_author);
    let then = post.as_of(before_us).filter(is_before);
    (now != then).then_some((then, now))
}

fn too_many(before_us: i64) -> Invalid {
    let at = Timestamp::from_micros(before_us);
    let reason = format!("more than {MOST_CHANGED} posts changed since {at}: ask about a later time");
    Invalid::one("report as of a time", "as_of_us", reason)
}
