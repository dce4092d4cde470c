//! Windows as people write them: RFC 3339 times, times and dates by the clocks of a zone, or ages such as `24h`.

use std::time::Duration;

use anyhow::{Result, bail};
use backtweet_domain::Timestamp;
use backtweet_wire::v1::Window;

use crate::view::zone::Zone;

/// The window from `from` to `to`; absent where both are.
pub fn parse(from: Option<&str>, to: Option<&str>, zone: &Zone, now: Timestamp) -> Result<Option<Window>> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let from_us = from
        .map(|text| time(text, zone, now))
        .transpose()?
        .map(Timestamp::micros);
    let to_us = to.map(|text| time(text, zone, now)).transpose()?.map(Timestamp::micros);
    if let (Some(start), Some(end)) = (from_us, to_us)
        && start >= end
    {
        bail!("the window is empty: --from must lie before --to");
    }
    Ok(Some(Window { from_us, to_us }))
}

/// A time, or how long ago it was.
pub fn time(text: &str, zone: &Zone, now: Timestamp) -> Result<Timestamp> {
    if let Some(age) = age(text) {
        return Ok(now.minus(age));
    }
    match Timestamp::parse(text).ok().or_else(|| zone.read_time(text)) {
        Some(time) => Ok(time),
        None => {
            bail!("`{text}` is no time: write 2026-07-01T12:00:00Z, 2026-07-01, or an age such as 90m, 24h or 7d")
        }
    }
}

/// A span of time; `None` where the text is none.
pub fn age(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_dates_and_ages_are_understood() {
        let now = Timestamp::parse("2026-07-02T00:00:00Z").unwrap();
        let window = parse(Some("24h"), Some("2026-07-02"), &Zone::UTC, now)
            .unwrap()
            .unwrap();
        assert_eq!(
            window.from_us,
            Some(Timestamp::parse("2026-07-01T00:00:00Z").unwrap().micros())
        );
        assert_eq!(window.to_us, Some(now.micros()));
        assert!(parse(None, None, &Zone::UTC, now).unwrap().is_none());
    }

    #[test]
    fn what_is_no_time_is_named() {
        let now = Timestamp::EPOCH;
        assert!(
            parse(Some("noon"), None, &Zone::UTC, now)
                .unwrap_err()
                .to_string()
                .contains("`noon`")
        );
        assert!(parse(Some("é"), None, &Zone::UTC, now).is_err());
        assert!(
            parse(Some("2026-07-02"), Some("2026-07-01"), &Zone::UTC, now)
                .unwrap_err()
                .to_string()
                .contains("--from")
        );
    }
}
