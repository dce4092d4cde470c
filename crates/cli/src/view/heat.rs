//! A week as a picture for a terminal: seven rows of 24 hours. How dark a cell is says how much happened, its colour how it felt; without
//! colours the first is left.

use std::fmt::Write;

use backtweet_wire::v1::HeatMapCell;

use super::bars::grouped;
use crate::output::{ACCENT, BAD, FAINT, GOOD, styled};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SHADES: [&str; 5] = ["  ", "░░", "▒▒", "▓▓", "██"];
/// Net sentiment closer to 0 than this takes no side.
const EVEN: f64 = 0.1;

/// The picture, with its hours above and what it means below.
pub fn map(cells: &[HeatMapCell]) -> String {
    let most = cells.iter().map(|cell| cell.backtweets).max().unwrap_or(0);
    let mut map = String::from("     ");
    for hour in (0..24).step_by(3) {
        let _ = write!(map, "{hour:<6}");
    }
    for (day, weekday) in DAYS.iter().zip(1..) {
        let of_day = || cells.iter().filter(move |cell| cell.weekday == weekday);
        let row: String = (0..24)
            .map(|hour| shade(of_day().find(|cell| cell.hour == hour), most))
            .collect();
        let total = grouped(of_day().map(|cell| cell.backtweets).sum());
        let _ = write!(map, "\n{day}  {row}  {}", styled(FAINT, total));
    }
    let _ = writeln!(
        map,
        "\n     {} to {} an hour of the week; {} net sentiment above 0, {} below, {} about even",
        SHADES[1],
        styled(FAINT, format!("{} {}", SHADES[4], grouped(most))),
        styled(GOOD, "green"),
        styled(BAD, "red"),
        styled(ACCENT, "blue"),
    );
    map
}

fn shade(cell: Option<&HeatMapCell>, most: u64) -> String {
    let Some(cell) = cell else {
        return SHADES[0].to_owned();
    };
    // What is there at all is never blank.
    let shade = SHADES[(cell.backtweets * 4).div_ceil(most.max(1)).clamp(1, 4) as usize];
    let style = match cell.net_sentiment {
        Some(net) if net >= EVEN => GOOD,
        Some(net) if net <= -EVEN => BAD,
        _ => ACCENT,
    };
    styled(style, shade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_as_dark_as_its_share_and_stands_at_its_hour() {
        let cell = |weekday, hour, backtweets| HeatMapCell {
            weekday,
            hour,
            backtweets,
            ..HeatMapCell::default()
        };
        let map = map(&[cell(1, 0, 1), cell(1, 2, 1_000), cell(7, 23, 500)]);
        let plain = anstream::adapter::strip_str(&map).to_string();
        let rows: Vec<_> = plain.lines().collect();
        assert_eq!(rows[1], format!("Mon  ░░  ██{}  1,001", "  ".repeat(21)));
        assert_eq!(rows[7], format!("Sun  {}▒▒  500", "  ".repeat(23)));
    }
}
