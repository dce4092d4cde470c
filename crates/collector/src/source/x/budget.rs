//! How far the stream was read, and what it cost this month. Whom it is read from is not known here.

use std::time::Duration;

use backtweet_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::watched::Watched;
use crate::normalise::clip;
use crate::source::{Position, Trouble};

/// One of so many of a month's posts may be looked up again; the others are the stream's.
const SHARE: u64 = 5;

/// What a position says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Everything up to here was delivered, or told as a gap.
    pub(super) reached: Timestamp,
    /// The calendar month in which posts are counted, in UTC, such as `2026-11`.
    month: String,
    /// How many of its posts were read, over the stream or looked up again.
    posts: u64,
    /// How many of them were looked up again.
    #[serde(default)]
    looked_up: u64,
    /// What is to be looked up again.
    #[serde(default)]
    pub(super) watched: Watched,
}

impl Progress {
    /// Nothing read yet.
    pub(super) fn start(now: Timestamp) -> Self {
        Self {
            reached: now,
            month: month(now),
            posts: 0,
            looked_up: 0,
            watched: Watched::default(),
        }
    }

    /// Reads a position.
    ///
    /// # Errors
    /// When it is none of this source's.
    pub(super) fn read(position: &Position) -> Result<Self, Trouble> {
        serde_json::from_str(&position.0).map_err(|error| Trouble::Unusable {
            reason: format!(
                "`{}` is no position of a filtered stream ({error}): remove the source and add it under another id",
                clip(&position.0)
            ),
        })
    }

    pub(super) fn position(&self) -> Position {
        Position(serde_json::json!(self).to_string())
    }

    /// Counts anew where a month has begun.
    pub(super) fn turn(&mut self, now: Timestamp) {
        let month = month(now);
        if self.month != month {
            self.month = month;
            (self.posts, self.looked_up) = (0, 0);
        }
    }

    /// Posts that `other` counted in the same month were read, even if that was never stored.
    pub(super) fn not_less_than(&mut self, other: &Self) {
        if self.month == other.month {
            self.posts = self.posts.max(other.posts);
            self.looked_up = self.looked_up.max(other.looked_up);
        }
    }

    /// Counts a post; false where the cap is reached, and it is not to be counted.
    pub(super) fn spend(&mut self, cap: Option<u64>) -> bool {
        let is_within = !self.is_spent(cap);
        self.posts += u64::from(is_within);
        is_within
    }

    /// How many posts may be looked up again now: a fifth of the month's budget, evenly over the month, but never more than a fifth of what
    /// is left of it; where there is no budget, a fifth of all that is read.
    pub(super) fn allowance(&self, cap: Option<u64>, now: Timestamp) -> u64 {
        let Some(cap) = cap else {
            let streamed = self.posts.saturating_sub(self.looked_up);
            return (streamed / (SHARE - 1)).saturating_sub(self.looked_up);
        };
        let (begin, end) = (this_month(now), next_month(now));
        let (gone, whole) = (now.since(begin).as_secs(), end.since(begin).as_secs().max(1));
        let by_now = u128::from(cap) * u128::from(gone) / u128::from(whole) / u128::from(SHARE);
        let by_now = u64::try_from(by_now).unwrap_or(u64::MAX);
        let left = cap.saturating_sub(self.posts) / SHARE;
        by_now.saturating_sub(self.looked_up).min(left)
    }

    /// Counts so many look-ups as made.
    pub(super) fn reserve(&mut self, posts: u64) {
        self.posts += posts;
        self.looked_up += posts;
    }

    /// Whether so many look-ups were counted this month.
    pub(super) fn has_reserved(&self, posts: u64) -> bool {
        self.looked_up >= posts
    }

    /// Whether the month's posts are used up.
    pub(super) fn is_spent(&self, cap: Option<u64>) -> bool {
        cap.is_some_and(|cap| self.posts >= cap)
    }

