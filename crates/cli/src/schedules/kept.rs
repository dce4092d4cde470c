//! What is kept of a schedule on disk: what was delivered last, what failed, and since when it exists. One file each.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use backtweet_domain::{Occurrence, Recurrence, Timestamp};
use serde::{Deserialize, Serialize};

use crate::whole_file::{beside, failed, stand};

/// What is known of a schedule's past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// When it was first seen; what was due until then is not delivered by itself.
    pub since: Timestamp,
    /// The last delivery.
    pub delivered: Option<Delivered>,
    /// The last failure since then.
    pub failed: Option<Failed>,
}

/// A delivery that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Its id.
    pub delivery: String,
    /// When it was due.
    pub due: Timestamp,
    /// When it was accepted.
    pub at: Timestamp,
}

/// A delivery that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its id.
    pub delivery: String,
    /// When it was due.
    pub due: Timestamp,
    /// When it was tried last.
    pub at: Timestamp,
    /// Why it failed, with the remedy.
    pub reason: String,
    /// Whether it is not tried again.
    pub given_up: bool,
}

impl Kept {
    /// A schedule without a past.
    pub fn new(now: Timestamp) -> Self {
        Self {
            since: now,
            delivered: None,
            failed: None,
        }
    }

    /// What is kept in `folder`; `None` where nothing is.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(folder: &Path, schedule: &str) -> Result<Option<Self>> {
        let path = file(folder, schedule);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("`{}` cannot be read", path.display()))?,
        };
        let remedy = "is not what was written there: remove it, and the schedule begins anew with what is due next";
        let kept = serde_json::from_slice(&text).with_context(|| format!("`{}` {remedy}", path.display()))?;
        Ok(Some(kept))
    }

    /// Keeps it in `folder`, whole or not at all.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &Path, schedule: &str) -> Result<()> {
        let path = file(folder, schedule);
        let mut whole = beside(&path)?;
        serde_json::to_writer_pretty(&mut whole, self)?;
        writeln!(whole).with_context(|| failed(&path))?;
        stand(whole, &path, true)
    }

    /// The occurrence that is to be delivered at `now`: the last one due, unless it was delivered, given up, or due before the schedule
    /// existed. Those missed before it are not made up for.
    pub fn pending(&self, recurrence: &Recurrence, now: Timestamp) -> Option<Occurrence> {
        let last = recurrence.last(now)?;
        let delivered = self.delivered.as_ref().map(|delivered| delivered.due);
        let given_up = self
            .failed
            .as_ref()
            .filter(|failed| failed.given_up)
            .map(|failed| failed.due);
        let done = [Some(self.since), delivered, given_up].into_iter().flatten().max();
        (Some(last.due) > done).then_some(last)
    }
}

fn file(folder: &Path, schedule: &str) -> PathBuf {
    folder.join(format!("{schedule}.json"))
}
