//! Holding an assignment: one record in the store whose version fences. Whoever writes it at the version that it last saw holds it; a write
//! at an older version is refused, so a replica that was given up can neither move the position nor count.

use std::collections::BTreeSet;
use std::sync::Arc;

use backtweet_domain::Clock;
use backtweet_runtime::Ports;
use backtweet_runtime::coverage::{self, ASSIGNMENTS, Bucket, LEASE, SLOT};
use backtweet_store::{Batch, FeedEntry, Found, Guard, Key, LookUp, Outcome, Store, StoreError, Stored, Write};
use backtweet_wire::v1;
use backtweet_wire::v1::{AssignmentCoverage, AssignmentState};
use prost::Message;

use super::Assignment;

/// An assignment that this replica holds.
pub(crate) struct Lease {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    holder: String,
    slot: String,
    version: u64,
    /// What the store keeps of it; written with [`Lease::keep`].
    pub(crate) record: v1::Lease,
    /// When it was last written by anybody before it was taken, where it was held before.
    pub(crate) before_us: Option<i64>,
}

impl Lease {
    /// Takes an assignment that was `found` free or given up. `None` where somebody was faster.
    pub(crate) async fn take(
        ports: &Ports,
        assignment: &Assignment,
        holder: &str,
        found: Option<(u64, v1::Lease)>,
    ) -> Result<Option<Self>, StoreError> {
        let (version, mut record) = match found {
            Some((version, record)) => (Some(version), record),
            None => (None, v1::Lease::default()),
        };
        let before_us = version.map(|_| record.at_us);
        let now = ports.clock.now().micros();
        let known = record.assignment.get_or_insert_default();
        known.id.clone_from(&assignment.id);
        known.source.clone_from(&assignment.source.id);
        known.set_state(AssignmentState::Waiting);
        known.since_us = Some(now);
        holder.clone_into(&mut known.collector);
        known.trouble.clear();
        let mut lease = Self {
            store: Arc::clone(&ports.store),
            clock: Arc::clone(&ports.clock),
            holder: holder.to_owned(),
            slot: coverage::slot(&assignment.id),
            version: version.unwrap_or(0),
            record,
            before_us,
        };
        if !lease.write(version, Vec::new()).await? {
            return Ok(None);
        }
        let listed = Write::Enter {
            name: ASSIGNMENTS.to_owned(),
            entry: FeedEntry {
                order: 0,
                id: assignment.id.clone(),
            },
        };
        let batch = Batch {
            slot: SLOT.to_owned(),
            guards: Vec::new(),
            writes: vec![listed],
        };
        lease.store.apply(&[batch]).await?;
        Ok(Some(lease))
    }

    /// The assignment as others see it.
    pub(crate) fn assignment(&mut self) -> &mut v1::Assignment {
        self.record.assignment.get_or_insert_default()
    }

    /// What the store keeps of these buckets.
    pub(crate) async fn buckets(
        &self,
        buckets: &BTreeSet<Bucket>,
    ) -> Result<Vec<(Bucket, AssignmentCoverage)>, StoreError> {
        if buckets.is_empty() {
            return Ok(Vec::new());
        }
        let look_ups: Vec<_> = buckets
            .iter()
            .map(|bucket| LookUp::Record(Key::new(self.slot.as_str(), bucket.record())))
            .collect();
        let found = self.store.read(&look_ups).await?;
        let seen = |(bucket, found): (&Bucket, Found)| match found {
            Found::Record(Some(stored)) => {
                let seen = AssignmentCoverage::decode(stored.bytes).map_err(|error| StoreError::Corrupt {
                    key: format!("{}/{}", self.slot, bucket.record()),
                    reason: format!("it is no coverage ({error})"),
                })?;
                Ok(Some((*bucket, seen)))
            }
            _ => Ok(None),
        };
        buckets
            .iter()
            .zip(found)
            .filter_map(|pair| seen(pair).transpose())
            .collect()
    }

    /// Renews it, and writes `writes` with it in one step. `false`: somebody else holds it now, and nothing was written.
    pub(crate) async fn keep(&mut self, writes: Vec<Write>) -> Result<bool, StoreError> {
        if self.write(Some(self.version), writes.clone()).await? {
            return Ok(true);
        }
        // It may be a write of its own whose answer was lost, or a store that forgot the last ones.
        let id = self.assignment().id.clone();
        let found = coverage::leases(self.store.as_ref(), &[id]).await?.pop().flatten();
        let Some((version, record)) = found else {
            return Ok(false);
        };
        if record.assignment.is_none_or(|it| it.collector != self.holder) {
            return Ok(false);
        }
        self.write(Some(version), writes).await
    }

    /// Gives it back: whoever wants it may take it at once.
    pub(crate) async fn release(mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        let now = self.clock.now().micros();
        let assignment = self.assignment();
        assignment.set_state(AssignmentState::Unassigned);
        assignment.since_us = Some(now);
        assignment.collector.clear();
        let version = self.version;
        self.write(Some(version), writes).await.map(drop)
    }

    async fn write(&mut self, version: Option<u64>, mut writes: Vec<Write>) -> Result<bool, StoreError> {
        self.record.at_us = self.clock.now().micros();
        let next = version.map_or(1, |version| version + 1);
        writes.push(Write::Put {
            name: LEASE.to_owned(),
            stored: Stored {
                version: next,
                open: false,
                bytes: self.record.encode_to_vec().into(),
            },
            expires: None,
        });
        let batch = Batch {
            slot: self.slot.clone(),
            guards: vec![Guard {
                name: LEASE.to_owned(),
                version,
            }],
            writes,
        };
        let stands = matches!(self.store.apply(&[batch]).await?.first(), Some(Outcome::Applied(_)));
        if stands {
            self.version = next;
        }
        Ok(stands)
    }
}