    /// That they are, and until when.
    pub(super) fn spent(&self, now: Timestamp) -> Trouble {
        let turn = next_month(now);
        Trouble::Limited {
            after: Some(turn.since(now).max(Duration::from_secs(1))),
            reason: format!(
                "the budget of {} posts for {} is used up: reading goes on at {turn}, or once monthly_posts is raised",
                self.posts, self.month
            ),
        }
    }
}

/// The calendar month in UTC, such as `2026-11`.
fn month(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
}

/// When the calendar month began, in UTC.
fn this_month(at: Timestamp) -> Timestamp {
    Timestamp::parse(&format!("{}-01T00:00:00Z", month(at))).unwrap_or(at)
}

/// When the next calendar month begins, in UTC.
pub(super) fn next_month(at: Timestamp) -> Timestamp {
    let text = month(at);
    let parts = text
        .split_once('-')
        .and_then(|(year, month)| Some((year.parse::<u32>().ok()?, month.parse::<u32>().ok()?)));
    let Some((year, month)) = parts else {
        return at.plus(Duration::from_secs(31 * 24 * 3600));
    };
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Timestamp::parse(&format!("{year:04}-{month:02}-01T00:00:00Z")).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_month_ends_where_the_calendar_says() {
        assert_eq!(next_month(at("2026-12-31T23:59:59.999Z")), at("2027-01-01T00:00:00Z"));
        assert_eq!(next_month(at("2028-02-01T00:00:00Z")), at("2028-03-01T00:00:00Z"));
        assert_eq!(next_month(at("2026-02-28T23:00:00-05:00")), at("2026-04-01T00:00:00Z"));
    }

    #[test]
    fn look_ups_take_a_fifth_of_the_month_and_less_where_the_stream_took_more() {
        let (begin, half) = (at("2026-11-01T00:00:00Z"), at("2026-11-16T00:00:00Z"));
        let mut progress = Progress::start(begin);
        assert_eq!(progress.allowance(Some(1_000), begin), 0);
        assert_eq!(progress.allowance(Some(1_000), half), 100);
        progress.reserve(60);
        assert_eq!(progress.allowance(Some(1_000), half), 40);
        (0..840).for_each(|_| assert!(progress.spend(Some(1_000))));
        // A fifth of the last hundred.
        assert_eq!(progress.allowance(Some(1_000), half), 20);
        assert_eq!(progress.allowance(Some(0), half), 0);
        assert_eq!(progress.allowance(Some(u64::MAX), half), u64::MAX / 10 - 60);
        // Without a budget, what the stream brings is the measure.
        assert_eq!(progress.allowance(None, half), 840 / 4 - 60);
        progress.turn(at("2026-12-01T00:00:00Z"));
        assert_eq!(progress.allowance(Some(1_000), at("2026-12-01T00:00:00Z")), 0);
    }

    #[test]
    fn a_position_of_an_earlier_version_is_read_and_one_without_sense_is_not() {
        let old = Position(r#"{"reached":"2026-11-30T23:00:00Z","month":"2026-11","posts":7}"#.to_owned());
        let progress = Progress::read(&old).unwrap();
        assert_eq!((progress.posts, progress.watched), (7, Watched::default()));
        let odd = old.0.replace('}', r#","watched":["zz","",""]}"#);
        assert!(Progress::read(&Position(odd)).is_err());
    }

    #[test]
    fn what_was_spent_survives_a_restart_and_ends_with_the_month() {
        let mut progress = Progress::start(at("2026-11-30T23:00:00Z"));
        assert!(progress.spend(Some(2)) && progress.spend(Some(2)) && !progress.spend(Some(2)));
        let mut progress = Progress::read(&progress.position()).unwrap();
        assert!(progress.is_spent(Some(2)) && !progress.is_spent(Some(3)) && !progress.is_spent(None));
        progress.turn(at("2026-11-30T23:59:59Z"));
        assert!(progress.is_spent(Some(2)));
        progress.turn(at("2026-12-01T00:00:00Z"));
        assert!(!progress.is_spent(Some(2)));
        let refused = Progress::read(&Position("7".to_owned())).unwrap_err();
        assert!(refused.to_string().contains("`7`"), "{refused}");
    }
}
