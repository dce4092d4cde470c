//! Lets go of short buckets once they are old: minutes become quarter hours, and those days. What is gone is found by its number, and how far
//! it goes stands in the head, so that it moves with the batch that it belongs to and a late post never counts in what is gone.

use std::ops::Range;
use std::time::Duration;

use backtweet_domain::Timestamp;
use backtweet_store::{Collection, Write};

use super::head::Head;
use crate::sample;
use crate::slot;
use crate::window::{Bucket, Length, before};

/// For how long figures are kept in buckets shorter than a day, before the last event of their subject; for good where absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keeps {
    /// By the minute.
    pub minutes: Option<Duration>,
    /// By the quarter hour and the hour: at least as long as by the minute.
    pub hours: Option<Duration>,
}

impl Keeps {
    /// What the service keeps where nothing else is said: minutes for 48 hours, quarter hours and hours for 90 days.
    pub const USUAL: Keeps = Keeps {
        minutes: Some(Duration::from_secs(48 * 3600)),
        hours: Some(Duration::from_secs(90 * 24 * 3600)),
    };

    /// Moves `head` on from what it was before the batch, and says what goes. It depends on nothing but the last event time, so it is the
    /// same in whatever order, and in whatever batches, events come.
    pub(super) fn roll_up(&self, former: &Head, head: &mut Head) -> Vec<Write> {
        let mut drops = Vec::new();
        let Some(last) = head.last_us.map(Timestamp::from_micros) else {
            return drops;
        };
        let had = former.span().map(|(first, last)| first.minute()..last.minute() + 1);
        if let Some(keep) = self.minutes {
            let from = before(last.minus(keep).minute(), Length::Hour);
            // Heads from before minutes were let go: none of theirs are where they are looked for.
            let known = had
                .as_ref()
                .map(|had| before(had.end, Length::Hour) + Length::Hour.minutes());
            let start = former.minutes_from.or(known).unwrap_or(from);
            head.minutes_from = Some(start.max(from));
            drops.extend(let_go(&mut head.minutes, start, start.max(from)));
        }
        if let Some(keep) = self.hours {
            let from = before(last.minus(keep).minute(), Length::Day);
            let known = had.as_ref().map(|had| before(had.start, Length::Day));
            let (from, gone) = moved(former.hours_from.or(known), from, had.as_ref());
            head.hours_from = Some(from);
            for hour in whole(gone, Length::Hour) {
                drop_hour(hour, &mut drops);
            }
        }
        drops
    }
}

/// Takes out the hours before `end`, of those that begin at `start`, and says which of their minutes there were.
fn let_go(hours: &mut Vec<u64>, start: i64, end: i64) -> Vec<Write> {
    let many = usize::try_from((end - start) / Length::Hour.minutes()).unwrap_or(0);
    let gone = hours.drain(..many.min(hours.len())).zip(0_i64..);
    let minutes = |(mask, hour): (u64, i64)| {
        let minutes = (0..Length::Hour.minutes()).filter(move |minute| mask & 1 << minute != 0);
        minutes.map(move |minute| Bucket::Of(Length::Minute, start + hour * Length::Hour.minutes() + minute))
    };
    // An hour begins and ends with what stands together.
    let mut gone: Vec<_> = gone.flat_map(minutes).collect();
    gone.dedup_by(|next, kept| slot::stand_together(*next, *kept));
    gone.into_iter().map(counters).collect()
}

/// Remembers, for [`let_go`], that something is counted in these minutes. Where minutes are kept for good nothing has to be.
pub(super) fn mark(head: &mut Head, minutes: impl Iterator<Item = i64>) {
    let Some(start) = head.minutes_from else { return };
    for minute in minutes {
        let place = minute - start;
        let Ok(hour) = usize::try_from(place.div_euclid(Length::Hour.minutes())) else {
            continue;
        };
        if head.minutes.len() <= hour {
            head.minutes.resize(hour + 1, 0);
        }
        head.minutes[hour] |= 1 << place.rem_euclid(Length::Hour.minutes());
    }
}

/// From where on is kept now, and the minutes whose buckets go: none but those that there were, each of which is looked for on disk.
fn moved(former: Option<i64>, now: i64, had: Option<&Range<i64>>) -> (i64, Range<i64>) {
    let start = former.unwrap_or(now);
    let from = start.max(now);
    let gone = had.map_or(start..start, |had| start.max(had.start)..from.min(had.end));
    (from, gone)
}

/// The numbers of the buckets that some minutes touch.
fn whole(minutes: Range<i64>, length: Length) -> Range<i64> {
    let number = |minute: i64| minute.div_euclid(length.minutes());
    match minutes.is_empty() {
        true => 0..0,
        false => number(minutes.start)..number(minutes.end - 1) + 1,
    }
}

fn drop_hour(hour: i64, drops: &mut Vec<Write>) {
    let per_hour = Length::Hour.minutes() / Length::QuarterHour.minutes();
    for quarter_hour in hour * per_hour..(hour + 1) * per_hour {
        drops.push(counters(Bucket::Of(Length::QuarterHour, quarter_hour)));
    }
    let bucket = Bucket::Of(Length::Hour, hour);
    drops.push(counters(bucket));
    drops.extend((0..=sample::MOST).map(|level| members(slot::sample(bucket, level))));
    drops.extend([slot::hashtags(bucket), slot::links(bucket)].map(members));
}

fn counters(bucket: Bucket) -> Write {
    Write::Drop {
        name: slot::figures(bucket),
        collection: Collection::Counters,
    }
}

fn members(name: String) -> Write {
    Write::Drop {
        name,
        collection: Collection::Members,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves a head on to this hour, and says how many buckets go.
    fn drops(head: &mut Head, hour: i64) -> usize {
        let former = head.clone();
        head.stretch(hour * 3_600_000_000);
        Keeps::USUAL.roll_up(&former, head).len()
    }

    #[test]
    fn hours_from_before_the_first_post_are_not_looked_for() {
        let mut head = Head::default();
        let (kept, first) = (90 * 24, 1_000_000);
        assert!((0..kept).all(|hour| drops(&mut head, first + hour) == 0));
        // A day goes as a whole, once all of its hours are old enough.
        let gone: usize = (kept..kept + 24).map(|hour| drops(&mut head, first + hour)).sum();
        assert!(gone > 0);
    }
}
