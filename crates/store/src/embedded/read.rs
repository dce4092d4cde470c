//! Answers look-ups from `fjall`: all look-ups of one call from one snapshot, but for slots where something parks.

use std::cmp::Reverse;
use std::ops::Bound;

use fjall::{Readable, Snapshot, UserValue};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::plan::check_look_up;
use crate::port::{Direction, FeedEntry, Found, Key, LookUp, Park, StoreError, Stored};

use super::kept::{self, Kept};
use super::keys::{self, Keys, tag};
use super::waiters::{self, WaiterKey};
use super::{FjallStore, counters, failed, shard};

pub(super) fn read(store: &FjallStore, look_ups: &[LookUp]) -> Result<Vec<Found>, StoreError> {
    let keys = look_ups.iter().map(check_look_up).collect::<Result<Vec<_>, _>>()?;
    let parks = |look_up: &LookUp| matches!(look_up, LookUp::ReadOrPark { .. });
    let parking: FxHashSet<&str> = keys
        .iter()
        .zip(look_ups)
        .filter(|(_, look_up)| parks(look_up))
        .map(|(key, _)| key.slot.as_str())
        .collect();

    // Slots that share a lock are read, and parked in, together: one snapshot and one commit for all of them. In the order in which they
    // lie on disk, what one reads is at hand for the next.
    let place_of = |(place, key): (usize, &&Key)| {
        let hash = keys::slot_hash(&key.slot);
        let lock = parking.contains(key.slot.as_str()).then(|| shard(&hash));
        (lock, hash, place)
    };
    let mut order: Vec<_> = keys.iter().enumerate().map(place_of).collect();
    order.sort_unstable();
    let mut found: Vec<Option<Found>> = vec![None; look_ups.len()];
    for together in order.chunk_by(|a, b| a.0 == b.0) {
        let _lock = together[0].0.map(|shard| store.lock_shard(shard));
        let mut view = View::now(store);
        for (_, _, place) in together {
            found[*place] = Some(view.answer(&look_ups[*place])?);
        }
        view.park()?;
    }
    if !parking.is_empty() {
        store.flush()?;
    }
    Ok(found.into_iter().flatten().collect())
}

/// One moment of the store.
struct View<'a> {
    store: &'a FjallStore,
    snapshot: Snapshot,
    /// What is to be parked at which record: of two that park as one waiter the later stays.
    parked: FxHashMap<WaiterKey, (&'a Key, &'a Park)>,
}

impl<'a> View<'a> {
    fn now(store: &'a FjallStore) -> Self {
        Self {
            store,
            snapshot: store.db.snapshot(),
            parked: FxHashMap::default(),
        }
    }

    fn answer(&mut self, look_up: &'a LookUp) -> Result<Found, StoreError> {
        Ok(match look_up {
            LookUp::Counters(key) => Found::Counters(self.counters(key)?),
            LookUp::Top { key, limit } => Found::Ranked(self.top(key, *limit)?),
            LookUp::Members(key) => Found::Members(self.members(key)?),
            LookUp::Member { key, member } => Found::Members(self.member(key, member)?),
            LookUp::Size(key) => Found::Size(self.size(key)?),
            LookUp::Feed {
                key,
                after,
                direction,
                limit,
            } => Found::Feed(self.feed(key, after.as_ref(), *direction, *limit)?),
            LookUp::Record(key) => Found::Record(self.record(key)?),
            LookUp::ReadOrPark { key, park } => Found::Record(self.read_or_park(key, park)?),
        })
    }

