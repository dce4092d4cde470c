//! The hours of a week: how much came in each.

use backtweet_wire::v1::{HeatMapCell, HeatMapResponse};
use maud::{Markup, html};

use crate::view::bars::grouped;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LEFT: usize = 40;
const TOP: usize = 18;
const CELL: usize = 28;
const ROW: usize = 24;

/// The picture.
pub fn chart(map: &HeatMapResponse) -> Markup {
    let most = map.cells.iter().map(|cell| cell.backtweets).max().unwrap_or(1);
    let (width, height) = (LEFT + 24 * CELL, TOP + 7 * ROW);
    html! {
        div.scroll {
            svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby="heat-title heat-desc" {
                title #heat-title { "Backtweets by weekday and hour" }
                desc #heat-desc { (described(&map.cells)) }
                @for hour in (0..24).step_by(3) {
                    text.tick x=(LEFT + hour * CELL + 2) y=(TOP - 6) { (format!("{hour:02}:00")) }
                }
                @for (row, day) in DAYS.iter().enumerate() {
                    text.tick x=(LEFT - 8) y=(TOP + row * ROW + 16) text-anchor="end" { (day) }
                    @for hour in 0..24 {
                        (square(map.cells.iter().find(|cell| is_at(cell, row, hour)), row, hour, most))
                    }
                }
            }
        }
    }
}

fn is_at(cell: &HeatMapCell, row: usize, hour: usize) -> bool {
    cell.weekday as usize == row + 1 && cell.hour as usize == hour
}

fn square(cell: Option<&HeatMapCell>, row: usize, hour: usize, most: u64) -> Markup {
    let many = cell.map_or(0, |cell| cell.backtweets);
    // What is there at all can be seen.
    let shade = if many == 0 {
        0.0
    } else {
        0.12 + 0.88 * many as f64 / most as f64
    };
    html! {
        rect.cell x=(LEFT + hour * CELL) y=(TOP + row * ROW) width=(CELL - 2) height=(ROW - 2) rx="3" {}
        @if many > 0 {
            rect.heat x=(LEFT + hour * CELL) y=(TOP + row * ROW) width=(CELL - 2) height=(ROW - 2) rx="3" opacity=(format!("{shade:.2}")) {
                title { (DAYS[row]) " " (format!("{hour:02}:00")) ": " (grouped(many)) }
            }
        }
    }
}

fn described(cells: &[HeatMapCell]) -> String {
    match busiest(cells) {
        Some((day, hour, many)) => format!(
            "The busiest hour of the week is {day} at {hour:02}:00 with {}.",
            grouped(many)
        ),
        None => "Nothing happened.".to_owned(),
    }
}

/// The weekday and hour with the most, and how many.
pub fn busiest(cells: &[HeatMapCell]) -> Option<(&'static str, u32, u64)> {
    let cell = cells.iter().max_by_key(|cell| cell.backtweets)?;
    let day = DAYS.get(cell.weekday.checked_sub(1)? as usize)?;
    Some((day, cell.hour, cell.backtweets))
}

/// The same as a table.
pub fn table(map: &HeatMapResponse) -> Markup {
    let at = |row: usize, hour: usize| map.cells.iter().find(|cell| is_at(cell, row, hour));
    html! {
        table.small {
            thead { tr { th { "Hour" } @for day in DAYS { th.number { (day) } } } }
            tbody {
                @for hour in 0..24 {
                    tr {
                        td { (format!("{hour:02}:00")) }
                        @for row in 0..7 { td.number { (at(row, hour).map_or(0, |cell| cell.backtweets)) } }
                    }
                }
            }
        }
    }
}
