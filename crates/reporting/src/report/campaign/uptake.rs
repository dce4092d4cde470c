//! How a campaign was taken up: its backtweets and new participants, bucket by bucket of a calendar.

use backtweet_domain::{Role, Timestamp};
use backtweet_wire::v1;
use rustc_hash::FxHashMap;

use super::super::timeline::{MICROS_PER_MINUTE, MOST_BUCKETS, bucket, fitting, slices};
use super::posts::Posts;
use super::{Asked, Member};
use crate::invalid::Invalid;
use crate::window::day_of;

/// The buckets in which anything happened.
pub(super) struct Uptake {
    pub(super) bucket: v1::Bucket,
    pub(super) buckets: Vec<v1::UptakeBucket>,
}

/// The uptake by these backtweets of the window, which are in order of time.
pub(super) fn uptake(posts: &Posts, backtweets: &[Member<'_>], asked: &Asked) -> Result<Uptake, Invalid> {
    let at = |(_, impact): &Member<'_>| Timestamp::from_micros(impact.at_us);
    let mut days: Vec<i64> = backtweets.iter().map(|member| day_of(at(member))).collect();
    days.dedup();
    let minutes = match (backtweets.first(), backtweets.last()) {
        (Some(first), Some(last)) => asked.window.minutes(at(first), at(last)),
        _ => 0..0,
    };
    let unit = asked
        .bucket
        .unwrap_or_else(|| fitting(minutes.end - minutes.start, |_| true));
    let slices: Vec<_> = slices(&minutes, &asked.calendar, unit, &days)
        .take(MOST_BUCKETS + 1)
        .collect();
    if slices.len() > MOST_BUCKETS {
        let reason = format!("it comes to more than {MOST_BUCKETS} buckets: narrow it, or ask for longer buckets");
        return Err(Invalid::one("campaign request", "window", reason));
    }
    let firsts = firsts(posts);
    let mut left = backtweets.iter().peekable();
    let mut buckets = Vec::new();
    for slice in slices {
        let mut bucket = v1::UptakeBucket {
            start_us: slice.around.start.saturating_mul(MICROS_PER_MINUTE),
            end_us: slice.around.end.saturating_mul(MICROS_PER_MINUTE),
            ..v1::UptakeBucket::default()
        };
        while let Some((post, impact)) = left.next_if(|(_, impact)| impact.at_us < bucket.end_us) {
            bucket.backtweets += 1;
            let is_first = firsts.get(impact.author.as_str()) == Some(&(impact.at_us, *post));
            bucket.new_participants += u64::from(is_first);
        }
        if bucket.backtweets > 0 {
            buckets.push(bucket);
        }
    }
    Ok(Uptake {
        bucket: bucket(unit),
        buckets,
    })
}

/// When each participant came in, and by which backtweet, of all retained.
fn firsts(posts: &Posts) -> FxHashMap<&str, (i64, &str)> {
    let mut firsts: FxHashMap<&str, (i64, &str)> = FxHashMap::default();
    for (post, impact) in posts.of(Role::Backtweet) {
        let place = (impact.at_us, post);
        let first = firsts.entry(&impact.author).or_insert(place);
        *first = place.min(*first);
    }
    firsts
}
