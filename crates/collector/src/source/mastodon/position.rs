//! How far a stream was read: the newest status seen, and when it was last known to live; and what the ids of statuses say about their
//! order and time. How a stream is read is not known here.

use std::cmp::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use backtweet_domain::Timestamp;

use crate::source::Position;

/// How late a status may reach an instance and still be found by a backfill: ids go by the time of creation, so that a status that took
/// longer stands in front of others that were there before it.
const LATE: Duration = Duration::from_secs(60);

/// Mastodon's own ids hold milliseconds since 1970 above so many other bits.
const BELOW_TIME: u32 = 16;

/// What an instance calls a status. Ids are ordered by length and then by their characters, which is their order in time on Mastodon
/// and its kin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StatusId(String);

impl StatusId {
    fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a status came that much too late: this id where it holds no time.
    pub(super) fn allowing_for_late(&self) -> Self {
        let late = u64::try_from(LATE.as_millis()).unwrap_or_default() << BELOW_TIME;
        match self.number() {
            Some(number) => Self(number.saturating_sub(late).to_string()),
            None => self.clone(),
        }
    }

    /// The first id of Mastodon's own that was given at `time`, less what may come late; none where this one is not Mastodon's own.
    pub(super) fn like_this_at(&self, time: Timestamp) -> Option<Self> {
        self.number()?;
        let millis = u64::try_from(time.minus(LATE).millis()).ok()?;
        Some(Self((millis << BELOW_TIME).to_string()))
    }

    /// As a number, where it is one of Mastodon's own: those hold a time since 2016, and so have 17 digits at least.
    fn number(&self) -> Option<u64> {
        let number = self.0.bytes().all(|byte| byte.is_ascii_digit()) && self.0.len() >= 17;
        self.0.parse().ok().filter(|_| number)
    }
}

impl Ord for StatusId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for StatusId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How far a stream was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stand {
    /// The newest status seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<StatusId>,
    /// When the stream was last known to live.
    pub(super) at: Timestamp,
}

impl Stand {
    /// None where that says nothing: the stream is read from now on, as if for the first time.
    pub(super) fn read(position: &Position) -> Option<Self> {
        serde_json::from_str(&position.0)
            .inspect_err(|error| {
                tracing::warn!(%error, "a position of a Mastodon stream cannot be read; it is read from now on");
            })
            .ok()
    }

    pub(super) fn position(&self) -> Option<Position> {
        serde_json::to_string(self).ok().map(Position)
    }
}

/// What a status says about its place in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: StatusId,
    pub(super) created_at: Option<Timestamp>,
}

impl Seen {
    /// Reads it off a status; none where that says nothing.
    pub(super) fn of(status: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Brief<'a> {
            #[serde(borrow)]
            id: &'a RawValue,
            #[serde(borrow, default)]
            created_at: Option<&'a RawValue>,
        }
        let brief: Brief<'_> = serde_json::from_str(status).ok()?;
        let time = brief.created_at.map(|time| time.get().trim_matches('"'));
        Some(Self {
            id: StatusId::new(brief.id.get().trim_matches('"'))?,
            created_at: time.and_then(|time| Timestamp::parse(time).ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_id_is_greater_whatever_its_length() {
        let id = |text| StatusId::new(text).unwrap();
        assert!(id("99") < id("100"));
        assert!(id("A1b") < id("A1c"));
        assert_eq!(StatusId::new("../x"), None);
    }

    #[test]
    fn an_id_of_mastodons_own_tells_where_a_time_begins() {
        let seen = Seen::of(r#"{"id":"110066038263943268","created_at":"2023-03-22T08:41:00.823Z"}"#).unwrap();
        let time = seen.created_at.unwrap();
        let begin = seen.id.like_this_at(time).unwrap();
        assert!(begin < seen.id && begin.as_str().len() == 18);
        assert_eq!(
            seen.id.like_this_at(time.plus(LATE)).unwrap().0,
            (time.millis() << 16).to_string()
        );
        assert!(seen.id.allowing_for_late() < seen.id);
        let other = StatusId::new("01HF7YAT00BKG").unwrap();
        assert_eq!(
            (other.like_this_at(time), other.allowing_for_late()),
            (None, other.clone())
        );
    }

    #[test]
    fn a_position_reads_back_as_it_was_stored() {
        let stand = Stand {
            id: StatusId::new("12"),
            at: Timestamp::EPOCH,
        };
        let position = stand.position().unwrap();
        assert_eq!(position.0, r#"{"id":"12","at":"1970-01-01T00:00:00Z"}"#);
        assert_eq!(Stand::read(&position), Some(stand));
        assert_eq!(Stand::read(&Position("?".to_owned())), None);
    }
}
