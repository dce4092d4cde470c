//! What a stage is: look-ups, then one pure function from a batch and what was found to writes and outputs.
//!
//! The runner does everything else, in this order: decode, look up, process, apply the writes (again from the look-ups where a batch
//! met a conflict), wake what the writes found waiting and process that too, append the outputs, store the offset.

use bytes::Bytes;

use backtweet_store::{Batch, Found, LookUp, Waiter};

/// A record that this stage can never process, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Poison {
    /// What is wrong, with the value at fault and the remedy.
    pub cause: String,
}

/// A record to append; the runner stamps it with the time at which it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The topic it goes to.
    pub topic: &'static str,
    /// Decides the partition: outputs of one key stay in order.
    pub key: Bytes,
    /// What is appended. `None` is a tombstone.
    pub value: Option<Bytes>,
}

/// What a batch comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// Applied before the outputs are appended. Each must be safe to repeat.
    pub writes: Vec<Batch>,
    /// Appended once the writes stand, in this order. A replay appends them again.
    pub outputs: Vec<Output>,
}

/// A service's own work. All methods are pure: the same input gives the same effects, so that a replay repeats itself.
pub trait Stage: Send + Sync + 'static {
    /// A record as the stage understands it.
    type Item: Send + Sync + 'static;

    /// Names the stage in metrics, logs and dead letters; also its consumer group.
    fn name(&self) -> &'static str;

    /// The topic it reads.
    fn topic(&self) -> &'static str;

    /// Understands one record. `None`: nothing to do for it.
    ///
    /// # Errors
    /// A [`Poison`] sends the record to the dead letters.
    fn decode(&self, key: &Bytes, value: Option<&Bytes>) -> Result<Option<Self::Item>, Poison>;

    /// What has to be known before [`Stage::process`].
    fn look_ups(&self, items: &[Self::Item]) -> Vec<LookUp>;

    /// What the batch comes to; `found` answers [`Stage::look_ups`] place by place. Called again with fresh answers where a write met a
    /// conflict, and where records are delivered again: what such a record emits and wakes must come again too, although its writes
    /// stand already. A panic sends the record that brings it about to the dead letters.
    fn process(&self, items: &[Self::Item], found: &[Found]) -> Effects;

    /// What else has to be looked up and processed now that `effects`, those of these items, stand: it comes together with whom they
    /// woke. Most stages have nothing.
    fn follow_up(&self, items: &[Self::Item], effects: &Effects) -> Vec<Self::Item> {
        let _ = (items, effects);
        Vec::new()
    }

    /// What a waiter that a write woke has to be processed as, once the batch that woke it stands. `None`: nothing.
    ///
    /// # Errors
    /// A [`Poison`] is logged and counted; the waiter is passed over.
    fn wake(&self, waiter: &Waiter) -> Result<Option<Self::Item>, Poison> {
        let _ = waiter;
        Ok(None)
    }
}
