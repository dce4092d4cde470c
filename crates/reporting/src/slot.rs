//! What lies where in a subject's slot of the store. The only place that knows these names.

use backtweet_store::Key;

use crate::window::{Bucket, Length};

/// Guards the slot: [`crate::fold::Head`].
pub(crate) const HEAD: &str = "head";
/// Effective posts by event time.
pub(crate) const FEED: &str = "feed";
/// Every post that ever was effective, or whose place in a cascade is known, once, at the sequence number of its last change.
pub(crate) const CHANGES: &str = "changes";
/// Signal by author over everything, ranked. Buckets have no ranking: whoever reads several has to add up before anything can be ranked.
pub(crate) const RANKING: &str = "ranking";
/// The days, as numbers since 1970, on which something effective happened.
pub(crate) const DAYS: &str = "days";
/// Roots by how many posts pass them on, ranked; those that nobody passed on are not in it.
pub(crate) const CASCADES: &str = "cascades";

/// The slot of a subject.
pub(crate) fn of(subject: &str) -> String {
    format!("subject:{subject}")
}

/// The collection `name` of a subject.
pub(crate) fn key(subject: &str, name: impl Into<String>) -> Key {
    Key::new(of(subject), name)
}

/// One post's contribution.
pub(crate) fn post(id: &str) -> String {
    format!("post:{id}")
}

/// An author's effective backtweets by event time.
pub(crate) fn author(id: &str) -> String {
    format!("author:{id}")
}

/// A bucket's sums; with its authors, each under [`author_field`], where the bucket [`is_one`].
pub(crate) fn figures(bucket: Bucket) -> String {
    format!("figures:{bucket}")
}

/// Where a day's sums keep the sum of [`crate::fold::Impact::check`] over all its posts: while it stays, nothing of that day is another.
pub(crate) const CHECK: &str = "check";
/// Whether a bucket is a single collection: most minutes and quarter hours have few authors, and a key costs more than they do.
pub(crate) fn is_one(bucket: Bucket) -> bool {
    matches!(bucket, Bucket::Of(Length::Minute | Length::QuarterHour, _))
}

/// Begins the name of an author among a bucket's sums.
pub(crate) const AUTHOR_FIELD: &str = "author/";

/// Where a bucket's sums keep an author's [`crate::standing::Standing`].
pub(crate) fn author_field(id: &str) -> String {
    format!("{AUTHOR_FIELD}{id}")
}

/// The authors of backtweets of a bucket of an hour or more, each with their [`crate::standing::Standing`].
pub(crate) fn authors(bucket: Bucket) -> String {
    format!("authors:{bucket}")
}

/// Hashtags of the backtweets of an hour, a day or everything, ranked.
pub(crate) fn hashtags(bucket: Bucket) -> String {
    format!("hashtags:{bucket}")
}

/// Links of the backtweets of an hour, a day or everything, ranked.
pub(crate) fn links(bucket: Bucket) -> String {
    format!("links:{bucket}")
}

/// Whether samples of a bucket's authors are kept. Those of everything need not be estimated, and shorter buckets are read whole.
pub(crate) fn is_sampled(bucket: Bucket) -> bool {
    matches!(bucket, Bucket::Of(Length::Hour | Length::Day, _))
}

/// The authors of a bucket's backtweets that are in the sample of a level, by their hash and with their backtweets; all of them, by
/// their id, at level 0.
pub(crate) fn sample(bucket: Bucket, level: u32) -> String {
    match level {
        0 => authors(bucket),
        level => format!("sample:{level}:{bucket}"),
    }
}

/// Effective posts below the root of a cascade, by event time.
pub(crate) fn cascade(root: &str) -> String {
    format!("cascade:{root}")
}

/// Roots by the backtweets of a day or of everything that grew from them, ranked.
pub(crate) fn contents(bucket: Bucket) -> String {
    format!("contents:{bucket}")
}

/// The sums of a day's or of all backtweets that grew from a root.
pub(crate) fn content(root: &str, bucket: Bucket) -> String {
    format!("content:{bucket}:{root}")
}

/// The authors of those backtweets, each with how many are theirs.
pub(crate) fn content_authors(root: &str, bucket: Bucket) -> String {
    format!("content-authors:{bucket}:{root}")
}
