//! What people say that texts feel like: kept for good, one correction a text, in the order in which the texts were first corrected. What is
//! asked of a correction is checked elsewhere.

use std::sync::Arc;

use prost::Message;

use backtweet_domain::Clock;
use backtweet_runtime::Ports;
use backtweet_store::{
    Batch, Direction, FeedEntry, Found, Guard, Key, LookUp, Outcome, Store, StoreError, Stored, Write,
};
use backtweet_wire::v1::{Correction, Label};

use crate::id::{DIGITS, TextId};
use crate::kept::Kept;

/// Corrections are few, made by hand, and lie together so that they can be listed in order.
const SLOT: &str = "sentiment-corrections";
/// The feed of all of them, by when each text was first corrected.
const GIVEN: &str = "given";
/// How many are read at a time, and how many bytes of them make a full page whatever their number.
const AT_ONCE: usize = 100;
const PAGE_BYTES: usize = 1 << 20;

/// The corrections in the store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Corrections {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    kept: Kept,
}

/// What a person says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// Which side the text takes.
    pub(crate) label: Label,
    /// Who says so.
    pub(crate) by: Option<String>,
    /// Why.
    pub(crate) note: Option<String>,
}

/// A page of corrections.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) corrections: Vec<Correction>,
    /// Where the next one begins; absent on the last.
    pub(crate) next: Option<Place>,
}

/// A place in the order of corrections: behind the one that was first given then, of that id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place(FeedEntry);

impl Place {
    /// As a client is handed it.
    pub(crate) fn write(&self) -> String {
        format!("{:016x}{}", self.0.order, self.0.id)
    }

    /// Reads what a client hands in; `None` where it was never handed out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (order, id) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
        let order = u64::from_str_radix(order, 16).ok()?.cast_signed();
        let id = TextId::parse(id)?.to_string();
        Some(Self(FeedEntry { order, id })).filter(|place| place.write() == text)
    }
}

impl Corrections {
    /// Those in the store of these ports, about the texts that are kept there.
    pub(crate) fn new(ports: &Ports, kept: Kept) -> Self {
        Self {
            store: Arc::clone(&ports.store),
            clock: Arc::clone(&ports.clock),
            kept,
        }
    }

    /// Keeps what is said of a text. Saying the same again changes nothing, saying something else replaces it. `None` where neither the text
    /// nor an earlier correction of it is kept.
    ///
    /// # Errors
    /// When the store does not answer: the correction may then be kept.
    pub(crate) async fn put(&self, id: &TextId, said: &Said) -> Result<Option<Correction>, StoreError> {
        loop {
            let (version, former) = self.get(id).await?.unzip();
            let now = self.clock.now().micros();
            let correction = match former {
                Some(former) if said_in(&former) == *said => return Ok(Some(former)),
                Some(former) => former,
                None => match self.kept.get(id).await? {
                    None => return Ok(None),
                    Some(scored) => Correction {
                        id: id.to_string(),
                        text: scored.text,
                        answer: scored.sentiment,
                        at_us: now,
                        ..Correction::default()
                    },
                },
            };
            let correction = Correction {
                label: said.label.into(),
                by: said.by.clone(),
                note: said.note.clone(),
                changed_at_us: now,
                ..correction
            };
            let put = Write::Put {
                name: name(id),
                stored: Stored {
                    // Never that of a correction which was withdrawn meanwhile.
                    version: now.unsigned_abs().max(version.unwrap_or_default() + 1),
                    open: false,
                    bytes: correction.encode_to_vec().into(),
                },
                expires: None,
            };
            let enter = Write::Enter {
                name: GIVEN.to_owned(),
                entry: entry(&correction),
            };
            if self.change(id, version, vec![put, enter]).await? {
                return Ok(Some(correction));
            }
        }
    }

    /// Takes back what was said of a text, and forgets the text. False where neither was kept.
    ///
    /// # Errors
    /// When the store does not answer: either may then be gone already.
    pub(crate) async fn withdraw(&self, id: &TextId) -> Result<bool, StoreError> {
        let is_kept = self.kept.get(id).await?.is_some();
        if is_kept {
            self.kept.forget(id).await?;
        }
        while let Some((version, correction)) = self.get(id).await? {
            let leave = Write::Leave {
                name: GIVEN.to_owned(),
                entry: entry(&correction),
            };
            let remove = Write::Remove { name: name(id) };
            if self.change(id, Some(version), vec![remove, leave]).await? {
                return Ok(true);
            }
        }
        Ok(is_kept)
    }

