//! What the embedded log does behind everybody's back: telling the disk to write, once a second, and sweeping old records, once a minute.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use fjall::PersistMode;

use super::Shared;
use crate::port::LogError;

/// How much a power cut may take.
const SYNC: Duration = Duration::from_secs(1);
/// Sweeps come every so many syncs.
const SWEEP: u64 = 60;

/// The thread that keeps a log; stops, after one last sync, when dropped.
pub(super) struct Keeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts it.
    pub(super) fn start(shared: &Arc<Shared>) -> Result<Self, LogError> {
        let (stop, stopped) = channel();
        let shared = Arc::downgrade(shared);
        let keep = move || {
            let mut turn: u64 = 0;
            while stopped.recv_timeout(SYNC) == Err(RecvTimeoutError::Timeout) {
                turn += 1;
                keep(&shared, turn);
            }
            keep(&shared, 1);
        };
        let thread = std::thread::Builder::new().name("backtweet-log".to_owned()).spawn(keep);
        let thread = thread.map_err(|error| LogError::Unusable {
            reason: format!("its background thread does not start ({error}); raise the limit on threads"),
        })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

fn keep(shared: &Weak<Shared>, turn: u64) {
    let Some(shared) = shared.upgrade() else { return };
    // Errors here make the database refuse the next append, where somebody waits for the answer.
    if let Err(error) = shared.db.persist(PersistMode::SyncData) {
        tracing::error!(%error, "the log cannot be synced to disk");
    }
    if turn.is_multiple_of(SWEEP) {
        match shared.sweep() {
            Ok(0) => {}
            Ok(swept) => tracing::debug!(swept, "records past their retention removed"),
            Err(error) => tracing::error!(%error, "old records cannot be removed"),
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A keeper that panicked has nothing left to wait for.
            let _ = thread.join();
        }
    }
}
