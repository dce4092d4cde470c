//! An earlier window beside the one that was asked about, and how its figures changed since.

use std::ops::Range;

use backtweet_domain::Timestamp;
use backtweet_store::StoreError;
use backtweet_wire::v1;

use super::reads::Reads;
use super::{coverage, summary};
use crate::calendar::Calendar;
use crate::fold::Head;
use crate::window::Window;

const MINUTES_PER_WEEK: i64 = 7 * 24 * 60;

/// The window before, and the same weekdays before; `None` where the window has no start or lies ahead.
pub(crate) fn earlier(window: Window, calendar: &Calendar, now: Timestamp) -> [Option<Window>; 2] {
    let Some(minutes) = window.past(now) else {
        return [None, None];
    };
    let length = minutes.end - minutes.start;
    let previous = minutes.start - length..minutes.start;
    [previous, same_weekdays(&minutes, calendar)].map(|earlier| (!earlier.is_empty()).then(|| Window::of(earlier)))
}

/// As few weeks before as keep the two apart. Empty where clocks went past all of it then.
fn same_weekdays(minutes: &Range<i64>, calendar: &Calendar) -> Range<i64> {
    let fewest = ((minutes.end - minutes.start) / MINUTES_PER_WEEK).max(1);
    let before = |minute: i64, more: i64| calendar.weeks_before(minute, fewest + more);
    // A week with a clock change is an hour longer, or shorter, than others.
    let more = i64::from(before(minutes.end, 0) > minutes.start);
    before(minutes.start, more)..before(minutes.end, more)
}

/// The figures of the earlier window beside those of `now`; `None` where it begins before anything was retained.
pub(crate) async fn with(
    reads: Reads<'_>,
    head: &Head,
    now: &v1::Figures,
    earlier: Option<Window>,
) -> Result<Option<v1::Comparison>, StoreError> {
    let first = head.span().map(|(first, _)| first.minute());
    let is_retained = |window: &Window| first.is_some_and(|first| window.begins_at_or_after(first));
    let Some(window) = earlier.filter(is_retained) else {
        return Ok(None);
    };
    let window = window.kept(head.kept());
    let then = summary::of_window(reads, head, window).await?;
    Ok(Some(v1::Comparison {
        window: Some(window.to_wire()),
        backtweets: Some(change(now.backtweets, then.backtweets)),
        reposts: Some(change(now.reposts, then.reposts)),
        citations: Some(change(now.citations, then.citations)),
        authors: Some(change(now.authors, then.authors)),
        impressions: Some(change(now.impressions, then.impressions)),
        net_sentiment: now.net_sentiment.zip(then.net_sentiment).map(|(now, then)| now - then),
        figures: Some(then),
        coverage: Some(coverage(head)),
    }))
}

fn change(now: u64, then: u64) -> v1::Change {
    let absolute = now.cast_signed() - then.cast_signed();
    v1::Change {
        absolute,
        percent: (then > 0).then(|| 100.0 * absolute as f64 / then as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid::Violations;

    const DAY_US: i64 = 86_400_000_000;

    #[test]
    fn a_week_with_a_clock_change_is_held_against_the_one_before() {
        let mut violations = Violations::default();
        let berlin = Calendar::read("Europe/Berlin", &mut violations);
        let hour = |text: &str| Timestamp::parse(text).unwrap().minute() / 60;
        let minutes = |from: &str, to: &str| hour(from) * 60..hour(to) * 60;
        // The week in which an hour comes twice, and an hour that was skipped a week before.
        let week = minutes("2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z");
        let before = minutes("2026-10-11T22:00:00Z", "2026-10-18T22:00:00Z");
        assert_eq!(same_weekdays(&week, &berlin), before);
        let skipped = minutes("2026-04-05T00:00:00Z", "2026-04-05T01:00:00Z");
        assert!(same_weekdays(&skipped, &berlin).is_empty());
    }

    fn windows(from: Option<i64>, to: Option<i64>, now: i64) -> [Option<(i64, i64)>; 2] {
        let mut violations = Violations::default();
        let wire = v1::Window {
            from_us: from.map(|day| day * DAY_US),
            to_us: to.map(|day| day * DAY_US),
        };
        let window = Window::read(Some(wire), &mut violations);
        let calendar = Calendar::read("", &mut violations);
        let days = |window: Window| (window.start_us().unwrap() / DAY_US, window.end_us().unwrap() / DAY_US);
        earlier(window, &calendar, Timestamp::from_micros(now * DAY_US)).map(|window| window.map(days))
    }

    #[test]
    fn the_weekdays_before_are_whole_weeks_before_and_never_overlap() {
        assert_eq!(windows(Some(100), Some(101), 500), [Some((99, 100)), Some((93, 94))]);
        assert_eq!(windows(Some(100), Some(107), 500), [Some((93, 100)), Some((93, 100))]);
        assert_eq!(windows(Some(100), Some(130), 500), [Some((70, 100)), Some((65, 95))]);
    }

    #[test]
    fn an_end_that_is_open_or_ahead_counts_as_now() {
        assert_eq!(windows(Some(100), None, 102), [Some((98, 100)), Some((93, 95))]);
        assert_eq!(windows(Some(100), Some(200), 102), [Some((98, 100)), Some((93, 95))]);
        assert_eq!(windows(None, Some(200), 102), [None, None]);
        assert_eq!(windows(Some(103), None, 102), [None, None]);
    }

    #[test]
    fn a_rise_from_nothing_has_no_percentage() {
        assert_eq!((change(5, 4).absolute, change(5, 4).percent), (1, Some(25.0)));
        assert_eq!((change(0, 4).absolute, change(0, 4).percent), (-4, Some(-100.0)));
        assert_eq!((change(5, 0).absolute, change(5, 0).percent), (5, None));
    }
}
