//! What lies where in a subject's slot of the store. The only place that knows these names.

use backtweet_store::Key;

use crate::sample;
use crate::window::{Bucket, Length};

/// Guards the slot: [`crate::fold::Head`].
pub(crate) const HEAD: &str = "head";
/// Effective posts by event time.
pub(crate) const FEED: &str = "feed";
/// Every post that ever was effective, or whose place in a cascade is known, once, at the sequence number of its last change.
pub(crate) const CHANGES: &str = "changes";
/// Posts that were not always what they are now, by the event time of the last finding about each. Those that never changed are not in it.
pub(crate) const HISTORY: &str = "history";
/// Posts of which something is kept but that are not effective, by [`crate::fold::Contribution::aged_from`]: with [`FEED`] all that can grow too old.
/// Those that were folded before this was kept, and never changed since, come in with the first pass of their subject's retention.
pub(crate) const ASIDE: &str = "aside";
/// Signal by author over everything, ranked. Buckets have no ranking: whoever reads several has to add up before anything can be ranked.
pub(crate) const RANKING: &str = "ranking";
/// Effective praise that can be shown again, by [`crate::fold::praise_order`].
pub(crate) const PRAISE: &str = "praise";
/// Links and accounts by the backtweets that point at them, ranked.
pub(crate) const PAGES: &str = "pages";
/// Effective answers by event time.
pub(crate) const ANSWERS: &str = "answers";
/// The days, as numbers since 1970, on which something effective happened.
pub(crate) const DAYS: &str = "days";
/// Roots by how many posts pass them on, ranked; those that nobody passed on are not in it.
pub(crate) const CASCADES: &str = "cascades";

/// The counter in [`passed_on`].
pub(crate) const PASSED_ON: &str = "p";

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

/// What is known of the permission to reuse a post.
pub(crate) fn permission(post: &str) -> String {
    format!("permission:{post}")
}

/// An author's effective backtweets by event time.
pub(crate) fn author(id: &str) -> String {
    format!("author:{id}")
}

/// Effective backtweets and origins that carry a hashtag, by event time.
pub(crate) fn hashtag(hashtag: &str) -> String {
    format!("hashtag:{hashtag}")
}

/// How many effective backtweets and indirect descendants by others hang directly on a post, as the one counter [`PASSED_ON`].
pub(crate) fn passed_on(post: &str) -> String {
    format!("passed-on:{post}")
}

/// How many backtweets point at a link or an account, by day.
pub(crate) fn page_days(page: &str) -> String {
    format!("page-days:{page}")
}

/// The authority of these, by day.
pub(crate) fn page_authority(page: &str) -> String {
    format!("page-authority:{page}")
}

/// How many of these are by authors whose followers are not known, by day.
pub(crate) fn page_unknown(page: &str) -> String {
    format!("page-unknown:{page}")
}

/// The authors of a day's or of all these, each with how many are theirs.
pub(crate) fn page_authors(page: &str, bucket: Bucket) -> String {
    format!("page-authors:{bucket}:{page}")
}

/// The pairs of authors of a day of whom one points at the other, each with how often, that are in the sample of a level; all at level 0.
pub(crate) fn pairs(day: i64, level: u32) -> String {
    format!("pairs:{level}:{day}")
}

/// An author's erased posts by the event time of the last finding about each, under a fingerprint of the author's id.
pub(crate) fn erased(author: &str) -> String {
    erased_by(sample::hash(author.as_bytes()))
}

/// The same, where the fingerprint is all that is left.
pub(crate) fn erased_by(fingerprint: u64) -> String {
    format!("erased:{fingerprint:016x}")
}

/// A bucket's sums; with its authors, each under [`author_field`], where the bucket [`is_one`]. The minutes of a quarter hour stand in one
/// collection, since most have next to nothing: the names of their fields begin with [`begins`].
pub(crate) fn figures(bucket: Bucket) -> String {
    match bucket {
        Bucket::Of(Length::Minute, minute) => format!("minutes:{}", minute.div_euclid(TOGETHER)),
        _ => format!("figures:{bucket}"),
    }
}

/// How many minutes stand together.
const TOGETHER: i64 = Length::QuarterHour.minutes();

/// What the names of a bucket's fields begin with in its collection.
pub(crate) fn begins(bucket: Bucket) -> &'static str {
    const MINUTES: &str = "abcdefghijklmno";
    match bucket {
        Bucket::Of(Length::Minute, minute) => {
            let place = minute.rem_euclid(TOGETHER) as usize;
            &MINUTES[place..=place]
        }
        _ => "",
    }
}

/// Whether the figures of two buckets stand in one collection.
pub(crate) fn stand_together(one: Bucket, other: Bucket) -> bool {
    match (one, other) {
        (Bucket::Of(Length::Minute, one), Bucket::Of(Length::Minute, other)) => {
            one.div_euclid(TOGETHER) == other.div_euclid(TOGETHER)
        }
        _ => one == other,
    }
}

/// Where a day's sums keep the sum of [`crate::fold::Impact::check`] over all its posts: while it stays, nothing of that day is another.
pub(crate) const CHECK: &str = "check";

/// Whether a bucket is a single collection: most minutes and quarter hours have few authors, and a key costs more than they do.
pub(crate) fn is_one(bucket: Bucket) -> bool {
    matches!(bucket, Bucket::Of(Length::Minute | Length::QuarterHour, _))
}

/// Begins the name of an author among a bucket's sums.
pub(crate) const AUTHOR_FIELD: &str = "@";

/// Where a bucket's sums keep an author's [`crate::standing::Standing`].
pub(crate) fn author_field(id: &str) -> String {
    format!("{AUTHOR_FIELD}{id}")
}

/// The authors of backtweets of a bucket of an hour or more, each with their [`crate::standing::Standing`].
pub(crate) fn authors(bucket: Bucket) -> String {
    format!("authors:{bucket}")
}

/// Hashtags of the backtweets of an hour, as members, or of a day or everything, ranked.
pub(crate) fn hashtags(bucket: Bucket) -> String {
    format!("hashtags:{bucket}")
}

/// Links of the backtweets of an hour, as members, or of a day or everything, ranked.
pub(crate) fn links(bucket: Bucket) -> String {
    format!("links:{bucket}")
}

/// Whether the hashtags and links of a bucket are ranked: an hour has few, so its are read whole, and cost half as much to write.
pub(crate) fn is_ranked(bucket: Bucket) -> bool {
    !matches!(bucket, Bucket::Of(Length::Hour, _))
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