    /// At most `limit` corrections behind `after`, from the start where that is absent.
    ///
    /// # Errors
    /// When the store does not answer, or holds something else where a correction should be.
    pub(crate) async fn page(&self, after: Option<Place>, limit: usize) -> Result<Page, StoreError> {
        let feed = LookUp::Feed {
            key: Key::new(SLOT, GIVEN),
            after: after.map(|place| place.0),
            direction: Direction::Ascending,
            limit: limit + 1,
        };
        let Some(Found::Feed(entries)) = self.store.read(&[feed]).await?.pop() else {
            return Err(corrupt(GIVEN, "it is no feed"));
        };
        let is_last = entries.len() <= limit;
        let mut page = Page::default();
        let mut bytes = 0;
        for entries in entries[..entries.len().min(limit)].chunks(AT_ONCE) {
            let names: Vec<_> = entries.iter().map(|entry| record_name(&entry.id)).collect();
            for (entry, found) in entries.iter().zip(self.records(&names).await?) {
                // One that was withdrawn meanwhile is passed over.
                if let Some((_, correction)) = found {
                    bytes += correction.encoded_len();
                    if bytes > PAGE_BYTES && !page.corrections.is_empty() {
                        return Ok(page);
                    }
                    page.corrections.push(correction);
                }
                page.next = Some(Place(entry.clone()));
            }
        }
        if is_last {
            page.next = None;
        }
        Ok(page)
    }

    /// A correction and the version that it was read at.
    async fn get(&self, id: &TextId) -> Result<Option<(u64, Correction)>, StoreError> {
        Ok(self.records(&[name(id)]).await?.pop().flatten())
    }

    async fn records(&self, names: &[String]) -> Result<Vec<Option<(u64, Correction)>>, StoreError> {
        let look_ups: Vec<_> = names.iter().map(|name| LookUp::Record(Key::new(SLOT, name))).collect();
        let found = self.store.read(&look_ups).await?;
        let record = |(name, found): (&String, Found)| match found {
            Found::Record(None) => Ok(None),
            Found::Record(Some(stored)) => match Correction::decode(stored.bytes) {
                Ok(correction) => Ok(Some((stored.version, correction))),
                Err(error) => Err(corrupt(name, &error.to_string())),
            },
            _ => Err(corrupt(name, "it is no record")),
        };
        names.iter().zip(found).map(record).collect()
    }

    /// Writes unless somebody else changed the correction since it was read at `version`; says whether it was written.
    async fn change(&self, id: &TextId, version: Option<u64>, writes: Vec<Write>) -> Result<bool, StoreError> {
        let batch = Batch {
            slot: SLOT.to_owned(),
            guards: vec![Guard {
                name: name(id),
                version,
            }],
            writes,
        };
        let outcomes = self.store.apply(&[batch]).await?;
        Ok(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Applied(_))))
    }
}

fn said_in(correction: &Correction) -> Said {
    Said {
        label: correction.label(),
        by: correction.by.clone(),
        note: correction.note.clone(),
    }
}

fn entry(correction: &Correction) -> FeedEntry {
    FeedEntry {
        order: correction.at_us,
        id: correction.id.clone(),
    }
}

fn name(id: &TextId) -> String {
    record_name(id.as_str())
}

fn record_name(id: &str) -> String {
    format!("correction:{id}")
}

fn corrupt(name: &str, reason: &str) -> StoreError {
    StoreError::Corrupt {
        key: format!("{SLOT}/{name}"),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_leads_back_to_itself_and_no_text_makes_reading_one_panic(order: i64, text in "\\PC{0,60}") {
            let id = TextId::of(&Default::default()).to_string();
            let place = Place(FeedEntry { order, id });
            prop_assert_eq!(Place::parse(&place.write()), Some(place));
            if let Some(read) = Place::parse(&text) {
                prop_assert_eq!(read.write(), text);
            }
        }
    }
}
