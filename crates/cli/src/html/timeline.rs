//! Backtweets over time: citations and reposts on top of one another, with the peaks named.

use backtweet_wire::v1::{TimelineBucket, TimelineResponse};
use maud::{Markup, html};

use super::axis;
use crate::view::bars::grouped;
use crate::view::zone::Zone;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 24.0;
/// How many peaks are named, how far apart they lie at least, and which part of the highest they have at least.
const PEAKS: usize = 3;
const APART: f64 = WIDTH / 8.0;
const HIGH: f64 = 0.3;

/// Where times and numbers lie in the picture.
struct Plot {
    from_us: i64,
    to_us: i64,
    most: u64,
}

impl Plot {
    fn x(&self, us: i64) -> f64 {
        let share = (us - self.from_us) as f64 / (self.to_us - self.from_us).max(1) as f64;
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, number: u64) -> f64 {
        HEIGHT - BOTTOM - number as f64 / self.most as f64 * (HEIGHT - TOP - BOTTOM)
    }
}

fn reposts(bucket: &TimelineBucket) -> u64 {
    bucket.figures.as_ref().map_or(0, |figures| figures.reposts)
}

fn all(bucket: &TimelineBucket) -> u64 {
    bucket.figures.as_ref().map_or(0, |figures| figures.backtweets)
}

/// The picture; nothing where nothing happened.
pub fn chart(timeline: &TimelineResponse, zone: &Zone) -> Markup {
    let buckets: Vec<_> = timeline.buckets.iter().filter(|bucket| all(bucket) > 0).collect();
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return html! {};
    };
    let window = timeline.window.unwrap_or_default();
    let most = buckets.iter().map(|bucket| all(bucket)).max().unwrap_or(1);
    let lines = axis::numbers(most);
    let plot = Plot {
        from_us: window.from_us.unwrap_or(first.start_us).min(first.start_us),
        to_us: window.to_us.unwrap_or(last.end_us).max(last.end_us),
        most: lines.last().copied().unwrap_or(1),
    };
    html! {
        div.scroll {
            svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby="timeline-title timeline-desc" {
                title #timeline-title { "Backtweets over time" }
                desc #timeline-desc { (described(&buckets, zone)) }
                @for line in &lines {
                    line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(number(plot.y(*line))) y2=(number(plot.y(*line))) {}
                    text.tick x=(LEFT - 6.0) y=(number(plot.y(*line) + 4.0)) text-anchor="end" { (grouped(*line)) }
                }
                @for (us, label) in axis::times(plot.from_us, plot.to_us, zone) {
                    line.mark x1=(number(plot.x(us))) x2=(number(plot.x(us))) y1=(HEIGHT - BOTTOM) y2=(HEIGHT - BOTTOM + 4.0) {}
                    text.tick x=(number(plot.x(us))) y=(HEIGHT - 6.0) text-anchor=(anchor(plot.x(us))) { (label) }
                }
                @for bucket in &buckets { (bar(&plot, bucket, zone)) }
                @for peak in peaks(&plot, &buckets) {
                    text.peak x=(number(middle(&plot, peak))) y=(number(plot.y(all(peak)) - 6.0)) text-anchor=(anchor(middle(&plot, peak))) {
                        (grouped(all(peak)))
                    }
                }
            }
        }
    }
}

fn bar(plot: &Plot, bucket: &TimelineBucket, zone: &Zone) -> Markup {
    let (left, right) = (plot.x(bucket.start_us), plot.x(bucket.end_us));
    // A gap of a pixel between bars that are wide enough to have one, and no bar too thin to be seen.
    let gap = if right - left > 4.0 { 1.0 } else { 0.0 };
    let width = (right - left - gap).max(1.2);
    let (floor, middle, top) = (plot.y(0), plot.y(all(bucket) - reposts(bucket)), plot.y(all(bucket)));
    html! {
        g {
            title { (moment(bucket, zone)) ": " (grouped(all(bucket))) ", of which " (grouped(reposts(bucket))) " reposts" }
            rect.citations x=(number(left)) width=(number(width)) y=(number(middle)) height=(number(floor - middle)) {}
            rect.reposts x=(number(left)) width=(number(width)) y=(number(top)) height=(number(middle - top)) {}
        }
    }
}

/// The same as a table.
pub fn table(timeline: &TimelineResponse, zone: &Zone) -> Markup {
    html! {
        table {
            thead { tr { th { "From" } th.number { "Citations" } th.number { "Reposts" } } }
            tbody {
                @for bucket in timeline.buckets.iter().filter(|bucket| all(bucket) > 0) {
                    tr {
                        td { (moment(bucket, zone)) }
                        td.number { (grouped(all(bucket) - reposts(bucket))) }
                        td.number { (grouped(reposts(bucket))) }
                    }
                }
            }
        }
    }
}

fn described(buckets: &[&TimelineBucket], zone: &Zone) -> String {
    let total: u64 = buckets.iter().map(|bucket| all(bucket)).sum();
    let highest = buckets.iter().max_by_key(|bucket| all(bucket));
    let highest = highest.map_or(String::new(), |bucket| {
        format!(
            " The most in one step, {}, came at {}.",
            grouped(all(bucket)),
            moment(bucket, zone)
        )
    });
    format!(
        "{} backtweets in {} steps of time.{highest}",
        grouped(total),
        buckets.len()
    )
}

fn moment(bucket: &TimelineBucket, zone: &Zone) -> String {
    let is_day = bucket.end_us - bucket.start_us > 20 * 3_600_000_000;
    let date = || Some(zone.local(bucket.start_us)?.strftime("%-d %B %Y").to_string());
    if is_day {
        date().unwrap_or_default()
    } else {
        zone.moment(bucket.start_us)
    }
}

/// The highest buckets, none too near to a higher one.
fn peaks<'a>(plot: &Plot, buckets: &[&'a TimelineBucket]) -> Vec<&'a TimelineBucket> {
    let mut highest = buckets.to_vec();
    highest.sort_by_key(|bucket| std::cmp::Reverse(all(bucket)));
    let mut peaks: Vec<&TimelineBucket> = Vec::new();
    for bucket in highest {
        let is_high = all(bucket) as f64 >= HIGH * peaks.first().map_or(0, |peak| all(peak)) as f64;
        let is_apart = |peak: &&TimelineBucket| (middle(plot, peak) - middle(plot, bucket)).abs() >= APART;
        if is_high && peaks.len() < PEAKS && peaks.iter().all(is_apart) {
            peaks.push(bucket);
        }
    }
    peaks
}

fn middle(plot: &Plot, bucket: &TimelineBucket) -> f64 {
    f64::midpoint(plot.x(bucket.start_us), plot.x(bucket.end_us))
}

/// Texts stay within the picture.
fn anchor(x: f64) -> &'static str {
    match x {
        x if x > WIDTH - 40.0 => "end",
        x if x < LEFT + 10.0 => "start",
        _ => "middle",
    }
}

/// A coordinate, as precise as can be seen.
pub fn number(value: f64) -> String {
    format!("{:.1}", value + 0.0)
}
