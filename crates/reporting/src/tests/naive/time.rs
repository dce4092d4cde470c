//! Timelines, heat maps and earlier windows, each post put into its bucket one by one.

use std::collections::{BTreeMap, BTreeSet};

use backtweet_domain::{Label, Role, Scored};
use backtweet_wire::v1;
use jiff::tz::TimeZoneDatabase;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

use super::figures::figures;
use super::{at, is_within, sighting};
use crate::tests::world::{MINUTE_US, NOW_US};

const WEEK_US: i64 = 7 * 24 * 60 * MINUTE_US;

fn local(us: i64, zone: &str) -> ZonedDateTime {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    Timestamp::from_microsecond(us).unwrap().to_zoned_datetime(zone)
}

fn micros(at: &ZonedDateTime) -> i64 {
    at.timestamp().as_microsecond()
}

/// The bucket around a time. Clocks are only ever changed by whole hours here.
fn around(bucket: v1::Bucket, zone: &str, us: i64) -> (i64, i64) {
    let local = local(us, zone);
    let past_hour = us - i64::from(local.minute()) * MINUTE_US;
    let minutes = |start: i64, length: i64| (start, start + length * MINUTE_US);
    let days = |first: ZonedDateTime, next: ZonedDateTime| {
        (
            micros(&first.start_of_day().unwrap()),
            micros(&next.start_of_day().unwrap()),
        )
    };
    match bucket {
        v1::Bucket::Minute => minutes(us, 1),
        v1::Bucket::QuarterHour => minutes(past_hour + i64::from(local.minute() / 15 * 15) * MINUTE_US, 15),
        v1::Bucket::Hour => minutes(past_hour, 60),
        v1::Bucket::Day => days(local.clone(), local.tomorrow().unwrap()),
        v1::Bucket::Week => {
            let monday = &local - i64::from(local.weekday().to_monday_zero_offset()).days();
            days(monday.clone(), &monday + 7.days())
        }
        v1::Bucket::Month => days(
            local.first_of_month().unwrap(),
            local.last_of_month().unwrap().tomorrow().unwrap(),
        ),
        v1::Bucket::Unspecified => panic!("a bucket is asked for"),
    }
}

pub(super) fn timeline(within: &[&Scored], bucket: v1::Bucket, zone: &str) -> Vec<v1::TimelineBucket> {
    let ranges: BTreeSet<_> = within.iter().map(|post| around(bucket, zone, at(post))).collect();
    let bucket = |(start_us, end_us): (i64, i64)| {
        let posts: Vec<&Scored> = within
            .iter()
            .copied()
            .filter(|post| (start_us..end_us).contains(&at(post)))
            .collect();
        v1::TimelineBucket {
            start_us,
            figures: Some(figures(&posts)),
            end_us,
        }
    };
    ranges.into_iter().map(bucket).collect()
}

pub(super) fn heat_map(within: &[&Scored], zone: &str) -> Vec<v1::HeatMapCell> {
    let mut cells: BTreeMap<(u32, u32), Vec<&Scored>> = BTreeMap::new();
    for post in within.iter().filter(|post| sighting(post).role == Role::Backtweet) {
        let local = local(at(post), zone);
        let weekday = local.weekday().to_monday_one_offset() as u32;
        cells.entry((weekday, local.hour() as u32)).or_default().push(post);
    }
    let cell = |((weekday, hour), posts): ((u32, u32), Vec<&Scored>)| {
        let labelled = |label: Label| {
            let is = |post: &&&Scored| post.sentiment.as_ref().is_some_and(|it| it.label == label);
            posts.iter().filter(is).count() as u64
        };
        v1::HeatMapCell {
            weekday,
            hour,
            backtweets: posts.len() as u64,
            positive: labelled(Label::Positive),
            negative: labelled(Label::Negative),
            net_sentiment: figures(&posts).net_sentiment,
        }
    };
    cells.into_iter().map(cell).collect()
}

/// The window before, and the one a week before; clocks are not changed in Newfoundland between the two that lie within the data.
pub(super) fn earlier(
    posts: &[&Scored],
    window: Option<v1::Window>,
    zone: &str,
    coverage: &v1::Coverage,
) -> [Option<v1::Comparison>; 2] {
    let window = window.unwrap_or_default();
    let Some(from) = window.from_us else {
        return [None, None];
    };
    let to = window.to_us.unwrap_or(NOW_US).min(NOW_US);
    if from >= to {
        return [None, None];
    }
    let week_before = |us: i64| micros(&(&local(us, zone) - 7.days()));
    let now = figures(
        &posts
            .iter()
            .copied()
            .filter(|post| is_within(Some(window), post))
            .collect::<Vec<_>>(),
    );
    let compared = |from_us: i64, to_us: i64| {
        let window = v1::Window {
            from_us: Some(from_us),
            to_us: Some(to_us),
        };
        coverage.first_us.filter(|first| *first <= from_us)?;
        let then: Vec<_> = posts
            .iter()
            .copied()
            .filter(|post| is_within(Some(window), post))
            .collect();
        Some(comparison(&now, figures(&then), window, coverage))
    };
    assert!(to - from <= WEEK_US, "longer windows go more weeks back");
    [
        compared(2 * from - to, from),
        compared(week_before(from), week_before(to)),
    ]
}

fn comparison(now: &v1::Figures, then: v1::Figures, window: v1::Window, coverage: &v1::Coverage) -> v1::Comparison {
    let change = |figure: fn(&v1::Figures) -> u64| {
        let absolute = figure(now) as i64 - figure(&then) as i64;
        let percent = 100.0 * absolute as f64 / figure(&then) as f64;
        Some(v1::Change {
            absolute,
            percent: (figure(&then) != 0).then_some(percent),
        })
    };
    v1::Comparison {
        window: Some(window),
        coverage: Some(coverage.clone()),
        backtweets: change(|figures| figures.backtweets),
        reposts: change(|figures| figures.reposts),
        citations: change(|figures| figures.citations),
        authors: change(|figures| figures.authors),
        impressions: change(|figures| figures.impressions),
        net_sentiment: match (now.net_sentiment, then.net_sentiment) {
            (Some(now), Some(then)) => Some(now - then),
            _ => None,
        },
        figures: Some(then),
    }
}