    fn counters(&self, key: &Key) -> Result<Vec<(String, i64)>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let key = keys.collection(&key.name, tag::COUNTERS);
        let value = self.value(key)?;
        counters::parse(key, value.as_deref().unwrap_or_default()).map(owned)
    }

    fn members(&self, key: &Key) -> Result<Vec<(String, i64)>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let value = self.value(keys.collection(&key.name, tag::MEMBERS))?;
        if let Kept::Whole(members) = Kept::parse(keys.last(), value.as_deref())? {
            return Ok(owned(members));
        }
        let prefix = keys.collection(&key.name, tag::MEMBER);
        let rows = self.snapshot.prefix(&self.store.data, prefix);
        rows.map(|row| {
            let (key, value) = row.into_inner().map_err(failed)?;
            Ok((keys::text(&key, &key[prefix.len()..])?, keys::number(&key, &value)?))
        })
        .collect()
    }

    fn member(&self, key: &Key, member: &str) -> Result<Vec<(String, i64)>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let value = self.value(keys.collection(&key.name, tag::MEMBERS))?;
        if let Kept::Whole(mut members) = Kept::parse(keys.last(), value.as_deref())? {
            members.retain(|(known, _)| *known == member);
            return Ok(owned(members));
        }
        let key = keys.member(&key.name, tag::MEMBER, member.as_bytes());
        let count = self.value(key)?.map(|value| keys::number(key, &value)).transpose()?;
        Ok(count.map(|count| (member.to_owned(), count)).into_iter().collect())
    }

    fn top(&self, key: &Key, limit: usize) -> Result<Vec<(String, i64)>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let value = self.value(keys.collection(&key.name, tag::RANKING))?;
        if let Kept::Whole(mut members) = Kept::parse(keys.last(), value.as_deref())? {
            // They stand by member, which ties keep.
            members.sort_by_key(|(_, score)| Reverse(*score));
            members.truncate(limit);
            return Ok(owned(members));
        }
        let prefix = keys.collection(&key.name, tag::RANK);
        let rows = self.snapshot.prefix(&self.store.data, prefix).take(limit);
        rows.map(|row| keys::parse_rank(&row.key().map_err(failed)?, prefix.len()))
            .collect()
    }

    fn size(&self, key: &Key) -> Result<u64, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let Some(value) = self.value(keys.collection(&key.name, tag::MEMBERS))? else {
            return Ok(0);
        };
        if let Some(size) = kept::size(keys.last(), &value)? {
            return Ok(size);
        }
        let members = self
            .snapshot
            .prefix(&self.store.data, keys.collection(&key.name, tag::MEMBER));
        members.map(|row| row.key().map(|_| 1).map_err(failed)).sum()
    }

    fn feed(
        &self,
        key: &Key,
        after: Option<&FeedEntry>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let prefix = keys.collection(&key.name, tag::FEED).to_vec();
        let mut end = prefix.clone();
        // No key begins with a tag one higher than that of feeds.
        *end.last_mut().unwrap_or(&mut 0) = tag::FEED + 1;
        let start = after.map(|entry| keys.entry(&key.name, entry).to_vec());
        let (lower, upper) = match (direction, &start) {
            (_, None) => (Bound::Included(&prefix), Bound::Excluded(&end)),
            (Direction::Ascending, Some(start)) => (Bound::Excluded(start), Bound::Excluded(&end)),
            (Direction::Descending, Some(start)) => (Bound::Included(&prefix), Bound::Excluded(start)),
        };
        let rows = self.snapshot.range::<&Vec<u8>, _>(&self.store.data, (lower, upper));
        let parse = |row: fjall::Guard| keys::parse_entry(&row.key().map_err(failed)?, prefix.len());
        match direction {
            Direction::Ascending => rows.take(limit).map(parse).collect(),
            Direction::Descending => rows.rev().take(limit).map(parse).collect(),
        }
    }

    fn record(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let mut keys = Keys::of(&key.slot);
        let key = keys.collection(&key.name, tag::RECORD);
        self.value(key)?
            .map(|value| Ok(keys::parse_record(key, &value)?.to_stored()))
            .transpose()
    }

    fn value(&self, key: &[u8]) -> Result<Option<UserValue>, StoreError> {
        self.snapshot.get(&self.store.data, key).map_err(failed)
    }

    /// Only under the slot's lock, with a snapshot taken under it; [`View::park`] has to follow.
    fn read_or_park(&mut self, key: &'a Key, park: &'a Park) -> Result<Option<Stored>, StoreError> {
        let record = self.record(key)?;
        if record.as_ref().is_none_or(|record| record.open) {
            self.parked.insert(waiters::key(key, &park.waiter.id), (key, park));
        }
        Ok(record)
    }

    /// Writes down who waits, under the lock that they were read under.
    fn park(self) -> Result<(), StoreError> {
        let mut batch = self.store.batch();
        for (key, (record, park)) in self.parked {
            waiters::park(self.store, &mut batch, key, record, park);
        }
        batch.commit().map_err(failed)
    }
}

fn owned(numbers: Vec<(&str, i64)>) -> Vec<(String, i64)> {
    numbers
        .into_iter()
        .map(|(name, number)| (name.to_owned(), number))
        .collect()
}
