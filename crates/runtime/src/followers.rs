//! How far each live classifier follows the subjects: what an instance announces, and who has not come as far as asked. Kept in the
//! store, where the classifier writes it and the subject service reads it; neither the subjects nor the waiting is here.

use std::time::Duration;

use backtweet_domain::{Clock, Timestamp};
use backtweet_store::{Batch, Direction, FeedEntry, Found, Guard, Key, LookUp, Store, StoreError, Stored, Write};
use backtweet_stream::port::Position;

/// The slot that the announcements lie in.
pub const SLOT: &str = "classifiers";
/// How often an instance announces itself.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// An instance that was silent for this long is taken for stopped, and nobody waits for it.
pub const LIVE: Duration = Duration::from_secs(10);
/// An instance that was silent for this long is taken off the list.
const FORGOTTEN: Duration = Duration::from_secs(3600);

const MEMBERS: &str = "members";
const PAGE: usize = 1_000;

/// What an instance says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// For each partition of the subjects topic, the offset of the first record that the live index does not cover yet.
    pub offsets: Vec<u64>,
    /// When this was said, by the ports' clock.
    pub at: Timestamp,
}

impl Announcement {
    /// Whether the record at `position` is covered.
    pub fn covers(&self, position: Position) -> bool {
        let next = usize::try_from(position.partition)
            .ok()
            .and_then(|partition| self.offsets.get(partition));
        next.is_some_and(|&next| next > position.offset)
    }

    /// The time and each offset, as big-endian numbers of eight bytes.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.at.micros().to_be_bytes().to_vec();
        bytes.extend(self.offsets.iter().flat_map(|offset| offset.to_be_bytes()));
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let (at, offsets) = words.split_first().filter(|_| rest.is_empty())?;
        let offsets = offsets.iter().map(|word| u64::from_be_bytes(*word)).collect();
        Some(Self {
            offsets,
            at: Timestamp::from_micros(i64::from_be_bytes(*at)),
        })
    }
}

/// Says that `instance` follows the subjects up to `offsets`, per partition the first one that it does not cover yet. To be repeated
/// every [`HEARTBEAT`]. An instance's name holds no NUL.
///
/// # Errors
/// When the store does not answer; to be repeated then.
pub async fn announce(store: &dyn Store, instance: &str, offsets: &[u64], now: Timestamp) -> Result<(), StoreError> {
    let announcement = Announcement {
        offsets: offsets.to_vec(),
        at: now,
    };
    let stored = Stored {
        version: version(now),
        open: false,
        bytes: announcement.encode().into(),
    };
    let writes = vec![
        Write::Put {
            name: follows(instance),
            stored,
            expires: None,
        },
        Write::Enter {
            name: MEMBERS.into(),
            entry: member(instance),
        },
    ];
    store
        .apply(&[Batch {
            slot: SLOT.into(),
            guards: Vec::new(),
            writes,
        }])
        .await
        .map(drop)
}

/// Takes `instance` off the list: it stops in order, and nobody needs to wait for it.
///
/// # Errors
/// When the store does not answer.
pub async fn withdraw(store: &dyn Store, instance: &str) -> Result<(), StoreError> {
    store.apply(&[removal(instance, Vec::new())]).await.map(drop)
}

/// The live instances that do not cover all of `needed` yet, by name. Empty where no instance is live. Instances that were silent for
/// an hour are taken off the list on the way.
///
/// # Errors
/// When the store does not answer, or holds something else where an announcement should be.
pub async fn laggards(store: &dyn Store, clock: &dyn Clock, needed: &[Position]) -> Result<Vec<String>, StoreError> {
    let members = members(store).await?;
    let look_ups: Vec<_> = members
        .iter()
        .map(|instance| LookUp::Record(Key::new(SLOT, follows(instance))))
        .collect();
    let found = store.read(&look_ups).await?;
    let now = clock.now();
    let (mut behind, mut gone) = (Vec::new(), Vec::new());
    for (instance, found) in members.into_iter().zip(found) {
        let Found::Record(stored) = found else {
            return Err(corrupt(&instance));
        };
        let Some(stored) = stored else { continue };
        let announcement = Announcement::decode(&stored.bytes).ok_or_else(|| corrupt(&instance))?;
        let silence = now.since(announcement.at);
        if silence >= FORGOTTEN {
            // One that speaks up at this very moment stays on the list: its record has another version by then.
            let guard = Guard {
                name: follows(&instance),
                version: Some(stored.version),
            };
            gone.push(removal(&instance, vec![guard]));
        } else if silence < LIVE && !needed.iter().all(|&position| announcement.covers(position)) {
            behind.push(instance);
        }
    }
    if !gone.is_empty() {
        store.apply(&gone).await?;
    }
    Ok(behind)
}

async fn members(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut members: Vec<String> = Vec::new();
    let mut after = None;
    loop {
        let key = Key::new(SLOT, MEMBERS);
        let page = LookUp::Feed {
            key,
            after,
            direction: Direction::Ascending,
            limit: PAGE,
        };
        let Some(Found::Feed(entries)) = store.read(&[page]).await?.into_iter().next() else {
            return Err(corrupt(MEMBERS));
        };
        let full = entries.len() == PAGE;
        after = entries.last().cloned();
        members.extend(entries.into_iter().map(|entry| entry.id));
        if !full {
            return Ok(members);
        }
    }
}

fn removal(instance: &str, guards: Vec<Guard>) -> Batch {
    let writes = vec![
        Write::Remove {
            name: follows(instance),
        },
        Write::Leave {
            name: MEMBERS.into(),
            entry: member(instance),
        },
    ];
    Batch {
        slot: SLOT.into(),
        guards,
        writes,
    }
}

fn follows(instance: &str) -> String {
    format!("follows:{instance}")
}

fn member(instance: &str) -> FeedEntry {
    FeedEntry {
        order: 0,
        id: instance.into(),
    }
}

fn version(now: Timestamp) -> u64 {
    u64::try_from(now.micros()).unwrap_or(0)
}

fn corrupt(instance: &str) -> StoreError {
    StoreError::Corrupt {
        key: format!("{SLOT}/{instance}"),
        reason: "it is no announcement of a classifier".into(),
    }
}

#[cfg(test)]
mod tests;
