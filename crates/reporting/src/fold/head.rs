//! The record that guards a subject's slot. Its stored version counts the changes of the slot.

use bytes::Bytes;
use prost::Message;

use backtweet_domain::Timestamp;
use backtweet_store::{StoreError, Stored, Write};

use crate::slot;
use crate::window::Kept;

/// What a subject's slot knows about itself.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Head {
    /// The sequence number given to the last change; 0 before the first.
    #[prost(int64, tag = "1")]
    pub sequence: i64,
    /// Event time of the first and last sighting.
    #[prost(int64, optional, tag = "2")]
    pub first_us: Option<i64>,
    #[prost(int64, optional, tag = "3")]
    pub last_us: Option<i64>,
    /// Posts that came too late to count.
    #[prost(uint64, tag = "4")]
    pub too_late: u64,
    /// The last generation that was deleted: findings of it and of earlier ones are ignored. Also tells one life of a subject from
    /// the next.
    #[prost(uint64, optional, tag = "5")]
    pub deleted_generation: Option<u64>,
    /// [`Kept`]; absent where all is kept.
    #[prost(int64, optional, tag = "20")]
    pub minutes_from: Option<i64>,
    #[prost(int64, optional, tag = "21")]
    pub hours_from: Option<i64>,
    /// For each hour from `minutes_from` on, a bit for each of its minutes that something was ever counted in.
    #[prost(uint64, repeated, tag = "22")]
    pub minutes: Vec<u64>,
    /// [`FORMAT`], once it is written.
    #[prost(uint32, tag = "30")]
    pub format: u32,
}

/// How a slot is laid out today: moved on whenever an earlier layout could not be read.
const FORMAT: u32 = 1;

impl Head {
    /// Reads the record; a subject without one has the default.
    pub(crate) fn read(subject: &str, stored: Option<&Stored>) -> Result<Self, StoreError> {
        let Some(stored) = stored else {
            return Ok(Self::default());
        };
        let corrupt = |reason| StoreError::Corrupt {
            key: format!("{}/{}", slot::of(subject), slot::HEAD),
            reason,
        };
        let head = Self::decode(stored.bytes.clone())
            .map_err(|error| corrupt(format!("it is no head of a subject ({error})")))?;
        match head.format {
            FORMAT => Ok(head),
            other => Err(corrupt(format!(
                "it leads figures of format {other}, and this program reads {FORMAT}"
            ))),
        }
    }

    /// Writes the record in place of `former`.
    pub(crate) fn put(&self, former: Option<&Stored>) -> Write {
        let version = former.map_or(1, |former| former.version + 1);
        let stored = Stored {
            version,
            open: false,
            bytes: Bytes::from(
                Self {
                    format: FORMAT,
                    ..self.clone()
                }
                .encode_to_vec(),
            ),
        };
        Write::Put {
            name: slot::HEAD.to_owned(),
            stored,
            expires: None,
        }
    }

    /// First and last event time, where there was any sighting.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((
            Timestamp::from_micros(self.first_us?),
            Timestamp::from_micros(self.last_us?),
        ))
    }

    /// In which buckets figures are kept.
    pub(crate) fn kept(&self) -> Kept {
        let hours = self.hours_from.unwrap_or(i64::MIN);
        let minutes = self.minutes_from.unwrap_or(i64::MIN).max(hours);
        Kept { hours, minutes }
    }

    /// Whether findings of this generation are ignored.
    pub(crate) fn is_deleted(&self, generation: u64) -> bool {
        self.deleted_generation.is_some_and(|deleted| generation <= deleted)
    }

    /// Hears of a sighting at this event time.
    pub(crate) fn stretch(&mut self, at_us: i64) {
        self.first_us = Some(self.first_us.map_or(at_us, |first| first.min(at_us)));
        self.last_us = Some(self.last_us.map_or(at_us, |last| last.max(at_us)));
    }
}
