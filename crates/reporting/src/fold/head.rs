//! The record that guards a subject's slot. Its stored version counts the changes of the slot.

use bytes::Bytes;
use prost::Message;

use backtweet_domain::{Network, Timestamp};
use backtweet_store::{StoreError, Stored, Write};

use super::contribution::index;
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
    #[prost(uint32, tag = "23")]
    pub format: u32,
    /// Of networks whose older posts were taken away, since when they are kept. What is said of older ones is as if it were never heard.
    #[prost(message, repeated, tag = "30")]
    pub kept_since: Vec<KeptSince>,
    /// How often posts were taken away: whoever keeps posts in memory reads them anew.
    #[prost(uint64, tag = "31")]
    pub forgotten: u64,
    /// Whether `first_us` and `last_us` may be those of posts that were taken away.
    #[prost(bool, tag = "32")]
    pub is_span_old: bool,
    /// The change up to which all posts stand in [`slot::ASIDE`] that belong there; those behind were put there as they changed.
    #[prost(int64, tag = "33")]
    pub aside_until: i64,
}

/// Since when posts of a network are kept.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct KeptSince {
    /// Its place among [`Network::ALL`].
    #[prost(uint32, tag = "1")]
    network: u32,
    #[prost(int64, tag = "2")]
    since_us: i64,
}

/// How a slot is laid out today: moved on whenever an earlier layout could not be read.
const FORMAT: u32 = 2;

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
                "it leads figures of format {other}, and this program reads {FORMAT}: delete the subject and put it again"
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

    /// Event time since when posts of a network are kept; the earliest there is where none were taken away.
    pub(crate) fn kept_since(&self, network: Network) -> i64 {
        let kept = self.kept_since.iter();
        let mut kept = kept.filter(|kept| kept.network == index(&Network::ALL, network));
        kept.next().map_or(i64::MIN, |kept| kept.since_us)
    }

    /// Keeps posts of a network since a time, unless fewer are kept already: what is gone does not come back.
    pub(crate) fn keep_since(&mut self, network: Network, since_us: i64) {
        let number = index(&Network::ALL, network);
        match self.kept_since.iter_mut().find(|kept| kept.network == number) {
            Some(kept) => kept.since_us = kept.since_us.max(since_us),
            None => self.kept_since.push(KeptSince {
                network: number,
                since_us,
            }),
        }
    }

    /// Whether posts were ever taken away.
    pub(super) fn keeps_all(&self) -> bool {
        self.kept_since.is_empty()
    }

    /// Hears of a sighting at this event time.
    pub(crate) fn stretch(&mut self, at_us: i64) {
        self.first_us = Some(self.first_us.map_or(at_us, |first| first.min(at_us)));
        self.last_us = Some(self.last_us.map_or(at_us, |last| last.max(at_us)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_another_format_are_refused_instead_of_misread() {
        let stored = |head: Head| Stored {
            version: 1,
            open: false,
            bytes: Bytes::from(head.encode_to_vec()),
        };
        let earlier = stored(Head::default());
        let error = Head::read("acme", Some(&earlier)).unwrap_err().to_string();
        assert!(error.contains("format 0") && error.contains("put it again"), "{error}");
        let Write::Put { stored, .. } = Head::default().put(None) else {
            panic!("a head is put");
        };
        assert!(Head::read("acme", Some(&stored)).is_ok());
    }
}
