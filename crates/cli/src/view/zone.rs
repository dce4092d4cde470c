//! Times as the clocks of a time zone show them. The zones are those built into the program.

use anyhow::{Result, bail};
use backtweet_domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A time zone.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of all times that carry none.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// The zone with this IANA name; UTC where there is none.
    ///
    /// # Errors
    /// When no zone has the name.
    pub fn read(name: Option<&str>) -> Result<Self> {
        let Some(name) = name else {
            return Ok(Self::UTC);
        };
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) => Ok(Self(zone)),
            Err(_) => bail!("`{name}` is no time zone: write an IANA name such as Europe/Berlin"),
        }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// A time in RFC 3339, with the zone's offset.
    pub fn time(&self, us: i64) -> String {
        match jiff::Timestamp::from_microsecond(us) {
            Ok(_) if self.0 == TimeZone::UTC => Timestamp::from_micros(us).to_string(),
            Ok(time) => time.display_with_offset(self.0.to_offset(time)).to_string(),
            Err(_) => Timestamp::from_micros(us).to_string(),
        }
    }

    /// The date of a time.
    pub fn date(&self, us: i64) -> String {
        match jiff::Timestamp::from_microsecond(us) {
            Ok(time) => self.0.to_datetime(time).date().to_string(),
            Err(_) => Timestamp::from_micros(us).to_string(),
        }
    }

    /// What the clocks and the calendar show at a time; `None` where it lies beyond calendars.
    pub fn local(&self, us: i64) -> Option<DateTime> {
        Some(self.0.to_datetime(jiff::Timestamp::from_microsecond(us).ok()?))
    }

    /// When they show that; the earlier time where they show it twice.
    pub fn instant(&self, local: DateTime) -> Option<i64> {
        let time = self.0.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(time.as_microsecond())
    }

    /// A time as people write it, such as 1 July 2026, 14:00.
    pub fn moment(&self, us: i64) -> String {
        self.local(us)
            .map_or(String::new(), |local| local.strftime("%-d %B %Y, %H:%M").to_string())
    }

    /// When the clocks show a date, or a date and time without an offset; `None` where the text is neither.
    pub fn read_time(&self, text: &str) -> Option<Timestamp> {
        let local: DateTime = text.parse().ok()?;
        self.instant(local).map(Timestamp::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_and_read_by_the_clocks_of_the_zone() {
        let berlin = Zone::read(Some("europe/berlin")).unwrap();
        let time = berlin.read_time("2026-07-01").unwrap();
        assert_eq!(time.to_string(), "2026-06-30T22:00:00Z");
        assert_eq!(berlin.time(time.micros()), "2026-07-01T00:00:00+02:00");
        assert_eq!(berlin.date(time.micros()), "2026-07-01");
        assert_eq!(Zone::UTC.time(time.micros()), "2026-06-30T22:00:00Z");
        assert_eq!(
            berlin.read_time("2026-12-24T18:00").unwrap().to_string(),
            "2026-12-24T17:00:00Z"
        );
        assert!(berlin.read_time("noon").is_none());
        assert!(Zone::read(Some("Mars/Olympus")).is_err());
    }
}
